"""Putting a backup in the place of a library, so that it is always the old one or the new one.

What is new is made ready beside what is old: recordings go to their place under names that nothing
old has, the database beside the database. Then one step makes it the library: on SQLite a rename,
on PostgreSQL a commit. A process that is killed before has changed nothing that anybody sees; one
that is killed after has left only things to clear away, which the same command, given again, does,
and a worker after a day (see `backend.lessons.loose`).
"""

import os
import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy
from sqlalchemy import Connection, make_url, text
from sqlmodel import Session

from backend import database
from backend.backup.files import copy_file, named_errors, require_room
from backend.backup.manifest import Backup, StoredFile, sha256_of, verify
from backend.backup.settings import put_settings_back
from backend.backup.snapshot import (
    clear_work_under_way,
    load_into_postgres,
    prepare_sqlite,
    sqlite_url,
)
from backend.config.environment import audio_dir, config_path, data_dir, database_url
from backend.damage import SIDE_FILES, find_damage, note_of
from backend.database import failures
from backend.database.schema import known_versions
from backend.errors.backups import BackupDamaged, BackupFailed, LibraryInUse
from backend.errors.storage import DatabaseTooNew
from backend.files import flush_directory
from backend.in_use import use_alone
from backend.index.passages import index_lesson
from backend.lessons.loose import clear_loose_note, note_loose, old_notes
from backend.lessons.recordings import settle_recording
from backend.lessons.storage import INCOMING_PREFIX, library_name

READY, FORMER = ".restoring.db", ".before-restore.db"
"""In the data directory, while a backup is put back: the new database, and the old one."""


@dataclass(frozen=True)
class Restored:
    """What was put back, and the recordings that the backup did not have either."""

    backup: Backup
    lessons: int
    missing: tuple[str, ...]


def restore_backup(backup: Backup) -> Restored:
    """Put a backup in the place of the library, whatever state that is in.

    Raises
    ------
    LibraryInUse, BackupDamaged, DatabaseTooNew, StorageFull, BackupFailed, DatabaseError
        Nothing was changed.
    """
    url = make_url(database_url())
    directory = data_dir()
    with named_errors(directory), _alone(directory):
        _refuse_newer(backup)
        verify(backup)
        _delete_former_tries(directory)
        ready = directory / READY
        require_room(directory, backup.database.stat().st_size)
        copy_file(backup.database, ready, READY)
        prepare_sqlite(ready)
        _place_recordings(backup, ready)
        _note_obsolete(url, ready)
        _make_ready(backup, ready)
        if url.get_backend_name() == "sqlite":
            _switch_sqlite(ready, Path(str(url.database)), directory / FORMER)
        else:
            _switch_postgres(ready, url, backup.manifest.lessons)
        if backup.config is not None:
            put_settings_back(backup.config, config_path())
        # Those of a former try that was cut off as well: nobody else is adding anything now.
        names = old_notes(older_than_seconds=0)
    _clear_away(directory, names)
    return Restored(backup, backup.manifest.lessons, backup.manifest.missing)


def unfinished_restore(directory: Path) -> list[Path]:
    """What a restore that was cut off has left in the data directory."""
    return [path for name in (READY, FORMER) for path in directory.glob(f"{name}*")]


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    use = use_alone(directory)
    try:
        yield
    finally:
        # What was opened meanwhile is of the old library, and no hold of its own.
        database.dispose_engines()
        use.let_go()


def _refuse_newer(backup: Backup) -> None:
    version = backup.manifest.schema_version
    if version not in known_versions():
        raise DatabaseTooNew(
            f"The backup {backup.folder} was made by a newer Lectern ({backup.manifest.lectern}; "
            f"its database is of version {version}): install that version or a later one. "
            "Nothing was changed."
        )


def _delete_former_tries(directory: Path) -> None:
    for path in unfinished_restore(directory):
        path.unlink()


# --- making ready ----------------------------------------------------------------------------


def _place_recordings(backup: Backup, ready: Path) -> None:
    """Copy in the recordings that are not there yet, each with a note.

    One whose name is taken by other content gets another name, also in the new database.
    """
    audio_dir().mkdir(mode=0o700, parents=True, exist_ok=True)
    wanted = [file for file in backup.recordings if not _is_in_place(file)]
    require_room(audio_dir(), sum(file.size for file in wanted))
    renamed = {}
    for file in wanted:
        name = Path(file.path).name
        target = name if not (audio_dir() / name).exists() else library_name(Path(name))
        note_loose(target)
        incoming = audio_dir() / f"{INCOMING_PREFIX}{secrets.token_hex(8)}"
        copied = copy_file(backup.folder / file.path, incoming, file.path)
        if copied != file:
            incoming.unlink()
            raise BackupDamaged(f"{backup.folder / file.path} changed while it was read.")
        incoming.rename(audio_dir() / target)
        if target != name:
            renamed[name] = target
    flush_directory(audio_dir())
    with closing(sqlite3.connect(ready)) as connection, connection:
        connection.executemany(
            "UPDATE lesson SET filename = ? WHERE filename = ?",
            [(target, name) for name, target in renamed.items()],
        )


def _is_in_place(file: StoredFile) -> bool:
    path = audio_dir() / Path(file.path).name
    with suppress(FileNotFoundError):
        return path.stat().st_size == file.size and sha256_of(path) == file.sha256
    return False


