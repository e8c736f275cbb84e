"""Which rows a worker begins next, one stage of one task as one run.

A row is admitted (its parameters are right: `lesson_id` and `stage` are set), dispatched (a worker
is about to begin: `run_id`), claimed (`running`, `worker`, `claim`) and ended.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Exists,
    Select,
    and_,
    exists,
    or_,
    select,
    text,
)

from backend.models import TaskStatus
from backend.models.task import ACTIVE
from backend.task_queue.rows import change_rows, writing_rows
from backend.task_queue.states import TASK

DISPATCH_LOCK = 5_327_847
"""The advisory lock on PostgreSQL that one worker at a time holds while it dispatches; any number
that no other program on the server uses."""


@dataclass(frozen=True)
class Run:
    """One stage of one task, as the engine is told to begin it."""

    task_id: int
    run_id: str
    stage: str

    @classmethod
    def new(cls, task_id: int, attempt: int, stage: str) -> Self:
        """The run of an attempt; the engine never does one of the same id twice."""
        return cls(task_id, f"task-{task_id}-{attempt}-{stage}", stage)

    @classmethod
    def of(cls, task_id: int, run_id: str) -> Self:
        return cls(task_id, run_id, run_id.rpartition("-")[2])


def dispatch(
    db: Engine, free_slots: Mapping[str, int], stages: Mapping[str, Collection[str]]
) -> list[Run]:
    """Choose the next runs for a worker with so many free slots in each queue, best first.

    `stages` gives those that each queue is for.
    """
    runs: list[Run] = []
    with writing_rows(db) as connection:
        _take_dispatch_lock(connection)
        for queue, n_free in free_slots.items():
            while n_free > 0 and (run := _dispatch_one(connection, stages[queue])) is not None:
                runs.append(run)
                n_free -= 1
    return runs


def has_ready(db: Engine, stages: Collection[str]) -> bool:
    """Whether there is anything to dispatch, without a lock."""
    with db.connect() as connection:
        return _find_best(connection, stages) is not None


def _take_dispatch_lock(connection: Connection) -> None:
    # Two that choose at once would choose two tasks of the same lesson.
    if connection.dialect.name == "postgresql":
        lock = text("SELECT pg_advisory_xact_lock(:lock)").bindparams(lock=DISPATCH_LOCK)
        connection.execute(lock)


def _find_best(connection: Connection, stages: Collection[str]) -> Any:
    """The row that goes first: one between two stages, which has its lesson already, or a new one.

    Two questions, each of which the index `ix_task_order` answers in the right order: whoever has
    ten thousand rows waiting must not have them sorted for each that begins.
    """
    statements = (_ready(stages).where(_is_between_stages), _ready(stages).where(*_is_first))
    found = [row for statement in statements if (row := connection.execute(statement).first())]
    return min(found, key=lambda row: (-row.priority, row.id), default=None)


def _ready(stages: Collection[str]) -> Select[Any]:
    return (
        select(TASK.c.id, TASK.c.stage, TASK.c.status, TASK.c.attempt, TASK.c.priority)
        .where(TASK.c.run_id.is_(None), TASK.c.stage.in_(stages))
        .order_by(TASK.c.priority.desc(), TASK.c.id)
        .limit(1)
    )


def _other_of_lesson(condition: Callable[[Any], ColumnElement[bool]]) -> Exists:
    other = TASK.alias()
    is_other = and_(other.c.lesson_id == TASK.c.lesson_id, other.c.id != TASK.c.id)
    return exists().where(is_other, condition(other))


def _is_waiting(row: Any) -> ColumnElement[bool]:
    return row.c.status == TaskStatus.PENDING  # type: ignore[no-any-return]


def _is_ahead(other: Any, *, by_priority: bool) -> ColumnElement[bool]:
    if by_priority:
        order = other.c.priority > TASK.c.priority
    else:
        order = and_(other.c.priority == TASK.c.priority, other.c.id < TASK.c.id)
    return and_(_is_waiting(other), other.c.run_id.is_(None), order, _may_begin(other))


def _may_begin(row: Any) -> ColumnElement[bool]:
    needed = TASK.alias()
    is_done = exists().where(
        needed.c.id == row.c.depends_on, needed.c.status == TaskStatus.COMPLETED
    )
    return or_(row.c.depends_on.is_(None), is_done)


_is_between_stages = TASK.c.status == TaskStatus.RUNNING
_is_first = (
    # The tasks of a lesson go one after the other in their order, whatever their queues. Each
    # condition is one look into `ix_task_lesson`, however many rows wait.
    _is_waiting(TASK),
    _may_begin(TASK),
    ~_other_of_lesson(lambda other: other.c.status == TaskStatus.RUNNING),
    ~_other_of_lesson(lambda other: _is_waiting(other) & other.c.run_id.is_not(None)),
    ~_other_of_lesson(lambda other: _is_ahead(other, by_priority=True)),
    ~_other_of_lesson(lambda other: _is_ahead(other, by_priority=False)),
)


def _dispatch_one(connection: Connection, stages: Collection[str]) -> Run | None:
    row = _find_best(connection, stages)
    if row is None:
        return None
    task_id, stage, status, attempt, _ = row
    if status == TaskStatus.PENDING:  # else it is between two stages
        attempt += 1
    run = Run.new(task_id, attempt, stage)
    # The row may have been cancelled since it was read.
    unchanged = and_(TASK.c.id == task_id, TASK.c.status == status, TASK.c.run_id.is_(None))
    if change_rows(connection, unchanged, {"run_id": run.run_id, "attempt": attempt}) == 0:
        return None
    return run


def waiting_runs(db: Engine) -> list[Run]:
    """The runs that a worker was about to begin, and has not claimed."""
    statement = select(TASK.c.id, TASK.c.run_id, TASK.c.stage).where(
        TASK.c.status.in_(ACTIVE), TASK.c.run_id.is_not(None), TASK.c.claim.is_(None)
    )
    with db.connect() as connection:
        return [Run(*row) for row in connection.execute(statement)]


def requeue(db: Engine, run: Run) -> None:
    """Nobody does a run that waits: its row is dispatched anew."""
    with writing_rows(db) as connection:
        is_waiting = and_(
            TASK.c.id == run.task_id,
            TASK.c.run_id == run.run_id,
            TASK.c.claim.is_(None),
            TASK.c.status.in_(ACTIVE),
        )
        change_rows(connection, is_waiting, {"run_id": None, "status": TaskStatus.PENDING})
