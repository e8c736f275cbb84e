"""Recordings on disk: copied in whole or not at all."""

import errno
import hashlib
import os
import re
import secrets
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePath

from backend.errors.recordings import MediaError
from backend.errors.storage import StorageFull
from backend.files import (
    FULL_DISK_ERRORS,
    flush_directory,
    make_private_directory,
    open_privately,
)

COPY_BLOCK_BYTES = 1 << 20
INCOMING_PREFIX = ".incoming-"
STALE_SECONDS = 24 * 3600
"""An unfinished copy that is older was left by a process that died."""


@dataclass(frozen=True)
class StoredRecording:
    """A recording in the audio directory: its name there and the SHA-256 of its content."""

    filename: str
    sha256: str


def store_recording(source: Path, directory: Path, filename: str) -> StoredRecording:
    """Copy a recording in: to a temporary file, flushed to the disk, then renamed to `filename`.

    Raises
    ------
    StorageFull, MediaError
        Nothing is left behind.
    """
    temporary = directory / f"{INCOMING_PREFIX}{filename}"
    try:
        make_private_directory(directory)
        remove_stale_copies(directory)
        sha256 = _copy(source, temporary)
        temporary.replace(directory / filename)
        flush_directory(directory)
    except OSError as error:
        raise _name_error(error, source, directory) from error
    finally:
        with suppress(OSError):  # nothing there to remove, or the directory itself is none
            temporary.unlink()
    return StoredRecording(filename, sha256)


def library_name(source: PurePath) -> str:
    """A name in the library: a random one, so that no name that a person chose can be unsafe, too
    long or taken. The ending stays, where it is one."""
    suffix = source.suffix.lower()
    is_plain = re.fullmatch(r"\.[a-z0-9]{1,8}", suffix)
    return secrets.token_hex(8) + (suffix if is_plain else "")


def move_recording(source: Path, directory: Path, filename: str) -> None:
    """Move a file of our own into the audio directory, under the name that was chosen for it.

    Where it was moved already, it stays: whoever does not know how far a killed process came may
    call this again.

    Raises
    ------
    StorageFull, MediaError
        The file is where it was.
    """
    target = directory / filename
    try:
        make_private_directory(directory)
        if source.exists():
            _rename_or_copy(source, target)
        flush_directory(directory)
    except OSError as error:
        raise _name_error(error, source, directory) from error


def _rename_or_copy(source: Path, target: Path) -> None:
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        # The folder of the recordings is on another disk.
        temporary = target.with_name(f"{INCOMING_PREFIX}{target.name}")
        temporary.unlink(missing_ok=True)
        try:
            _copy(source, temporary)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
        flush_directory(target.parent)
        source.unlink()


def _copy(source: Path, target: Path) -> str:
    digest = hashlib.sha256()
    with source.open("rb") as reader, open(target, "xb", opener=open_privately) as writer:
        size = os.fstat(reader.fileno()).st_size
        if size > shutil.disk_usage(target.parent).free:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        while block := reader.read(COPY_BLOCK_BYTES):
            digest.update(block)
            writer.write(block)
        writer.flush()
        os.fsync(writer.fileno())
    return digest.hexdigest()


def _name_error(error: OSError, source: Path, directory: Path) -> Exception:
    if error.errno in FULL_DISK_ERRORS:
        return StorageFull(
            f"There is not enough room for {source.name} in {directory}: free some space and add "
            "it again. Nothing was changed."
        )
    return MediaError(
        f"{source.name} could not be copied into {directory} ({error.strerror}): check both and "
        "add it again. Nothing was changed."
    )


def remove_stale_copies(directory: Path, older_than_seconds: float = STALE_SECONDS) -> None:
    """Remove the unfinished copies of processes that died."""
    for path in directory.glob(f"{INCOMING_PREFIX}*"):
        # Another process may be finishing or removing it at this moment.
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime >= older_than_seconds:
                path.unlink()
