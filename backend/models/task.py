"""The task table: whoever inserts a pending row gets it run."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, Column, ColumnElement, Index, Text, func, or_, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import Field, col

from backend.models.columns import TableModel, UtcDateTime, json_column, utc_now


class TaskStatus(StrEnum):
    """pending → running → completed | failed | cancelled."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


ACTIVE = (TaskStatus.PENDING, TaskStatus.RUNNING)
ENDED = (TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED)


PROCESS = "process"
"""The `task_type` that goes through all stages; the others are the stages' names."""


class Task(TableModel, table=True):
    """A piece of background work.

    Every column but `task_type` has a default in the database, so that plain SQL can insert
    `(task_type, status, parameters)`. A higher `priority` goes first, then the older task.
    `depends_on` is the id of a task that must be completed before. `progress` is the share done,
    0 to 1, `progress_message` says it in a sentence, and `doing` in facts, for whoever has words of
    their own; `attempt` counts the starts from
    `pending`, `worker` names who works on it, `duration` is the seconds from `start_date` to
    `end_date`, all by the database's clock. `error` is the message, `error_code` the code and
    `error_facts` the facts of the `LecternError` that ended it. An `id` is never given twice.

    The columns from `lesson_id` on are the workers' own, see `backend/task_queue/rows.py`.
    """

    __table_args__ = (
        Index("ix_task_lesson", "lesson_id", "status", "run_id", "priority", "id"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    task_type: str = Field(index=True)
    status: str = Field(
        default=TaskStatus.PENDING,
        sa_column_kwargs={"server_default": TaskStatus.PENDING.value},
    )
    parameters: dict[str, Any] = Field(
        default_factory=dict,
        sa_column=json_column(nullable=False, server_default=text("'{}'")),
    )
    result: dict[str, Any] | None = Field(default=None, sa_column=json_column())
    error: str | None = Field(default=None, sa_column=Column(Text))
    error_code: str | None = None
    error_facts: dict[str, Any] | None = Field(default=None, sa_column=json_column())
    priority: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    depends_on: int | None = Field(default=None, index=True)
    progress: float = Field(default=0.0, sa_column_kwargs={"server_default": text("0")})
    progress_message: str | None = Field(default=None, sa_column=Column(Text))
    doing: dict[str, Any] | None = Field(default=None, sa_column=json_column())
    attempt: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    worker: str | None = None
    created_at: datetime = Field(
        default_factory=utc_now,
        sa_column=Column(UtcDateTime, nullable=False, server_default=func.current_timestamp()),
    )
    start_date: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    end_date: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    duration: float | None = None

    lesson_id: int | None = None
    """The lesson of `parameters`, once they have been found right."""
    stage: str | None = None
    """The stage that is next or under way."""
    settings: dict[str, Any] | None = Field(default=None, sa_column=json_column())
    """The settings as they were when the work began: they hold until it ends."""
    run_id: str | None = None
    """The run in the job engine, from the moment it was handed over."""
    claim: str | None = None
    """Names one start of the work: only who holds it may write for the task."""
    crashes: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    """Workers that died over the task since it last stored anything."""


def is_of_lesson(lesson_id: int) -> ColumnElement[bool]:
    """Whether a task is of this lesson; where no worker has looked at it yet, only its parameters
    name the lesson."""
    return or_(
        col(Task.lesson_id) == lesson_id,
        col(Task.lesson_id).is_(None) & _parameters_name_lesson(str(lesson_id)),
    )


class _parameters_name_lesson(FunctionElement[bool]):  # noqa: N801
    """Whether a task's parameters have this `lesson_id` (given as text); it never fails."""

    type = Boolean()
    inherit_cache = True


@compiles(_parameters_name_lesson, "sqlite")
def _sqlite_names_lesson(element: Any, compiler: Any, **options: Any) -> str:
    return (
        "CASE WHEN json_valid(task.parameters)"
        " THEN CAST(json_extract(task.parameters, '$.lesson_id') AS TEXT) ="
        f" {compiler.process(element.clauses, **options)} ELSE 0 END"
    )


@compiles(_parameters_name_lesson, "postgresql")
def _postgres_names_lesson(element: Any, compiler: Any, **options: Any) -> str:
    # Its JSON operators fail on a row that holds \\u0000 anywhere; a pattern does not.
    lesson_id = compiler.process(element.clauses, **options)
    pattern = f"'\"lesson_id\"[[:space:]]*:[[:space:]]*' || {lesson_id} || '[[:space:]]*[,}}]'"
    return f"(CAST(task.parameters AS TEXT) ~ ({pattern}))"
