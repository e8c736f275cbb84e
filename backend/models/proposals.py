"""The table of what models proposed and the guard did not let through."""

from datetime import datetime

from sqlalchemy import JSON, Column, Text
from sqlmodel import Field, SQLModel

from backend.models.columns import UtcDateTime, utc_now


class RefusedProposal(SQLModel, table=True):
    """A correction of one segment that was not applied, for a person to decide on.

    `segment` is the position in the transcript that had `original` there; it holds for a transcript
    that still has. `verdict` and `reasons` are `Verdict` and `Reason` of `backend.text.guard`.
    A correction replaces the rows of the one before.
    """

    __tablename__ = "refused_proposal"

    id: int | None = Field(default=None, primary_key=True)
    lesson_id: int = Field(foreign_key="lesson.id", ondelete="CASCADE", index=True)
    run_id: int | None = Field(
        default=None, foreign_key="llm_run.id", ondelete="SET NULL", index=True
    )
    segment: int
    original: str = Field(sa_column=Column(Text, nullable=False))
    proposed: str = Field(sa_column=Column(Text, nullable=False))
    verdict: str
    reasons: list[str] = Field(sa_column=Column(JSON, nullable=False))
    model: str
    created_at: datetime = Field(
        default_factory=utc_now, sa_column=Column(UtcDateTime, nullable=False)
    )
