"""Reading task rows and worker rows, whatever is in them.

Anybody may insert a task by plain SQL: SQLite takes broken JSON, text in a column of numbers and
`yesterday` as a date, PostgreSQL a JSON list and a moment at `infinity`. Every column is therefore
read as text and understood here; what cannot be is None, or the column's default.
"""

import json
import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, Text, select
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session, col

from backend.models import Lesson, Task, TaskStatus, Worker
from backend.models.columns import LARGEST_ID, UtcDateTime, seconds_since
from backend.models.task import ENDED, is_of_lesson

TITLES_AT_ONCE = 1000
"""A statement has a limit to the values that it may be given."""

HOW_IT_ENDED: Mapping[str, str] = {
    TaskStatus.COMPLETED: "was completed",
    TaskStatus.FAILED: "failed",
    TaskStatus.CANCELLED: "was cancelled",
}


# --- tasks -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class TaskView:
    """A task row as far as it can be read.

    `parameters` is None where they are not a JSON object, `lesson_title` where there is no such
    lesson, `error_code` where no program of ours wrote the `error`; `crashes` counts the workers
    that died over it since it last stored anything; `progress` is the share done
    from 0 to 1, `duration` in seconds; moments are in UTC by the database's clock.
    """

    id: int
    task_type: str
    status: str
    parameters: dict[str, Any] | None
    lesson_id: int | None
    lesson_title: str | None
    priority: int
    depends_on: int | None
    progress: float
    progress_message: str | None
    attempt: int
    worker: str | None
    result: dict[str, Any] | None
    error: str | None
    error_code: str | None
    error_facts: dict[str, Any] | None
    doing: dict[str, Any] | None
    crashes: int
    created_at: datetime | None
    start_date: datetime | None
    end_date: datetime | None
    duration: float | None

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values; moments are ISO 8601."""
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in asdict(self).items()
        }


def read_task(session: Session, task_id: int) -> TaskView | None:
    """The task with this id, if there is one."""
    found = read_tasks(session, [task_id])
    return found[0] if found else None


def read_tasks(session: Session, task_ids: Sequence[int]) -> list[TaskView]:
    """The tasks with these ids that are there, oldest first."""
    statement = select(*_columns()).where(col(Task.id).in_(task_ids)).order_by(col(Task.id))
    return _read(session, statement)


def read_page(
    session: Session,
    statuses: Sequence[str] | None = None,
    lesson_id: int | None = None,
    limit: int | None = None,
    *,
    before: int | None = None,
) -> list[TaskView]:
    """The newest tasks, newest first, whose id is smaller than `before`; None does not restrict."""
    # The ids come from an index alone; only the rows of the page are read.
    page = select(col(Task.id)).order_by(col(Task.id).desc()).limit(limit)
    if statuses is not None:
        page = page.where(col(Task.status).in_(statuses))
    if lesson_id is not None:
        page = page.where(is_of_lesson(lesson_id))
    if before is not None:
        page = page.where(col(Task.id) < before)
    statement = select(*_columns()).where(col(Task.id).in_(page)).order_by(col(Task.id).desc())
    return _read(session, statement)


def _read(session: Session, statement: Select[Any]) -> list[TaskView]:
    views = [_to_view(row) for row in session.connection().execute(statement)]
    # Not by a join: only the parameters name the lesson of a row that no worker has looked at yet.
    titles = _read_titles(session, {view.lesson_id for view in views})
    return [replace(view, lesson_title=titles.get(view.lesson_id)) for view in views]


def _read_titles(session: Session, named: Set[int | None]) -> dict[int | None, str | None]:
    """The titles of those lessons that there are, by their ids."""
    lesson_ids = [each for each in named if each is not None and 0 < each <= LARGEST_ID]
    titles: dict[int | None, str | None] = {}
    for start in range(0, len(lesson_ids), TITLES_AT_ONCE):
        batch = lesson_ids[start : start + TITLES_AT_ONCE]
        statement = select(col(Lesson.id), as_text(col(Lesson.title)))
        rows = session.execute(statement.where(col(Lesson.id).in_(batch)))
        titles.update((lesson_id, title) for lesson_id, title in rows)
    return titles


class _Utf8(TypeDecorator[str]):
    """Text that SQLite gives as bytes, because the driver fails on what is not UTF-8."""

    impl = Text
    cache_ok = True

    def process_result_value(self, value: str | bytes | None, dialect: Dialect) -> str | None:
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


class as_text(FunctionElement[str]):  # noqa: N801
    """A column's value as text, which can be read whatever it is."""

    type = _Utf8()
    inherit_cache = True


