"""Who uses a library: many processes together, or one alone that puts another in its place.

Each process that opens the database holds a lock that others hold, too; who restores a backup holds
it alone. The system lets go of the locks of a process that is killed.
"""

import os
from pathlib import Path

from backend.errors.backups import LibraryInUse
from backend.errors.storage import DatabaseBusy

LOCK = "in-use.lock"

_alone_with: set[Path] = set()
"""The libraries that this process has for itself."""


class Use:
    """A process's hold on a library, until it is let go."""

    def __init__(self, directory: Path, descriptor: int | None) -> None:
        self._directory = directory
        self._descriptor = descriptor

    def let_go(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
            _alone_with.discard(self._directory)


def use_with_others(directory: Path) -> Use:
    """Hold a library that others may hold, too.

    Raises
    ------
    DatabaseBusy
        A backup is being restored.
    """
    if directory in _alone_with:
        return Use(directory, None)
    descriptor = _lock(directory, alone=False)
    if descriptor is None:
        raise DatabaseBusy(
            f"A backup is being put in the place of the library {directory}: wait until that has "
            "ended."
        )
    return Use(directory, descriptor)


def use_alone(directory: Path) -> Use:
    """Hold a library that nobody else holds.

    Raises
    ------
    LibraryInUse
    """
    descriptor = _lock(directory, alone=True)
    if descriptor is None:
        raise LibraryInUse(
            f"A server, a worker or another command uses the library {directory}: stop it, and "
            "try again. Nothing was changed."
        )
    _alone_with.add(directory)
    return Use(directory, descriptor)


def _lock(directory: Path, *, alone: bool) -> int | None:
    """The open lock file; None where another holds what cannot be shared."""
    import fcntl

    descriptor = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor
