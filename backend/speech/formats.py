"""Which files are opened at all, and which sound in them is plausible.

Both are decided before anything is decoded: FFmpeg knows hundreds of formats, some of which open
other files or network sockets while they are looked at, and a header may claim any number.
"""

from pathlib import Path
from typing import Any

import av

from backend.errors.recordings import UnreadableMedia
from backend.speech.timeline import COUNTED, HOLE_SECONDS, LARGEST_MP3_FRAME_BYTES, SamplePlaces

CONTAINERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mp3,ogg,flac,wav,w64,aac,aiff,asf,avi,flv,mpegts,mpeg,"
    "amr,amrnb,amrwb,caf,au,ac3,eac3,dts,loas,ape,wv,tta,mpc,mpc8,rm,voc,dss,qcp,gsm,oma,dsf,wtv,"
    "dv,mxf,nut,iff,g722"
)
"""What devices and programs record into, by FFmpeg's names. None of them refers to other files,
but for what `backend.speech.audio` refuses to open."""

DECODERS = (
    "aac,aac_latm,ac3,eac3,alac,als,amrnb,amrwb,ape,atrac1,atrac3,atrac3plus,cook,dca,dss_sp,"
    "dsd_lsbf,dsd_lsbf_planar,dsd_msbf,dsd_msbf_planar,dvaudio,evrc,flac,g722,g723_1,g726,g726le,"
    "g729,gsm,gsm_ms,ilbc,mace3,mace6,mlp,mp1float,mp2float,mp3float,mp3on4float,mpc7,mpc8,"
    "nellymoser,opus,libopus,pcm_alaw,pcm_bluray,pcm_dvd,pcm_f32be,pcm_f32le,pcm_f64be,pcm_f64le,"
    "pcm_mulaw,pcm_s16be,pcm_s16be_planar,pcm_s16le,pcm_s16le_planar,pcm_s24be,pcm_s24le,"
    "pcm_s24le_planar,pcm_s32be,pcm_s32le,pcm_s32le_planar,pcm_s64be,pcm_s64le,pcm_s8,"
    "pcm_s8_planar,pcm_u16be,pcm_u16le,pcm_u24be,pcm_u24le,pcm_u32be,pcm_u32le,pcm_u8,qcelp,qdm2,"
    "qdmc,ra_144,ra_288,real_144,real_288,sipr,speex,truehd,truespeech,tta,vorbis,wavpack,"
    "wmalossless,wmapro,wmav1,wmav2,wmavoice,adpcm_g722,adpcm_ima_qt,adpcm_ima_wav,adpcm_ms,"
    "adpcm_swf,adpcm_yamaha"
)
"""Sound alone: FFmpeg decodes some of each stream to look at it, and a cover of 60,000 by 60,000
pixels is no part of a lesson."""

OPTIONS = {
    "format_whitelist": CONTAINERS,
    "codec_whitelist": DECODERS,
    # A name of no protocol: nothing but the file that is handed over is ever opened.
    "protocol_whitelist": "none",
}

LOWEST_RATE_HZ, HIGHEST_RATE_HZ = 1_000, 3_000_000
"""Speech is recorded from 5,500 Hz on; the highest are those of one-bit recorders (DSD)."""

MOST_CHANNELS = 64
"""As many as FFmpeg's own conversions know."""

FIRST_FRAME_BYTES = 4096

MEASURED = COUNTED | {"gsm", "g722"}
"""Frames after frames: their length stands nowhere, and FFmpeg guesses it by the first of them."""


CHAINED = {"ogg", "flac", "mp3"}
"""Files of these may be joined end to end, and then state the length of one of them."""

MOST_WALKED_BYTES = 2 << 30
"""Twenty hours of speech in FLAC: a larger file would take too long to be walked through."""


def require_plausible(stream: Any, path: Path) -> None:
    """Raise unless somebody could have recorded such sound.

    Raises
    ------
    UnreadableMedia
    """
    rate_hz, channels = stream.codec_context.sample_rate, stream.codec_context.channels
    if not rate_hz:
        raise UnreadableMedia(
            f"{path.name}: its sound is in a form that cannot be decoded (or encrypted): export "
            "it as MP3, M4A, WAV, FLAC or Opus.",
            facts={"file": path.name},
        )
    if not LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ:
        raise UnreadableMedia(
            f"{path.name} claims {rate_hz:,} samples a second, which no recorder makes: the file "
            "may be damaged. Export it again, or choose another file.",
            facts={"file": path.name},
        )
    if not 1 <= channels <= MOST_CHANNELS:
        raise UnreadableMedia(
            f"{path.name} claims {channels} channels, and at most {MOST_CHANNELS} can be read: "
            "export it with one or two channels, or choose another file.",
            facts={"file": path.name},
        )


def duration_seconds(container: Any, stream: Any, path: Path) -> float | None:
    """How long the sound is: by the header where that knows, else measured; None: nobody knows."""
    if container.format.name in MEASURED and not _states_frames(path):
        return _measure(container, stream)
    stated = _stated_seconds(container, stream)
    if container.format.name in CHAINED and path.stat().st_size <= MOST_WALKED_BYTES:
        measured = _measure(container, stream) or 0.0
        return measured if measured > (stated or 0.0) + HOLE_SECONDS else stated
    return stated


def _stated_seconds(container: Any, stream: Any) -> float | None:
    if stream.duration and stream.time_base:
        begins_at = (stream.start_time or 0) * stream.time_base
        late = float(begins_at) - (container.start_time or 0) / av.time_base
        return float(stream.duration * stream.time_base) + max(0.0, late)
    if container.duration and container.duration > 0:
        return float(container.duration / av.time_base)
    return None


def _states_frames(path: Path) -> bool:
    """Whether an MP3 begins with a frame that holds no sound, but how many frames follow."""
    with path.open("rb") as file:
        head = file.read(10)
        if head[:3] == b"ID3" and len(head) == 10:
            shifts = zip(head[6:], (21, 14, 7, 0), strict=True)
            file.seek(10 + sum((byte & 0x7F) << shift for byte, shift in shifts))
        beginning = file.read(FIRST_FRAME_BYTES)
    return any(name in beginning for name in (b"Xing", b"Info", b"VBRI"))


def _measure(container: Any, stream: Any) -> float | None:
    """The packets are walked through, which takes a second for ten hours; nothing is decoded."""
    seconds, places = 0.0, SamplePlaces(container)
    is_mp3 = container.format.name == "mp3"
    try:
        for packet in container.demux(stream):
            seconds += places.seconds_of(packet)
            is_damage = is_mp3 and packet.size > LARGEST_MP3_FRAME_BYTES
            (places.note_damage if is_damage else places.note_frame)(packet)
    except av.FFmpegError:
        pass  # what comes before the damage is what can be read
    container.seek(0)
    return seconds + places.late_seconds or None
