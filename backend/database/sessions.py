"""Sessions: transactions under the write lock, and what a caller has not finished."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text
from sqlmodel import Session

from backend.errors.storage import (
    UncommittedWrites,
)

Bind = Engine | Connection
"""What a session speaks to the database through."""


def bind_of(session: Session) -> Bind:
    """The bind of a caller's session, on which our own short sessions work beside it."""
    return session.get_bind()


def refuse_uncommitted_writes(session: Session) -> None:
    """Raise `UncommittedWrites` if the session holds anything that is not committed.

    Work on it would otherwise commit, or on an error roll back, what its owner had not finished.
    """
    if session.new or session.dirty or session.deleted or _has_written(session):
        raise UncommittedWrites


def _has_written(session: Session) -> bool:
    if not session.in_transaction():
        return False
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        # Only writes begin a transaction here (see _sqlite_engine).
        raw = connection.connection.dbapi_connection
        return isinstance(raw, sqlite3.Connection) and raw.in_transaction
    return connection.scalar(text("SELECT pg_current_xact_id_if_assigned()")) is not None


def begin_write(session: Session) -> None:
    """Take the write lock now, so that what is read next cannot change before the commit.

    On PostgreSQL the rows must be locked as they are read (`with_for_update`), which SQLite
    ignores; together the two mean the same on both.
    """
    take_write_lock(session.connection())


@contextmanager
def writing(session: Session) -> Iterator[None]:
    """One transaction under the write lock: committed at the end, rolled back on any error."""
    try:
        begin_write(session)
        yield
        session.commit()
    except BaseException:
        # Nothing half, no lock that is held on, and a session that the write can be repeated on.
        session.rollback()
        raise


def take_write_lock(connection: Connection) -> None:
    """`begin_write` on a connection."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def purge_deleted(session: Session) -> None:
    """After a commit: make what was deleted vanish from the write-ahead log of SQLite too."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