def _note_obsolete(url: sqlalchemy.URL, ready: Path) -> None:
    """Note the recordings of the old library that the new one does not have.

    Of a database that cannot be read they are not known, and stay.
    """
    with closing(sqlite3.connect(ready)) as connection:
        new = {row[0] for row in connection.execute("SELECT filename FROM lesson")}
    for name in _old_recordings(url) - new:
        note_loose(name)


def _old_recordings(url: sqlalchemy.URL) -> set[str]:
    statement = "SELECT filename FROM lesson WHERE filename IS NOT NULL"
    if url.get_backend_name() == "sqlite":
        with suppress(sqlite3.DatabaseError), closing(_open(Path(str(url.database)))) as old:
            return {row[0] for row in old.execute(statement)}
        return set()
    with database.engine_for(str(url.render_as_string(hide_password=False))).connect() as old:
        return set(old.scalars(text(statement)))


def _open(file: Path) -> sqlite3.Connection:
    """A database that is there; nothing is made where none is."""
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, timeout=0)


def _make_ready(backup: Backup, ready: Path) -> None:
    """The new database as it will be: no work under way, an index, and all of it proved sound."""
    engine = sqlalchemy.create_engine(sqlite_url(ready))
    try:
        with engine.begin() as connection:
            clear_work_under_way(connection)
            if backup.manifest.database != "sqlite":
                _index_all(connection)
            n_lessons = connection.scalar(text("SELECT count(*) FROM lesson"))
    finally:
        engine.dispose()
    with closing(sqlite3.connect(ready)) as plain:
        plain.execute("PRAGMA journal_mode=WAL")
    reason = find_damage(ready)
    if n_lessons != backup.manifest.lessons:
        reason = f"{n_lessons} lessons instead of {backup.manifest.lessons}"
    if reason:
        raise BackupDamaged(f"The backup {backup.folder} is damaged: {reason}.")


def _index_all(connection: Connection) -> None:
    for lesson_id in connection.scalars(text("SELECT id FROM lesson")).all():
        index_lesson(connection, lesson_id)


# --- the one step ----------------------------------------------------------------------------


def _switch_sqlite(ready: Path, file: Path, former: Path) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if ready.parent.stat().st_dev != file.parent.stat().st_dev:
        raise BackupFailed(
            f"{file} lies on another disk than {ready.parent}: put both on one, or set "
            "LECTERN_DATABASE_URL to a file in the data directory. Nothing was changed."
        )
    if file.exists():
        _settle_side_files(file, former)
        _keep_aside(file, former)
    for path in _engine_files(file):
        path.unlink(missing_ok=True)
    ready.replace(file)
    flush_directory(file.parent)
    note_of(file).unlink(missing_ok=True)
    if reason := find_damage(file):
        former.replace(file)
        raise BackupFailed(f"What was put back could not be read ({reason}): the old is back.")


def _keep_aside(file: Path, former: Path) -> None:
    try:
        os.link(file, former)
    except OSError:  # the disk has no second names
        copy_file(file, former, former.name)


def _settle_side_files(file: Path, former: Path) -> None:
    """Have no write-ahead log lie beside the file: it would be played into the new one.

    What it holds goes into the old file first, unless that is damaged.
    """
    try:
        with closing(_open(file)) as old:
            if old.execute("PRAGMA journal_mode=DELETE").fetchone() != ("delete",):
                raise _in_use(file)
    except sqlite3.OperationalError as error:
        raise _in_use(file) from error
    except sqlite3.DatabaseError:  # damaged
        for ending in SIDE_FILES:
            with suppress(FileNotFoundError):
                file.with_name(file.name + ending).rename(former.with_name(former.name + ending))


def _in_use(file: Path) -> LibraryInUse:
    return LibraryInUse(
        f"Another program has the database {file} open: close it, and try again. Nothing was "
        "changed."
    )


def _engine_files(file: Path) -> list[Path]:
    """The job engine's, which tell of a later state, or of none."""
    from backend.workers.engine import engine_url  # which loads the engine itself

    engine_file = Path(str(make_url(engine_url(f"sqlite:///{file}")).database))
    return [engine_file.with_name(engine_file.name + end) for end in ("", *SIDE_FILES)]


def _switch_postgres(ready: Path, url: sqlalchemy.URL, n_lessons: int) -> None:
    engine = database.engine_for(url.render_as_string(hide_password=False))
    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    with engine.begin() as connection:
        if connection.scalar(text(others)):
            raise LibraryInUse(
                f"Another program is connected to the database {failures.describe(url)}: stop the "
                "servers and workers on all hosts, and try again. Nothing was changed."
            )
        load_into_postgres(ready, connection)
        if connection.scalar(text("SELECT count(*) FROM lesson")) != n_lessons:
            raise BackupFailed("Not all lessons could be put back. Nothing was changed.")


# --- afterwards ------------------------------------------------------------------------------


def _clear_away(directory: Path, names: Iterable[str]) -> None:
    """The recordings that only the old library had, and what else is left of it."""
    with Session(database.engine) as session:
        for name in names:
            settle_recording(session, name)
            clear_loose_note(name)
    _delete_former_tries(directory)