@compiles(as_text, "sqlite")
def _sqlite_as_text(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AS BLOB)"


@compiles(as_text, "postgresql")
def _postgres_as_text(element: Any, compiler: Any, **options: Any) -> str:
    column = compiler.process(element.clauses, **options)
    (clause,) = element.clauses
    if isinstance(clause.type, UtcDateTime):
        # A cast would write the moment in the style that the server is set to.
        return f"(to_json({column}) #>> '{{}}')"
    return f"CAST({column} AS TEXT)"


def _columns() -> list[Any]:
    names = [field.name for field in fields(TaskView) if field.name != "lesson_title"]
    return [as_text(getattr(Task, name)).label(name) for name in names]


def _to_view(row: Any) -> TaskView:
    texts: Mapping[str, str | None] = row._mapping
    parameters = _to_object(texts["parameters"])
    return TaskView(
        id=int(texts["id"] or 0),
        task_type=texts["task_type"] or "",
        status=texts["status"] or "",
        parameters=parameters,
        lesson_id=_to_integer(texts["lesson_id"]) or _lesson_named_in(parameters),
        lesson_title=None,
        priority=_to_integer(texts["priority"]) or 0,
        depends_on=_to_integer(texts["depends_on"]),
        progress=min(1.0, max(0.0, _to_number(texts["progress"]) or 0.0)),
        progress_message=texts["progress_message"],
        attempt=_to_integer(texts["attempt"]) or 0,
        worker=texts["worker"],
        result=_to_object(texts["result"]),
        error=texts["error"],
        error_code=texts["error_code"],
        error_facts=_to_object(texts["error_facts"]),
        doing=_to_object(texts["doing"]),
        crashes=_to_integer(texts["crashes"]) or 0,
        created_at=_to_moment(texts["created_at"]),
        start_date=_to_moment(texts["start_date"]),
        end_date=_to_moment(texts["end_date"]),
        duration=_to_number(texts["duration"]),
    )


def _to_integer(text: str | None) -> int | None:
    try:
        return None if text is None else int(text)
    except ValueError:
        return None


def _to_number(text: str | None) -> float | None:
    try:
        number = None if text is None else float(text)
    except ValueError:
        return None
    return number if number is not None and math.isfinite(number) else None


def _to_object(text: str | None) -> dict[str, Any] | None:
    try:
        value = None if text is None else json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _refuse_constant(name: str) -> None:
    """NaN and infinities, which Python reads and JSON does not have."""
    raise ValueError(name)


def _to_moment(text: str | None) -> datetime | None:
    try:
        moment = None if text is None else datetime.fromisoformat(text)
        if moment is None:
            return None
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _lesson_named_in(parameters: dict[str, Any] | None) -> int | None:
    named = (parameters or {}).get("lesson_id")
    return named if isinstance(named, int) and not isinstance(named, bool) else None


# --- workers ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class WorkerView:
    """A worker as the database knows it."""

    id: str
    host: str
    pid: int
    version: str
    stages: tuple[str, ...]
    ttl_seconds: float
    seen_seconds_ago: float

    @property
    def is_alive(self) -> bool:
        return self.seen_seconds_ago <= self.ttl_seconds


def read_workers(session: Session) -> list[WorkerView]:
    """All workers that are known, also those that died and are not cleaned up yet."""
    names = ("id", "host", "pid", "version", "stages", "ttl_seconds")
    seen_seconds_ago = seconds_since(col(Worker.seen_at)).label("seen_seconds_ago")
    statement = select(*(getattr(Worker, name) for name in names), seen_seconds_ago).order_by(
        col(Worker.started_at), col(Worker.id)
    )
    rows = session.connection().execute(statement).mappings()
    return [WorkerView(**{**row, "stages": tuple(row["stages"].split(","))}) for row in rows]


# --- words -----------------------------------------------------------------------------------


def span(seconds: float) -> str:
    """A stretch of time in one unit, as a person would say it: `40 s`, `5 min`, `3 h`, `2 d`."""
    for unit_seconds, unit in ((24 * 3600, "d"), (3600, "h"), (60, "min")):
        if seconds >= unit_seconds:
            return f"{seconds / unit_seconds:.0f} {unit}"
    return f"{max(0.0, seconds):.0f} s"
