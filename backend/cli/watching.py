"""Tasks in a table, and following them until they have ended."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
from sqlmodel import Session

from backend.cli.terminal import one_line, print_json
from backend.models import TaskStatus
from backend.task_queue import service
from backend.task_queue.reading import TaskView, read_tasks, span

if TYPE_CHECKING:
    from rich.table import Table

READ_SECONDS = 0.3
READING_SHARE = 0.2
"""At most this share of the time is spent with reading, however many tasks there are."""

SHOWN_AT_ONCE = 30
MESSAGE_LENGTH = 70

COLUMNS = ("ID", "TYPE", "LESSON", "STATUS", "DONE", "AGE", "MESSAGE")


def row_of(view: TaskView) -> tuple[str, ...]:
    """A task as a row of a table with `COLUMNS`."""
    added = view.created_at
    return (
        str(view.id),
        one_line(view.task_type),
        "–" if view.lesson_id is None else str(view.lesson_id),
        one_line(view.status),
        f"{view.progress:.0%}",
        "–" if added is None else span((datetime.now(UTC) - added).total_seconds()),
        _shortened(message_of(view)),
    )


def message_of(view: TaskView) -> str:
    """What is to be said of a task: why it failed, or how far it is."""
    return one_line(view.error or view.progress_message or "")


def _shortened(text: str) -> str:
    return text if len(text) <= MESSAGE_LENGTH else f"{text[: MESSAGE_LENGTH - 1]}…"


def watch_tasks(session: Session, task_ids: Sequence[int], as_json: bool) -> list[TaskView]:
    """Show the tasks until they have ended, and give them as they are then.

    Without ids: all that have not ended, those that are added meanwhile included.

    Raises
    ------
    TaskNotFound
    """
    readings = _read_until_ended(session, task_ids)
    if as_json:
        return _print_changes(readings, lambda view: print_json(view.to_json(), indent=None))
    if sys.stdout.isatty():
        return _show_table(readings)
    return _print_changes(readings, _print_line)


Tasks = dict[int, TaskView]
"""Tasks by their id, in the order in which they were first seen."""


def _read_until_ended(session: Session, task_ids: Sequence[int]) -> Iterator[Tasks]:
    tasks: Tasks = {}
    while True:
        began = time.monotonic()
        ended = {task_id: view for task_id, view in tasks.items() if view.has_ended}
        tasks = ended | {view.id: view for view in _read(session, task_ids, tasks)}
        session.rollback()  # no transaction stays open while nothing is read
        yield tasks
        if all(view.has_ended for view in tasks.values()):
            return
        took_seconds = time.monotonic() - began
        time.sleep(max(READ_SECONDS, took_seconds / READING_SHARE))


def _read(session: Session, task_ids: Sequence[int], before: Tasks) -> list[TaskView]:
    if task_ids:
        return [service.get_task(session, task_id) for task_id in task_ids]
    active = service.list_active(session)
    followed = {task_id for task_id, view in before.items() if not view.has_ended}
    return active + read_tasks(session, sorted(followed - {view.id for view in active}))


def _print_changes(
    readings: Iterator[Tasks], print_one: Callable[[TaskView], None]
) -> list[TaskView]:
    """Print each task when it is first seen and whenever it has changed."""
    before: Tasks = {}
    for tasks in readings:
        for task_id, view in tasks.items():
            if before.get(task_id) != view:
                print_one(view)
        before = tasks
    return list(before.values())


def _print_line(view: TaskView) -> None:
    message = message_of(view)
    line = f"Task {view.id}: {one_line(view.task_type)} {one_line(view.status)} {view.progress:.0%}"
    click.echo(f"{line}  {message}" if message else line)


def _show_table(readings: Iterator[Tasks]) -> list[TaskView]:
    """A table that is kept current; its last state stays on the terminal."""
    from rich.live import Live

    tasks: Tasks = {}
    with Live(auto_refresh=False) as live:
        for tasks in readings:
            live.update(_table(list(tasks.values())), refresh=True)
    return list(tasks.values())


def _table(views: list[TaskView]) -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table(*COLUMNS, box=None)
    for view in sorted(views, key=_place)[:SHOWN_AT_ONCE]:
        table.add_row(*map(Text, row_of(view)))
    if len(views) > SHOWN_AT_ONCE:
        table.caption = f"and {len(views) - SHOWN_AT_ONCE} more"
    return table


def _place(view: TaskView) -> tuple[int, int]:
    """What runs first, then what waits, then what ended."""
    order = [TaskStatus.RUNNING, TaskStatus.PENDING]
    return order.index(TaskStatus(view.status)) if view.status in order else len(order), view.id
