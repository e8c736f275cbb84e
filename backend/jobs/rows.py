"""The task rows as the workers move them, each step one short transaction.

A row is admitted (its parameters are right: `lesson_id` and `stage` are set), dispatched (handed
to the engine: `run_id`), claimed (`running`, `worker`, `claim`) and ended. Whoever holds the
claim may write for the task; a row that was cancelled, or given to another worker, has another
claim or none. What plain SQL can put into a row is read as text and never trusted.
"""

import secrets
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Exists,
    Select,
    Text,
    Update,
    and_,
    case,
    cast,
    exists,
    func,
    or_,
    select,
    text,
    update,
)
from sqlmodel import SQLModel

from backend.database import take_write_lock
from backend.errors import (
    LecternError,
    WorkerDied,
)
from backend.models import TaskStatus, TaskType
from backend.models.columns import database_now, seconds_since
from backend.models.task import ACTIVE
from backend.tasks.stages import Stage

TASK = SQLModel.metadata.tables["task"]

SHARES = {"transcription": (0.0, 0.7), "correction": (0.7, 0.9), "summary": (0.9, 1.0)}
"""Where each stage begins and ends within the progress of a `process` task."""

DISPATCH_LOCK = 5_327_847
"""The advisory lock on PostgreSQL that one worker at a time holds while it dispatches; any number
that no other program on the server uses."""


class Doing(StrEnum):
    """The `code` of what a task does, for whoever has words of their own for it."""

    BEGINNING = "beginning"
    WORKING = "working"
    """With the stage, and how much is `done` of the `total`, see `Progress`."""
    BETWEEN_STAGES = "between-stages"
    WORKER_STOPPED = "worker-stopped"
    WORKER_DIED = "worker-died"


MOST_CRASHES = 3
POISONED = (
    f"The worker died {MOST_CRASHES} times while it worked on this task, without having stored "
    "anything new in between, so it is not tried again by itself: see the worker's log for the "
    "cause (too little memory is the usual one), then run `lectern tasks retry {task_id}`."
)


# --- dispatch --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """One stage of one task, as it is handed to the engine."""

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
    values = {"run_id": run.run_id, "attempt": attempt}
    # The row may have been cancelled since it was read.
    unchanged = and_(TASK.c.id == task_id, TASK.c.status == status, TASK.c.run_id.is_(None))
    if update_rows(connection, update(TASK).where(unchanged).values(values)) == 0:
        return None
    return run


def waiting_runs(db: Engine) -> list[Run]:
    """The runs that were handed to the engine and that no worker has begun."""
    statement = select(TASK.c.id, TASK.c.run_id, TASK.c.stage).where(
        TASK.c.status.in_(ACTIVE), TASK.c.run_id.is_not(None), TASK.c.claim.is_(None)
    )
    with db.connect() as connection:
        return [Run(*row) for row in connection.execute(statement)]


def take_back(db: Engine, run: Run) -> None:
    """The engine does not know a run that waits: its row is dispatched anew."""
    with writing_rows(db) as connection:
        is_waiting = and_(
            TASK.c.id == run.task_id,
            TASK.c.run_id == run.run_id,
            TASK.c.claim.is_(None),
            TASK.c.status.in_(ACTIVE),
        )
        values = {"run_id": None, "status": TaskStatus.PENDING}
        update_rows(connection, update(TASK).where(is_waiting).values(values))


# --- claims ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class ClaimedTask:
    """A task that is this worker's, until it ends, is cancelled or is taken over."""

    task_id: int
    task_type: TaskType
    stage: Stage
    token: str
    parameters: str | None
    """Their JSON text: it may have been changed since it was found right."""
    frozen: dict[str, Any] | None
    """The settings that held when the work began; None: it begins now."""


def claim(db: Engine, run: Run, worker: str) -> ClaimedTask | None:
    """Take a run that the engine has given to this worker; None if its row says otherwise."""
    token = secrets.token_hex(16)
    with writing_rows(db) as connection:
        is_ours = and_(
            TASK.c.id == run.task_id,
            TASK.c.run_id == run.run_id,
            TASK.c.claim.is_(None),
            TASK.c.status.in_(ACTIVE),
        )
        values = {
            "status": TaskStatus.RUNNING,
            "worker": worker,
            "claim": token,
            "start_date": func.coalesce(TASK.c.start_date, database_now()),
            "progress_message": "It begins.",
            "doing": {"code": Doing.BEGINNING},
        }
        if update_rows(connection, update(TASK).where(is_ours).values(values)) == 0:
            return None
        parameters = cast(TASK.c.parameters, Text)
        statement = select(TASK.c.task_type, TASK.c.stage, parameters, TASK.c.settings)
        row = connection.execute(statement.where(TASK.c.id == run.task_id)).one()
    task_type, stage, parameters_text, frozen = row
    return ClaimedTask(
        run.task_id, TaskType(task_type), Stage(stage), token, parameters_text, frozen
    )


def change_claimed(
    connection: Connection, task_id: int, token: str, values: Mapping[str, Any]
) -> bool:
    """Change a row within the caller's transaction; False if the claim does not hold any more.

    The row stays locked until the commit, so that nobody takes it over in between.
    """
    is_held = and_(
        TASK.c.id == task_id,
        TASK.c.claim == token,
        TASK.c.status == TaskStatus.RUNNING,
    )
    return update_rows(connection, update(TASK).where(is_held).values(dict(values))) > 0


