"""The task table: whoever inserts a pending row gets it run."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Text, func, text
from sqlmodel import Field

from backend.models.columns import TableModel, UtcDateTime, json_column, utc_now


class TaskStatus(StrEnum):
    """pending → running → completed | failed | cancelled."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Task(TableModel, table=True):
    """A piece of background work.

    Every column but `task_type` has a default in the database, so that plain SQL can insert
    `(task_type, status, parameters)`. `progress` is the share done, 0 to 1; `duration` the
    seconds from `start_date` to `end_date`.
    """

    id: int | None = Field(default=None, primary_key=True)
    task_type: str = Field(index=True)
    status: str = Field(
        default=TaskStatus.PENDING,
        index=True,
        sa_column_kwargs={"server_default": TaskStatus.PENDING.value},
    )
    parameters: dict[str, Any] = Field(
        default_factory=dict,
        sa_column=json_column(nullable=False, server_default=text("'{}'")),
    )
    result: dict[str, Any] | None = Field(default=None, sa_column=json_column())
    error: str | None = Field(default=None, sa_column=Column(Text))
    progress: float = Field(default=0.0, sa_column_kwargs={"server_default": text("0")})
    created_at: datetime = Field(
        default_factory=utc_now,
        sa_column=Column(UtcDateTime, nullable=False, server_default=func.current_timestamp()),
    )
    start_date: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    end_date: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    duration: float | None = None
