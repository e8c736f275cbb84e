"""Errors of the database and of the disk."""

from backend.errors import LecternError


class DatabaseError(LecternError):
    """The database cannot be used."""

    status_code = 503


class DatabaseAway(DatabaseError):
    """The database does not answer: start it, or mend the network; then try again."""

    retryable = True


class DatabaseBusy(DatabaseError):
    """Another program holds the database: close it there, or try again."""

    retryable = True


class DatabaseDamaged(DatabaseError):
    """The database is damaged, so nothing more is written into it."""


class DatabaseTooNew(DatabaseError):
    """The database was written by a newer Lectern: install that version or a later one."""


class DatabaseNeedsUpgrade(DatabaseError):
    """The database is of an older version."""


class DatabaseChanged(DatabaseError):
    """The database is of another version than this server: restart the server."""


class DataUnwritable(LecternError):
    """The data directory cannot be written to: mend its permissions."""

    status_code = 503


class StorageFull(LecternError):
    """The disk is full: free some space and try again. Nothing that was stored is lost."""

    status_code = 507
    retryable = True


PASSING_ERRORS = (DatabaseAway, DatabaseBusy, StorageFull)
"""What keeps anything from being stored until somebody ends it: background work waits for that."""


class UncommittedWrites(LecternError):
    """The given session holds uncommitted writes: commit or roll back, then call again."""

    status_code = 409
