"""Who is at a task: whoever holds its claim may write for it.

A row that was cancelled, or given to another worker, has another claim or none.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Text, and_, cast, select

from backend.models import TaskStatus
from backend.models.task import ACTIVE
from backend.task_queue.dispatching import Run
from backend.task_queue.rows import change_rows, writing_rows
from backend.task_queue.states import TASK, Doing, TaskValues, claimed, released


@dataclass(frozen=True)
class ClaimedTask:
    """A task that is this worker's, until it ends, is cancelled or is taken over."""

    task_id: int
    task_type: str
    stage: str
    token: str
    parameters: str | None
    """Their JSON text: it may have been changed since it was found right."""
    settings: dict[str, Any] | None
    """The settings that held when the work began; None: it begins now."""


def claim_run(db: Engine, run: Run, worker: str) -> ClaimedTask | None:
    """Take a run that the engine has given to this worker; None if its row says otherwise."""
    token = secrets.token_hex(16)
    with writing_rows(db) as connection:
        is_ours = and_(
            TASK.c.id == run.task_id,
            TASK.c.run_id == run.run_id,
            TASK.c.claim.is_(None),
            TASK.c.status.in_(ACTIVE),
        )
        if change_rows(connection, is_ours, claimed(worker, token)) == 0:
            return None
        parameters = cast(TASK.c.parameters, Text)
        statement = select(TASK.c.task_type, TASK.c.stage, parameters, TASK.c.settings)
        row = connection.execute(statement.where(TASK.c.id == run.task_id)).one()
    task_type, stage, parameters_text, settings = row
    return ClaimedTask(run.task_id, task_type, stage, token, parameters_text, settings)


def change_claimed(connection: Connection, task_id: int, token: str, values: TaskValues) -> bool:
    """Change a row within the caller's transaction; False if the claim does not hold any more.

    The row stays locked until the commit, so that nobody takes it over in between.
    """
    is_held = and_(
        TASK.c.id == task_id,
        TASK.c.claim == token,
        TASK.c.status == TaskStatus.RUNNING,
    )
    return change_rows(connection, is_held, values) > 0


def release_claim(db: Engine, task_id: int, token: str) -> None:
    """Give a running task to whoever is free: it goes on from what is stored."""
    message = "Its worker was stopped; it goes on from what is stored."
    values = released(message, {"code": Doing.WORKER_STOPPED})
    with writing_rows(db) as connection:
        change_claimed(connection, task_id, token, values)


def end_claim(db: Engine, task_id: int, token: str) -> None:
    """The work on a task that was cancelled has stopped."""
    is_over = and_(TASK.c.id == task_id, TASK.c.claim == token)
    with writing_rows(db) as connection:
        change_rows(connection, is_over, {"claim": None})


def held_claims(db: Engine, tokens: Collection[str]) -> set[str]:
    """Those of the claims that still hold."""
    statement = select(TASK.c.claim).where(
        TASK.c.claim.in_(tokens), TASK.c.status == TaskStatus.RUNNING
    )
    with db.connect() as connection:
        return set(connection.scalars(statement))
