"""New rows: each is found right, or failed with a sentence."""

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, Text, and_, cast, select
from sqlmodel import Session

from backend.errors import InvalidValue
from backend.errors.lessons import LessonNotFound
from backend.lesson_texts.layers import require_lesson
from backend.models import TaskStatus
from backend.models.task import ENDED
from backend.task_queue.rows import change_rows, writing_rows
from backend.task_queue.states import TASK, TaskValues, admitted, failed
from backend.tasks.parameters import ProcessParameters, TaskParameters, read_parameters
from backend.tasks.pipeline import all_stages, due_stages

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


def _judge(db: Engine, row: _NewRow) -> TaskValues:
    """What the row becomes: admitted, or failed with the sentence that says why."""
    try:
        if row.status != TaskStatus.PENDING:
            known = ", ".join(f"`{status}`" for status in TaskStatus)
            raise InvalidValue(
                f"`{row.status}` is no status of a task (there are {known}): retry the task to "
                "have it run.",
                facts={"kind": row.status or ""},
            )
        parameters = read_parameters(row.task_type, row.parameters)
        stage = _first_stage(db, row.task_type, parameters)
    except (InvalidValue, LessonNotFound) as error:
        return failed(error)
    return admitted(parameters.lesson_id, stage)


def _settle(connection: Connection, row: _NewRow, values: TaskValues) -> None:
    # Not by its status: what was no text is read as another one.
    is_still_new = and_(TASK.c.id == row.task_id, _IS_NEW)
    change_rows(connection, is_still_new, values)


def _first_stage(db: Engine, task_type: str, parameters: TaskParameters) -> str:
    if not isinstance(parameters, ProcessParameters):
        with Session(db) as session:
            require_lesson(session, parameters.lesson_id)
        return task_type
    # Only where the work begins: what is there already is passed over again when it is reached.
    due = due_stages(db, parameters.lesson_id, again=parameters.again)
    return (due or all_stages()[-1:])[0].name
