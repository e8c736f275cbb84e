"""The database: engine, pragmas, session helpers and the way to the current schema.

`from backend.database import engine` gives the engine of the configured database. Its first
connection brings the schema up to date: an SQLite file is created or upgraded (a copy is kept
first), a PostgreSQL database is filled when empty and otherwise left to `lectern db upgrade`.
"""

import json
import os
import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy
from filelock import FileLock
from sqlalchemy import Connection, Engine, event, make_url, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import Session

from backend.config import PACKAGE_DIR, audio_dir, data_dir, database_url
from backend.damage import find_damage, is_damage, note_damage, refuse_damaged, require_sound
from backend.errors.storage import (
    DatabaseAway,
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseError,
    DatabaseNeedsUpgrade,
    DatabaseTooNew,
    StorageFull,
    UncommittedWrites,
)
from backend.files import make_private_directory
from backend.in_use import Use, use_with_others
from backend.readable import readable, readable_json

BUSY_TIMEOUT_SECONDS = 30
"""How long a write waits for another process's write. Ours last milliseconds."""

POSTGRES_PATIENCE: dict[str, Any] = {
    "connect_timeout": 10,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # milliseconds
}
"""A server that drops packets is noticed within half a minute; by itself TCP takes many minutes."""

MIGRATIONS_DIR = PACKAGE_DIR / "migrations"
POSTGRES_MIGRATION_LOCK = 5_327_846  # any number that no other program on the server uses

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

UNREADABLE_ESCAPE = re.compile(r"\\u(?:00[01789]|d[89a-f]|fff[ef])|\\[bfr]|\x7f")
"""How JSON writes what `readable` leaves out; at worst it finds too much."""

engine: Engine
"""The engine of the configured database (made on first access, see `__getattr__`)."""


def __getattr__(name: str) -> Any:
    # Importing this module must neither read the settings nor touch the disk.
    if name == "engine":
        return engine_for(database_url())
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@cache
def engine_for(url: str) -> Engine:
    """The engine of one database; its first connection brings the schema up to date."""
    # Here, so that whoever writes lessons has it, and importing this module loads no tables.
    from backend.index.notes import keep_notes_in_step
    from backend.index.passages import keep_in_step
    from backend.models.people import hide_removed_lessons

    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        built = _sqlite_engine(parsed)
    else:
        built = sqlalchemy.create_engine(
            parsed,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args=POSTGRES_PATIENCE,
            json_serializer=write_json,
        )
    _keep_readable(built)
    _prepare_before_first_connection(built)
    _name_errors(built)
    keep_in_step(built)
    keep_notes_in_step()
    hide_removed_lessons()
    _engines.append(built)
    return built


def dispose_engines() -> None:
    """Close every connection of this process; the next use opens the database anew."""
    for built in _engines:
        built.dispose()
    _engines.clear()
    while _uses:
        _uses.pop().let_go()
    engine_for.cache_clear()


_engines: list[Engine] = []
_uses: list[Use] = []
"""What keeps others from putting another library in the place of the one that is open."""


def require_sound_file() -> None:
    """Read all of an SQLite file; raises `DatabaseDamaged`, and keeps every process from it."""
    url = engine_for(database_url()).url
    file = Path(str(url.database))
    if url.get_backend_name() == "sqlite" and (reason := find_damage(file)):
        raise note_damage(file, reason)


def _sqlite_engine(url: sqlalchemy.URL) -> Engine:
    # sqlite3 begins a transaction at the first write, and IMMEDIATE makes that write wait for
    # its turn. Reads run outside of transactions, so that a session which read something long
    # ago can still write (with BEGIN DEFERRED it would fail at once: SQLITE_BUSY_SNAPSHOT).
    built = sqlalchemy.create_engine(
        url,
        connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "isolation_level": "IMMEDIATE"},
        hide_parameters=True,
        json_serializer=write_json,
    )

    @event.listens_for(built, "connect")
    def set_up(connection: sqlite3.Connection, record: object) -> None:
        # Other programs may write bytes that are no text: they must not hide their whole row.
        connection.text_factory = lambda content: content.decode(errors="replace")
        connection.execute("PRAGMA foreign_keys=ON")
        # A commit is in the WAL; a power cut may lose the last ones but never breaks the file.
        connection.execute("PRAGMA synchronous=NORMAL")
        # What is deleted is overwritten: a removed lesson is gone from the file, too.
        connection.execute("PRAGMA secure_delete=ON")

    file = Path(url.database or "")

    @event.listens_for(built, "checkout")
    def look(*arguments: object) -> None:
        refuse_damaged(file)

    return built


