"""Column types and the database's clock, the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column, DateTime, Float, inspect
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.ext.mutable import MutableDict, MutableList
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

from backend.models.transcript import Segment, segments_to_json, to_segments

LARGEST_ID = 2**31 - 1
"""What PostgreSQL's integer columns can be asked for."""


def utc_now() -> datetime:
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite keeps no zone, so it is stored without and read back with one.

    A value without a zone is taken to be UTC.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        utc = aware.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class database_now(FunctionElement[datetime]):  # noqa: N801
    """The moment by the database's clock, which all workers share whatever their own say."""

    type = UtcDateTime()
    inherit_cache = True


@compiles(database_now, "sqlite")
def _sqlite_now(element: Any, compiler: Any, **options: Any) -> str:
    # As SQLAlchemy writes a DateTime, so that the two can be compared.
    return "strftime('%Y-%m-%d %H:%M:%f000', 'now')"


@compiles(database_now, "postgresql")
def _postgres_now(element: Any, compiler: Any, **options: Any) -> str:
    return "clock_timestamp()"


class seconds_since(FunctionElement[float]):  # noqa: N801
    """The seconds from a moment (a column) until now by the database's clock."""

    type = Float()
    inherit_cache = True


@compiles(seconds_since, "sqlite")
def _sqlite_seconds_since(element: Any, compiler: Any, **options: Any) -> str:
    moment = compiler.process(element.clauses, **options)
    return f"((julianday('now') - julianday({moment})) * 86400.0)"


@compiles(seconds_since, "postgresql")
def _postgres_seconds_since(element: Any, compiler: Any, **options: Any) -> str:
    moment = compiler.process(element.clauses, **options)
    return f"extract(epoch FROM clock_timestamp() - {moment})::float8"


class SegmentsJson(TypeDecorator[list[Segment]]):
    """A list of segments in a JSON column; NULL stays None (not transcribed), [] is silence."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> list[dict[str, Any]] | None:
        return None if value is None else segments_to_json(to_segments(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> list[Segment] | None:
        return None if value is None else to_segments(value)


class SegmentList(MutableList[Segment]):
    """The list that a lesson's transcript reads as: append, slice and replace are noticed.

    Whatever is assigned (dicts, segments, any iterable of them) becomes segments at once, so
    that a wrong value fails where it is assigned and not at the commit.
    """

    @classmethod
    def coerce(cls, key: str, value: Any) -> "SegmentList | None":
        if value is None or isinstance(value, cls):
            return value
        return cls(to_segments(value))


def json_column(**options: Any) -> Column[Any]:
    """A column of a JSON object whose changes in place are noticed."""
    none_as_null = options.get("nullable", True)
    return Column(MutableDict.as_mutable(JSON(none_as_null=none_as_null)), **options)


def segments_column() -> Column[Any]:
    """A column of timed text whose changes in place are noticed."""
    return Column(SegmentList.as_mutable(SegmentsJson()), nullable=True)


class TableModel(SQLModel):
    """A table whose JSON columns notice changes in place.

    SQLModel writes the assigned value over the one that SQLAlchemy's mutable types made of it,
    so the value is coerced here, before either sees it.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        column = inspect(type(self)).columns.get(name)
        if isinstance(column, Column) and value is not None:
            if isinstance(column.type, SegmentsJson):
                value = SegmentList.coerce(name, value)
            elif isinstance(column.type, JSON):
                value = MutableDict.coerce(name, value)
        super().__setattr__(name, value)
