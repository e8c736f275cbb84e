"""New rows: each is found right, or failed with a sentence."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Integer,
    Text,
    and_,
    cast,
    select,
    update,
)
from sqlmodel import Session

from backend.errors import (
    InvalidValue,
    LessonNotFound,
)
from backend.jobs.parameters import Parameters, ProcessParameters, read_parameters
from backend.jobs.rows import (
    TASK,
    failure_values,
    update_rows,
    writing_rows,
)
from backend.lessons.service import require_lesson
from backend.models import TaskStatus, TaskType
from backend.models.task import ENDED
from backend.tasks.process import is_stage_needed
from backend.tasks.stages import Stage

ADMITTED_AT_ONCE = 200


@dataclass(frozen=True)
class _NewRow:
    """A row nobody has looked at yet, as text."""

    task_id: int
    task_type: str
    status: str
    parameters: str | None


def admit(db: Engine) -> bool:
    """Look at the next new rows: each is found right, or failed with a sentence.

    Returns whether there may be more.
    """
    verdicts = [(row, _judge(db, row)) for row in _read_new(db)]
    if verdicts:
        with writing_rows(db) as connection:
            for row, verdict in verdicts:
                _settle(connection, row, verdict)
    return len(verdicts) == ADMITTED_AT_ONCE


_IS_NEW = and_(TASK.c.stage.is_(None), TASK.c.status.not_in([*ENDED, TaskStatus.RUNNING]))


def _read_new(db: Engine) -> list[_NewRow]:
    as_text = [cast(TASK.c[name], Text) for name in ("task_type", "status", "parameters")]
    statement = (
        select(TASK.c.id, *as_text)
        .where(_IS_NEW)
        .order_by(TASK.c.priority.desc(), TASK.c.id)
        .limit(ADMITTED_AT_ONCE)
    )
    with db.connect() as connection:
        return [_NewRow(*row) for row in connection.execute(statement)]


def _judge(db: Engine, row: _NewRow) -> dict[str, Any]:
    """What the row becomes: admitted, or failed with the sentence that says why."""
    try:
        if row.status != TaskStatus.PENDING:
            known = ", ".join(f"`{status}`" for status in TaskStatus)
            raise InvalidValue(
                f"`{row.status}` is no status of a task (there are {known}): run `lectern tasks "
                f"retry {row.task_id}` to have it run.",
                facts={"kind": row.status or ""},
            )
        parameters = read_parameters(row.task_type, row.parameters)
        stage = _first_stage(db, TaskType(row.task_type), parameters)
    except (InvalidValue, LessonNotFound) as error:
        return failure_values(error)
    return _FRESH | {"lesson_id": parameters.lesson_id, "stage": stage}


def _settle(connection: Connection, row: _NewRow, values: dict[str, Any]) -> None:
    # Not by its status: what was no text is read as another one.
    is_still_new = and_(TASK.c.id == row.task_id, _IS_NEW)
    update_rows(connection, update(TASK).where(is_still_new).values(values))


_FRESH: dict[str, Any] = {
    # Plain SQL may have written anything into the columns that the workers reckon with.
    "status": TaskStatus.PENDING,
    "priority": cast(TASK.c.priority, Integer),
    "attempt": cast(TASK.c.attempt, Integer),
    "crashes": 0,
    "run_id": None,
    "claim": None,
    "worker": None,
    "settings": None,
    "result": None,
    "error": None,
    "error_code": None,
    "error_facts": None,
    "doing": None,
    "progress": 0.0,
}


def _first_stage(db: Engine, task_type: TaskType, parameters: Parameters) -> Stage:
    if not isinstance(parameters, ProcessParameters):
        _require_lesson(db, parameters.lesson_id)
        return Stage(task_type)
    # Only where the work begins: what is there already is passed over again when it is reached.
    return next(
        (
            stage
            for stage in Stage
            if is_stage_needed(db, parameters.lesson_id, stage) or parameters.again
        ),
        Stage.SUMMARY,
    )


def _require_lesson(db: Engine, lesson_id: int) -> None:
    with Session(db) as session:
        require_lesson(session, lesson_id)
