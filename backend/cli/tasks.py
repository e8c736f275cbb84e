"""tasks add, list, show, cancel, retry, watch."""

import json
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import click
from sqlmodel import Session

from backend.cli.terminal import (
    LESSON,
    TASK,
    for_each,
    force_option,
    json_option,
    notice,
    one_line,
    open_session,
    print_json,
    print_table,
)
from backend.cli.watching import COLUMNS, row_of, watch_tasks
from backend.clock import clock
from backend.errors import NothingToDo
from backend.errors.remedies import explain_stored
from backend.lesson_texts.layers import require_lesson
from backend.log import printable
from backend.models import TaskStatus
from backend.models.columns import LARGEST_ID
from backend.models.task import PROCESS
from backend.task_queue import service
from backend.task_queue.reading import TaskView, read_workers
from backend.tasks.asking import check_request
from backend.tasks.parameters import read_parameters
from backend.tasks.pipeline import task_types

tasks_argument = click.argument("task_ids", metavar="TASK...", nargs=-1, required=True, type=TASK)


@click.group()
def tasks() -> None:
    """Add and manage background tasks."""


@tasks.command(short_help="Add background tasks.")
@click.argument("task_type", metavar="TYPE", type=click.Choice(task_types()))
@click.argument("lesson_ids", metavar="LESSON...", nargs=-1, required=True, type=LESSON)
@click.option(
    "--priority",
    type=click.IntRange(-LARGEST_ID, LARGEST_ID),
    metavar="N",
    default=0,
    show_default=True,
    help="Tasks with a higher priority run first.",
)
@click.option("--after", metavar="TASK", type=TASK, help="Run after this task is completed.")
@click.option(
    "--again", is_flag=True, help="With process: redo all three stages, even where texts exist."
)
@force_option
@json_option
def add(
    task_type: str,
    lesson_ids: tuple[int, ...],
    priority: int,
    after: int | None,
    again: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Add a background task for each lesson.

    TYPE is transcription, correction, summary, or process, which is the three in order.
    """
    if again and task_type != PROCESS:
        raise click.UsageError("--again is for process: the others are always done anew.")
    with open_session() as session:

        def add_one(lesson_id: int) -> TaskView:
            require_lesson(session, lesson_id)
            parameters: dict[str, Any] = {"lesson_id": lesson_id}
            parameters |= {"again": True} if again else {}
            parameters |= {"accept_lower_quality": True} if force else {}
            _check_request(session, task_type, parameters, after)
            task = service.submit(session, task_type, parameters, priority, after)
            assert task.id is not None
            return service.get_task(session, task.id)

        succeeded = _change_each(
            lesson_ids,
            add_one,
            lambda view: f"Task {view.id}: {view.task_type} of lesson {view.lesson_id}",
            as_json,
        )
        _notice_missing_worker(session)
    if not succeeded:
        sys.exit(1)


@tasks.command("list", short_help="List the tasks.")
@click.option(
    "--status",
    "statuses",
    metavar="STATUS",
    multiple=True,
    type=click.Choice([item.value for item in TaskStatus]),
    help="Only pending, running, completed, failed or cancelled tasks. Repeatable.",
)
@click.option(
    "--lesson", "lesson_id", metavar="LESSON", type=LESSON, help="Only tasks of this lesson."
)
@click.option(
    "--limit",
    metavar="N",
    type=click.IntRange(1, LARGEST_ID),
    default=50,
    show_default=True,
    help="Maximum number of tasks.",
)
@json_option
def list_(statuses: tuple[str, ...], lesson_id: int | None, limit: int, as_json: bool) -> None:
    """List the tasks, newest first."""
    with open_session() as session:
        views = service.list_tasks(session, statuses or None, lesson_id, limit)
    if as_json:
        print_json([view.to_json() for view in views])
    elif not views:
        click.echo("No tasks. To add one: lectern tasks add process LESSON")
    else:
        print_table(COLUMNS, [row_of(view) for view in views])
        if len(views) == limit:
            notice(f"Only the newest {limit} tasks are shown. Use --limit to see more.")


@tasks.command(short_help="Show a task.")
@click.argument("task_id", metavar="TASK", type=TASK)
@json_option
def show(task_id: int, as_json: bool) -> None:
    """Show all details of a task."""
    with open_session() as session:
        view = service.get_task(session, task_id)
    if as_json:
        print_json(view.to_json())
    else:
        click.echo(printable("\n".join(_describe(view))))


def _describe(view: TaskView) -> list[str]:
    facts = (
        ("Type", view.task_type),
        ("Lesson", view.lesson_id),
        ("Parameters", _one_line_json(view.parameters)),
        ("Priority", view.priority),
        ("Waits for", view.depends_on and f"task {view.depends_on}"),
        ("Progress", f"{view.progress:.0%}  {one_line(view.progress_message or '')}"),
        ("Attempts", view.attempt),
        ("Worker", view.worker),
        ("Added", _moment(view.created_at)),
        ("Started", _moment(view.start_date)),
        ("Finished", _moment(view.end_date)),
        ("Took", None if view.duration is None else clock(view.duration)),
        ("Result", view.result and _one_line_json(view.result)),
        ("Error", _explain(view)),
    )
    lines = [f"Task {view.id}: {one_line(view.status)}"]
    lines += [f"   {name + ':':12}{one_line(str(v))}" for name, v in facts if v is not None]
    return lines


def _explain(view: TaskView) -> str | None:
    return view.error and explain_stored(view.error, view.error_code, view.error_facts)


def _one_line_json(value: dict[str, Any] | None) -> str:
    return "not a JSON object" if value is None else json.dumps(value, ensure_ascii=False)


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment:%Y-%m-%d %H:%M:%S} UTC"


@tasks.command(short_help="Cancel tasks that have not finished.")
@tasks_argument
@json_option
def cancel(task_ids: tuple[int, ...], as_json: bool) -> None:
    """Cancel tasks that have not finished. Completed parts are kept."""
    with open_session() as session:
        succeeded = _change_each(
            task_ids,
            lambda task_id: service.cancel_task(session, task_id),
            lambda view: f"Task {view.id}: {_explain(view)}",
            as_json,
        )
    if not succeeded:
        sys.exit(1)


@tasks.command(short_help="Retry failed or cancelled tasks.")
@tasks_argument
@force_option
@json_option
def retry(task_ids: tuple[int, ...], force: bool, as_json: bool) -> None:
    """Retry failed or cancelled tasks. They resume where they stopped.

    Tasks that were cancelled because they wait for one of these are to be named too.
    """
    # The older ones first, on which the newer ones may depend.
    in_order = sorted(set(task_ids))
    with open_session() as session:
        succeeded = _change_each(
            in_order,
            lambda task_id: service.retry_task(session, task_id, accept_lower_quality=force),
            lambda view: f"Task {view.id} is waiting again.",
            as_json,
        )
        _notice_dependents(session, in_order)
        _notice_missing_worker(session)
    if not succeeded:
        sys.exit(1)


def _notice_dependents(session: Session, task_ids: Sequence[int]) -> None:
    for task_id in task_ids:
        if dependents := service.cancelled_dependents(session, task_id):
            ids = " ".join(map(str, dependents))
            notice(
                f"Cancelled tasks depend on task {task_id}. To retry them too: "
                f"lectern tasks retry {ids}"
            )


@tasks.command(short_help="Watch tasks until they finish.")
@click.argument("task_ids", metavar="[TASK...]", nargs=-1, type=TASK)
@json_option
def watch(task_ids: tuple[int, ...], as_json: bool) -> None:
    """Watch tasks until they finish. Default: all unfinished tasks.

    On a terminal it is a table that is kept current, elsewhere a line for each change. The status
    is 1 if a task failed or was cancelled.
    """
    with open_session() as session:
        _notice_missing_worker(session)
        ended = watch_tasks(session, task_ids, as_json)
    if any(view.status != TaskStatus.COMPLETED for view in ended):
        sys.exit(1)


def _check_request(
    session: Session, task_type: str, parameters: dict[str, Any], after: int | None
) -> None:
    """Refuse what would make a text worse; of what is done already, say so."""
    if after is not None:  # it meets what that task leaves, not what is there now
        return
    try:
        read = read_parameters(task_type, json.dumps(parameters))
        check_request(session, task_type, read)
    except NothingToDo as error:
        notice(error.message)
    session.rollback()


def _notice_missing_worker(session: Session) -> None:
    is_needed = bool(service.list_tasks(session, [TaskStatus.PENDING], limit=1))
    if is_needed and not any(worker.is_alive for worker in read_workers(session)):
        notice("No worker is running: start one with `lectern worker`.")


def _change_each(
    numbers: Sequence[int],
    change: Callable[[int], TaskView],
    say: Callable[[TaskView], str],
    as_json: bool,
) -> bool:
    """Change each, whatever becomes of the others, and print what came of it; whether all did."""
    changed: list[TaskView] = []

    def change_one(number: int) -> None:
        view = change(number)
        changed.append(view)
        if not as_json:
            click.echo(printable(say(view)))

    succeeded = for_each(numbers, change_one)
    if as_json:
        print_json([view.to_json() for view in changed])
    return succeeded
