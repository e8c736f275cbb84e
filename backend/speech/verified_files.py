"""Files that are what the catalogue says, byte for byte."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

READ_BYTES = 1 << 20


class Known(Protocol):
    """Bytes that are known before they are there."""

    @property
    def size_bytes(self) -> int: ...

    @property
    def sha256(self) -> str: ...


def is_whole(path: Path, known: Known) -> bool:
    """Whether the file at `path` is there and holds exactly the known bytes."""
    if not path.is_file() or path.stat().st_size != known.size_bytes:
        return False
    return sha256_of(path) == known.sha256


def sha256_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def pieces_of(stream: BinaryIO) -> Iterator[bytes]:
    """What is left of a stream, a megabyte at a time."""
    while piece := stream.read(READ_BYTES):
        yield piece


def write_verified(
    pieces: Iterable[bytes],
    known: Known,
    path: Path,
    on_written: Callable[[int], None] = lambda written_bytes: None,
) -> bool:
    """Write the pieces to `path`, beside it first; False, and nothing is left, if they are others.

    Reading stops as soon as more comes than there may be. Disk errors pass as they are.
    """
    part = path.with_name(f"{path.name}.part")
    digest, written = hashlib.sha256(), 0
    with part.open("wb") as out:
        for piece in pieces:
            written += len(piece)
            if written > known.size_bytes:
                break
            digest.update(piece)
            out.write(piece)
            on_written(written)
        out.flush()
        os.fsync(out.fileno())
    if written != known.size_bytes or digest.hexdigest() != known.sha256:
        part.unlink()
        return False
    part.replace(path)
    return True
