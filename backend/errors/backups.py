"""Errors of backups."""

from backend.errors import LecternError, NotFound


class BackupError(LecternError):
    """The backup cannot be used."""


class BackupDamaged(BackupError):
    """The backup is damaged: use another one."""


class BackupFailed(BackupError):
    """The backup could not be made or put back; nothing was changed."""


class LibraryInUse(BackupError):
    """Another program uses the library: stop it, and try again."""

    status_code = 409


class BackupNotFound(NotFound):
    """There is no backup."""
