"""The tables of what people make of a lesson's summary."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Text
from sqlmodel import Field, SQLModel

from backend.models.columns import UtcDateTime, utc_now


class SummaryPart(StrEnum):
    """What of a summary a person edits by itself; the lesson's columns of the same names."""

    BRIEF = "brief"
    SUMMARY = "summary"


class SummaryEdit(SQLModel, table=True):
    """What a person decided a part of a summary to be. Rows are added, and never taken away.

    A NULL `text` says that the machine's words are to stand. `text_hash` is that of the text that
    readers saw then: where it is another now, the edit is older than the text.
    """

    __tablename__ = "summary_edit"

    id: int | None = Field(default=None, primary_key=True)
    lesson_id: int = Field(foreign_key="lesson.id", ondelete="CASCADE", index=True)
    part: str
    before: str = Field(sa_column=Column(Text, nullable=False))
    """What stood there until then."""
    before_by_person: bool
    """Whether that was a person's text."""
    text: str | None = Field(default=None, sa_column=Column(Text))
    text_hash: str | None = None
    editor: str
    edited_at: datetime = Field(
        default_factory=utc_now, sa_column=Column(UtcDateTime, nullable=False)
    )
    superseded_by: int | None = Field(
        default=None, foreign_key="summary_edit.id", ondelete="SET NULL", index=True
    )
    """The edit that took its place; NULL: it holds."""


class SummaryProposal(SQLModel, table=True):
    """The summary as it is without the edits of people, for lessons that have some.

    `content` holds the lesson's columns of that layer, by their names. `shown_hash` is that of what
    came of it: it tells where another program assigned a summary since.
    """

    __tablename__ = "summary_proposal"

    lesson_id: int = Field(primary_key=True, foreign_key="lesson.id", ondelete="CASCADE")
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    shown_hash: str
