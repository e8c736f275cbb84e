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
from typing import Any, Self

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Exists,
    Integer,
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
from sqlmodel import Session, SQLModel

from backend.database import take_write_lock
from backend.errors import (
    CircularDependency,
    DependencyMissing,
    DependencyNotCompleted,
    InvalidValue,
    LecternError,
    LessonNotFound,
    WorkerDied,
)
from backend.jobs.parameters import Parameters, ProcessParameters, read_parameters
from backend.jobs.reading import HOW_IT_ENDED
from backend.lessons.service import require_lesson
from backend.models import TaskStatus, TaskType
from backend.models.columns import database_now, seconds_since
from backend.models.task import ACTIVE, ENDED
from backend.tasks.process import Stage, is_stage_needed

TASK = SQLModel.metadata.tables["task"]

SHARES = {"transcription": (0.0, 0.7), "correction": (0.7, 0.9), "summary": (0.9, 1.0)}
"""Where each stage begins and ends within the progress of a `process` task."""

ADMITTED_AT_ONCE = 200
DISPATCH_LOCK = 5_327_847
"""The advisory lock on PostgreSQL that one worker at a time holds while it dispatches; any number
that no other program on the server uses."""

MOST_CRASHES = 3
POISONED = (
    f"The worker died {MOST_CRASHES} times while it worked on this task, without having stored "
    "anything new in between, so it is not tried again by itself: see the worker's log for the "
    "cause (too little memory is the usual one), then run `lectern tasks retry {task_id}`."
)


# --- admission -------------------------------------------------------------------------------


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
        with _writing(db) as connection:
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
                f"retry {row.task_id}` to have it run."
            )
        parameters = read_parameters(row.task_type, row.parameters)
        stage = _first_stage(db, TaskType(row.task_type), parameters)
    except (InvalidValue, LessonNotFound) as error:
        return failure_values(error)
    return _FRESH | {"lesson_id": parameters.lesson_id, "stage": stage}


def _settle(connection: Connection, row: _NewRow, values: dict[str, Any]) -> None:
    # Not by its status: what was no text is read as another one.
    is_still_new = and_(TASK.c.id == row.task_id, _IS_NEW)
    _update(connection, update(TASK).where(is_still_new).values(values))


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


# --- dependencies ----------------------------------------------------------------------------


def settle_dependencies(db: Engine) -> None:
    """End the rows that wait for what will never be completed, each with its reason."""
    needed = TASK.alias()
    waiting = (
        select(TASK.c.id, cast(TASK.c.depends_on, Text), needed.c.id, needed.c.status)
        .outerjoin(needed, needed.c.id == TASK.c.depends_on)
        .where(
            TASK.c.status == TaskStatus.PENDING,
            TASK.c.run_id.is_(None),
            TASK.c.depends_on.is_not(None),
            or_(needed.c.id.is_(None), needed.c.status != TaskStatus.COMPLETED),
        )
    )
    with db.connect() as connection:
        rows = connection.execute(waiting).all()
    circle = _find_circles({task_id: needed_id for task_id, _, needed_id, _ in rows})
    for task_id, asked_for, needed_id, status in rows:
        ending = _why_it_never_can(task_id, asked_for, needed_id, status, circle)
        if ending is not None:
            _end_waiting(db, task_id, *ending)


def _why_it_never_can(
    task_id: int, asked_for: str, needed_id: int | None, status: str, circle: Collection[int]
) -> tuple[TaskStatus, LecternError] | None:
    if needed_id is None:
        return TaskStatus.FAILED, DependencyMissing(
            f"It waits for task {asked_for}, and there is none: insert it again with the id of a "
            "task that is there, or without `depends_on`."
        )
    if task_id == needed_id:
        return TaskStatus.FAILED, CircularDependency()
    if task_id in circle:
        return TaskStatus.FAILED, CircularDependency(
            f"It waits for task {needed_id}, which in turn waits for this one: insert it again "
            "without the circle."
        )
    if status in (TaskStatus.FAILED, TaskStatus.CANCELLED):
        return TaskStatus.CANCELLED, DependencyNotCompleted(
            f"Task {needed_id}, which it waited for, {HOW_IT_ENDED[status]}: when that one is "
            f"mended, run `lectern tasks retry {needed_id} {task_id}`."
        )
    return None


def _find_circles(waits_for: Mapping[int, int | None]) -> set[int]:
    """The tasks that wait, over however many others, for themselves."""
    circles: set[int] = set()
    settled: set[int] = set()
    for start in waits_for:
        path: list[int] = []
        place: int | None = start
        while place is not None and place not in settled:
            if place in path:
                circles.update(path[path.index(place) :])
                break
            path.append(place)
            place = waits_for.get(place)
        settled.update(path)
    return circles


