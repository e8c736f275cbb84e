"""What the API says of what was found."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field


class PiecePublic(BaseModel):
    """A stretch of a snippet; all of it is plain text, whatever it looks like."""

    text: str
    is_match: bool


class HitPublic(BaseModel):
    """A passage that was found."""

    lesson_id: int
    lesson_title: str
    lesson_date: datetime
    course_id: int | None
    theme_id: int | None
    part: Literal["segment", "title", "brief", "summary"]
    segment: int | None = Field(description="The segment's number; null: it is none.")
    start: float | None = Field(description="Seconds from the start of the recording.")
    has_recording: bool = Field(description="Whether the lesson's sound is there.")
    snippet: list[PiecePublic] = Field(description="Put together, the pieces are the snippet.")


class ReadAsPublic(BaseModel):
    """Near words that were looked for, because what was typed finds nothing."""

    typed: str = Field(description="As it stands in `q`. In quotes it is insisted on.")
    found: list[str] = Field(description="As the passages write it: one of these is in each hit.")


class SearchPage(BaseModel):
    """Some hits, the best first, and where the next ones begin."""

    items: list[HitPublic]
    total: int = Field(description="Hits of all pages. The same sentence of one lesson is one hit.")
    is_total_exact: bool = Field(description="If not, there are more than were ranked.")
    next_cursor: str | None
    read_as: list[ReadAsPublic] = Field(description="Empty: all was found as it was typed.")
