"""What the API says of highlights and notes, and what it is told."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from backend.web.inputs import Text, Title


class Stretch(BaseModel):
    """From a word to a word, both included; words are counted from 0 within their segment."""

    model_config = ConfigDict(extra="forbid")

    first_segment: Annotated[int, Field(ge=0, le=10**7)]
    first_word: Annotated[int, Field(ge=0, le=10**7)]
    last_segment: Annotated[int, Field(ge=0, le=10**7)]
    last_word: Annotated[int, Field(ge=0, le=10**7)]


ColourName = Literal["yellow", "green", "blue", "pink", "orange"]


class NoteNew(BaseModel):
    """A highlight, with or without a text."""

    model_config = ConfigDict(extra="forbid")

    stretch: Stretch
    quote: Annotated[Text, Field(max_length=100_000)] = Field(
        description="The words that the person saw there."
    )
    colour: ColourName = "yellow"
    text: Annotated[Text, Field(max_length=20_000)] = ""
    author: Title = Field(default="", description="Who writes; need not be said.")


class NoteChange(BaseModel):
    """What is to be changed of a note; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[Text, Field(max_length=20_000)] | None = None
    colour: ColourName | None = None


class NotePublic(BaseModel):
    """A highlight, with or without a text."""

    id: int
    lesson_id: int
    lesson_title: str
    has_recording: bool = Field(description="Whether the lesson's sound is there.")
    stretch: Stretch | None = Field(description="null: its words are not there at present.")
    start: float
    end: float
    quote: str
    colour: str
    text: str
    author: str
    created_at: datetime
    changed_at: datetime
    version: str


class Notes(BaseModel):
    items: list[NotePublic]


class NotePage(BaseModel):
    """Some notes, the newest first, and where the next ones begin."""

    items: list[NotePublic]
    next_cursor: str | None
