"""The way to the current schema."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path

import sqlalchemy
from filelock import FileLock
from sqlalchemy import Connection, text

from backend.config.environment import PACKAGE_DIR, audio_dir
from backend.damage import is_damage, note_damage, require_sound
from backend.database.failures import describe, named_database_errors
from backend.database.patience import BUSY_TIMEOUT_SECONDS, POSTGRES_PATIENCE
from backend.errors.storage import (
    DatabaseDamaged,
    DatabaseError,
    DatabaseNeedsUpgrade,
    DatabaseTooNew,
)
from backend.files import make_private_directory

MIGRATIONS_DIR = PACKAGE_DIR / "migrations"


POSTGRES_MIGRATION_LOCK = 5_327_846  # any number that no other program on the server uses


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


def make_directory(directory: Path) -> None:
    try:
        make_private_directory(directory)
    except OSError as error:
        raise DatabaseError(
            f"The data directory {directory} cannot be made ({error.strerror}): choose another "
            "with LECTERN_DATA_DIR, or mend its permissions."
        ) from error


def newest_version() -> str:
    return known_versions()[-1]


@cache
def known_versions() -> list[str]:
    """The schema versions this program knows, oldest first: the names of the migrations."""
    return sorted(path.stem for path in (MIGRATIONS_DIR / "versions").glob("[0-9]*.py"))


def _ensure_sqlite_schema(file: Path, url: sqlalchemy.URL, where: str) -> str | None:
    make_directory(file.parent)
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
