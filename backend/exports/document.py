"""What is exported: one lesson, as a value."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backend.models.transcript import Segment


class Layer(StrEnum):
    """Which text of the lesson is exported."""

    TRANSCRIPT = "transcript"
    """What the recogniser heard."""
    CORRECTED = "corrected_transcript"
    """What correction made of it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A statement of the summary and when it was said, in seconds from the recording's start.

    `segment_ids` are the positions in the transcript of the segments it rests on.
    """

    text: str
    start: float
    end: float
    segment_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class LessonExport:
    """A lesson as it is written to a file. `date` is UTC, `duration` seconds."""

    title: str
    date: datetime | None
    language: str | None
    duration: float | None
    segments: tuple[Segment, ...]
    layer: Layer
    brief: str | None = None
    summary: str | None = None
    moments: tuple[Moment, ...] = ()
