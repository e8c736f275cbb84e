"""What a rerun of each stage would replace, with what, and what it would cost."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from backend.config.settings import Settings
from backend.database.sessions import Bind
from backend.errors import LecternError
from backend.lesson_texts.layers import LessonLayer
from backend.lesson_texts.makers import Maker, is_lower
from backend.models import FormerLayer
from backend.tasks.pipeline import AnyStage, all_stages, read_state
from backend.tasks.stage import LessonSnapshot


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
    known before: replies may be cut or too long, and each of these asks for more. `is_edited`:
    people have edited what it makes; their words stay.
    """

    stage: AnyStage
    is_due: bool
    has_text: bool
    present: Maker | None
    new: Maker | None
    problem: LecternError | None
    is_lower: bool
    n_calls: int
    is_edited: bool
    former: Former | None


def look_ahead(bind: Bind, lesson_id: int, settings: Settings) -> list[Prospect]:
    """What each stage would do now, in order.

    Raises
    ------
    LessonNotFound
    """
    with Session(bind) as session:
        state = read_state(session, lesson_id)
        return [_look_at(stage, state, settings) for stage in all_stages()]


def _look_at(stage: AnyStage, state: LessonSnapshot, settings: Settings) -> Prospect:
    problem, new, n_calls = None, None, 0
    try:
        stage.require_possible(state, settings)
        new = stage.maker(settings)
        n_calls = stage.count_calls(state, settings)
    except LecternError as error:
        problem = error
    metadata = None if stage.layer is None else getattr(state.lesson, f"{stage.layer}_metadata")
    present = Maker.of(metadata)
    has_text = stage.has_text(state)
    return Prospect(
        stage=stage,
        is_due=stage.is_due(state),
        has_text=has_text,
        present=present,
        new=new,
        problem=problem,
        is_lower=bool(has_text and new and is_lower(present, new, state.lesson.spoken_language)),
        n_calls=n_calls,
        is_edited=stage.is_edited(state),
        former=None if stage.layer is None else _former(state, stage.layer),
    )


def _former(state: LessonSnapshot, layer: LessonLayer) -> Former | None:
    statement = select(FormerLayer).where(
        FormerLayer.lesson_id == state.lesson_id, FormerLayer.layer == layer
    )
    kept = state.session.exec(statement).first()
    if kept is None:
        return None
    return Former(Maker.of(kept.content.get(f"{layer}_metadata")), kept.replaced_at)
