"""What is exported: one lesson, as a value."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from backend.errors.lessons import NoTranscript
from backend.models.transcript import Segment


class Layer(StrEnum):
    """Which text of the lesson is exported."""

    TRANSCRIPT = "transcript"
    """What the recogniser heard."""
    CORRECTED = "corrected_transcript"
    """What correction made of it."""


class Part(StrEnum):
    """What of the lesson is exported."""

    TRANSCRIPT = "transcript"
    SUMMARY = "summary"
    """The brief, the summary and its moments."""
    BOTH = "both"


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
    """A lesson as it is written to a file. `date` is UTC, `duration` seconds, `course` a title."""

    title: str
    date: datetime | None
    language: str | None
    duration: float | None
    segments: tuple[Segment, ...]
    layer: Layer
    course: str | None = None
    brief: str | None = None
    summary: str | None = None
    moments: tuple[Moment, ...] = ()


class StoredLesson(Protocol):
    """A row of the lesson table, as far as it is exported."""

    @property
    def id(self) -> int | None: ...
    @property
    def title(self) -> str: ...
    @property
    def date(self) -> datetime | None: ...
    @property
    def spoken_language(self) -> str | None: ...
    @property
    def duration(self) -> float | None: ...
    @property
    def transcript(self) -> Sequence[Segment] | None: ...
    @property
    def corrected_transcript(self) -> Sequence[Segment] | None: ...
    @property
    def brief(self) -> str | None: ...
    @property
    def summary(self) -> str | None: ...
    @property
    def summary_metadata(self) -> dict[str, Any] | None: ...


def read_lesson(
    lesson: StoredLesson, *, course: str | None = None, layer: Layer | None = None
) -> LessonExport:
    """The stored lesson as it is exported.

    Parameters
    ----------
    course
        The title of the lesson's course, if it has one.
    layer
        None means the corrected transcript where there is one, else what was heard.

    Raises
    ------
    NoTranscript
        The lesson does not have that layer yet.
    """
    if layer is None:
        layer = Layer.TRANSCRIPT if lesson.corrected_transcript is None else Layer.CORRECTED
    is_corrected = layer is Layer.CORRECTED
    segments = lesson.corrected_transcript if is_corrected else lesson.transcript
    if segments is None:
        raise NoTranscript(f"Lesson {lesson.id} has no {layer.replace('_', ' ')} yet.")
    return LessonExport(
        title=lesson.title,
        date=lesson.date,
        language=lesson.spoken_language,
        duration=lesson.duration,
        segments=tuple(segments),
        layer=layer,
        course=course,
        brief=lesson.brief,
        summary=lesson.summary,
        moments=_read_moments(lesson.summary_metadata or {}),
    )


def _read_moments(summary_metadata: dict[str, Any]) -> tuple[Moment, ...]:
    return tuple(
        Moment(moment["text"], moment["start"], moment["end"], tuple(moment.get("segments", ())))
        for moment in summary_metadata.get("moments", ())
        if moment["start"] is not None
    )
