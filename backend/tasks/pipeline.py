"""The stages in their order, and the whole way of a lesson through them."""

from collections.abc import Iterator
from typing import Any

from sqlmodel import Session, select

from backend.database.sessions import Bind
from backend.lesson_texts.layers import defer_texts, missing_lesson, require_possible_id
from backend.lesson_texts.texts import LessonTexts
from backend.models import Lesson
from backend.models.task import PROCESS
from backend.tasks.correction import CORRECTION
from backend.tasks.stage import LessonSnapshot, Stage, StageContext, refuse_lower, run_stage
from backend.tasks.summary import SUMMARY
from backend.tasks.transcribe import TRANSCRIPTION

AnyStage = Stage[Any]

_stages: dict[str, AnyStage] = {}


def register(stage: AnyStage) -> None:
    """Put a stage at the end of the way: whatever works on stages has it from now on."""
    if stage.name in task_types():
        raise ValueError(f"there is a task type `{stage.name}` already")
    _stages[stage.name] = stage


def all_stages() -> tuple[AnyStage, ...]:
    """In order."""
    return tuple(_stages.values())


def stage_named(name: str) -> AnyStage:
    """Raises `KeyError`."""
    return _stages[name]


def task_types() -> tuple[str, ...]:
    """What a task can do: each of the stages, or `process`, which goes through all of them."""
    return (*_stages, PROCESS)


def stage_after(stage: AnyStage) -> AnyStage | None:
    """The one that follows; None: it is the last."""
    stages = all_stages()
    following = stages.index(stage) + 1
    return stages[following] if following < len(stages) else None


def share_of(stage: AnyStage) -> tuple[float, float]:
    """Where a stage begins and ends within the progress of a `process` task, 0 to 1."""
    stages = all_stages()
    total = sum(each.weight for each in stages)
    before = sum(each.weight for each in stages[: stages.index(stage)])
    return before / total, (before + stage.weight) / total


def queues() -> dict[str, tuple[str, ...]]:
    """The worker's queues, and the names of the stages that go through each."""
    found: dict[str, tuple[str, ...]] = {}
    for stage in all_stages():
        found[stage.queue] = (*found.get(stage.queue, ()), stage.name)
    return found


# Each stage works on what those before it make.
for _stage in (TRANSCRIPTION, CORRECTION, SUMMARY):
    register(_stage)


def read_state(session: Session, lesson_id: int) -> LessonSnapshot:
    """What a lesson has.

    Raises
    ------
    LessonNotFound
    """
    require_possible_id(lesson_id)
    statement = select(Lesson).where(Lesson.id == lesson_id)
    lesson = session.exec(statement.options(*defer_texts())).first()
    if lesson is None:
        raise missing_lesson(session, lesson_id)
    return LessonSnapshot(session, lesson, LessonTexts(session, lesson_id))


def is_stage_due(bind: Bind, lesson_id: int, stage: AnyStage) -> bool:
    """Whether what a stage makes is missing, or was made from a text that has changed.

    Raises
    ------
    LessonNotFound
    """
    with Session(bind) as session:
        return stage.is_due(read_state(session, lesson_id))


def due_stages(bind: Bind, lesson_id: int, *, again: bool) -> list[AnyStage]:
    """The stages that a `process` would do now, in order; `again`: all of them.

    Raises
    ------
    LessonNotFound
    """
    with Session(bind) as session:
        state = read_state(session, lesson_id)
        return [stage for stage in all_stages() if again or stage.is_due(state)]


def run_process(context: StageContext, *, again: bool = False) -> Iterator[AnyStage]:
    """Do the stages that are missing or out of date, in order; yields each when it is done.

    A stage is out of date when the text that it was made from has changed. `again` does all of
    them whatever is there. What a failed stage left behind stays, and so does what was done.

    Raises
    ------
    LowerQuality
        Before any of them, where one would make a text worse and this is not accepted.
    """
    bind, lesson_id = context.bind, context.lesson_id
    for stage in due_stages(bind, lesson_id, again=again):
        refuse_lower(stage, context)
    for stage in all_stages():
        if again or is_stage_due(bind, lesson_id, stage):
            run_stage(stage, context)
            yield stage
