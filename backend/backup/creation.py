"""Making a backup while everything runs.

The recordings that there are are copied first, then the database at one moment, then what came
in between: so that none is missing that was there at that moment, though lessons are removed
meanwhile. It is built in a hidden folder and gets its name when all of it is safely on the disk.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import connect

from filelock import FileLock, Timeout
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from backend import __version__
from backend.backup.files import copy_file, named_errors, require_room
from backend.backup.manifest import (
    AUDIO,
    CONFIG,
    DATABASE,
    MANIFEST,
    Backup,
    Manifest,
    StoredFile,
    list_backups,
    sha256_of,
)
from backend.backup.settings import settings_without_secrets
from backend.backup.snapshot import take_snapshot
from backend.config.environment import audio_dir, config_path
from backend.database.schema import newest_version
from backend.errors.backups import BackupFailed
from backend.files import flush_directory, write_whole
from backend.lessons.recordings import trash_dir
from backend.models import Lesson
from backend.models.people import WITH_REMOVED

BUILDING = ".incomplete-"
LOCK = ".lock"

Tell = Callable[[str], None]
"""Told in a sentence what a person should know beside the result."""


def create_backup(engine: Engine, directory: Path, tell: Tell) -> Backup:
    """Make a backup of the whole library in a folder of backups, which is made if need be.

    A recording that the newest backup there has already is not stored again, where the disk can
    give one file two names.

    Raises
    ------
    StorageFull, DatabaseError, BackupFailed
        No backup was made, and nothing is left of it.
    """
    with named_errors(directory), _only_one(directory):
        for left in directory.glob(f"{BUILDING}*"):
            shutil.rmtree(left)  # of a process that was killed
        earlier = list_backups(directory)
        building = directory / f"{BUILDING}{_new_name(directory)}"
        try:
            building.mkdir(mode=0o700)
            (building / AUDIO).mkdir(mode=0o700)
            manifest = _fill(engine, building, earlier[-1] if earlier else None, tell)
            write_whole(
                building / MANIFEST, manifest.model_dump_json(indent=1) + "\n", is_private=True
            )
            for folder in (building / AUDIO, building):
                flush_directory(folder)
            folder = directory / building.name.removeprefix(BUILDING)
            building.rename(folder)
            flush_directory(directory)
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            raise
    return Backup(folder, manifest)


def only_one_at_a_time(directory: Path) -> FileLock:
    """The lock of whoever makes or removes backups in a folder."""
    return FileLock(directory / LOCK, timeout=0, mode=0o600)


def _only_one(directory: Path) -> FileLock:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = only_one_at_a_time(directory)
    try:
        lock.acquire()
    except Timeout as error:
        raise BackupFailed(
            f"Another backup is being made in {directory}: wait until that has ended."
        ) from error
    return lock


def _new_name(directory: Path) -> str:
    name = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
    others = (f"{name}-{number}" for number in range(2, 1000))
    return next(each for each in (name, *others) if not (directory / each).exists())


def _fill(engine: Engine, building: Path, earlier: Backup | None, tell: Tell) -> Manifest:
    created_at = datetime.now(UTC)
    recordings = _Recordings(building, earlier)
    recordings.add(_names_of_lessons(engine))
    database = building / DATABASE
    take_snapshot(engine, database)
    database.chmod(0o600)
    names, n_lessons = _read_snapshot(database)
    recordings.add(names)
    recordings.drop_all_but(names)
    files = [
        StoredFile(path=DATABASE, size=database.stat().st_size, sha256=sha256_of(database)),
        *_store_settings(building, tell),
        *recordings.stored.values(),
    ]
    return Manifest(
        format=1,
        created_at=created_at,
        lectern=__version__,
        schema_version=newest_version(),
        database="sqlite" if engine.dialect.name == "sqlite" else "postgresql",
        lessons=n_lessons,
        files=tuple(sorted(files, key=lambda file: file.path)),
        missing=tuple(sorted(names - recordings.stored.keys())),
    )


def _names_of_lessons(engine: Engine) -> set[str]:
    filenames = select(col(Lesson.filename)).distinct()
    with Session(engine) as session:
        return set(_plain(session.exec(filenames, execution_options=WITH_REMOVED)))


def _read_snapshot(database: Path) -> tuple[set[str], int]:
    """The recordings that its lessons name, and the number of lessons."""
    with closing(connect(database)) as connection:
        names = _plain(row[0] for row in connection.execute("SELECT filename FROM lesson"))
        (n_lessons,) = connection.execute("SELECT count(*) FROM lesson").fetchone()
        return set(names), n_lessons


def _plain(names: Iterator[str | None]) -> Iterator[str]:
    """Those of the library's own folder, see `backend.tasks.transcribe.audio_path`."""
    return (name for name in names if name and Path(name).name == name)


def _store_settings(building: Path, tell: Tell) -> Iterator[StoredFile]:
    if not config_path().exists():
        return
    text = settings_without_secrets(config_path())
    if text is None:
        tell(f"{config_path()} cannot be read as settings, so it is not in the backup.")
        return
    path = building / CONFIG
    write_whole(path, text, is_private=True)
    yield StoredFile(path=CONFIG, size=path.stat().st_size, sha256=sha256_of(path))


class _Recordings:
    """The recordings in a backup that is being made."""

    def __init__(self, building: Path, earlier: Backup | None) -> None:
        self.stored: dict[str, StoredFile] = {}
        self._directory, self._folder = building.parent, building / AUDIO
        self._earlier = earlier
        self._earlier_files: Mapping[str, StoredFile] = (
            {Path(file.path).name: file for file in earlier.recordings} if earlier else {}
        )

    def add(self, names: set[str]) -> None:
        """Those of the recordings that are there, and not in the backup yet."""
        new = sorted(names - self.stored.keys())
        sources = {name: source for name in new if (source := _find(name)) is not None}
        fresh = {name: path for name, path in sources.items() if not self._link(name, path)}
        require_room(self._directory, sum(path.stat().st_size for path in fresh.values()))
        for name, source in fresh.items():
            self._copy(name, source)

    def drop_all_but(self, names: set[str]) -> None:
        """Their lessons were removed before the moment of the backup."""
        for name in self.stored.keys() - names:
            (self._folder / name).unlink()
            del self.stored[name]

    def _copy(self, name: str, source: Path) -> None:
        try:
            self.stored[name] = copy_file(source, self._folder / name, f"{AUDIO}/{name}")
        except FileNotFoundError:
            (self._folder / name).unlink(missing_ok=True)
            if (moved := _find(name)) is not None:  # into the trash, or out of it
                self.stored[name] = copy_file(moved, self._folder / name, f"{AUDIO}/{name}")

    def _link(self, name: str, source: Path) -> bool:
        """Whether the earlier backup had the same file, and could share it: recordings never
        change, so that size and time tell."""
        file = self._earlier_files.get(name)
        if file is None or self._earlier is None:
            return False
        former = self._earlier.folder / file.path
        try:
            now, then = source.stat(), former.stat()
            if (now.st_size, now.st_mtime_ns) != (then.st_size, then.st_mtime_ns):
                return False
            os.link(former, self._folder / name)
        except OSError:  # it is gone, or the disk has no second names: then it is copied
            return False
        self.stored[name] = file
        return True


def _find(name: str) -> Path | None:
    places = (audio_dir() / name, trash_dir() / name)
    return next((place for place in places if place.is_file()), None)
