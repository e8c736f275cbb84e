"""The watched folder: recordings that are put there become lessons by themselves.

The folder is looked through every few seconds. That costs a `stat` for each file, works on every
kind of disk and share, and needs no memory of what the system told while nobody listened. A file is
taken once it rests: while something writes to it, its size or its time changes.
"""

import hashlib
import logging
import os
import stat
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout
from sqlmodel import Session, select

from backend import database
from backend.config import LibrarySettings, audio_dir, data_dir
from backend.errors import ConfigError, LecternError, MediaError
from backend.lessons.loose import adopting
from backend.lessons.service import LessonDetails, add_stored
from backend.lessons.storage import StoredRecording
from backend.models import Lesson, WatchedFile
from backend.models.columns import utc_now
from backend.models.people import is_there
from backend.speech.audio_info import AudioInfo
from backend.speech.isolated import probe_apart

EVERY_SECONDS = 5.0
REST_SECONDS = 5.0
"""A file that did not change for so long is taken to be there in whole."""

UNFINISHED_ENDINGS = (".part", ".partial", ".crdownload", ".download", ".tmp", "~")
"""What programs name a file that they are still writing."""

logger = logging.getLogger("lectern.uploads")


@dataclass(frozen=True)
class FoundFile:
    """A file as it is now."""

    path: Path
    size: int
    modified_ns: int

    @property
    def key(self) -> str:
        return hashlib.sha256(os.fsencode(self.path)).hexdigest()

    @property
    def shown(self) -> str:
        """The path as text, whatever bytes it has."""
        return os.fsencode(self.path).decode("utf-8", "backslashreplace").replace("\x00", "")


@dataclass
class Watch:
    """Remembers since when files rest. `clock` gives seconds that only rise."""

    rest_seconds: float = REST_SECONDS
    clock: Callable[[], float] = time.monotonic
    _resting: dict[FoundFile, float] = field(default_factory=dict)
    """Since when."""
    _settled: set[FoundFile] = field(default_factory=set)
    """What is in the table, or was told to be unreadable."""

    def scan_once(self, session: Session, folder: Path, *, process: bool = False) -> list[int]:
        """Add what has come into the folder and rests; returns the ids of the new lessons.

        A file in a subfolder goes into the course of its name. What cannot be used is written down
        with its reason, and left alone until it changes.

        Raises
        ------
        ConfigError
            There is no such folder, or it is one of the library's own.
        StorageFull, DatabaseError, ExaminationFailed
            The next scan goes on.
        """
        found = set(_find_files(_require_folder(folder)))
        now = self.clock()
        self._resting = {file: self._resting.get(file, now) for file in found - self._settled}
        self._settled &= found
        added = []
        for file, since in sorted(self._resting.items(), key=lambda item: item[0].modified_ns):
            if now - since >= self.rest_seconds:
                lesson_id = _take(session, file, folder, process)
                added += [] if lesson_id is None else [lesson_id]
                self._settled.add(file)
        return added


# --- files -----------------------------------------------------------------------------------


def _require_folder(folder: Path) -> Path:
    if not folder.is_dir():
        raise ConfigError(
            f"The watched folder {folder} is not there: make it, or set library.watch_folder to "
            "another one."
        )
    if folder.resolve().is_relative_to(data_dir().resolve()):
        raise ConfigError(
            f"The watched folder {folder} lies in the data directory {data_dir()}: set "
            "library.watch_folder to one outside of it."
        )
    return folder


def _find_files(folder: Path) -> Iterator[FoundFile]:
    """Plain files that may be recordings; links are not followed, hidden ones are left alone."""
    own = data_dir().resolve()
    for directory, subfolders, names in os.walk(folder):
        here = Path(directory)
        subfolders[:] = [
            name
            for name in subfolders
            if not name.startswith(".") and (here / name).resolve() != own
        ]
        for name in names:
            if not name.startswith(".") and not name.lower().endswith(UNFINISHED_ENDINGS):
                yield from _look_at(here / name)


def _look_at(path: Path) -> Iterator[FoundFile]:
    try:
        found = path.lstat()
    except OSError:
        return  # gone, or not for us to see: then there is nothing to add
    if stat.S_ISREG(found.st_mode) and found.st_size > 0:
        yield FoundFile(path, found.st_size, found.st_mtime_ns)


