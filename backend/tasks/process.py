"""The whole way of a lesson: transcribe, correct, summarise, as far as it is not done yet."""

from collections.abc import Callable, Iterable, Iterator

from sqlmodel import Session, select

from backend.config import Settings, load_config
from backend.database import Bind, bind_of
from backend.models import Lesson, SummaryPart
from backend.models.people import is_there
from backend.tasks.correction import correction_maker, run_correction
from backend.tasks.layers import (
    defer_texts,
    missing_lesson,
    require_not_lower_than_present,
    require_possible_id,
)
from backend.tasks.makers import EARLIER_RECORDING, Maker
from backend.tasks.ownership import Owner
from backend.tasks.people import LessonTexts
from backend.tasks.progress import OnProgress, ignore_progress
from backend.tasks.stages import LAYER_OF, Stage
from backend.tasks.summaries import people_texts
from backend.tasks.summary import run_summary, summary_maker
from backend.tasks.transcribe import run_transcription, transcript_maker


def run_stage(
    stage: Stage,
    lesson_id: int,
    session: Session,
    on_progress: OnProgress = ignore_progress,
    *,
    owner: Owner | None = None,
    settings: Settings | None = None,
    accept_lower_quality: bool = False,
) -> None:
    """One stage with its usual options; raises what went wrong."""
    stages: dict[Stage, Callable[..., None]] = {
        Stage.TRANSCRIPTION: run_transcription,
        Stage.CORRECTION: run_correction,
        Stage.SUMMARY: run_summary,
    }
    stages[stage](
        lesson_id,
        session,
        on_progress=on_progress,
        owner=owner,
        settings=settings,
        accept_lower_quality=accept_lower_quality,
    )


def stage_maker(stage: Stage, settings: Settings) -> Maker:
    """What would do a stage now.

    Raises
    ------
    RecogniserError
    """
    if stage is Stage.TRANSCRIPTION:
        return transcript_maker(settings.transcription)
    if stage is Stage.CORRECTION:
        return correction_maker(settings)
    return summary_maker(settings)


def refuse_lower(bind: Bind, lesson_id: int, stages: Iterable[Stage], settings: Settings) -> None:
    """Raise `LowerQuality` before any work, where one of the stages would make a text worse.

    Raises
    ------
    LowerQuality, RecogniserError
    """
    for stage in stages:
        maker = stage_maker(stage, settings)
        require_not_lower_than_present(bind, lesson_id, LAYER_OF[stage], maker)


def due_stages(bind: Bind, lesson_id: int, *, again: bool) -> list[Stage]:
    """The stages that a `process` would do now, in order.

    Raises
    ------
    LessonNotFound
    """
    return [stage for stage in Stage if again or is_stage_needed(bind, lesson_id, stage)]


def run_process(
    lesson_id: int,
    session: Session,
    on_progress: OnProgress = ignore_progress,
    *,
    again: bool = False,
    owner: Owner | None = None,
    settings: Settings | None = None,
    accept_lower_quality: bool = False,
) -> Iterator[Stage]:
    """Run the stages that are missing or out of date, in order; yields each when it is done.

    A stage is out of date when the text that it was made from has changed. `again` runs all
    three whatever is there. What a failed stage left behind stays, and so does what was done.

    Raises
    ------
    LowerQuality
        Before any of them, where one would make a text worse and this is not accepted.
    """
    bind, settings = bind_of(session), settings or load_config()
    if not accept_lower_quality:
        refuse_lower(bind, lesson_id, due_stages(bind, lesson_id, again=again), settings)
    for stage in Stage:
        if again or is_stage_needed(bind, lesson_id, stage):
            run_stage(
                stage,
                lesson_id,
                session,
                on_progress,
                owner=owner,
                settings=settings,
                accept_lower_quality=accept_lower_quality,
            )
            yield stage


def is_stage_needed(bind: Bind, lesson_id: int, stage: Stage) -> bool:
    """Whether what a stage makes is missing, or was made from a text that has changed.

    Raises
    ------
    LessonNotFound
    """
    with Session(bind) as session:
        lesson = read_lesson_alone(session, lesson_id)
        return is_due(session, lesson, LessonTexts(session, lesson_id), stage)


def read_lesson_alone(session: Session, lesson_id: int) -> Lesson:
    """A lesson without its texts, which are megabytes.

    Raises
    ------
    LessonNotFound
    """
    require_possible_id(lesson_id)
    statement = select(Lesson).where(Lesson.id == lesson_id, is_there)
    lesson = session.exec(statement.options(*defer_texts())).first()
    if lesson is None:
        raise missing_lesson(session, lesson_id)
    return lesson


def is_due(session: Session, lesson: Lesson, texts: LessonTexts, stage: Stage) -> bool:
    """`is_stage_needed` of a lesson and its texts that are at hand."""
    if texts.transcript is None:
        return True
    if stage is Stage.TRANSCRIPTION:
        return EARLIER_RECORDING in (lesson.transcript_metadata or {})
    if stage is Stage.CORRECTION:
        made_from = (lesson.correction_metadata or {}).get("input")
        return texts.corrected is None or made_from != texts.transcript.transcript_hash
    if len(people_texts(session, texts.lesson_id)) == len(SummaryPart):
        return False  # people have written all of it: another would not be seen
    assert texts.shown is not None
    return (lesson.summary_metadata or {}).get("input") != texts.shown.transcript_hash
