"""What can be done with tasks. Each function is one transaction on the caller's session.

It works on the rows alone, with or without a worker: a worker notices by itself.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from backend.database.sessions import writing
from backend.errors import LecternError
from backend.errors.lessons import LessonInTrash
from backend.errors.tasks import TaskCancelled, TaskEnded, TaskNotFound, TaskNotRetryable
from backend.lesson_texts.layers import is_trashed
from backend.models import Task, TaskStatus
from backend.models.columns import LARGEST_ID, seconds_since
from backend.models.task import ACTIVE, ENDED, is_of_lesson
from backend.task_queue.reading import HOW_IT_ENDED, TaskView, read_page, read_task
from backend.task_queue.rows import change_rows
from backend.task_queue.states import TASK, TaskValues, cancelled, reset

RETRYABLE = (TaskStatus.FAILED, TaskStatus.CANCELLED)

SECONDS_PER_DAY = 24 * 3600
PRUNED_AT_ONCE = 500

UNBEGUN = "Cancelled before it began."


def submit(
    session: Session,
    task_type: str,
    parameters: dict[str, Any],
    priority: int = 0,
    depends_on: int | None = None,
) -> Task:
    """Ask for background work, such as `{"lesson_id": 3}`: a worker looks at the parameters.

    Raises
    ------
    TaskNotFound
        There is no task `depends_on`.
    """
    if depends_on is not None:
        get_task(session, depends_on)
    task = add_task(session, task_type, parameters, priority, depends_on)
    session.commit()
    return task


def add_task(
    session: Session,
    task_type: str,
    parameters: dict[str, Any],
    priority: int = 0,
    depends_on: int | None = None,
) -> Task:
    """`submit` within the caller's transaction; `depends_on` is a task that is there."""
    task = Task(
        task_type=task_type, parameters=parameters, priority=priority, depends_on=depends_on
    )
    session.add(task)
    session.flush()
    return task


def list_tasks(
    session: Session,
    statuses: Sequence[str] | None = None,
    lesson_id: int | None = None,
    limit: int | None = 50,
) -> list[TaskView]:
    """The newest tasks, newest first; None does not restrict."""
    return read_page(session, statuses, lesson_id, limit)


def list_active(session: Session) -> list[TaskView]:
    """All tasks that wait or run, oldest first."""
    return read_page(session, ACTIVE, None, None)[::-1]


def get_task(session: Session, task_id: int) -> TaskView:
    """Raises `TaskNotFound`."""
    _require_possible_id(task_id)
    view = read_task(session, task_id)
    if view is None:
        raise TaskNotFound(task_id)
    return view


def _require_possible_id(task_id: int) -> None:
    """PostgreSQL cannot even be asked for others."""
    if not 0 < task_id <= LARGEST_ID:
        raise TaskNotFound(task_id)


def cancel_task(session: Session, task_id: int) -> TaskView:
    """Cancel a task that has not ended; a worker that is at it stops and writes nothing more.

    Raises
    ------
    TaskNotFound
    TaskEnded
        Saying how.
    """
    with writing(session):
        view = _lock_task(session, task_id)
        if view.has_ended:
            raise TaskEnded(
                f"Task {task_id} {HOW_IT_ENDED[view.status]} already, so there is nothing to "
                "cancel."
            )
        cause = TaskCancelled(UNBEGUN if view.start_date is None else None)
        change_rows(session.connection(), TASK.c.id == task_id, cancelled(cause))
    return get_task(session, task_id)


def cancel_tasks_of(session: Session, lesson_id: int, cause: LecternError) -> None:
    """Cancel the tasks of a lesson that is being removed or replaced, in the same transaction; also
    those that no worker has looked at yet."""
    change_rows(session.connection(), _is_active_of(lesson_id), cancelled(cause))


def active_types_of(session: Session, lesson_id: int) -> set[str]:
    """The types of a lesson's tasks that wait or run."""
    return set(session.scalars(select(col(Task.task_type)).where(_is_active_of(lesson_id))))


def _is_active_of(lesson_id: int) -> ColumnElement[bool]:
    return and_(is_of_lesson(lesson_id), col(Task.status).in_(ACTIVE))


def retry_task(session: Session, task_id: int, *, accept_lower_quality: bool = False) -> TaskView:
    """Let a failed or cancelled task run again; it goes on from the last stored piece.

    With `accept_lower_quality` a better text may now go for a worse one.

    Tasks that were cancelled because they wait for it stay so: see `cancelled_dependents`.

    Raises
    ------
    TaskNotFound
    TaskNotRetryable
    LessonInTrash
    """
    with writing(session):
        view = _lock_task(session, task_id)
        if view.status not in RETRYABLE:
            raise TaskNotRetryable(
                f"Task {task_id} {_why_not_again(view)}.", facts={"task": task_id}
            )
        if view.lesson_id is not None and is_trashed(session, view.lesson_id):
            raise LessonInTrash(view.lesson_id)
        values = reset() | (_consent(view) if accept_lower_quality else {})
        change_rows(session.connection(), TASK.c.id == task_id, values)
    return get_task(session, task_id)


def _consent(view: TaskView) -> TaskValues:
    return {"parameters": (view.parameters or {}) | {"accept_lower_quality": True}}


def cancelled_dependents(session: Session, task_id: int) -> list[int]:
    """The cancelled tasks that wait for this one, directly or over others, oldest first."""
    found: set[int] = set()
    needed = {task_id}
    while needed:
        statement = select(col(Task.id)).where(
            col(Task.depends_on).in_(needed), col(Task.status) == TaskStatus.CANCELLED
        )
        waiting = {found_id for found_id in session.scalars(statement) if found_id is not None}
        needed = waiting - found - {task_id}
        found |= needed
    return sorted(found)


def prune(session: Session, keep_days: float) -> int:
    """Delete the tasks that ended longer ago, but not those that a remaining task depends on.

    Returns how many; each batch is a transaction of its own.
    """
    n_pruned = 0
    while batch := _delete_batch(session, keep_days * SECONDS_PER_DAY):
        n_pruned += batch
    return n_pruned


def _delete_batch(session: Session, kept_seconds: float) -> int:
    dependent = aliased(Task)
    is_needed = exists().where(
        col(dependent.depends_on) == col(Task.id), ~_is_forgettable(dependent, kept_seconds)
    )
    batch = (
        select(col(Task.id))
        .where(_is_forgettable(Task, kept_seconds), ~is_needed)
        .limit(PRUNED_AT_ONCE)
    )
    deleted = session.connection().execute(delete(Task).where(col(Task.id).in_(batch)))
    session.commit()
    return deleted.rowcount


def _is_forgettable(task: type[Task], kept_seconds: float) -> ColumnElement[bool]:
    ended_at = func.coalesce(task.end_date, task.created_at)
    is_old = func.coalesce(seconds_since(ended_at), 0.0) > kept_seconds
    return and_(col(task.status).in_(ENDED), is_old)


def _lock_task(session: Session, task_id: int) -> TaskView:
    """The task as it is and will be until the end of the transaction."""
    _require_possible_id(task_id)
    session.connection().execute(
        select(col(Task.id)).where(col(Task.id) == task_id).with_for_update()
    )
    return get_task(session, task_id)


def _why_not_again(view: TaskView) -> str:
    if view.status == TaskStatus.PENDING:
        return "waits for a worker already"
    if view.status == TaskStatus.RUNNING:
        return "is running"
    if view.status == TaskStatus.COMPLETED:
        return "was completed"
    return f"has the status `{view.status}`, which no task should have"
