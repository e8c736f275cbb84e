"""The whole way of a lesson: transcribe, correct, summarise, as far as it is not done yet."""

from collections.abc import Iterator
from enum import StrEnum

from sqlmodel import Session, select

from backend.config import Settings
from backend.database import Bind, bind_of
from backend.errors import LessonNotFound
from backend.models import Lesson, TaskType
from backend.models.people import is_there
from backend.models.transcript import transcript_hash
from backend.tasks.correction import run_correction
from backend.tasks.layers import require_possible_id
from backend.tasks.ownership import Owner
from backend.tasks.progress import OnProgress, ignore_progress
from backend.tasks.summary import run_summary
from backend.tasks.transcribe import run_transcription


class Stage(StrEnum):
    """A stage of the way, in order. `TaskType` has these and what is made up of them."""

    TRANSCRIPTION = TaskType.TRANSCRIPTION.value
    CORRECTION = TaskType.CORRECTION.value
    SUMMARY = TaskType.SUMMARY.value


def run_stage(
    stage: Stage,
    lesson_id: int,
    session: Session,
    on_progress: OnProgress = ignore_progress,
    *,
    owner: Owner | None = None,
    settings: Settings | None = None,
) -> None:
    """One stage with its usual options; raises what went wrong."""
    if stage is Stage.TRANSCRIPTION:
        run_transcription(lesson_id, session, on_progress, owner=owner, settings=settings)
    elif stage is Stage.CORRECTION:
        run_correction(lesson_id, session, on_progress=on_progress, owner=owner, settings=settings)
    else:
        run_summary(lesson_id, session, on_progress=on_progress, owner=owner, settings=settings)


def run_process(
    lesson_id: int,
    session: Session,
    on_progress: OnProgress = ignore_progress,
    *,
    again: bool = False,
    owner: Owner | None = None,
    settings: Settings | None = None,
) -> Iterator[Stage]:
    """Run the stages that are missing or out of date, in order; yields each when it is done.

    A stage is out of date when the text that it was made from has changed. `again` runs all
    three whatever is there. What a failed stage left behind stays, and so does what was done.
    """
    for stage in Stage:
        if again or is_stage_needed(bind_of(session), lesson_id, stage):
            run_stage(stage, lesson_id, session, on_progress, owner=owner, settings=settings)
            yield stage


def is_stage_needed(bind: Bind, lesson_id: int, stage: Stage) -> bool:
    """Whether what a stage makes is missing, or was made from a text that has changed.

    Raises
    ------
    LessonNotFound
    """
    require_possible_id(lesson_id)
    with Session(bind) as session:
        lesson = session.exec(select(Lesson).where(Lesson.id == lesson_id, is_there)).first()
        if lesson is None:
            raise LessonNotFound(lesson_id)
        if lesson.transcript is None:
            return True
        if stage is Stage.TRANSCRIPTION:
            return False
        if stage is Stage.CORRECTION:
            made_from = (lesson.correction_metadata or {}).get("input")
            if lesson.corrected_transcript is None:
                return True
            return made_from != transcript_hash(lesson.transcript)
        text = lesson.corrected_transcript
        if text is None:
            text = lesson.transcript
        return (lesson.summary_metadata or {}).get("input") != transcript_hash(text)