def _end_waiting(db: Engine, task_id: int, status: TaskStatus, reason: LecternError) -> None:
    with _writing(db) as connection:
        is_waiting = and_(
            TASK.c.id == task_id,
            TASK.c.status == TaskStatus.PENDING,
            TASK.c.run_id.is_(None),
        )
        values = _ending(status) | _cause(reason)
        _update(connection, update(TASK).where(is_waiting).values(values))


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
    with _writing(db) as connection:
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
    if _update(connection, update(TASK).where(unchanged).values(values)) == 0:
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
    with _writing(db) as connection:
        is_waiting = and_(
            TASK.c.id == run.task_id,
            TASK.c.run_id == run.run_id,
            TASK.c.claim.is_(None),
            TASK.c.status.in_(ACTIVE),
        )
        values = {"run_id": None, "status": TaskStatus.PENDING}
        _update(connection, update(TASK).where(is_waiting).values(values))


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
    with _writing(db) as connection:
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
        }
        if _update(connection, update(TASK).where(is_ours).values(values)) == 0:
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
    return _update(connection, update(TASK).where(is_held).values(dict(values))) > 0


def stage_values(
    claimed: ClaimedTask, former_result: Mapping[str, Any] | None, result: Mapping[str, Any]
) -> dict[str, Any]:
    """What a row becomes when its stage is done: completed, or ready for the next stage."""
    if claimed.task_type is not TaskType.PROCESS:
        return _ending(TaskStatus.COMPLETED) | {"result": dict(result)} | _DONE
    results = {**(former_result or {}), claimed.stage: dict(result)}
    if claimed.stage is Stage.SUMMARY:
        return _ending(TaskStatus.COMPLETED) | {"result": results} | _DONE
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
    }


_DONE = {"progress": 1.0, "progress_message": "Done."}


def failure_values(error: LecternError) -> dict[str, Any]:
    """What a row becomes when its work has failed."""
    return _ending(TaskStatus.FAILED) | _cause(error)


def _cause(error: LecternError) -> dict[str, Any]:
    return {"error": error.message, "error_code": error.code}


def hand_back(db: Engine, task_id: int, token: str, message: str) -> None:
    """Give a running task to whoever is free: it goes on from what is stored."""
    values = {
        "status": TaskStatus.PENDING,
        "run_id": None,
        "claim": None,
        "worker": None,
        "progress_message": message,
    }
    with _writing(db) as connection:
        change_claimed(connection, task_id, token, values)


def forget_claim(db: Engine, task_id: int, token: str) -> None:
    """The work on a task that was cancelled has stopped."""
    is_over = and_(TASK.c.id == task_id, TASK.c.claim == token)
    with _writing(db) as connection:
        _update(connection, update(TASK).where(is_over).values(claim=None))


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
    with _writing(db) as connection:
        locked = select(TASK.c.id, TASK.c.crashes).where(is_dead_ones).with_for_update()
        rows = connection.execute(locked).all()
        for task_id, crashes in rows:
            after = _after_crash(task_id, crashes + 1, worker)
            _update(connection, update(TASK).where(TASK.c.id == task_id).values(after))
    return [task_id for task_id, _ in rows]


def _after_crash(task_id: int, crashes: int, worker: str) -> dict[str, Any]:
    if crashes >= MOST_CRASHES:
        died = WorkerDied(POISONED.format(task_id=task_id))
        return failure_values(died) | {"crashes": crashes}
    return {
        "status": TaskStatus.PENDING,
        "claim": None,
        "worker": None,
        "crashes": crashes,
        "progress_message": f"Its worker {worker} died; it goes on from what is stored.",
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
def _writing(db: Engine) -> Iterator[Connection]:
    """A transaction whose reads hold until its commit, where they lock the rows that they read."""
    with db.begin() as connection:
        take_write_lock(connection)
        yield connection


def _update(connection: Connection, statement: Update) -> int:
    """How many rows the statement changed."""
    return connection.execute(statement).rowcount


def _ending(status: TaskStatus) -> dict[str, Any]:
    """A task's last state; times are the database's."""
    return {
        "status": status,
        "end_date": database_now(),
        "duration": case(
            (TASK.c.start_date.is_not(None), seconds_since(TASK.c.start_date)), else_=None
        ),
        "claim": None,
        "progress_message": None,
    }
