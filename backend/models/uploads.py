"""The table of what a watched folder has brought."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Text
from sqlmodel import Field, SQLModel

from backend.models.columns import UtcDateTime, utc_now


class WatchedFile(SQLModel, table=True):
    """A file of the watched folder as it was when it was looked at, and what came of it.

    `key` is the SHA-256 of its path's bytes, for a path may be neither text nor short; `path` is
    for people. `size` (bytes) and `modified_ns` tell whether it has changed since. Without a
    `problem` it became the lesson, or the lesson had its recording already; the lesson may have
    been removed.
    """

    __tablename__ = "watched_file"

    key: str = Field(primary_key=True)
    path: str = Field(sa_column=Column(Text, nullable=False))
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    modified_ns: int = Field(sa_column=Column(BigInteger, nullable=False))
    sha256: str | None = Field(default=None, index=True)
    lesson_id: int | None = Field(
        default=None, foreign_key="lesson.id", ondelete="SET NULL", index=True
    )
    problem: str | None = Field(default=None, sa_column=Column(Text))
    looked_at: datetime = Field(
        default_factory=utc_now, sa_column=Column(UtcDateTime, nullable=False)
    )
