"""A stage of a lesson's way as one object: all that the program knows of it, in one place.

A stage is a subclass of `Stage` in a module of its own, with one instance that
`backend/tasks/pipeline.py` lists. Whatever works on stages (the worker, the command line, the API,
the pages) asks that object, and knows none of them by name.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from backend.config.file import load_config
from backend.config.settings import Settings
from backend.database.sessions import Bind, bind_of, refuse_uncommitted_writes
from backend.errors import InvalidValue
from backend.lesson_texts.layers import (
    LessonLayer,
    present_maker,
    require_lesson,
)
from backend.lesson_texts.makers import Maker, require_not_lower
from backend.lesson_texts.texts import LessonTexts
from backend.models import Lesson
from backend.sections import Words
from backend.tasks.options import describe_problems
from backend.tasks.ownership import Owner
from backend.tasks.progress import OnProgress, ignore_progress

Count = Annotated[int, Field(ge=1, le=10_000)]


class StageOptions(BaseModel):
    """What a stage can be told beside its lesson; each option has a default."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    @classmethod
    def checked(cls, **values: object) -> Self:
        """The options of a caller in Python; raises `InvalidValue`."""
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise InvalidValue(f"{describe_problems(error, cls)}.") from error


Options = TypeVar("Options", bound=StageOptions)


@dataclass(frozen=True)
class StageContext:
    """On what a stage works, for whom, and by which settings.

    `owner` is whom the work is for: by default the caller, who stops it through `on_progress` if at
    all. `settings` are by default what config.yaml says now.
    """

    lesson_id: int
    session: Session
    on_progress: OnProgress = ignore_progress
    owner: Owner = field(default_factory=Owner)
    settings: Settings = field(default_factory=load_config)
    accept_lower_quality: bool = False

    @property
    def bind(self) -> Bind:
        return bind_of(self.session)


@dataclass(frozen=True)
class LessonSnapshot:
    """What a lesson has, for a stage to judge whether there is anything for it to do.

    `lesson` is without its texts, which are megabytes; they are read from `texts` where needed.
    """

    session: Session
    lesson: Lesson
    texts: LessonTexts

    @property
    def lesson_id(self) -> int:
        return self.texts.lesson_id


class Stage(ABC, Generic[Options]):
    """One step on a lesson's way, which makes one of its texts."""

    name: ClassVar[str]
    """As in `Task.task_type` and `Task.stage`."""
    title: ClassVar[Words]
    """What it is called: `Transcription`."""
    doing: ClassVar[Words]
    """What is done while it runs: `Transcribing`."""
    queue: ClassVar[str]
    """The worker's queue that it goes through: each has its own number of runs at once."""
    weight: ClassVar[float]
    """How long it takes beside the other stages, for the progress of a `process` task."""
    layer: ClassVar[LessonLayer | None]
    """The text that it makes, which is replaced and restored as a whole; None: it keeps its own."""
    options: type[Options]
    decisive: ClassVar[Mapping[str, Any]]
    """The settings that decide its text, as pydantic's `include` has them. They hold from a task's
    beginning to its end, also on another machine; where a recogniser runs and how a provider is
    reached is each machine's own."""

    # --- before it runs ----------------------------------------------------------------------

    @abstractmethod
    def maker(self, settings: Settings) -> Maker:
        """What would do it now; raises `RecogniserError`."""

    @abstractmethod
    def has_text(self, state: LessonSnapshot) -> bool:
        """Whether what it makes is there."""

    @abstractmethod
    def is_due(self, state: LessonSnapshot) -> bool:
        """Whether what it makes is missing, or was made from something that has changed."""

    @abstractmethod
    def require_possible(self, state: LessonSnapshot, settings: Settings) -> None:
        """Raise what would stop it at once: something that it needs is not there."""

    def is_edited(self, state: LessonSnapshot) -> bool:
        """Whether people have edited what it makes; their words stay."""
        return False

    def count_calls(self, state: LessonSnapshot, settings: Settings) -> int:
        """How many calls to a language model it would take, as far as can be known before."""
        return 0

    # --- as it runs --------------------------------------------------------------------------

    @abstractmethod
    def run(self, context: StageContext, options: Options) -> None:
        """Make the text and store it; raises what went wrong.

        It is called again after a crash, and goes on from what it has stored. The last transaction
        calls `context.owner.store_result`.
        """


def run_stage(stage: Stage[Options], context: StageContext, options: Options | None = None) -> None:
    """Do one stage of a lesson; None: with its usual options. Raises what went wrong.

    Raises
    ------
    LessonNotFound, UncommittedWrites
    LowerQuality
        A better text is there, and the context does not say that it may go.
    """
    refuse_uncommitted_writes(context.session)
    with Session(context.bind) as session:
        require_lesson(session, context.lesson_id)
    refuse_lower(stage, context)
    stage.run(context, stage.options() if options is None else options)


def refuse_lower(stage: Stage[Any], context: StageContext) -> None:
    """Raise `LowerQuality` before any work, where a stage would make a text worse unasked.

    Raises
    ------
    LowerQuality, RecogniserError
    """
    if context.accept_lower_quality or stage.layer is None:
        return
    with Session(context.bind) as session:
        present, language = present_maker(session, context.lesson_id, stage.layer)
    if present is not None:
        new = stage.maker(context.settings)
        require_not_lower(stage.layer, context.lesson_id, present, new, language)
