"""Types of what clients send, that leave nothing for a database to stumble over."""

from datetime import UTC, date, datetime, time
from typing import Annotated

from fastapi import Path, Query
from pydantic import AfterValidator, Field

from backend.models.columns import LARGEST_ID


def _storable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("must not hold the character NUL")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("must not hold half of a surrogate pair")
    return text


def _to_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        raise ValueError("is a moment beyond the calendar") from None


Text = Annotated[str, AfterValidator(_storable)]
Title = Annotated[Text, Field(max_length=500)]
Moment = Annotated[datetime, AfterValidator(_to_utc)]
"""In UTC; one without a zone is taken to be."""

Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
PathId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
AnyOfIds = Annotated[list[Id] | None, Query(max_length=100, description="Any of these.")]

Limit = Annotated[int, Query(ge=1, le=200, description="Items at most.")]
Cursor = Annotated[
    Text | None, Query(max_length=2000, description="`next_cursor` of the page before.")
]
DEFAULT_LIMIT = 50


# --- days and moments ------------------------------------------------------------------------


def beginning_of(day: date | None) -> datetime | None:
    """The first moment of a day in UTC; a moment is itself."""
    if day is None or isinstance(day, datetime):
        return day
    return datetime.combine(day, time(), UTC)


def end_of(day: date | None) -> datetime | None:
    """The last moment of a day in UTC; a moment is itself."""
    if day is None or isinstance(day, datetime):
        return day
    return datetime.combine(day, time.max, UTC)
