"""What the API says of lessons, and what it is told."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.lessons.queries import LessonState, TextColumn
from backend.models.notices import notice_texts
from backend.models.transcript import Flag
from backend.web.inputs import Id, Moment, Text, Title


class LessonListed(BaseModel):
    """A lesson in a list."""

    id: int
    title: str
    date: datetime
    course_id: int | None
    course: str | None = Field(description="The course's title.")
    theme_id: int | None
    duration: float | None = Field(description="Seconds.")
    language: str | None = Field(description="An ISO 639 code: the lesson's own, else the heard.")
    brief: str | None = Field(description="The summary in a sentence or two.")
    state: LessonState
    has_recording: bool
    has_transcript: bool
    has_corrected_transcript: bool
    has_summary: bool


class LessonPage(BaseModel):
    """Some lessons, and where the next ones begin."""

    items: list[LessonListed]
    next_cursor: str | None


class TextMaking(BaseModel):
    """How one of a lesson's texts was made."""

    maker: str = Field(
        description="The recogniser (`faster-whisper`, `pocketsphinx`; `imported`: captions) or "
        "the provider (`Offline`: the built-in rules)."
    )
    model: str | None
    left_segments: list[int] = Field(
        description="Of a correction: the segments that stand as they were heard, for want of an "
        "answer of the provider. Another correction asks for these alone."
    )
    notices: list[str] = Field(description="What a person should know about it.")

    @classmethod
    def of(cls, stored: dict[str, Any] | None) -> "TextMaking | None":
        try:
            known = _StoredMaking.model_validate(stored or {})
        except ValidationError:  # another program has written it, in its own way
            return None
        maker = known.engine or known.provider
        if maker is None:
            return None
        left = [segment for group in known.failed_groups for segment in group.segments]
        return cls(
            maker=maker, model=known.model, left_segments=left, notices=notice_texts(known.notices)
        )


class _FailedGroup(BaseModel):
    segments: list[int]


class _StoredMaking(BaseModel):
    engine: str | None = None
    provider: str | None = None
    model: str | None = None
    failed_groups: list[_FailedGroup] = []
    notices: list[Any] = []


class LessonMaking(BaseModel):
    """How each text was made; null where there is none, or nobody knows."""

    transcript: TextMaking | None
    corrected_transcript: TextMaking | None
    summary: TextMaking | None


class LessonPublic(LessonListed):
    """A lesson without its texts, which have addresses of their own."""

    own_language: str | None = Field(description="What a person set; null: it is detected.")
    filename: str | None = Field(description="The recording's name in the library.")
    audio_sha256: str | None
    making: LessonMaking
    version: str = Field(description="Of what can be edited; the ETag begins with it.")


class LessonAdded(BaseModel):
    """A new lesson, and the task that works on it."""

    lesson: LessonPublic
    task_id: int | None
    same_recording: list[int] = Field(description="Lessons with the same recording.")


class LessonChange(BaseModel):
    """What is to be changed of a lesson; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    title: Title | None = None
    date: Moment | None = None
    language: Annotated[Text, Field(max_length=10)] | None = Field(
        default=None, description='An ISO 639 code; "" has it detected.'
    )
    course: Title | None = Field(
        default=None, description='A title; made if there is none, "" takes it out of its course.'
    )
    course_id: Id | None = Field(default=None, description="Instead of `course`.")
    theme: Title | None = Field(
        default=None, description='A title; made if there is none, "" takes it out of its theme.'
    )
    theme_id: Id | None = Field(default=None, description="Instead of `theme`.")


# --- texts -----------------------------------------------------------------------------------


class WordPublic(BaseModel):
    """A spoken word; times are seconds from the start of the recording."""

    model_config = ConfigDict(extra="allow")

    text: str
    start: float
    end: float
    probability: float | None = None


class SegmentPublic(BaseModel):
    """A stretch of timed text; what is not known of it is left out."""

    model_config = ConfigDict(extra="allow")

    start: float = Field(description="Seconds from the start of the recording.")
    end: float
    text: str
    words: list[WordPublic] | None = None
    confidence: float | None = None
    avg_logprob: float | None = None
    no_speech_prob: float | None = None
    compression_ratio: float | None = None
    temperature: float | None = None
    speech_probability: float | None = None
    flags: list[Flag] = Field(default_factory=list)


class Transcript(BaseModel):
    """A text of a lesson; a segment's number is its position, counted from 0."""

    lesson_id: int
    layer: TextColumn
    segments: list[SegmentPublic]


class TranscriptSoFar(BaseModel):
    """What a transcription under way has finished."""

    lesson_id: int
    until: float = Field(description="Seconds of the recording that are done; 0: nothing yet.")
    segments: list[SegmentPublic]


class SummaryMoment(BaseModel):
    """A statement of the summary, and where it rests in the recording."""

    text: str
    start: float | None = Field(description="Seconds; null where it rests on no certain place.")
    end: float | None
    segments: list[int] = Field(description="The numbers of the segments that it rests on.")


class Summary(BaseModel):
    """A lesson's summary."""

    lesson_id: int
    brief: str | None
    summary: str | None = Field(description="null: there was nothing to summarise.")
    moments: list[SummaryMoment]
    metadata: dict[str, Any] = Field(description="How it was made.")


# --- what people do --------------------------------------------------------------------------


class SegmentState(BaseModel):
    """A segment as readers see it, with the version that the next edit names."""

    segment: int
    start: float
    end: float
    text: str
    version: str


class EditPublic(BaseModel):
    """One edit by a person, of a segment's text."""

    id: int
    segment: int | None = Field(description="null: its words have no certain place at present.")
    start: float
    end: float
    heard: str = Field(description="What the recogniser had heard there.")
    before: str
    text: str | None = Field(description="null: the machine's words are to stand.")
    editor: str
    edited_at: datetime


class LessonEdits(BaseModel):
    """Where people's texts stand in a lesson, and those that have no certain place."""

    edited: list[EditPublic]
    orphans: list[EditPublic]


class EditHistory(BaseModel):
    items: list[EditPublic]


class SegmentChange(BaseModel):
    """A segment's new text."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[Text, Field(max_length=10_000)] = Field(description='"" says: nothing.')
    editor: Title = Field(description="Who edits.")


class Editor(BaseModel):
    """Who does something."""

    model_config = ConfigDict(extra="forbid")

    editor: Title


class RemovedLessonPublic(BaseModel):
    """A lesson that was removed and can be brought back."""

    lesson_id: int
    title: str
    duration: float | None
    removed_at: datetime
    removed_by: str | None


class Trash(BaseModel):
    items: list[RemovedLessonPublic]
    undo_days: float = Field(description="After so many days they are removed for good.")
