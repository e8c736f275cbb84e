"""The states of a task row, each as the columns that it sets: the one place that says them.

Whoever moves a row gives these to one statement, under a condition that says from which state.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, TypedDict

from sqlalchemy import ColumnElement, Integer, case, cast, func
from sqlmodel import SQLModel

from backend.errors import LecternError
from backend.errors.tasks import WorkerDied
from backend.models import TaskStatus
from backend.models.columns import database_now, seconds_since

TASK = SQLModel.metadata.tables["task"]

Json = dict[str, Any]


class TaskValues(TypedDict, total=False):
    """Columns of a row, see `backend.models.Task`; also as an expression of SQL."""

    status: TaskStatus
    parameters: Json
    priority: ColumnElement[int]
    lesson_id: int | None
    stage: str | None
    settings: Json | None
    run_id: str | None
    claim: str | None
    worker: str | None
    attempt: int | ColumnElement[int]
    crashes: int
    result: Json | None
    error: str | None
    error_code: str | None
    error_facts: Json | None
    progress: float
    progress_message: str | None
    doing: Json | None
    start_date: ColumnElement[datetime] | None
    end_date: ColumnElement[datetime] | None
    duration: ColumnElement[float] | None


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
    "anything new in between, so it is not tried again by itself."
)


# --- pending ---------------------------------------------------------------------------------


def reset() -> TaskValues:
    """As nobody has looked at it yet; `attempt` goes on being counted."""
    return {
        "status": TaskStatus.PENDING,
        "lesson_id": None,
        "stage": None,
        "settings": None,
        "run_id": None,
        "claim": None,
        "worker": None,
        "crashes": 0,
        "result": None,
        "error": None,
        "error_code": None,
        "error_facts": None,
        "progress": 0.0,
        "progress_message": None,
        "doing": None,
        "start_date": None,
        "end_date": None,
        "duration": None,
    }


def admitted(lesson_id: int, stage: str) -> TaskValues:
    """Its parameters are right. Plain SQL may have written anything into the other columns."""
    return {
        "status": TaskStatus.PENDING,
        "priority": cast(TASK.c.priority, Integer),
        "attempt": cast(TASK.c.attempt, Integer),
        "lesson_id": lesson_id,
        "stage": stage,
        "settings": None,
        "run_id": None,
        "claim": None,
        "worker": None,
        "crashes": 0,
        "result": None,
        "error": None,
        "error_code": None,
        "error_facts": None,
        "progress": 0.0,
        "doing": None,
    }


def released(message: str, doing: Json) -> TaskValues:
    """For whoever is free: it goes on from what is stored."""
    return {
        "status": TaskStatus.PENDING,
        "run_id": None,
        "claim": None,
        "worker": None,
        "progress_message": message,
        "doing": doing,
    }


# --- running ---------------------------------------------------------------------------------


def claimed(worker: str, token: str) -> TaskValues:
    """A worker is at it."""
    return {
        "status": TaskStatus.RUNNING,
        "worker": worker,
        "claim": token,
        "start_date": func.coalesce(TASK.c.start_date, database_now()),
        "progress_message": "It begins.",
        "doing": {"code": Doing.BEGINNING},
    }


def between_stages(done: str, following: str, results: Json, progress: float) -> TaskValues:
    """One of its stages is done, and any worker may take the next."""
    return {
        "stage": following,
        "run_id": None,
        "claim": None,
        "worker": None,
        "crashes": 0,
        "result": results,
        "progress": progress,
        "progress_message": f"The {done} is done; waiting for a worker for the {following}.",
        "doing": {"code": Doing.BETWEEN_STAGES, "stage": following},
    }


# --- ended -----------------------------------------------------------------------------------


def completed(result: Json) -> TaskValues:
    done: TaskValues = {"result": result, "progress": 1.0, "progress_message": "Done."}
    return _ended(TaskStatus.COMPLETED) | done


def failed(error: LecternError) -> TaskValues:
    return _ended(TaskStatus.FAILED) | _cause(error)


def given_up(error: LecternError) -> TaskValues:
    """Cancelled before any worker was at it, by whoever looks after the rows."""
    return _ended(TaskStatus.CANCELLED) | _cause(error)


def cancelled(error: LecternError) -> TaskValues:
    """Cancelled by people: a worker that is at it keeps its claim until it has stopped."""
    times: TaskValues = {"end_date": database_now(), "duration": seconds_since(TASK.c.start_date)}
    return {"status": TaskStatus.CANCELLED} | times | _cause(error)


def crashed(task_id: int, crashes: int, message: str, doing: Mapping[str, Any]) -> TaskValues:
    """Its worker died: released, or failed if it has killed too many."""
    counted: TaskValues = {"crashes": crashes}
    if crashes >= MOST_CRASHES:
        died = WorkerDied(POISONED, facts={"times": crashes, "task": task_id})
        return failed(died) | counted
    return released(message, dict(doing)) | counted


def _ended(status: TaskStatus) -> TaskValues:
    """Times are the database's."""
    began = TASK.c.start_date.is_not(None)
    return {
        "status": status,
        "end_date": database_now(),
        "duration": case((began, seconds_since(TASK.c.start_date)), else_=None),
        "claim": None,
        "progress_message": None,
        "doing": None,
    }


def _cause(error: LecternError) -> TaskValues:
    return {
        "error": error.message,
        "error_code": error.code,
        "error_facts": {str(name): fact for name, fact in error.facts.items()} or None,
    }
