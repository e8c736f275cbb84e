"""Removing lessons so that it can be undone: the trash, and what becomes of it.

A removed lesson keeps all that it has, and is in the table `trashed_lesson`: nobody finds it, see
`hide_removed_lessons`. What the table says holds. The recording follows: it is moved once it is
committed, and moved back before the return is, so that a lesson that is there has its recording
whenever a process is killed; `empty_trash` puts right what was left where it does not belong.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy
from sqlalchemy import ColumnElement
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from backend.config.environment import audio_dir
from backend.database.sessions import purge_deleted, refuse_uncommitted_writes, writing
from backend.errors import NotFound
from backend.errors.recordings import MediaError
from backend.errors.tasks import LessonRemoved
from backend.index.passages import compact
from backend.lesson_texts.layers import lock_lesson, require_possible_id
from backend.lessons.loose import clear_loose_note, note_loose
from backend.lessons.recordings import bring_back, settle_recording, trash_dir
from backend.lessons.service import HEAVY_COLUMNS, remove_lesson
from backend.models import Lesson, TrashedLesson
from backend.models.columns import database_now, seconds_since
from backend.models.people import WITH_REMOVED
from backend.task_queue.service import cancel_tasks_of
from backend.text.wording import clean_person

logger = logging.getLogger("lectern.lessons")


@dataclass(frozen=True)
class RemovedLesson:
    """A lesson in the trash."""

    lesson_id: int
    title: str
    duration: float | None
    removed_at: datetime
    removed_by: str | None


def trash_lesson(
    session: Session, lesson_id: int, undo_days: float, removed_by: str | None = None
) -> None:
    """Remove a lesson so that `restore_lesson` can bring it back for `undo_days`; 0: for good.

    Its tasks that have not ended are cancelled, and stay so: what is to be done again is asked for
    again.

    Raises
    ------
    LessonNotFound, InvalidValue, UncommittedWrites
    MediaError
        The recording could not be moved; the lesson is removed all the same.
    """
    remover = None if removed_by is None else clean_person(removed_by)
    refuse_uncommitted_writes(session)
    require_possible_id(lesson_id)
    if undo_days <= 0:
        remove_lesson(session, lesson_id)
        return
    with writing(session):
        lesson = lock_lesson(session, lesson_id, with_texts=False)
        filename = lesson.filename
        now = session.connection().execute(select(database_now())).scalar_one()
        session.add(TrashedLesson(lesson_id=lesson_id, removed_at=now, removed_by=remover))
        cancel_tasks_of(session, lesson_id, LessonRemoved(lesson_id))
    settle_recording(session, filename)


def list_trash(session: Session) -> list[RemovedLesson]:
    """The lessons that can be brought back, the last removed first."""
    lesson, trashed = col(Lesson.id), col(TrashedLesson.lesson_id)
    removal = (col(TrashedLesson.removed_at), col(TrashedLesson.removed_by))
    statement = (
        sqlalchemy.select(trashed, col(Lesson.title), col(Lesson.duration), *removal)
        .join(Lesson, lesson == trashed)
        .order_by(col(TrashedLesson.removed_at).desc(), trashed.desc())
    )
    return [RemovedLesson(*row) for row in session.connection().execute(statement)]


def restore_lesson(session: Session, lesson_id: int) -> None:
    """Bring back a removed lesson, with all that it had; its tasks stay cancelled.

    Raises
    ------
    NotFound
        It is not in the trash.
    UncommittedWrites
    MediaError
        Its recording could not be moved back: it stays in the trash.
    """
    refuse_uncommitted_writes(session)
    require_possible_id(lesson_id)
    with writing(session):
        lesson, trashed = _require_trashed(session, lesson_id)
        bring_back(lesson.filename)
        # Those that were asked for meanwhile.
        cancel_tasks_of(session, lesson_id, LessonRemoved(lesson_id))
        session.delete(trashed)


def delete_removed(session: Session, lesson_id: int) -> None:
    """Remove a lesson that is in the trash for good, before its days are over.

    Raises
    ------
    NotFound
        It is not in the trash.
    UncommittedWrites
    MediaError
        It is removed, but its recording could not be.
    """
    refuse_uncommitted_writes(session)
    require_possible_id(lesson_id)
    with writing(session):
        lesson, _ = _require_trashed(session, lesson_id)
        filename = lesson.filename
        session.delete(lesson)
    compact(session)
    purge_deleted(session)
    settle_recording(session, filename)


def empty_trash(session: Session, older_than: timedelta) -> int:
    """Remove for good what was removed longer ago than that; returns how many lessons.

    Recordings that a killed process left where they do not belong are put right.
    """
    refuse_uncommitted_writes(session)
    # Before as well: what lies in the trash is found again when its lesson is gone.
    _settle_misplaced(session)
    expired = select(TrashedLesson.lesson_id).where(_is_older(older_than))
    recordings: list[str | None] = []
    for lesson_id in session.exec(expired.order_by(col(TrashedLesson.lesson_id))).all():
        recordings += _remove_for_good(session, lesson_id, older_than)
    if recordings:
        compact(session)
        purge_deleted(session)
        for filename in recordings:
            _settle(session, filename)
    return len(recordings)


def _settle_misplaced(session: Session) -> None:
    for filename in _find_misplaced(session):
        _settle(session, filename)


def _settle(session: Session, filename: str | None) -> None:
    try:
        settle_recording(session, filename)
        clear_loose_note(filename)
    except MediaError as error:
        logger.warning("%s", error.message)


def _is_older(age: timedelta) -> ColumnElement[bool]:
    return seconds_since(col(TrashedLesson.removed_at)) >= age.total_seconds()


def _require_trashed(session: Session, lesson_id: int) -> tuple[Lesson, TrashedLesson]:
    lesson, trashed = _lock_trashed(session, lesson_id)
    if lesson is None or trashed is None:
        raise NotFound(f"Lesson {lesson_id} is not in the trash.")
    return lesson, trashed


def _lock_trashed(session: Session, lesson_id: int) -> tuple[Lesson | None, TrashedLesson | None]:
    lesson = session.get(
        Lesson,
        lesson_id,
        options=[defer(getattr(Lesson, name)) for name in HEAVY_COLUMNS],
        populate_existing=True,
        with_for_update=True,
        execution_options=WITH_REMOVED,
    )
    return lesson, session.get(TrashedLesson, lesson_id, populate_existing=True)


def _remove_for_good(session: Session, lesson_id: int, older_than: timedelta) -> list[str | None]:
    """The recording's name, if it was removed: somebody may have brought it back meanwhile, and
    even removed it again."""
    with writing(session):
        lesson, _ = _lock_trashed(session, lesson_id)
        still = select(TrashedLesson.lesson_id).where(
            TrashedLesson.lesson_id == lesson_id, _is_older(older_than)
        )
        if lesson is None or session.exec(still).first() is None:
            return []
        filename = lesson.filename
        note_loose(lesson.filename)
        session.delete(lesson)
    return [filename]


def _find_misplaced(session: Session) -> list[str]:
    """Recordings that do not lie where their lessons say."""
    statement = select(Lesson.filename, TrashedLesson.lesson_id).join(
        TrashedLesson, col(TrashedLesson.lesson_id) == col(Lesson.id), isouter=True
    )
    rows = [row for row in session.exec(statement, execution_options=WITH_REMOVED) if row[0]]
    there = {filename for filename, trashed_id in rows if trashed_id is None}
    removed = {filename for filename, trashed_id in rows if trashed_id is not None} - there
    in_trash = {path.name for path in trash_dir().glob("*")}
    left_behind = {name for name in removed if (audio_dir() / name).is_file()}
    return sorted(name for name in (in_trash - removed) | left_behind if name)
