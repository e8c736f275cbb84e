"""The tables of finished pieces: transcribed windows and paid replies."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from backend.models.columns import SegmentsJson, UtcDateTime, utc_now
from backend.models.transcript import Segment


class TranscriptWindow(SQLModel, table=True):
    """One transcribed window of a recording, kept until the whole transcript is assembled.

    `fingerprint` names the recording's content, the recogniser, its model and options: whoever
    starts again with the same fingerprint goes on after the last stored window. `start` and `end`
    are seconds from the start of the recording; the windows of a recording tile it.
    """

    __tablename__ = "transcript_window"
    __table_args__ = (UniqueConstraint("lesson_id", "fingerprint", "position"),)

    id: int | None = Field(default=None, primary_key=True)
    lesson_id: int = Field(foreign_key="lesson.id", ondelete="CASCADE")
    fingerprint: str
    position: int
    start: float
    end: float
    speech_seconds: float
    language: str | None = None
    language_probability: float | None = None
    segments: list[Segment] = Field(sa_column=Column(SegmentsJson, nullable=False))
    created_at: datetime = Field(
        default_factory=utc_now, sa_column=Column(UtcDateTime, nullable=False)
    )


class LlmRun(SQLModel, table=True):
    """One deliberate run of a stage over a lesson.

    It stays open (`finished_at` NULL) until its result is saved in full: an attempt after a crash
    or a failure finds it and pays for no answered call again. The next run asks anew.
    """

    __tablename__ = "llm_run"

    id: int | None = Field(default=None, primary_key=True)
    lesson_id: int = Field(foreign_key="lesson.id", ondelete="CASCADE", index=True)
    stage: str
    created_at: datetime = Field(
        default_factory=utc_now, sa_column=Column(UtcDateTime, nullable=False)
    )
    finished_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class CallOutcome(StrEnum):
    """What came of a call to a language model."""

    ANSWERED = "answered"
    """Usable: it is replayed instead of being paid again."""

    CUT = "cut"
    UNFINISHED = "unfinished"
    REFUSED = "refused"
    MALFORMED = "malformed"

    SET_ASIDE = "set_aside"
    """It was taken for an answer, and cannot be used: it was asked for again."""


class LlmCall(SQLModel, table=True):
    """One paid reply. `key` is the hash of input, prompt, model and parameters."""

    __tablename__ = "llm_call"
    __table_args__ = (UniqueConstraint("run_id", "key", "attempt"),)

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="llm_run.id", ondelete="CASCADE")
    key: str
    attempt: int = 0
    """Counts the paid replies to the same key: unusable ones may come before a usable one."""
    outcome: str
    provider: str
    model: str
    response: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    reason: str | None = Field(default=None, sa_column=Column(Text))
    input_tokens: int | None = None
    output_tokens: int | None = None
    created_at: datetime = Field(
        default_factory=utc_now, sa_column=Column(UtcDateTime, nullable=False)
    )
