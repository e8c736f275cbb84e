"""The tasks of workers that died, or whose run ended without a word: others take them over."""

from dataclasses import dataclass

from sqlalchemy import Engine, and_, select

from backend.models import TaskStatus
from backend.task_queue.rows import change_rows, writing_rows
from backend.task_queue.states import TASK, Doing, crashed


def release_dead(db: Engine, worker: str) -> list[int]:
    """Free the tasks of a dead worker; one that killed too many workers fails.

    Nothing is left to be done by a second call, whoever makes it.
    """
    is_dead_ones = and_(TASK.c.worker == worker, TASK.c.status == TaskStatus.RUNNING)
    with writing_rows(db) as connection:
        locked = select(TASK.c.id, TASK.c.crashes).where(is_dead_ones).with_for_update()
        rows = connection.execute(locked).all()
        for task_id, crashes in rows:
            message = f"Its worker {worker} died; it goes on from what is stored."
            doing = {"code": Doing.WORKER_DIED, "worker": worker}
            after = crashed(task_id, crashes + 1, message, doing)
            change_rows(connection, TASK.c.id == task_id, after)
    return [task_id for task_id, _ in rows]


@dataclass(frozen=True)
class HeldRun:
    """A run that a worker has claimed, as its row has it."""

    task_id: int
    run_id: str
    token: str
    worker: str | None


def held_runs(db: Engine) -> list[HeldRun]:
    """The runs that workers say they are at."""
    statement = select(TASK.c.id, TASK.c.run_id, TASK.c.claim, TASK.c.worker).where(
        TASK.c.status == TaskStatus.RUNNING, TASK.c.claim.is_not(None), TASK.c.run_id.is_not(None)
    )
    with db.connect() as connection:
        return [HeldRun(*row) for row in connection.execute(statement)]


def release_ended(db: Engine, held: HeldRun) -> None:
    """Free the task of a run that has ended without its row being told; it counts as a crash, so
    that what ends each of its runs does not do so for ever."""
    is_held = and_(
        TASK.c.id == held.task_id,
        TASK.c.claim == held.token,
        TASK.c.status == TaskStatus.RUNNING,
    )
    message = "Its run ended without saying how; it goes on from what is stored."
    with writing_rows(db) as connection:
        crashes = connection.scalar(select(TASK.c.crashes).where(is_held).with_for_update())
        if crashes is not None:
            doing = {"code": Doing.WORKER_STOPPED}
            after = crashed(held.task_id, crashes + 1, message, doing)
            change_rows(connection, is_held, after)


def workers_of_running(db: Engine) -> set[str]:
    """The workers that running tasks name, whether or not there are such workers."""
    statement = select(TASK.c.worker).where(
        TASK.c.status == TaskStatus.RUNNING, TASK.c.worker.is_not(None)
    )
    with db.connect() as connection:
        return set(connection.scalars(statement.distinct()))
