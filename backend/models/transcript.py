"""Timed text: the value types that every room shares.

They are frozen: a change makes a new object (`segment.model_copy(update={…})`), so that nothing
edits a stored transcript in place without the database noticing.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, TypeAdapter

from backend.readable import readable, readable_json


class Flag(StrEnum):
    """Why a segment should be looked at by a person."""

    REPETITION = "repetition"
    """The text repeats itself as recognisers do when they loop."""

    NO_SPEECH = "no_speech"
    """The text stands where the voice detector hears no voice."""

    LOW_CONFIDENCE = "low_confidence"
    """The recogniser itself was very unsure."""


def _readable_if_text(value: Any) -> Any:
    return readable(value) if isinstance(value, str) else value


def _to_milliseconds(seconds: float) -> float:
    return round(float(seconds), 3)


# Before the type is looked at: for pydantic, a text with half of a surrogate pair in it is none.
Text = Annotated[str, BeforeValidator(_readable_if_text)]
Seconds = Annotated[float, AfterValidator(_to_milliseconds)]
Unknown = dict[str, Annotated[Any, BeforeValidator(readable_json)]]
"""What Lectern does not know of a value, and keeps."""


class Word(BaseModel):
    """One spoken word. `start` and `end` are seconds from the start of the recording."""

    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False)
    __pydantic_extra__: Unknown

    text: Text
    start: Seconds
    end: Seconds
    probability: float | None = None
    """The recogniser's belief in this word, 0 to 1."""


class Segment(BaseModel):
    """A stretch of timed text, a sentence or so.

    A segment's id is its position in its transcript, counted from 0. Keys that Lectern does not
    know are kept, so that a transcript made elsewhere loses nothing.
    """

    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False)
    __pydantic_extra__: Unknown

    start: Seconds
    """Seconds from the start of the recording."""
    end: Seconds
    text: Text
    words: tuple[Word, ...] | None = None
    confidence: float | None = None
    """Mean probability of the words, 0 to 1."""
    avg_logprob: float | None = None
    no_speech_prob: float | None = None
    compression_ratio: float | None = None
    """Length of the text over its length when compressed: high for repeated text."""
    temperature: float | None = None
    """The sampling temperature the recogniser ended with (Whisper)."""
    speech_probability: float | None = None
    """Mean voice-detector probability between `start` and `end`, 0 to 1."""
    flags: tuple[Flag, ...] = ()


SEGMENTS = TypeAdapter(list[Segment])


def to_segments(values: Iterable[Segment | dict[str, Any]]) -> list[Segment]:
    """Validate dicts or segments into a new list of segments."""
    return SEGMENTS.validate_python(list(values))


def segments_to_json(segments: Sequence[Segment]) -> list[dict[str, Any]]:
    """What is stored and exported: plain JSON values, without the fields that are unset."""
    stored: list[dict[str, Any]] = SEGMENTS.dump_python(
        list(segments), mode="json", exclude_none=True, exclude_defaults=True
    )
    return stored


def transcript_hash(segments: Sequence[Segment]) -> str:
    """A fingerprint of times and texts: two transcripts that read the same have the same one."""
    return hash_of_reading((segment.start, segment.end, segment.text) for segment in segments)


def hash_of_reading(read: Iterable[tuple[float, float, str]]) -> str:
    """`transcript_hash` of segments that are given by start, end and text."""
    digest = sha256()
    for start, end, text in read:
        digest.update(f"{start:.3f}\x1f{end:.3f}\x1f{text}\x1e".encode())
    return digest.hexdigest()
