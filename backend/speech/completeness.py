"""Whether a file ends where its own form says that it ends.

FFmpeg reads a cut WAV or Ogg file to its end without a word; only the framing tells that there
was more.
"""

import os
import struct
from pathlib import Path

STREAMED_RIFF_BYTES = 0x7FFF_0000
"""Programs that write to a pipe put sizes from here on where they do not know the length."""
OGG_TAIL_BYTES = 2 * 65_307  # twice the longest page (RFC 3533)
OGG_LAST_PAGE = 0x04


def is_cut_off(path: Path) -> bool:
    """Whether a WAV or Ogg file lacks its end; False for every other form."""
    with path.open("rb") as file:
        beginning = file.read(12)
        n_bytes = file.seek(0, os.SEEK_END)
        if beginning[:4] == b"RIFF" and beginning[8:] == b"WAVE":
            (promised,) = struct.unpack("<I", beginning[4:8])
            return bool(0 < promised < STREAMED_RIFF_BYTES and promised + 8 > n_bytes + 1)
        if beginning[:4] == b"OggS":
            file.seek(max(0, n_bytes - OGG_TAIL_BYTES))
            return not _ends_with_last_page(file.read())
    return False


def _ends_with_last_page(tail: bytes) -> bool:
    """Whether the last page is marked as such and is there to its end."""
    start = tail.rfind(b"OggS")
    if start < 0 or len(tail) < start + 27:
        return False
    n_segments = tail[start + 26]
    sizes = tail[start + 27 : start + 27 + n_segments]
    is_whole = len(tail) >= start + 27 + n_segments + sum(sizes)
    return bool(tail[start + 5] & OGG_LAST_PAGE) and is_whole