def _prepare_before_first_connection(built: Engine) -> None:
    lock = threading.Lock()
    prepared = False

    @event.listens_for(built, "do_connect")
    def prepare(*arguments: object) -> None:
        nonlocal prepared
        with lock:
            if not prepared:
                _make_directory(data_dir())
                use = use_with_others(data_dir())
                try:
                    ensure_schema(built.url)
                except BaseException:
                    use.let_go()
                    raise
                _uses.append(use)
                prepared = True


def write_json(value: Any) -> str:
    """As it is stored: `readable_json`."""
    written = json.dumps(value)
    return json.dumps(readable_json(value)) if UNREADABLE_ESCAPE.search(written) else written


def _keep_readable(built: Engine) -> None:
    """Whoever writes a text, and by whatever way: what is stored is `readable`.

    The ways in make their texts so themselves, because what they go on with must be what is
    stored. This is for all the others: a script that assigns a title, the words of a library's
    error, a tag of a recording.
    """

    @event.listens_for(built, "before_cursor_execute", retval=True)
    def clean(
        connection: Connection, cursor: Any, statement: str, parameters: Any, *rest: Any
    ) -> tuple[str, Any]:
        return statement, _readable_parameters(parameters)


def _readable_parameters(parameters: Any) -> Any:
    """Of one statement, by name or by place, or of many."""
    if isinstance(parameters, str):
        return readable(parameters)
    if isinstance(parameters, dict):
        return {name: _readable_parameters(value) for name, value in parameters.items()}
    if isinstance(parameters, list | tuple):
        return type(parameters)(map(_readable_parameters, parameters))
    return parameters


def _name_errors(built: Engine) -> None:
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


# --- sessions --------------------------------------------------------------------------------

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


# --- schema ----------------------------------------------------------------------------------


def ensure_schema(url: sqlalchemy.URL) -> None:
    """Bring the schema up to date where that is safe without asking; see the module's docstring.

    Raises
    ------
    DatabaseTooNew
        The database is of a version that this program does not know.
    DatabaseNeedsUpgrade
        A PostgreSQL database of an older version.
    """
    where = describe(url)
    with named_database_errors(where):
        if url.get_backend_name() == "sqlite":
            _ensure_sqlite_schema(Path(url.database or ""), url, where)
        else:
            _ensure_postgres_schema(url, where)


def upgrade_schema(url: sqlalchemy.URL) -> tuple[str | None, str]:
    """Upgrade the database whatever it is; returns the versions before and after."""
    where = describe(url)
    with named_database_errors(where):
        if url.get_backend_name() == "sqlite":
            return _ensure_sqlite_schema(Path(url.database or ""), url, where), newest_version()
        with _postgres_locked(url) as connection:
            before = _refuse_newer(_stored_version(connection), where)
            _migrate(connection)
            return before, newest_version()


