"""What the API says of lessons, and what it is told."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.lesson_texts.layers import LessonLayer
from backend.lesson_texts.makers import Maker
from backend.lessons.queries import LessonState, TextColumn
from backend.models import SummaryPart
from backend.models.notices import notice_texts
from backend.models.transcript import Flag
from backend.sections import Words
from backend.speech.engines.registry import RECOGNISERS
from backend.tasks.schemas import StageName
from backend.web.inputs import Id, Moment, Text, Title

if TYPE_CHECKING:
    from backend.tasks.prospects import Former


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
        description=f"The recogniser ({', '.join(f'`{entry.name}`' for entry in RECOGNISERS)}; "
        "`imported`: captions) or the provider (`Offline`: the built-in rules)."
    )
    model: str | None
    words: Words | None = Field(
        description="What a recogniser is called within a sentence; null: it is none."
    )
    caveat: Words | None = Field(
        description='What is wrong with it, behind "which is"; null: nothing.'
    )
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
        made_by = Maker(maker, known.model)
        return cls(
            maker=maker,
            model=known.model,
            words=made_by.words,
            caveat=made_by.caveat,
            left_segments=left,
            notices=notice_texts(known.notices),
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


class SummaryEditPublic(BaseModel):
    """One edit by a person, of a summary's brief or text."""

    id: int
    part: SummaryPart
    before: str
    before_by_person: bool = Field(description="Whether a person had written what stood there.")
    text: str | None = Field(description="null: the machine's words are to stand.")
    editor: str
    edited_at: datetime


class SummaryHistory(BaseModel):
    items: list[SummaryEditPublic]


class Summary(BaseModel):
    """A lesson's summary, with the edits of people in it."""

    lesson_id: int
    brief: str | None
    summary: str | None = Field(description="null: there was nothing to summarise.")
    moments: list[SummaryMoment]
    metadata: dict[str, Any] = Field(description="How it was made.")
    is_older_than_text: bool = Field(
        description="Whether the text that readers see has changed since the summary was made, or "
        "last edited."
    )
    edited: list[SummaryEditPublic] = Field(
        description="The edits that it consists of: one for each part that a person has written."
    )
    version: str = Field(description="Of brief and summary; the ETag begins with it.")


class SummaryChange(BaseModel):
    """What a summary is to say; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    brief: Annotated[Text, Field(max_length=20_000)] | None = None
    summary: Annotated[Text, Field(max_length=20_000)] | None = None
    editor: Title = Field(default="", description="Who edits; need not be said.")


class MakerPublic(BaseModel):
    """What makes a text, or made one."""

    maker: str = Field(description="As in `making` of a lesson.")
    model: str | None
    words: Words | None = Field(description="As in `making` of a lesson.")

    @classmethod
    def of(cls, maker: Maker | None) -> "MakerPublic | None":
        if maker is None:
            return None
        return cls(maker=maker.name, model=maker.model, words=maker.words)


class FormerPublic(BaseModel):
    """What a text was before it was last replaced; it can be brought back."""

    made_by: MakerPublic | None = Field(description="null: nobody knows.")
    replaced_at: datetime

    @classmethod
    def of(cls, former: "Former | None") -> "FormerPublic | None":
        if former is None:
            return None
        return cls(made_by=MakerPublic.of(former.maker), replaced_at=former.replaced_at)


class Rerun(BaseModel):
    """What making one of a lesson's texts anew would replace, with what, and what it would cost."""

    task_type: StageName = Field(description="Of the task that does it.")
    layer: LessonLayer | None = Field(description="null: it cannot be restored.")
    has_text: bool = Field(description="Whether there is something to be replaced.")
    is_due: bool = Field(description="It is missing, or was made from a text that has changed.")
    made_by: MakerPublic | None = Field(description="null: nobody knows.")
    would_be_made_by: MakerPublic | None = Field(description="null: see `problem`.")
    problem: str | None = Field(description="Why it cannot be made now, and what to do.")
    problem_code: str | None = Field(description="The code of `problem`.")
    is_lower_quality: bool = Field(
        description="It would be worse: the task must say `accept_lower_quality`."
    )
    calls: int = Field(
        description="To a language model, about: a reply that is cut or too long takes another."
    )
    is_edited: bool = Field(description="People have edited it; what they wrote stays.")
    former: FormerPublic | None = Field(description="null: there is no older one.")


class Reruns(BaseModel):
    items: list[Rerun]


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
    editor: Title = Field(default="", description="Who edits; need not be said.")


Version = Annotated[Text, Field(max_length=100)]
MOST_SEGMENTS = 10_000
"""More than a day of speech has."""


class ChangeOfSegment(BaseModel):
    """What one of several segments is to be."""

    model_config = ConfigDict(extra="forbid")

    segment: Annotated[int, Field(ge=0, le=10**7)]
    version: Version = Field(description="That was read.")
    text: Annotated[Text, Field(max_length=10_000)] = Field(description='"" says: nothing.')


class SegmentsChange(BaseModel):
    """New texts of several segments, each of which is named once."""

    model_config = ConfigDict(extra="forbid")

    editor: Title = Field(description="Who edits.")
    segments: Annotated[list[ChangeOfSegment], Field(min_length=1, max_length=MOST_SEGMENTS)]


class UndoneEdit(BaseModel):
    """One of several edits that are undone."""

    model_config = ConfigDict(extra="forbid")

    edit: Id
    version: Version = Field(description="The segment's, that was read.")


class UndoneEdits(BaseModel):
    """Edits of different segments that are undone together."""

    model_config = ConfigDict(extra="forbid")

    editor: Title
    edits: Annotated[list[UndoneEdit], Field(min_length=1, max_length=MOST_SEGMENTS)]


class WrittenSegment(SegmentState):
    """A segment as it was written."""

    edit: int | None = Field(description="The edit; null: the text was there already.")


class WrittenSegments(BaseModel):
    items: list[WrittenSegment]


class PieceOfText(BaseModel):
    """A stretch of a segment's text."""

    text: str
    new_text: str | None = Field(description="What would stand there; null: it is no place.")


class SegmentWithPlaces(BaseModel):
    """A segment in which words would be replaced; the pieces together are its text."""

    segment: int
    start: float
    end: float
    version: str
    pieces: list[PieceOfText]


class Places(BaseModel):
    """The places of a lesson in which words would be replaced."""

    n_places: int
    items: list[SegmentWithPlaces]


class Editor(BaseModel):
    """Who does something; need not be said."""

    model_config = ConfigDict(extra="forbid")

    editor: Title = ""


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
