"""The job engine, workers, tasks and recordings, as the database knows them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, and_, func, inspect, make_url, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from backend import __version__
from backend.doctor.findings import Finding, Level, count, tasks
from backend.models import Task, TaskStatus
from backend.models.columns import seconds_since
from backend.models.task import ACTIVE, PROCESS
from backend.task_queue.reading import WorkerView, as_text, span
from backend.task_queue.takeover import held_runs
from backend.tasks.pipeline import all_stages, task_types


def check_engine(session: Session) -> Finding:
    """Whether the job engine's own tables are where they should be."""
    # DBOS takes longer to load than all the rest of this module.
    from backend.workers.engine import SCHEMA, engine_url

    url = session.get_bind().engine.url
    if url.get_backend_name() == "sqlite":
        named = make_url(engine_url(url.render_as_string(hide_password=False)))
        place, is_there = f"the file {named.database}", Path(str(named.database)).exists()
    else:
        names = inspect(session.connection()).get_schema_names()
        place, is_there = f"the schema {SCHEMA}", SCHEMA in names
    if is_there:
        return Finding(Level.OK, "engine", f"The job engine's tables are in {place}.")
    if _ids(session, and_(col(Task.status).in_(ACTIVE), col(Task.run_id).is_not(None))):
        return Finding(
            Level.WARNING,
            "engine",
            f"The job engine's tables are gone from {place}, and tasks were handed to it.",
            "Start `lectern worker`: it makes them anew and hands the tasks over again.",
        )
    return Finding(Level.OK, "engine", f"The first worker will make the engine's {place[4:]}.")


def check_workers(workers: Sequence[WorkerView]) -> Iterator[Finding]:
    """Who is alive, who is not, and who runs another version."""
    if not workers:
        yield Finding(Level.OK, "workers", "No worker is running.")
    for worker in workers:
        seen = f"was seen {span(worker.seen_seconds_ago)} ago"
        does = ", ".join(worker.stages)
        if worker.is_alive:
            yield Finding(Level.OK, "workers", f"{worker.id} {seen} and does {does}.")
        else:
            yield Finding(
                Level.WARNING,
                "workers",
                f"{worker.id} on {worker.host} {seen}: it was killed, or its host is lost.",
                "A live worker takes its tasks over and forgets it; if there is none, start "
                "`lectern worker`.",
            )
        if worker.version != __version__:
            yield Finding(
                Level.WARNING,
                "workers",
                f"{worker.id} runs Lectern {worker.version}, and this is {__version__}.",
                f"Install the same version on {worker.host}, and start its worker again.",
            )


def check_queues(session: Session, alive: Sequence[WorkerView]) -> Iterator[Finding]:
    """What waits, for how long, and whether anybody does that kind of work."""
    rows = _read_waiting(session)
    if not rows:
        yield Finding(Level.OK, "queue", "No task waits for a worker.")
    for kind, n_waiting, oldest_seconds in rows:
        stage = all_stages()[0].name if kind == PROCESS else kind
        is_stage = stage in task_types()
        doers = [worker for worker in alive if stage in worker.stages or not is_stage]
        age = "" if oldest_seconds is None else f", the oldest for {span(oldest_seconds)}"
        message = f"{kind}: {count(n_waiting, 'task')} waiting{age}"
        if doers:
            yield Finding(Level.OK, "queue", f"{message}.")
        else:
            yield Finding(
                Level.ERROR,
                "queue",
                f"{message}, and no live worker does that.",
                "Start `lectern worker`, without `--only` or with the one that does it.",
            )
    if n_dependent := _count_dependent(session):
        yield Finding(
            Level.OK, "queue", f"{count(n_dependent, 'task')} waiting for another to be completed."
        )


