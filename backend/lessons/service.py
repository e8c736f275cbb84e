"""What can be done with lessons. Each function is one transaction on the caller's session."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePath
from typing import Any, Self

from sqlalchemy.orm import defer
from sqlmodel import Session, select

from backend.config.environment import PACKAGE_DIR, audio_dir
from backend.courses.service import find_course, find_theme
from backend.database.sessions import purge_deleted, refuse_uncommitted_writes, writing
from backend.errors import InvalidValue
from backend.errors.recordings import MediaError
from backend.errors.tasks import LessonRemoved
from backend.index.passages import compact
from backend.lesson_texts.layers import lock_lesson, missing_lesson, require_possible_id
from backend.lessons.dates import date_in_name, date_of_file, date_of_recording
from backend.lessons.loose import adopting, clear_loose_note, note_loose
from backend.lessons.recordings import settle_recording
from backend.lessons.storage import StoredRecording
from backend.lessons.titles import title_of
from backend.models import Course, Lesson
from backend.models.columns import utc_now
from backend.models.task import PROCESS
from backend.models.transcript import segments_to_json
from backend.speech.isolated import probe_apart
from backend.task_queue.service import add_task, cancel_tasks_of
from backend.text.wording import require_title
from backend.versions import require_version, version_of

SAMPLE_DIR = PACKAGE_DIR / "sample"

HEAVY_COLUMNS = ("transcript", "corrected_transcript")
"""Megabytes for a long lesson: only read where they are needed."""

_WITHOUT_TEXTS = [defer(getattr(Lesson, name), raiseload=True) for name in HEAVY_COLUMNS]


@dataclass(frozen=True)
class LessonDetails:
    """What a person says of a lesson; None: nothing (when adding), or as it is (when editing).

    A course or theme is named by its title, and made if there is none, or by its id. A theme is
    one of the lesson's course: another course takes the lesson out of its theme. An empty one takes
    it out of its course or theme, an empty language has it detected.
    """

    title: str | None = None
    course: str | int | None = None
    language: str | None = None
    date: datetime | None = None
    theme: str | int | None = None

    def completed(
        self,
        name: PurePath,
        tag: str | None,
        recorded_at: datetime | None,
        file: Path | None = None,
    ) -> Self:
        """The same, with what a recording tells where nobody said it: its title by its own `tag` or
        its name, its date by the name, by the recorder's clock, or by the file's own time."""
        title = title_of(name, tag) if self.title is None else self.title
        now = utc_now()
        date = self.date or date_in_name(name, now) or date_of_recording(recorded_at, now)
        if date is None and file is not None:
            date = date_of_file(file, now)
        return replace(self, title=title, date=date)


@dataclass(frozen=True)
class AddedLesson:
    """A new lesson, the ids of those that hold the same recording already, and that of the task
    that works on it, if one does."""

    lesson: Lesson
    same_recording: tuple[int, ...]
    task_id: int | None = None


def add_sample(session: Session) -> AddedLesson:
    """Add the sample lesson that comes with Lectern, and ask for all that can be made of it.

    Raises
    ------
    StorageFull, MediaError
    """
    title = json.loads((SAMPLE_DIR / "lesson.json").read_text(encoding="utf-8"))["title"]
    details = LessonDetails(title=title, date=utc_now())
    return add_recording(session, SAMPLE_DIR / "lesson.opus", details, process=True)


def add_recording(
    session: Session, source: Path, details: LessonDetails, *, process: bool = False
) -> AddedLesson:
    """Copy a recording into the library and make a lesson of it; `process` asks for all that can be
    made of it, in the same transaction.

    Raises
    ------
    MediaError, ExaminationFailed, StorageFull, InvalidValue
        Nothing was changed.
    """
    info = probe_apart(source)
    details = details.completed(source, info.title, info.recorded_at, source)
    with adopting(session, source) as stored:
        return add_stored(session, stored, info.duration_seconds, details, process=process)


def add_stored(
    session: Session,
    stored: StoredRecording,
    duration_seconds: float | None,
    details: LessonDetails,
    *,
    process: bool = False,
) -> AddedLesson:
    """Make a lesson of a recording that is in the library; `process` asks for all that can be made
    of it, in the same transaction.

    Raises
    ------
    InvalidValue
        Nothing was changed.
    MediaError
        The recording is not there any more.
    """
    lesson = Lesson(filename=stored.filename, audio_sha256=stored.sha256, duration=duration_seconds)
    with writing(session):
        _apply(session, lesson, details)
        same = _find_same(session, stored)
        session.add(lesson)
        session.flush()
        require_recording(stored)
        asked = {"lesson_id": lesson.id}
        task = add_task(session, PROCESS, asked) if process else None
    return AddedLesson(lesson, same, None if task is None else task.id)


def require_recording(stored: StoredRecording) -> None:
    """Raise `MediaError` unless the recording is there; called while its lesson is locked, see
    `backend.lessons.loose`."""
    if not (audio_dir() / stored.filename).is_file():
        raise MediaError(
            f"The recording {stored.filename} is not in {audio_dir()} any more: add it again. "
            "Nothing was changed."
        )


def _find_same(session: Session, stored: StoredRecording) -> tuple[int, ...]:
    statement = select(Lesson.id).where(Lesson.audio_sha256 == stored.sha256)
    return tuple(lesson_id for lesson_id in session.exec(statement) if lesson_id is not None)


def get_lesson(session: Session, lesson_id: int, *, with_texts: bool = True) -> Lesson:
    """A lesson; without its transcripts, which may be long, they cannot be asked for later.

    Raises `LessonNotFound`.
    """
    require_possible_id(lesson_id)
    statement = select(Lesson).where(Lesson.id == lesson_id)
    lesson = session.exec(statement if with_texts else statement.options(*_WITHOUT_TEXTS)).first()
    if lesson is None:
        raise missing_lesson(session, lesson_id)
    return lesson


def lesson_version(lesson: Lesson) -> str:
    """The version of what people say of a lesson; its texts have their own."""
    return version_of(lesson.title, lesson.date, lesson.language, lesson.course_id, lesson.theme_id)


def edit_lesson(
    session: Session, lesson_id: int, details: LessonDetails, seen: str | None = None
) -> Lesson:
    """Change what was given, and nothing else.

    Parameters
    ----------
    seen
        The version that was read, see `lesson_version`; None: change whatever is there.

    Raises
    ------
    LessonNotFound, NotFound, InvalidValue, UncommittedWrites
    Conflict
        The lesson is not what was read; `present` is what it is now.
    """
    refuse_uncommitted_writes(session)
    require_possible_id(lesson_id)
    with writing(session):
        lesson = lock_lesson(session, lesson_id, with_texts=False)
        present = to_json(lesson, None, with_texts=False) | {"version": lesson_version(lesson)}
        require_version(f"Lesson {lesson_id}", seen, present)
        _apply(session, lesson, details)
    return lesson


def remove_lesson(session: Session, lesson_id: int) -> None:
    """Remove a lesson for good and all that was made of it: recording, texts, checkpoints, replies,
    and what people wrote.

    Its tasks that have not ended are cancelled: a worker that is at one of them stops.
    """
    lesson = get_lesson(session, lesson_id)
    filename = lesson.filename
    note_loose(filename)
    session.delete(lesson)
    session.flush()
    # After the lesson, as whoever stores a result locks them, so that neither waits for the other.
    cancel_tasks_of(session, lesson_id, LessonRemoved(lesson_id))
    session.commit()
    compact(session)
    purge_deleted(session)
    settle_recording(session, filename)
    clear_loose_note(filename)


def _apply(session: Session, lesson: Lesson, details: LessonDetails) -> None:
    if details.title is not None:
        lesson.title = require_title(details.title)
    if details.language is not None:
        lesson.language = check_language(details.language)
    if details.date is not None:
        lesson.date = details.date
    if details.course is not None:
        course_id = find_course(session, details.course)
        if course_id != lesson.course_id:
            lesson.course_id, lesson.theme_id = course_id, None
    if details.theme is not None:
        lesson.theme_id = find_theme(session, details.theme, lesson.course_id)


def check_language(text: str) -> str | None:
    """A language's code, or None for the empty one; raises `InvalidValue` for what is none."""
    language = text.strip().lower()
    if language and not (language.isascii() and language.isalpha() and len(language) in (2, 3)):
        raise InvalidValue(f"`{text}` is not a language code: give one such as `en`, `fr` or `it`.")
    return language or None


def course_titles(session: Session) -> dict[int | None, str]:
    return {course.id: course.title for course in session.exec(select(Course))}


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
