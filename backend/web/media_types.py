"""What a recording is, by its first bytes: a name can say anything."""

from collections.abc import Sequence

SNIFFED_BYTES = 512
UNKNOWN = "application/octet-stream"

_AT_START: Sequence[tuple[bytes, str]] = (
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "audio/ogg"),
    (b"caff", "audio/x-caf"),
    (b"#!AMR", "audio/amr"),
    (b".snd", "audio/basic"),
    (b"FLV\x01", "video/x-flv"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "audio/x-ms-wma"),
    (b"\x00\x00\x01\xba", "video/mpeg"),
)
_RIFF = {b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_AUDIO_BRANDS = (b"M4A ", b"M4B ", b"F4A ", b"F4B ")
_EBML = b"\x1a\x45\xdf\xa3"
_TRANSPORT_PACKET_BYTES = 188


def sniff_media_type(head: bytes) -> str:
    """The media type of a recording that begins with these bytes (`SNIFFED_BYTES` are enough).

    Nothing that a browser would run is among them.
    """
    for beginning, media_type in _AT_START:
        if head.startswith(beginning):
            return media_type
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] in _RIFF:
        return _RIFF[head[8:12]]
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "audio/aiff"
    if head[4:8] == b"ftyp":
        return _sniff_mp4(head[8:12])
    if head.startswith(_EBML):
        return "video/webm" if b"webm" in head[:64] else "video/x-matroska"
    if head[:1] == b"\x47" and head[_TRANSPORT_PACKET_BYTES : _TRANSPORT_PACKET_BYTES + 1] == b"G":
        return "video/mp2t"
    return _sniff_frames(head)


def _sniff_mp4(brand: bytes) -> str:
    if brand in _AUDIO_BRANDS:
        return "audio/mp4"
    return "video/quicktime" if brand == b"qt  " else "video/mp4"


def _sniff_frames(head: bytes) -> str:
    """Streams without a header: each frame begins with eleven bits that are set."""
    if len(head) < 2 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return UNKNOWN
    return "audio/aac" if head[1] & 0xF6 == 0xF0 else "audio/mpeg"
