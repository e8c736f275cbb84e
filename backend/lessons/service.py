"""What can be done with lessons. Each function is one transaction on the caller's session."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from backend.config import audio_dir
from backend.database import forget_deleted
from backend.errors import InvalidValue, LessonNotFound, MediaError
from backend.lessons.storage import StoredRecording, clean_title, store_recording, title_from
from backend.models import Course, Lesson, Task, TaskStatus
from backend.models.columns import database_now, seconds_since
from backend.models.transcript import segments_to_json
from backend.speech.audio import probe

HEAVY_COLUMNS = ("transcript", "corrected_transcript")
"""Megabytes for a long lesson: not read for lists."""


@dataclass(frozen=True)
class LessonDetails:
    """What a person says of a lesson; None: nothing (when adding), or as it is (when editing).

    An empty course takes the lesson out of its course, an empty language has it detected.
    """

    title: str | None = None
    course: str | None = None
    language: str | None = None
    date: datetime | None = None


@dataclass(frozen=True)
class AddedLesson:
    """A new lesson, and the ids of those that hold the same recording already."""

    lesson: Lesson
    same_recording: tuple[int, ...]


def add_recording(session: Session, source: Path, details: LessonDetails) -> AddedLesson:
    """Copy a recording into the library and make a lesson of it.

    Raises
    ------
    MediaError, StorageFull, InvalidValue
        Nothing was changed.
    """
    info = probe(source)
    stored = store_recording(source, audio_dir())
    try:
        lesson = Lesson(
            title=title_from(source),
            filename=stored.filename,
            audio_sha256=stored.sha256,
            duration=info.duration_seconds,
        )
        _apply(session, lesson, details)
        same = _find_same(session, stored)
        session.add(lesson)
        session.commit()
    except BaseException:
        # Without its lesson the copy would lie there unseen for ever.
        session.rollback()
        (audio_dir() / stored.filename).unlink(missing_ok=True)
        raise
    return AddedLesson(lesson, same)


def _find_same(session: Session, stored: StoredRecording) -> tuple[int, ...]:
    statement = select(Lesson.id).where(Lesson.audio_sha256 == stored.sha256)
    return tuple(lesson_id for lesson_id in session.exec(statement) if lesson_id is not None)


def get_lesson(session: Session, lesson_id: int) -> Lesson:
    """Raises `LessonNotFound`."""
    lesson = session.get(Lesson, lesson_id)
    if lesson is None:
        raise LessonNotFound(lesson_id)
    return lesson


@dataclass(frozen=True)
class ListedLesson:
    """A lesson without its texts, and which of them there are."""

    lesson: Lesson
    has_transcript: bool
    has_correction: bool

    @property
    def state(self) -> str:
        """How far it is, in a word."""
        if self.lesson.summary is not None:
            return "summarised"
        if self.lesson.summary_metadata is not None:
            return "no speech"
        if self.has_correction:
            return "corrected"
        return "transcribed" if self.has_transcript else "new"


def list_lessons(session: Session) -> list[ListedLesson]:
    """All lessons, oldest first, without their texts."""
    heavy = [defer(getattr(Lesson, name), raiseload=True) for name in HEAVY_COLUMNS]
    there = [col(getattr(Lesson, name)).is_not(None) for name in HEAVY_COLUMNS]
    statement = select(Lesson, *there).options(*heavy).order_by(col(Lesson.date), col(Lesson.id))
    return [ListedLesson(*row) for row in session.exec(statement)]


def edit_lesson(session: Session, lesson_id: int, details: LessonDetails) -> Lesson:
    """Change what was given, and nothing else."""
    lesson = get_lesson(session, lesson_id)
    _apply(session, lesson, details)
    session.commit()
    return lesson


def remove_lesson(session: Session, lesson_id: int) -> None:
    """Remove a lesson and all that was made of it: recording, texts, checkpoints and replies.

    Its tasks that have not ended are cancelled: a worker that is at one of them stops.
    """
    lesson = get_lesson(session, lesson_id)
    filename = lesson.filename
    session.delete(lesson)
    session.flush()
    # After the lesson, as whoever stores a result locks them, so that neither waits for the other.
    _cancel_tasks(session, lesson_id)
    shared = filename and session.exec(select(Lesson.id).where(Lesson.filename == filename)).first()
    session.commit()
    forget_deleted(session)
    if filename and not shared and Path(filename).name == filename:
        _remove_file(audio_dir() / filename)


def _cancel_tasks(session: Session, lesson_id: int) -> None:
    active = col(Task.status).in_([TaskStatus.PENDING, TaskStatus.RUNNING])
    cancelled = {
        "status": TaskStatus.CANCELLED,
        "error": f"Lesson {lesson_id} was removed, so its task was cancelled.",
        "end_date": database_now(),
        "duration": seconds_since(col(Task.start_date)),
    }
    session.execute(update(Task).where(col(Task.lesson_id) == lesson_id, active).values(cancelled))


def _remove_file(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise MediaError(
            f"The lesson was removed, but its recording {path} could not be ({error.strerror}): "
            "remove that file by hand."
        ) from error


def _apply(session: Session, lesson: Lesson, details: LessonDetails) -> None:
    if details.title is not None:
        lesson.title = clean_title(details.title)
        if not lesson.title:
            raise InvalidValue("A title must have at least one character.")
    if details.language is not None:
        lesson.language = _check_language(details.language)
    if details.date is not None:
        lesson.date = details.date
    if details.course is not None:
        lesson.course_id = _course_id(session, clean_title(details.course))


def _check_language(text: str) -> str | None:
    language = text.strip().lower()
    if language and not (language.isascii() and language.isalpha() and len(language) in (2, 3)):
        raise InvalidValue(f"`{text}` is not a language code: give one such as `en`, `fr` or `it`.")
    return language or None


def _course_id(session: Session, title: str) -> int | None:
    """The id of the course with this title, which is made if there is none."""
    if not title:
        return None
    course = session.exec(select(Course).where(Course.title == title)).first()
    if course is None:
        course = Course(title=title)
        session.add(course)
        session.flush()
    return course.id


def course_titles(session: Session) -> dict[int | None, str]:
    return {course.id: course.title for course in session.exec(select(Course))}


def summary_json(listed: ListedLesson, courses: dict[int | None, str]) -> dict[str, Any]:
    """A lesson of a list as plain JSON values."""
    fields = to_json(listed.lesson, courses.get(listed.lesson.course_id), with_texts=False)
    return fields | {
        "state": listed.state,
        "has_transcript": listed.has_transcript,
        "has_corrected_transcript": listed.has_correction,
        "has_summary": listed.lesson.summary is not None,
    }


def to_json(lesson: Lesson, course: str | None, *, with_texts: bool) -> dict[str, Any]:
    """A lesson as plain JSON values; times are ISO 8601 in UTC, durations seconds."""
    fields: dict[str, Any] = {
        "id": lesson.id,
        "title": lesson.title,
        "filename": lesson.filename,
        "duration": lesson.duration,
        "language": lesson.spoken_language,
        "date": lesson.date.isoformat(),
        "course_id": lesson.course_id,
        "course": course,
        "theme_id": lesson.theme_id,
        "brief": lesson.brief,
        "audio_sha256": lesson.audio_sha256,
    }
    if with_texts:
        fields |= {
            name: None if getattr(lesson, name) is None else segments_to_json(getattr(lesson, name))
            for name in HEAVY_COLUMNS
        }
        fields |= {
            "summary": lesson.summary,
            "transcript_metadata": lesson.transcript_metadata,
            "correction_metadata": lesson.correction_metadata,
            "summary_metadata": lesson.summary_metadata,
        }
    return fields
