"""Pages of tasks."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session, col

from backend.jobs.reading import TaskView, read_tasks
from backend.models import Task
from backend.models.task import is_of_lesson


def read_task_page(
    session: Session,
    statuses: Sequence[str] | None,
    lesson_id: int | None,
    before: int | None,
    limit: int,
) -> list[TaskView]:
    """The newest tasks whose id is smaller than `before`, newest first; None does not restrict."""
    page = select(col(Task.id)).order_by(col(Task.id).desc()).limit(limit)
    if statuses:
        page = page.where(col(Task.status).in_(statuses))
    if lesson_id is not None:
        page = page.where(is_of_lesson(lesson_id))
    if before is not None:
        page = page.where(col(Task.id) < before)
    ids = [task_id for task_id in session.scalars(page) if task_id is not None]
    return read_tasks(session, ids)[::-1]
