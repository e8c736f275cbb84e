"""Named errors for a database that is full, busy, away or damaged."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy
from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, OperationalError

from backend.damage import is_damage, note_damage
from backend.database.patience import BUSY_TIMEOUT_SECONDS
from backend.errors.storage import (
    DatabaseAway,
    DatabaseBusy,
    DatabaseError,
    StorageFull,
)


def describe(url: sqlalchemy.URL) -> str:
    """The database as a person names it: its file, or its address without the password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.render_as_string(hide_password=True)


AWAY_SQLSTATES = ("08", "57P")
"""How PostgreSQL's codes for a lost connection, and for a server that starts or ends, begin."""


BUSY_SQLSTATES = ("40001", "40P01", "55P03", "57014")
"""PostgreSQL's codes for what others' work stood in the way of: it could not be serialised, a
deadlock, a lock or a statement that took longer than the server allows."""


AWAY_WORDING = re.compile(
    r"connection refused|no such file or directory|timed out|timeout expired|no route to host"
    r"|too many clients|remaining connection slots"
    r"|unreachable|host is down|reset by peer|closed the connection|failed to resolve host"
    r"|could not translate host name|the database system is",
    re.IGNORECASE,
)
"""While a connection is being made there is no code, only the words of libpq or psycopg; the last
are the server's own, which starts up, shuts down or recovers."""


@contextmanager
def named_database_errors(where: str) -> Iterator[None]:
    """Turn the driver's errors into named ones that say what to do."""
    try:
        yield
    except OperationalError as error:
        raise _name_operational_error(error, where) from error
    except DBAPIError as error:
        if is_damage(error.orig):
            raise note_damage(Path(where), str(error.orig)) from error
        raise DatabaseError(f"The database {where} failed: {error.orig}.") from error


def _name_operational_error(error: DBAPIError, where: str) -> Exception:
    reason = " ".join(str(error.orig).split()).rstrip(".")
    if "disk is full" in reason or "disk I/O error" in reason or "No space left" in reason:
        return StorageFull(
            f"The disk of the database {where} is full: free some space and try again. "
            "What was stored before is safe."
        )
    if getattr(error.orig, "sqlstate", None) in BUSY_SQLSTATES:
        return DatabaseBusy(
            f"The database {where} was busy with another program's work ({reason}): end that "
            "work, or try again."
        )
    if "locked" in reason:
        return DatabaseBusy(
            f"The database {where} was busy for {BUSY_TIMEOUT_SECONDS} s with another "
            "program's write: close that program, or try again."
        )
    if _is_away(error):
        return DatabaseAway(
            f"The database {where} does not answer ({reason}): start it, or mend the network; "
            "then try again."
        )
    return DatabaseError(f"The database {where} cannot be used: {reason}.")


def _is_away(error: DBAPIError) -> bool:
    """Whether PostgreSQL could not be reached, or ended the connection."""
    code = getattr(error.orig, "sqlstate", None)
    if error.connection_invalidated or (code and code.startswith(AWAY_SQLSTATES)):
        return True
    is_postgres = not isinstance(error.orig, sqlite3.Error)
    return is_postgres and code is None and bool(AWAY_WORDING.search(str(error.orig)))


def name_errors(built: Engine) -> None:
    """Whoever uses the engine gets a named error where the database is full, busy, away or
    damaged."""
    where = describe(built.url)

    @event.listens_for(built, "handle_error")
    def name(context: ExceptionContext) -> None:
        error = context.sqlalchemy_exception
        # The pool replaces a connection that it finds dead before anybody uses it.
        if context.is_pre_ping or not isinstance(error, DBAPIError):
            return
        if is_damage(error.orig):
            raise note_damage(Path(where), str(error.orig)) from error
        # A lost connection is not always an OperationalError: PostgreSQL ends one that was idle
        # in its transaction for too long with an InternalError.
        if isinstance(error, OperationalError) or error.connection_invalidated:
            raise _name_operational_error(error, where) from error
