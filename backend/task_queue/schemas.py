"""What the API says of tasks, and what it is told."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.models import TaskStatus
from backend.task_queue.reading import TaskView
from backend.task_queue.states import Doing
from backend.tasks.schemas import TaskTypeName
from backend.web.inputs import Id, Text


class TaskNew(BaseModel):
    """Background work that is asked for."""

    model_config = ConfigDict(extra="forbid")

    task_type: TaskTypeName
    parameters: dict[Text, bool | int | float | Text | None] = Field(
        description="`lesson_id`, and what the type takes: `again` (process), `use_corrected` "
        "(summary), `segments_per_group`, `max_concurrency` (correction); "
        "`accept_lower_quality`, where a better text may go for a worse one.",
        examples=[{"lesson_id": 1}],
    )
    priority: Annotated[int, Field(ge=-1000, le=1000)] = Field(
        default=0, description="The highest goes first, then the oldest."
    )
    depends_on: Id | None = Field(default=None, description="A task to be completed before.")


class TaskDoing(BaseModel):
    """What a task does, in facts: for programs that have words of their own for it."""

    code: str = Field(examples=[doing.value for doing in Doing])
    stage: str | None = Field(description="The stage that is under way, or next.")
    done: float | None = Field(description="Of the stage, in its `unit`.")
    total: float | None
    unit: str | None = Field(examples=["s", "segments", "parts"])
    seconds_left: float | None = Field(
        description="Of the stage, at its pace so far; null: nobody can say yet."
    )
    worker: str | None = Field(description="The worker that died.")

    @classmethod
    def of(cls, stored: dict[str, Any] | None) -> "TaskDoing | None":
        try:
            return cls(**{name: (stored or {}).get(name) for name in cls.model_fields})
        except ValidationError:  # there is nothing, or another program has written it
            return None


class TaskPublic(BaseModel):
    """A task; moments are by the database's clock, `duration` is in seconds."""

    id: int
    task_type: str
    status: str = Field(examples=[status.value for status in TaskStatus])
    parameters: dict[str, Any] | None = Field(description="null: they cannot be read.")
    lesson_id: int | None
    lesson_title: str | None = Field(description="null: there is no such lesson.")
    priority: int
    depends_on: int | None
    progress: float = Field(description="The share done, 0 to 1.")
    progress_message: str | None
    attempt: int
    worker: str | None
    result: dict[str, Any] | None
    error: str | None = Field(description="Why it failed or was cancelled, and what to do.")
    error_code: str | None = Field(
        description="The code of `error`, as problem details have it; null: it has none.",
        examples=["bad-key"],
    )
    error_facts: dict[str, Any] | None = Field(
        description="What the words for that code need beside it.",
        examples=[{"server": "api.example.com", "said": "HTTP 401: no such key"}],
    )
    doing: TaskDoing | None = Field(description="What `progress_message` says, in facts.")
    crashes: int = Field(description="How many workers died over it since it last stored anything.")
    created_at: datetime | None
    start_date: datetime | None
    end_date: datetime | None
    duration: float | None

    @classmethod
    def of(cls, view: TaskView) -> "TaskPublic":
        return cls(**asdict(view) | {"doing": TaskDoing.of(view.doing)})


class TaskPage(BaseModel):
    """Some tasks, the newest first, and where the next ones begin."""

    items: list[TaskPublic]
    next_cursor: str | None
