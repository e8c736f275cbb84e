"""The tables of the library: courses, themes and lessons."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from backend.models.columns import (
    TableModel,
    UtcDateTime,
    json_column,
    segments_column,
    utc_now,
)
from backend.models.transcript import Segment

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Course(TableModel, table=True):
    """A course: the lessons of one subject and term."""

    id: int | None = Field(default=None, primary_key=True)
    title: str = Field(index=True, unique=True)
    description: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))


class Theme(TableModel, table=True):
    """A theme within a course."""

    id: int | None = Field(default=None, primary_key=True)
    title: str
    course_id: int | None = Field(
        default=None, foreign_key="course.id", ondelete="CASCADE", index=True
    )


class Lesson(TableModel, table=True):
    """A lesson: its recording and the texts made from it.

    `filename` is the recording's name under `<data dir>/audio/`. `transcript` and
    `corrected_transcript` may be assigned dicts or `Segment`s and read as lists of `Segment`s;
    None means that there is none yet, an empty list that nothing was said. `duration` is in
    seconds, `language` an ISO 639-1 code. `audio_sha256` names the recording's content. An `id` is
    never given twice.
    """

    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012  (as SQLAlchemy wants it)

    id: int | None = Field(default=None, primary_key=True)
    title: str = ""
    date: datetime = Field(
        default_factory=utc_now, sa_column=Column(UtcDateTime, nullable=False, index=True)
    )
    course_id: int | None = Field(
        default=None, foreign_key="course.id", ondelete="SET NULL", index=True
    )
    theme_id: int | None = Field(
        default=None, foreign_key="theme.id", ondelete="SET NULL", index=True
    )
    filename: str | None = None
    audio_sha256: str | None = Field(default=None, index=True)
    duration: float | None = None
    language: str | None = None
    transcript: list[Segment] | None = Field(default=None, sa_column=segments_column())
    corrected_transcript: list[Segment] | None = Field(default=None, sa_column=segments_column())
    brief: str | None = Field(default=None, sa_column=Column(Text))
    summary: str | None = Field(default=None, sa_column=Column(Text))
    transcript_metadata: dict[str, Any] | None = Field(default=None, sa_column=json_column())
    correction_metadata: dict[str, Any] | None = Field(default=None, sa_column=json_column())
    summary_metadata: dict[str, Any] | None = Field(default=None, sa_column=json_column())

    @property
    def spoken_language(self) -> str | None:
        """The lesson's own language, else the one that was heard."""
        return self.language or (self.transcript_metadata or {}).get("language")
