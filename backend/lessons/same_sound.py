"""Whether one file has what another one held, told by their bytes."""

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import BinaryIO

from backend.lessons.storage import COPY_BLOCK_BYTES

LONGEST_EDGE_BYTES = 4 * 2**20
"""Of what lies before and behind the sound. Tags may hold a picture."""

SAMPLE_BYTES = 2**18
"""By so many the sound of a file is looked for in another one: more than most silences."""


def begins_with(new: Path, former: Path) -> bool:
    """Whether the former file is the beginning of the new one, but for what was still empty: some
    programs make a copy as long as it will be before they fill it."""
    with new.open("rb") as ours, former.open("rb") as theirs:
        pairs = zip_longest(_blocks_of(theirs), _blocks_of(ours), fillvalue=b"")
        return all(after.startswith(before.rstrip(b"\x00")) for before, after in pairs)


def has_sound_of(new: Path, former: Path) -> bool:
    """Whether the new file has what the former one held, but for its first and last bytes.

    Header, tags and index lie there, which programs write last, or write anew.
    """
    end = _end_of_content(former)
    edge = min(LONGEST_EDGE_BYTES, end // 8)
    middle = end // 2
    sample = _read(former, middle, min(SAMPLE_BYTES, end // 4))
    place = _find(new, sample) if sample else None
    if place is None or edge + place < middle:
        return False
    return _is_same(new, edge + place - middle, former, edge, end - 2 * edge)


def _is_same(new: Path, new_place: int, former: Path, place: int, n_bytes: int) -> bool:
    with new.open("rb") as ours, former.open("rb") as theirs:
        ours.seek(new_place)
        theirs.seek(place)
        while n_bytes > 0:
            block = theirs.read(min(n_bytes, COPY_BLOCK_BYTES))
            if ours.read(len(block)) != block:
                return False
            n_bytes -= len(block)
    return True


def _end_of_content(path: Path) -> int:
    """Where the zeros begin which a file ends with that has not been filled yet."""
    place = end = 0
    with path.open("rb") as file:
        for block in _blocks_of(file):
            n_filled = len(block.rstrip(b"\x00"))
            end = place + n_filled if n_filled else end
            place += len(block)
    return end


def _find(path: Path, sample: bytes) -> int | None:
    """Where a file has these bytes first."""
    before, place = b"", 0
    with path.open("rb") as file:
        for block in _blocks_of(file):
            searched = before + block
            found = searched.find(sample)
            if found >= 0:
                return place + found
            before = searched[len(searched) - len(sample) + 1 :]
            place += len(searched) - len(before)
    return None


def _read(path: Path, place: int, n_bytes: int) -> bytes:
    with path.open("rb") as file:
        file.seek(place)
        return file.read(n_bytes)


def _blocks_of(file: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: file.read(COPY_BLOCK_BYTES), b"")
