"""Another recording takes the place of a lesson's: a file that went on growing, or was tagged anew.

The lesson stays what it is: its id, what people say of it, their notes and their edits. What was
made from the former recording is made anew, and kept as any rerun keeps it. A former recording that
is not in the new one goes into the trash, with its texts, as a lesson that can be brought back.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete
from sqlmodel import Session, col, select

from backend.config.environment import audio_dir
from backend.database.sessions import writing
from backend.errors.lessons import InputChanged, LessonNotFound
from backend.files import is_plain_name
from backend.lesson_texts.layers import LessonLayer
from backend.lesson_texts.makers import EARLIER_RECORDING, IMPORTED
from backend.lesson_texts.texts import BY_HAND
from backend.lessons.loose import clear_loose_note, note_loose
from backend.lessons.recordings import settle_recording, trash_dir
from backend.lessons.same_sound import begins_with
from backend.lessons.service import require_recording
from backend.lessons.storage import StoredRecording
from backend.models import Lesson, TranscriptWindow, TrashedLesson
from backend.models.columns import database_now
from backend.models.notices import Notice
from backend.models.people import WITH_REMOVED
from backend.models.task import PROCESS
from backend.task_queue.service import active_types_of, add_task, cancel_tasks_of
from backend.tasks.pipeline import AnyStage, all_stages

_KEPT = (
    *("title", "date", "course_id", "theme_id", "filename", "audio_sha256", "duration", "language"),
    *("transcript", "corrected_transcript", "brief", "summary"),
    *("transcript_metadata", "correction_metadata", "summary_metadata"),
)
"""What a lesson has that can stand by itself."""


@dataclass(frozen=True)
class NewRecording:
    """What came of it."""

    task_ids: tuple[int, ...]
    """The tasks that make the texts anew."""
    set_aside: int | None
    """The lesson in the trash that has the former recording."""


def replace_recording(
    session: Session,
    lesson_id: int,
    stored: StoredRecording,
    duration_seconds: float | None,
    *,
    process: bool = False,
) -> NewRecording:
    """Give a lesson another recording, which is in the library, and have its texts made anew: those
    that it has, or was being given, and with `process` all of them. One that is in the trash stays
    there.

    Raises
    ------
    LessonNotFound
        It was removed for good.
    MediaError
        The recording is not there any more.
    """
    with writing(session):
        lesson = _lock(session, lesson_id)
        former, is_trashed = lesson.filename, session.get(TrashedLesson, lesson_id) is not None
        note_loose(former)
        is_within = is_trashed or _is_within(former, stored)
        set_aside = None if is_within else _set_aside(session, lesson)
        lesson.filename, lesson.audio_sha256 = stored.filename, stored.sha256
        lesson.duration = duration_seconds
        wanted = _stop_work(session, lesson_id) | _made_texts(lesson)
        wanted |= {PROCESS} if process else set()
        _mark_texts(lesson)
        session.flush()
        require_recording(stored)
        task_ids = () if is_trashed else _ask_for(session, lesson_id, wanted)
    for filename in (former, stored.filename):
        settle_recording(session, filename)
    clear_loose_note(former)
    return NewRecording(task_ids, set_aside)


def _lock(session: Session, lesson_id: int) -> Lesson:
    """The lesson, be it in the trash or not."""
    lesson = session.get(
        Lesson,
        lesson_id,
        populate_existing=True,
        with_for_update=True,
        execution_options=WITH_REMOVED,
    )
    if lesson is None:
        raise LessonNotFound(lesson_id)
    return lesson


def _place_of(filename: str | None) -> Path | None:
    if not filename or not is_plain_name(filename):
        return None
    places = [directory / filename for directory in (audio_dir(), trash_dir())]
    return next((path for path in places if path.is_file()), None)


def _is_within(former: str | None, stored: StoredRecording) -> bool:
    place = _place_of(former)
    return place is None or begins_with(audio_dir() / stored.filename, place)


def _set_aside(session: Session, lesson: Lesson) -> int | None:
    """Put what the lesson is now into the trash, as another lesson."""
    former = Lesson(**{name: getattr(lesson, name) for name in _KEPT})
    session.add(former)
    session.flush()
    assert former.id is not None
    now = session.connection().execute(select(database_now())).scalar_one()
    session.add(TrashedLesson(lesson_id=former.id, removed_at=now))
    return former.id


# --- texts -----------------------------------------------------------------------------------


def _stop_work(session: Session, lesson_id: int) -> set[str]:
    """End the tasks that work on the former recording; returns what they were to make."""
    wanted = active_types_of(session, lesson_id)
    cause = InputChanged(
        f"The recording of lesson {lesson_id} was replaced by a newer one: its texts are made anew."
    )
    cancel_tasks_of(session, lesson_id, cause)
    windows = delete(TranscriptWindow).where(col(TranscriptWindow.lesson_id) == lesson_id)
    session.execute(windows)
    return wanted


def _made_texts(lesson: Lesson) -> set[str]:
    """The stages whose texts were made from the former recording; those of people stay."""
    heard = lesson.transcript_metadata or {}
    if lesson.transcript is None or heard.get("engine") == IMPORTED:
        return set()
    return {stage.name for stage in all_stages() if _has_made(lesson, stage)}


def _has_made(lesson: Lesson, stage: AnyStage) -> bool:
    if stage.layer in (None, LessonLayer.TRANSCRIPT):
        return stage.layer is not None
    return getattr(lesson, f"{stage.layer}_metadata") not in (None, BY_HAND)


def _mark_texts(lesson: Lesson) -> None:
    """Say of the transcript that it is of an earlier recording, until it is made anew."""
    if lesson.transcript is None:
        return
    before = lesson.transcript_metadata or {}
    notice = Notice("earlier-recording", "The recording was replaced after this text was made.")
    others = [each for each in before.get("notices", ()) if each != notice.to_json()]
    notices = [*others, notice.to_json()]
    is_by_people = before.get("engine") == IMPORTED
    mark = {} if is_by_people else {EARLIER_RECORDING: True}
    lesson.transcript_metadata = before | mark | {"notices": notices}


def _ask_for(session: Session, lesson_id: int, wanted: Iterable[str]) -> tuple[int, ...]:
    """One task for all, or one for each stage, each after the one before."""
    stages = [stage.name for stage in all_stages() if stage.name in wanted]
    types = [PROCESS] if PROCESS in wanted else stages
    # What was better was of another recording, and is kept.
    parameters = {"lesson_id": lesson_id, "accept_lower_quality": True}
    task_ids: list[int] = []
    for task_type in types:
        before = task_ids[-1] if task_ids else None
        task = add_task(session, task_type, parameters, depends_on=before)
        assert task.id is not None
        task_ids.append(task.id)
    return tuple(task_ids)