def describe(url: sqlalchemy.URL) -> str:
    """The database as a person names it: its file, or its address without the password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.render_as_string(hide_password=True)


def newest_version() -> str:
    return known_versions()[-1]


@cache
def known_versions() -> list[str]:
    """The schema versions this program knows, oldest first: the names of the migrations."""
    return sorted(path.stem for path in (MIGRATIONS_DIR / "versions").glob("[0-9]*.py"))


def _ensure_sqlite_schema(file: Path, url: sqlalchemy.URL, where: str) -> str | None:
    _make_directory(file.parent)
    if _read_sqlite_version(file, where) == newest_version():
        return newest_version()
    # Several processes may start at once on an empty directory: one migrates, the others wait.
    with FileLock(file.with_name(file.name + ".upgrade-lock"), mode=0o600):
        before = _refuse_newer(_read_sqlite_version(file, where), where)
        if before is None and file.exists():
            _refuse_emptied(file)
        if before == newest_version():
            return before
        if before is not None:
            _copy_before_upgrade(file, before)
        else:
            _make_private_file(file)
        _migrate_sqlite(file, url)
        return before


def _make_directory(directory: Path) -> None:
    try:
        make_private_directory(directory)
    except OSError as error:
        raise DatabaseError(
            f"The data directory {directory} cannot be made ({error.strerror}): choose another "
            "with LECTERN_DATA_DIR, or mend its permissions."
        ) from error


def _make_private_file(file: Path) -> None:
    """An empty one for its owner alone; SQLite gives the files beside it the same permissions."""
    with suppress(OSError):  # which SQLite meets, too, and tells of
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))


def _read_sqlite_version(file: Path, where: str) -> str | None:
    """The version of an SQLite file, or None where there is nothing yet."""
    if not file.exists():
        return None
    if file.stat().st_size:
        require_sound(file)
    try:
        with closing(sqlite3.connect(file, timeout=BUSY_TIMEOUT_SECONDS)) as connection:
            tables = {
                row[0]
                for row in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
            }
            if "alembic_version" in tables:
                row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
                return row[0] if row else None
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        raise note_damage(file, str(error)) from error
    if tables:
        raise DatabaseError(
            f"{where} is a database of another program: choose another data directory with "
            "LECTERN_DATA_DIR."
        )
    return None


def _refuse_emptied(file: Path) -> None:
    """A file without content is a beginning, but where there are recordings it is a loss."""
    if any(path.is_file() for path in audio_dir().glob("[!.]*")):
        raise DatabaseDamaged(
            f"The database {file} is empty, and there are recordings in {audio_dir()}: to begin a "
            "new library, remove the empty file."
        )


def _refuse_newer(version: str | None, where: str) -> str | None:
    if version is None or version in known_versions():
        return version
    raise DatabaseTooNew(
        f"The database {where} was written by a newer Lectern (version {version}; this one knows "
        f"up to {newest_version()}): install that version or a later one. Nothing was changed."
    )


def _copy_before_upgrade(file: Path, version: str) -> Path:
    copy = file.with_name(f"{file.stem}.before-upgrade-from-{version}{file.suffix}")
    _make_private_file(copy)
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy


def _migrate_sqlite(file: Path, url: sqlalchemy.URL) -> None:
    with closing(sqlite3.connect(file, timeout=BUSY_TIMEOUT_SECONDS)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    plain = sqlalchemy.create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_SECONDS})
    try:
        with plain.connect() as connection:
            # sqlite3 begins no transaction before a CREATE; begun here, the upgrade is all or
            # nothing.
            connection.exec_driver_sql("BEGIN EXCLUSIVE")
            _migrate(connection)
            connection.commit()
    finally:
        plain.dispose()


def _ensure_postgres_schema(url: sqlalchemy.URL, where: str) -> None:
    with _postgres_locked(url) as connection:
        version = _refuse_newer(_stored_version(connection), where)
        if version is None:
            _migrate(connection)
        elif version != newest_version():
            raise DatabaseNeedsUpgrade(
                f"The database {where} is of version {version}, this program needs "
                f"{newest_version()}."
            )


@contextmanager
def _postgres_locked(url: sqlalchemy.URL) -> Iterator[Connection]:
    """A connection in a transaction that one process at a time may hold."""
    plain = sqlalchemy.create_engine(
        url, poolclass=sqlalchemy.NullPool, connect_args=POSTGRES_PATIENCE
    )
    with plain.begin() as connection:
        connection.execute(
            text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": POSTGRES_MIGRATION_LOCK}
        )
        yield connection


def _stored_version(connection: Connection) -> str | None:
    if not sqlalchemy.inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def _migrate(connection: Connection) -> None:
    # Alembic costs more to import than all the rest of the database: only when there is work.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS_DIR).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
