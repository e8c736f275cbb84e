"""What a rerun of each stage would replace, with what, and what it would cost."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from backend.config import Provider, Settings
from backend.database import Bind
from backend.errors import LecternError, LessonNotFound, NoTranscript
from backend.llm.ledger import count_answered
from backend.llm.provider import ModelChoice
from backend.models import FormerLayer, Lesson
from backend.models.people import is_there
from backend.tasks.correction import STAGE as CORRECTION
from backend.tasks.correction import correction_questions
from backend.tasks.layers import require_possible_id
from backend.tasks.makers import Maker, is_lower
from backend.tasks.process import is_stage_needed, stage_maker
from backend.tasks.stages import LAYER_OF, Stage
from backend.tasks.summaries import people_texts
from backend.tasks.summary import count_summary_calls
from backend.tasks.transcribe import audio_path


@dataclass(frozen=True)
class Former:
    """What a layer was before it was last replaced."""

    maker: Maker | None
    replaced_at: datetime


@dataclass(frozen=True)
class Prospect:
    """A stage as it would run now.

    `is_due`: what it makes is missing, or was made from a text that has changed. `new` None: it
    cannot run, and `problem` says why. `n_calls` are those to a language model, as far as can be
    known before: replies may be cut or too long, and each of these asks for more.
    """

    stage: Stage
    is_due: bool
    has_text: bool
    present: Maker | None
    new: Maker | None
    problem: LecternError | None
    is_lower: bool
    n_calls: int
    is_edited: bool
    """Whether people have edited what it makes; their words stay."""
    former: Former | None


def look_ahead(bind: Bind, lesson_id: int, settings: Settings) -> list[Prospect]:
    """What each stage would do now, in order.

    Raises
    ------
    LessonNotFound
    """
    require_possible_id(lesson_id)
    with Session(bind) as session:
        lesson = session.exec(select(Lesson).where(Lesson.id == lesson_id, is_there)).first()
        if lesson is None:
            raise LessonNotFound(lesson_id)
        return [_look_at(session, bind, lesson, stage, settings) for stage in Stage]


def _look_at(
    session: Session, bind: Bind, lesson: Lesson, stage: Stage, settings: Settings
) -> Prospect:
    assert lesson.id is not None
    problem, new, n_calls = None, None, 0
    try:
        _require_possible(lesson, stage, settings)
        new = stage_maker(stage, settings)
        n_calls = _count_calls(bind, lesson, stage, settings)
    except LecternError as error:
        problem = error
    present = Maker.of(getattr(lesson, f"{LAYER_OF[stage]}_metadata"))
    has_text = _has_text(lesson, stage)
    return Prospect(
        stage=stage,
        is_due=is_stage_needed(bind, lesson.id, stage),
        has_text=has_text,
        present=present,
        new=new,
        problem=problem,
        is_lower=bool(has_text and new and is_lower(present, new, lesson.spoken_language)),
        n_calls=n_calls,
        is_edited=stage is Stage.SUMMARY and bool(people_texts(session, lesson.id)),
        former=_former(session, lesson.id, stage),
    )


def _has_text(lesson: Lesson, stage: Stage) -> bool:
    text = {
        Stage.TRANSCRIPTION: lesson.transcript,
        Stage.CORRECTION: lesson.corrected_transcript,
        Stage.SUMMARY: lesson.summary,
    }[stage]
    return text is not None


def _require_possible(lesson: Lesson, stage: Stage, settings: Settings) -> None:
    if stage is Stage.TRANSCRIPTION:
        assert lesson.id is not None
        audio_path(lesson.id, lesson.filename)
        return
    if lesson.transcript is None:
        raise NoTranscript
    if settings.provider is not Provider.OFFLINE:
        section = settings.correction if stage is Stage.CORRECTION else settings.summary
        ModelChoice.from_settings(settings, section).require_usable()


def _count_calls(bind: Bind, lesson: Lesson, stage: Stage, settings: Settings) -> int:
    if stage is Stage.TRANSCRIPTION or settings.provider is Provider.OFFLINE:
        return 0
    segments = lesson.transcript or []
    if stage is Stage.SUMMARY:
        shown = lesson.corrected_transcript
        return count_summary_calls(segments if shown is None else shown, settings)
    assert lesson.id is not None
    questions = correction_questions(segments, lesson.spoken_language, settings)
    choice = ModelChoice.from_settings(settings, settings.correction)
    keys = [question.key(choice) for question in questions]
    return len(keys) - count_answered(bind, lesson.id, CORRECTION, keys)


def _former(session: Session, lesson_id: int, stage: Stage) -> Former | None:
    layer = LAYER_OF[stage]
    statement = select(FormerLayer).where(
        FormerLayer.lesson_id == lesson_id, FormerLayer.layer == layer
    )
    kept = session.exec(statement).first()
    if kept is None:
        return None
    return Former(Maker.of(kept.content.get(f"{layer}_metadata")), kept.replaced_at)
