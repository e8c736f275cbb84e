"""Files that are copied into a backup and out of it: owner-only, hashed, safely on the disk."""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backend.backup.manifest import BLOCK_BYTES, StoredFile
from backend.errors.backups import BackupFailed
from backend.errors.storage import StorageFull
from backend.files import FULL_DISK_ERRORS

RESERVE_BYTES = 50_000_000
"""What is left free on a disk, so that what else is on it can go on."""


def copy_file(source: Path, target: Path, path: str) -> StoredFile:
    """Copy a file to a new one that only its owner can read; `path` is its name in a backup."""
    digest, size = hashlib.sha256(), 0
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with source.open("rb") as reader, os.fdopen(descriptor, "wb") as writer:
        while block := reader.read(BLOCK_BYTES):
            digest.update(block)
            size += writer.write(block)
        writer.flush()
        os.fsync(writer.fileno())
    shutil.copystat(source, target)
    target.chmod(0o600)
    return StoredFile(path=path, size=size, sha256=digest.hexdigest())


def require_room(directory: Path, n_bytes: int) -> None:
    """Raises `StorageFull`."""
    free, needed = shutil.disk_usage(directory).free, n_bytes + RESERVE_BYTES
    if free < needed:
        raise StorageFull(
            f"There is not enough room in {directory}: {needed / 1e6:,.0f} MB are needed "
            f"({RESERVE_BYTES / 1e6:,.0f} of them stay free), and {free / 1e6:,.0f} MB are free. "
            "Free some space and try again. Nothing was changed."
        )


@contextmanager
def named_errors(directory: Path) -> Iterator[None]:
    """What the system says of files in `directory`, as `StorageFull` or `BackupFailed`."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            raise _full(directory) from error
        raise BackupFailed(f"{directory}: {error}. Nothing was changed.") from error
    except OSError as error:
        if error.errno in FULL_DISK_ERRORS:
            raise _full(directory) from error
        where = error.filename or directory
        raise BackupFailed(
            f"{where} cannot be used ({error.strerror}): "
            "mend its permissions, or choose another folder. Nothing was changed."
        ) from error


def _full(directory: Path) -> StorageFull:
    return StorageFull(
        f"The disk of {directory} is full: free some space and try again. Nothing was changed."
    )
