"""The watched folder: recordings that are put there become lessons by themselves.

The folder is looked through every few seconds. That costs a `stat` for each file, works on every
kind of disk and share, and needs no memory of what the system told while nobody listened. A file is
taken once it rests: while something writes to it, its size or its time changes.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout
from sqlmodel import Session, col, select

from backend import database
from backend.config.environment import audio_dir, data_dir
from backend.config.settings import LibrarySettings
from backend.errors import InvalidValue, LecternError
from backend.errors.recordings import MediaError
from backend.files import is_plain_name
from backend.lessons.loose import adopting
from backend.lessons.same_sound import has_sound_of
from backend.lessons.service import LessonDetails, add_stored
from backend.lessons.storage import StoredRecording
from backend.models import Lesson, WatchedFile
from backend.models.columns import utc_now
from backend.speech.audio_info import AudioInfo
from backend.speech.isolated import probe_apart
from backend.text.character_sets import readable_name
from backend.uploads.new_recording import NewRecording, replace_recording
from backend.uploads.watched_files import (
    FoundFile,
    find_files,
    hash_beginnings,
    look_at,
    require_folder,
)

EVERY_SECONDS = 5.0
REST_SECONDS = 5.0
"""A file that did not change for so long is taken to be there in whole."""

logger = logging.getLogger("lectern.uploads")


@dataclass
class FolderWatch:
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
        found = set(find_files(require_folder(folder)))
        present = frozenset(file.key for file in found)
        now = self.clock()
        self._resting = {file: self._resting.get(file, now) for file in found - self._settled}
        self._settled &= found
        added = []
        for file, since in sorted(self._resting.items(), key=lambda item: item[0].modified_ns):
            if now - since >= self.rest_seconds:
                lesson_id = _take(session, _Coming(file, folder, present, process))
                added += [] if lesson_id is None else [lesson_id]
                self._settled.add(file)
        return added


# --- lessons ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Coming:
    """A file that rests, and what is known beside it."""

    file: FoundFile
    folder: Path
    present: frozenset[str]
    """The keys of all files that are in the folder."""
    process: bool

    @property
    def course(self) -> str | None:
        parents = self.file.path.relative_to(self.folder).parts[:-1]
        return readable_name(parents[0]) if parents else None


def _take(session: Session, coming: _Coming) -> int | None:
    """Make a lesson of a file unless it was looked at before; returns the id of a new lesson."""
    file = coming.file
    known = session.get(WatchedFile, file.key)
    if known is not None and (known.size, known.modified_ns) == (file.size, file.modified_ns):
        return None
    try:
        info = probe_apart(file.path)
        with adopting(session, file.path) as stored:
            if list(look_at(file.path)) == [file]:
                return _adopt(session, coming, stored, info)
            _drop(stored)  # it changed while it was copied: it did not rest after all
    except (MediaError, InvalidValue) as error:
        problem = readable_name(error.message)
        logger.warning("the watched folder: %s", problem)
        _remember_problem(session, file, problem)
    return None


def _adopt(
    session: Session, coming: _Coming, stored: StoredRecording, info: AudioInfo
) -> int | None:
    """Find out which lesson the copy of a file is of, or make it a new one."""
    file = coming.file
    same = _find_same(session, stored)
    origin = None if same else _find_origin(session, coming, stored)
    if same is not None:
        logger.info("%s is the recording of lesson %d already", file.shown, same)
        _drop(stored)
        _remember(session, file, stored, same)
    elif origin is None:
        return _add(session, coming, stored, info)
    elif origin.lesson_id is None:
        logger.info("%s is left alone: its lesson was removed", file.shown)
        _drop(stored)
        _remember(session, file, stored, None)
    else:
        seconds = info.duration_seconds
        new = replace_recording(session, origin.lesson_id, stored, seconds, process=coming.process)
        _tell_replaced(file, origin.lesson_id, new)
        _remember(session, file, stored, origin.lesson_id)
    return None


def _add(session: Session, coming: _Coming, stored: StoredRecording, info: AudioInfo) -> int | None:
    path = coming.file.path
    details = LessonDetails(course=coming.course).completed(
        path, info.title, info.recorded_at, path
    )
    added = add_stored(session, stored, info.duration_seconds, details, process=coming.process)
    logger.info("%s is lesson %s", coming.file.shown, added.lesson.id)
    _remember(session, coming.file, stored, added.lesson.id)
    return added.lesson.id


def _tell_replaced(file: FoundFile, lesson_id: int, new: NewRecording) -> None:
    said = "" if new.set_aside is None else "; the former one is in the trash"
    logger.info("%s is the new recording of lesson %d%s", file.shown, lesson_id, said)


def _find_same(session: Session, stored: StoredRecording) -> int | None:
    """A lesson that has the recording: nobody asked for a second one, as whoever adds a file does.

    A file that was moved or touched, or whose process was killed before it was written down.
    """
    same = select(Lesson.id).where(Lesson.audio_sha256 == stored.sha256)
    return session.exec(same.order_by(Lesson.id)).first()  # type: ignore[arg-type]


def _find_origin(session: Session, coming: _Coming, stored: StoredRecording) -> WatchedFile | None:
    """What a file was before, whose lesson it therefore is; None: it is a new one.

    It goes on with what its path held, or a path that is gone, for it may have been renamed. Where
    its path holds another sound now it is a new one, as of recorders that give each file the same
    name. The numbers that systems give to files tell neither: they are given again.
    """
    own = session.get(WatchedFile, coming.file.key)
    known = select(WatchedFile).where(
        col(WatchedFile.sha256).is_not(None), WatchedFile.size <= coming.file.size
    )
    rows = sorted(session.exec(known), key=lambda row: (row is own, row.size), reverse=True)
    rows = [row for row in rows if row is own or row.key not in coming.present]
    beginnings = hash_beginnings(audio_dir() / stored.filename, {row.size for row in rows})
    for row in rows:
        if beginnings.get(row.size) == row.sha256 and not _is_of_another(session, row, coming):
            return row
    if own is None or _is_of_another(session, own, coming):
        return None
    return own if _is_same_sound(session, own, stored) else None


def _is_of_another(session: Session, row: WatchedFile, coming: _Coming) -> bool:
    """Whether the lesson of a row is also that of another file that is there, a copy of it."""
    if row.lesson_id is None:
        return False
    others = select(WatchedFile.key).where(WatchedFile.lesson_id == row.lesson_id)
    return any(key in coming.present - {coming.file.key, row.key} for key in session.exec(others))


def _is_same_sound(session: Session, row: WatchedFile, stored: StoredRecording) -> bool:
    """Whether the lesson of a row is there, and its recording goes on in the new one."""
    there = select(Lesson.filename).where(Lesson.id == row.lesson_id)
    former = session.exec(there).first()
    path = audio_dir() / former if former and is_plain_name(former) else None
    return path is not None and path.is_file() and has_sound_of(audio_dir() / stored.filename, path)


def _drop(stored: StoredRecording) -> None:
    (audio_dir() / stored.filename).unlink(missing_ok=True)


def _remember(
    session: Session, file: FoundFile, stored: StoredRecording, lesson_id: int | None
) -> None:
    row = _row_of(session, file)
    row.sha256, row.lesson_id, row.problem = stored.sha256, lesson_id, None
    session.commit()


def _remember_problem(session: Session, file: FoundFile, problem: str) -> None:
    """What the path held before is still its lesson's, which goes on once it can be read."""
    _row_of(session, file).problem = problem
    session.commit()


def _row_of(session: Session, file: FoundFile) -> WatchedFile:
    row = session.get(WatchedFile, file.key) or WatchedFile(
        key=file.key, path=file.shown, size=0, modified_ns=0
    )
    row.size, row.modified_ns, row.looked_at = file.size, file.modified_ns, utc_now()
    session.add(row)
    return row


# --- again and again -------------------------------------------------------------------------


class FolderWatcher:
    """Scans the folder that the settings name, if they name one, until it is stopped.

    For a thread. Of several processes with one data directory, one watches.
    """

    def __init__(self, settings: Callable[[], LibrarySettings]) -> None:
        self._settings = settings
        self._stopping = threading.Event()
        self._watch = FolderWatch()
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