def stage_values(
    claimed: ClaimedTask, former_result: Mapping[str, Any] | None, result: Mapping[str, Any]
) -> dict[str, Any]:
    """What a row becomes when its stage is done: completed, or ready for the next stage."""
    if claimed.task_type is not TaskType.PROCESS:
        return ending_values(TaskStatus.COMPLETED) | {"result": dict(result)} | _DONE
    results = {**(former_result or {}), claimed.stage: dict(result)}
    if claimed.stage is Stage.SUMMARY:
        return ending_values(TaskStatus.COMPLETED) | {"result": results} | _DONE
    stages = list(Stage)
    following = stages[stages.index(claimed.stage) + 1]
    return {
        "stage": following,
        "run_id": None,
        "claim": None,
        "worker": None,
        "crashes": 0,
        "result": results,
        "progress": SHARES[claimed.stage][1],
        "progress_message": f"The {claimed.stage} is done; waiting for a worker for the "
        f"{following}.",
        "doing": {"code": Doing.BETWEEN_STAGES, "stage": following},
    }


_DONE = {"progress": 1.0, "progress_message": "Done."}


def failure_values(error: LecternError) -> dict[str, Any]:
    """What a row becomes when its work has failed."""
    return ending_values(TaskStatus.FAILED) | cause_values(error)


def cause_values(error: LecternError) -> dict[str, Any]:
    return {
        "error": error.message,
        "error_code": error.code,
        "error_facts": dict(error.facts) or None,
    }


def hand_back(db: Engine, task_id: int, token: str) -> None:
    """Give a running task to whoever is free: it goes on from what is stored."""
    values = {
        "status": TaskStatus.PENDING,
        "run_id": None,
        "claim": None,
        "worker": None,
        "progress_message": "Its worker was stopped; it goes on from what is stored.",
        "doing": {"code": Doing.WORKER_STOPPED},
    }
    with writing_rows(db) as connection:
        change_claimed(connection, task_id, token, values)


def forget_claim(db: Engine, task_id: int, token: str) -> None:
    """The work on a task that was cancelled has stopped."""
    is_over = and_(TASK.c.id == task_id, TASK.c.claim == token)
    with writing_rows(db) as connection:
        update_rows(connection, update(TASK).where(is_over).values(claim=None))


def held_claims(db: Engine, tokens: Collection[str]) -> set[str]:
    """Those of the claims that still hold."""
    statement = select(TASK.c.claim).where(
        TASK.c.claim.in_(tokens), TASK.c.status == TaskStatus.RUNNING
    )
    with db.connect() as connection:
        return set(connection.scalars(statement))


# --- takeover --------------------------------------------------------------------------------


def release_dead(db: Engine, worker: str) -> list[int]:
    """Free the tasks of a dead worker; one that killed too many workers fails.

    Nothing is left to be done by a second call, whoever makes it.
    """
    is_dead_ones = and_(TASK.c.worker == worker, TASK.c.status == TaskStatus.RUNNING)
    with writing_rows(db) as connection:
        locked = select(TASK.c.id, TASK.c.crashes).where(is_dead_ones).with_for_update()
        rows = connection.execute(locked).all()
        for task_id, crashes in rows:
            after = _after_crash(task_id, crashes + 1, worker)
            update_rows(connection, update(TASK).where(TASK.c.id == task_id).values(after))
    return [task_id for task_id, _ in rows]


def _after_crash(task_id: int, crashes: int, worker: str) -> dict[str, Any]:
    if crashes >= MOST_CRASHES:
        died = WorkerDied(POISONED.format(task_id=task_id), facts={"times": crashes})
        return failure_values(died) | {"crashes": crashes}
    return {
        "status": TaskStatus.PENDING,
        "claim": None,
        "worker": None,
        "crashes": crashes,
        "progress_message": f"Its worker {worker} died; it goes on from what is stored.",
        "doing": {"code": Doing.WORKER_DIED, "worker": worker},
    }


def workers_of_running(db: Engine) -> set[str]:
    """The workers that running tasks name, whether or not there are such workers."""
    statement = select(TASK.c.worker).where(
        TASK.c.status == TaskStatus.RUNNING, TASK.c.worker.is_not(None)
    )
    with db.connect() as connection:
        return set(connection.scalars(statement.distinct()))


# --- helpers ---------------------------------------------------------------------------------


@contextmanager
def writing_rows(db: Engine) -> Iterator[Connection]:
    """A transaction whose reads hold until its commit, where they lock the rows that they read."""
    with db.begin() as connection:
        take_write_lock(connection)
        yield connection


def update_rows(connection: Connection, statement: Update) -> int:
    """How many rows the statement changed."""
    return connection.execute(statement).rowcount


def ending_values(status: TaskStatus) -> dict[str, Any]:
    """A task's last state; times are the database's."""
    return {
        "status": status,
        "end_date": database_now(),
        "duration": case(
            (TASK.c.start_date.is_not(None), seconds_since(TASK.c.start_date)), else_=None
        ),
        "claim": None,
        "progress_message": None,
        "doing": None,
    }
