"""Files that are there in whole or not at all, also after a power cut."""

import os
import secrets
from contextlib import suppress
from errno import EDQUOT, EFBIG, ENOSPC
from pathlib import Path

FULL_DISK_ERRORS = (ENOSPC, EDQUOT, EFBIG)
"""The system's numbers for: no room, no room for this user, too large for this disk."""


PRIVATE_UMASK = 0o077
_usual_umask: int | None = None
"""The umask that this process began with, once `keep_files_private` has changed it."""


def keep_files_private() -> None:
    """From now on what this process makes is its owner's alone, whichever library makes it.

    Only what `write_whole` writes for others, such as an export, is as it would have been.
    """
    global _usual_umask
    if os.name != "posix":
        return
    before = os.umask(PRIVATE_UMASK)
    if _usual_umask is None:
        _usual_umask = before


def as_text(name: str) -> str:
    """A file's name, or a sentence with one, as text that can be written anywhere: names may hold
    bytes that are none."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def make_private_directory(directory: Path) -> None:
    """Make a directory for its owner alone, and those above it that are missing.

    One that is there stays as it is.
    """
    try:
        directory.mkdir(mode=0o700, exist_ok=True)
    except FileNotFoundError:
        make_private_directory(directory.parent)
        directory.mkdir(mode=0o700, exist_ok=True)


def open_privately(path: str, flags: int) -> int:
    """An opener for `open`: a file that is made is its owner's alone."""
    return os.open(path, flags, 0o600)


def is_open_to_others(mode: int) -> bool:
    """Whether a file's or directory's mode lets others than its owner do anything with it."""
    return bool(mode & PRIVATE_UMASK)


def open_like_parent(directory: Path) -> None:
    """Let others read a directory and all in it as they may read the one that it lies in."""
    shared = directory.parent.stat().st_mode & 0o055
    for path in (directory, *directory.rglob("*")):
        allowed = shared if path.is_dir() else shared & 0o044
        path.chmod(path.stat().st_mode | allowed)


def write_whole(path: Path, content: str | bytes, *, is_private: bool = False) -> None:
    """Write a file beside its place, then swap: whatever happens, one of the two is there.

    A text is written as UTF-8.

    A device or a pipe is written to directly. `is_private` lets only the owner read the file, and
    so does a directory that is the owner's alone.

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
            if not is_private and _usual_umask is not None:
                os.fchmod(descriptor, _usual_mode(target.parent))
            file.write(encoded)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    finally:
        with suppress(OSError):  # it has taken its place, or could not even be made
            temporary.unlink()


def _usual_mode(directory: Path) -> int:
    """That of a file which this process would have made there with the umask that it began with."""
    is_shared = is_open_to_others(directory.stat().st_mode)
    return 0o666 & ~(_usual_umask or 0) if is_shared else 0o600


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
