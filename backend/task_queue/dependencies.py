"""Rows that wait for other rows: those that never can be done are ended, each with its reason."""

from collections.abc import Collection, Mapping

from sqlalchemy import Engine, Text, and_, cast, or_, select

from backend.errors.tasks import CircularDependency, DependencyMissing, DependencyNotCompleted
from backend.models import TaskStatus
from backend.task_queue.reading import HOW_IT_ENDED
from backend.task_queue.rows import change_rows, writing_rows
from backend.task_queue.states import TASK, TaskValues, failed, given_up


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
            _end_waiting(db, task_id, ending)


def _why_it_never_can(
    task_id: int, asked_for: str, needed_id: int | None, status: str, circle: Collection[int]
) -> TaskValues | None:
    if needed_id is None:
        return failed(
            DependencyMissing(
                f"It waits for task {asked_for}, and there is none: insert it again with the id of "
                "a task that is there, or without `depends_on`."
            )
        )
    if task_id == needed_id:
        return failed(CircularDependency())
    if task_id in circle:
        return failed(
            CircularDependency(
                f"It waits for task {needed_id}, which in turn waits for this one: insert it again "
                "without the circle."
            )
        )
    if status in (TaskStatus.FAILED, TaskStatus.CANCELLED):
        return given_up(
            DependencyNotCompleted(
                f"Task {needed_id}, which it waited for, {HOW_IT_ENDED[status]}.",
                facts={"needed": needed_id, "task": task_id},
            )
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


def _end_waiting(db: Engine, task_id: int, values: TaskValues) -> None:
    with writing_rows(db) as connection:
        is_waiting = and_(
            TASK.c.id == task_id,
            TASK.c.status == TaskStatus.PENDING,
            TASK.c.run_id.is_(None),
        )
        change_rows(connection, is_waiting, values)