# --- lessons ---------------------------------------------------------------------------------


def _take(session: Session, file: FoundFile, folder: Path, process: bool) -> int | None:
    """Make a lesson of a file unless it was looked at before; returns the lesson's id."""
    known = session.get(WatchedFile, file.key)
    if known is not None and (known.size, known.modified_ns) == (file.size, file.modified_ns):
        return None
    try:
        info = probe_apart(file.path)
        with adopting(session, file.path) as stored:
            return _adopt(session, file, stored, info, folder, process)
    except MediaError as error:
        logger.warning("the watched folder: %s", error.message)
        _remember(session, file, problem=error.message)
        return None


def _adopt(
    session: Session,
    file: FoundFile,
    stored: StoredRecording,
    info: AudioInfo,
    folder: Path,
    process: bool,
) -> int | None:
    """Make a lesson of the copy of a file, unless it changed meanwhile or there is one."""
    if list(_look_at(file.path)) != [file]:
        _drop(stored)  # it changed while it was copied: it did not rest after all
        return None
    lesson_id = _find_same(session, stored)
    if lesson_id is not None:
        logger.info("%s is the recording of lesson %d already", file.shown, lesson_id)
        _remember(session, file, sha256=stored.sha256, lesson_id=lesson_id)
        _drop(stored)
        return None
    named = LessonDetails(course=_course_of(file.path, folder)).with_name(file.path)
    details = named.with_recording(info.recorded_at, file.path)
    added = add_stored(session, stored, info.duration_seconds, details, process=process)
    logger.info("%s is lesson %s", file.shown, added.lesson.id)
    _remember(session, file, sha256=stored.sha256, lesson_id=added.lesson.id)
    return added.lesson.id


def _find_same(session: Session, stored: StoredRecording) -> int | None:
    """A lesson that has the recording: nobody asked for a second one, as whoever adds a file does.

    A file that was moved or touched, or whose process was killed before it was written down.
    """
    same = select(Lesson.id).where(Lesson.audio_sha256 == stored.sha256, is_there)
    return session.exec(same.order_by(Lesson.id)).first()  # type: ignore[arg-type]


def _course_of(path: Path, folder: Path) -> str | None:
    parents = path.relative_to(folder).parts[:-1]
    return parents[0] if parents else None


def _drop(stored: StoredRecording) -> None:
    (audio_dir() / stored.filename).unlink(missing_ok=True)


def _remember(
    session: Session,
    file: FoundFile,
    *,
    sha256: str | None = None,
    lesson_id: int | None = None,
    problem: str | None = None,
) -> None:
    session.merge(
        WatchedFile(
            key=file.key,
            path=file.shown,
            size=file.size,
            modified_ns=file.modified_ns,
            sha256=sha256,
            lesson_id=lesson_id,
            problem=problem,
            looked_at=utc_now(),
        )
    )
    session.commit()


# --- again and again -------------------------------------------------------------------------


class FolderWatcher:
    """Scans the folder that the settings name, if they name one, until it is stopped.

    For a thread. Of several processes with one data directory, one watches.
    """

    def __init__(self, settings: Callable[[], LibrarySettings]) -> None:
        self._settings = settings
        self._stopping = threading.Event()
        self._watch = Watch()
        self._complaint = ""

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._scan()
                self._complaint = ""
            except Timeout:
                pass  # another process watches
            except LecternError as error:
                self._complain(error.message)
            except Exception:  # the outer edge of a thread that must go on
                logger.exception("the watched folder was not looked through this time")
            self._stopping.wait(EVERY_SECONDS)

    def stop(self) -> None:
        self._stopping.set()

    def _scan(self) -> None:
        settings = self._settings()
        if settings.watch_folder is None:
            return
        folder = Path(settings.watch_folder).expanduser().absolute()
        with (
            FileLock(data_dir() / "watching.lock", timeout=0),
            Session(database.engine) as session,
        ):
            self._watch.scan_once(session, folder, process=settings.watch_process)

    def _complain(self, message: str) -> None:
        """Say a lasting trouble once, and not every few seconds."""
        if message != self._complaint:
            logger.warning("the watched folder: %s", message)
        self._complaint = message