def _read_waiting(session: Session) -> list[Any]:
    """Kind of work, number and age in seconds of the oldest, of what no worker is at."""
    is_between_stages = and_(
        col(Task.status) == TaskStatus.RUNNING, ~_is_held(), col(Task.stage).is_not(None)
    )
    kind = as_text(func.coalesce(Task.stage, Task.task_type)).label("kind")
    age = func.max(seconds_since(col(Task.created_at)))
    statement = (
        select(kind, func.count(), age)
        .where(or_(col(Task.status) == TaskStatus.PENDING, is_between_stages))
        .group_by(kind)
        .order_by(kind)
    )
    return list(session.connection().execute(statement))


def _count_dependent(session: Session) -> int:
    needed = aliased(Task)
    statement = (
        select(func.count())
        .select_from(Task)
        .join(needed, col(needed.id) == col(Task.depends_on))
        .where(col(Task.status) == TaskStatus.PENDING, col(needed.status).in_(ACTIVE))
    )
    return session.connection().scalar(statement) or 0


def check_running(session: Session, alive: Sequence[WorkerView]) -> Iterator[Finding]:
    """The tasks that are said to run, and by whom nobody runs them."""
    is_running = col(Task.status) == TaskStatus.RUNNING
    ids_alive = [worker.id for worker in alive]
    running = _ids(session, and_(is_running, _is_held(), col(Task.worker).in_(ids_alive)))
    yield Finding(Level.OK, "running", f"{count(len(running), 'task')} running.")
    not_alive = or_(col(Task.worker).is_(None), col(Task.worker).not_in(ids_alive))
    orphaned = and_(is_running, _is_held(), not_alive)
    if ids := _ids(session, orphaned):
        message = f"{tasks(ids)} held by no live worker."
        yield (
            Finding(
                Level.WARNING,
                "running",
                message,
                "A live worker takes over within seconds: look again; if it stays so, restart one.",
            )
            if alive
            else Finding(
                Level.ERROR, "running", message, "Start `lectern worker`: it takes them over."
            )
        )
    yield from _check_ended(session)
    if ids := _ids(session, and_(is_running, ~_is_held(), col(Task.stage).is_(None))):
        first = ids[0]
        yield Finding(
            Level.WARNING,
            "running",
            f"{tasks(ids)} inserted as `running`, so no worker ever takes them.",
            f"Run `lectern tasks cancel {first}` and `lectern tasks retry {first}`, and so on; "
            "insert tasks as `pending`.",
        )


def _check_ended(session: Session) -> Iterator[Finding]:
    """The tasks that are said to run though the engine knows that their runs have ended."""
    from backend.workers.engine import read_ended

    held = held_runs(session.get_bind().engine)
    if not held:
        return
    url = session.get_bind().engine.url.render_as_string(hide_password=False)
    ended = read_ended(url, [each.run_id for each in held])
    # A row is told of its end before the engine is: one that still says so is forgotten.
    still = {each for each in held_runs(session.get_bind().engine) if each in held}
    if ids := sorted(each.task_id for each in still if each.run_id in ended):
        yield Finding(
            Level.WARNING,
            "running",
            f"{tasks(ids)} said to run, and nobody works on it: the run has ended.",
            "A live worker frees it within seconds: look again; if it stays so, start "
            "`lectern worker`.",
        )


def _is_held() -> ColumnElement[bool]:
    return or_(col(Task.claim).is_not(None), col(Task.worker).is_not(None))


def check_statuses(session: Session) -> Iterator[Finding]:
    """Rows with a status that does not exist."""
    if ids := _ids(session, col(Task.status).not_in(list(TaskStatus))):
        yield Finding(
            Level.WARNING,
            "queue",
            f"{tasks(ids)} in a status that does not exist.",
            "A worker will fail them with a sentence; or run `lectern tasks cancel` on each.",
        )


def _ids(session: Session, condition: ColumnElement[bool]) -> list[int]:
    statement = select(col(Task.id)).where(condition).order_by(col(Task.id))
    return [task_id for task_id in session.connection().scalars(statement) if task_id is not None]
