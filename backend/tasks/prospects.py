"""What a rerun of each stage would replace, with what, and what it would cost."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from backend.config import Provider, Settings
from backend.database import Bind
from backend.errors import LecternError, NoTranscript
from backend.llm.ledger import count_answered
from backend.llm.provider import ModelChoice
from backend.models import FormerLayer, Lesson, Segment
from backend.tasks.correction import STAGE as CORRECTION
from backend.tasks.correction import correction_questions
from backend.tasks.makers import Maker, is_lower
from backend.tasks.people import LessonTexts, holding_edits
from backend.tasks.process import is_due, read_lesson_alone, stage_maker
from backend.tasks.stages import LAYER_OF, Stage
from backend.tasks.summaries import people_texts
from backend.tasks.summary import count_summary_calls
from backend.tasks.transcribe import audio_path
from backend.text.stored_text import StoredText


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
    with Session(bind) as session:
        lesson = read_lesson_alone(session, lesson_id)
        known = _Known(session, bind, lesson, LessonTexts(session, lesson_id), settings)
        return [_look_at(known, stage) for stage in Stage]


@dataclass(frozen=True)
class _Known:
    """What all the stages are judged by."""

    session: Session
    bind: Bind
    lesson: Lesson
    texts: LessonTexts
    settings: Settings

    def has_text(self, stage: Stage) -> bool:
        text = {
            Stage.TRANSCRIPTION: self.texts.transcript,
            Stage.CORRECTION: self.texts.corrected,
            Stage.SUMMARY: self.lesson.summary,
        }[stage]
        return text is not None


def _look_at(known: _Known, stage: Stage) -> Prospect:
    lesson, session = known.lesson, known.session
    lesson_id = known.texts.lesson_id
    problem, new, n_calls = None, None, 0
    try:
        _require_possible(known, stage)
        new = stage_maker(stage, known.settings)
        n_calls = _count_calls(known, stage)
    except LecternError as error:
        problem = error
    present = Maker.of(getattr(lesson, f"{LAYER_OF[stage]}_metadata"))
    has_text = known.has_text(stage)
    return Prospect(
        stage=stage,
        is_due=is_due(session, lesson, known.texts, stage),
        has_text=has_text,
        present=present,
        new=new,
        problem=problem,
        is_lower=bool(has_text and new and is_lower(present, new, lesson.spoken_language)),
        n_calls=n_calls,
        is_edited=_is_edited(session, lesson_id, stage),
        former=_former(session, lesson_id, stage),
    )


def _is_edited(session: Session, lesson_id: int, stage: Stage) -> bool:
    if stage is Stage.SUMMARY:
        return bool(people_texts(session, lesson_id))
    return any(edit.text is not None for edit in holding_edits(session, lesson_id))


def _require_possible(known: _Known, stage: Stage) -> None:
    settings = known.settings
    if stage is Stage.TRANSCRIPTION:
        audio_path(known.texts.lesson_id, known.lesson.filename)
        return
    if known.texts.transcript is None:
        raise NoTranscript
    if settings.provider is not Provider.OFFLINE:
        section = settings.correction if stage is Stage.CORRECTION else settings.summary
        ModelChoice.from_settings(settings, section).require_usable()


def _count_calls(known: _Known, stage: Stage) -> int:
    settings = known.settings
    if stage is Stage.TRANSCRIPTION or settings.provider is Provider.OFFLINE:
        return 0
    if stage is Stage.SUMMARY:
        return count_summary_calls(_read(known.texts.shown), settings)
    segments = _read(known.texts.transcript)
    questions = correction_questions(segments, known.lesson.spoken_language, settings)
    choice = ModelChoice.from_settings(settings, settings.correction)
    keys = [question.key(choice) for question in questions]
    return len(keys) - count_answered(known.bind, known.texts.lesson_id, CORRECTION, keys)


def _read(text: StoredText | None) -> list[Segment]:
    """The segments without their words, which no model is sent."""
    stored = () if text is None else text.stored
    return [Segment(start=each["start"], end=each["end"], text=each["text"]) for each in stored]


def _former(session: Session, lesson_id: int, stage: Stage) -> Former | None:
    layer = LAYER_OF[stage]
    statement = select(FormerLayer).where(
        FormerLayer.lesson_id == lesson_id, FormerLayer.layer == layer
    )
    kept = session.exec(statement).first()
    if kept is None:
        return None
    return Former(Maker.of(kept.content.get(f"{layer}_metadata")), kept.replaced_at)
