"""Files that are there in whole or not at all, also after a power cut."""

import os
import secrets
from contextlib import suppress
from errno import EDQUOT, EFBIG, ENOSPC
from pathlib import Path

FULL_DISK_ERRORS = (ENOSPC, EDQUOT, EFBIG)
"""The system's numbers for: no room, no room for this user, too large for this disk."""


def write_whole(path: Path, content: str | bytes, *, is_private: bool = False) -> None:
    """Write a file beside its place, then swap: whatever happens, one of the two is there.

    A text is written as UTF-8.

    A device or a pipe is written to directly. `is_private` lets only the owner read the file.

    Raises
    ------
    OSError
        What was there before is untouched.
    """
    encoded = content.encode() if isinstance(content, str) else content
    target = path.resolve()
    if target.exists() and not target.is_file():
        target.write_bytes(encoded)
        return
    temporary = target.with_name(f".{secrets.token_hex(8)}.partial")
    mode = 0o600 if is_private else 0o666
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(encoded)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    finally:
        with suppress(OSError):  # it has taken its place, or could not even be made
            temporary.unlink()


def is_plain_name(name: str) -> bool:
    """Whether a name is that of a file within whatever directory it is put into."""
    return name not in ("", ".", "..") and Path(name).name == name and "\0" not in name


def flush_directory(directory: Path) -> None:
    """Make the names in a directory survive a power cut. Windows has no such thing."""
    if os.name == "posix":
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
