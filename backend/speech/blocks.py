"""Blocks of samples on their way between two processes: a length, and as many 16-bit samples.

Sound is decoded to 16 bits, so that what arrives is what was sent.
"""

import struct
from typing import IO

import numpy as np

FULL_SCALE = np.float32(32768.0)

MOST_SAMPLES = 1 << 20
"""In one block: a sender that claims more is not believed."""

_LENGTH = struct.Struct("<I")


def write_block(output: IO[bytes], block: np.ndarray | None) -> None:
    """Send a block (float32, in [-1, 1)), or None for their end."""
    n_samples = 0 if block is None else block.size
    if block is None:
        output.write(_LENGTH.pack(0))
    elif n_samples:
        output.write(_LENGTH.pack(n_samples))
        output.write((block * FULL_SCALE).astype("<i2").tobytes())


def read_block(source: IO[bytes]) -> np.ndarray | None:
    """The next block, or None at their end.

    Raises
    ------
    EOFError
        The sender ended in the middle, or sends no blocks.
    """
    (n_samples,) = _LENGTH.unpack(_read(source, _LENGTH.size))
    if n_samples > MOST_SAMPLES:
        raise EOFError(f"a block of {n_samples} samples")
    if not n_samples:
        return None
    samples = np.frombuffer(_read(source, 2 * n_samples), "<i2")
    return samples.astype(np.float32) / FULL_SCALE


def _read(source: IO[bytes], n_bytes: int) -> bytes:
    content = source.read(n_bytes)
    if len(content) < n_bytes:
        raise EOFError
    return content
