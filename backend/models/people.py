"""The tables of what people do to lessons: edits, notes, and what they removed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, Text, event, exists
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlmodel import Field, SQLModel, col

from backend.models.columns import UtcDateTime, utc_now
from backend.models.library import Lesson


def _moment() -> Any:
    return Field(default_factory=utc_now, sa_column=Column(UtcDateTime, nullable=False))


class SegmentEdit(SQLModel, table=True):
    """What a person decided the text of a segment to be. Rows are added, and never taken away.

    `start`, `end` (seconds) and `heard` say which words were judged: by them the edit finds its
    place in a text that was made anew. `segment` is that place, NULL where there is none: the edit
    is an orphan then. `first_word` and `end_word` bound the words of the proposed segment that it
    replaces, where that holds more than was judged; NULL: all of them. A NULL `text` says that the
    words of the recogniser and the model are to stand.
    """

    __tablename__ = "segment_edit"

    id: int | None = Field(default=None, primary_key=True)
    lesson_id: int = Field(foreign_key="lesson.id", ondelete="CASCADE", index=True)
    segment: int | None = None
    first_word: int | None = None
    end_word: int | None = None
    start: float
    end: float
    heard: str = Field(sa_column=Column(Text, nullable=False))
    before: str = Field(sa_column=Column(Text, nullable=False))
    """What stood there until then."""
    before_by_person: bool
    """Whether that was a person's text."""
    text: str | None = Field(default=None, sa_column=Column(Text))
    editor: str
    edited_at: datetime = _moment()
    superseded_by: int | None = Field(
        default=None, foreign_key="segment_edit.id", ondelete="SET NULL", index=True
    )
    """The edit that took its place; NULL: it holds."""


class CorrectionProposal(SQLModel, table=True):
    """The corrected transcript as it is without the edits of people, for lessons that have some.

    NULL `segments` say that no correction was made: the edits are laid over the transcript, whose
    hash is `transcript_hash`. `shown_hash` is that of the corrected transcript that came of it.
    They tell where another program assigned a text since.
    """

    __tablename__ = "correction_proposal"

    lesson_id: int = Field(primary_key=True, foreign_key="lesson.id", ondelete="CASCADE")
    segments: list[dict[str, Any]] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True))
    )
    transcript_hash: str | None = None
    shown_hash: str


class Colour(StrEnum):
    """What a stretch of words can be highlighted with."""

    YELLOW = "yellow"
    GREEN = "green"
    BLUE = "blue"
    PINK = "pink"
    ORANGE = "orange"


class Note(SQLModel, table=True):
    """A highlight on a stretch of words, with or without a text.

    The stretch goes from a word to a word, both included and counted from 0 within their segments
    as `display_words` parts them; the four are NULL where the note is detached. `quote` is what
    stands there, `start` and `end` when it is said (seconds); of a detached note, what stood there
    last. `words` are those of text and quote, folded, by which it is found (`backend/index`).
    """

    id: int | None = Field(default=None, primary_key=True)
    lesson_id: int = Field(foreign_key="lesson.id", ondelete="CASCADE", index=True)
    first_segment: int | None = None
    first_word: int | None = None
    last_segment: int | None = None
    last_word: int | None = None
    start: float
    end: float
    quote: str = Field(sa_column=Column(Text, nullable=False))
    colour: str
    text: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    author: str
    created_at: datetime = _moment()
    changed_at: datetime = _moment()
    removed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """When it was removed, which can still be undone: nobody finds it. NULL: it is there."""
    words: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))


@dataclass(frozen=True)
class LessonNotes:
    """Some notes of a lesson by their time in it, and what the lesson is."""

    lesson_id: int
    title: str
    course: str | None
    date: datetime
    language: str | None
    notes: list[Note]


class TrashedLesson(SQLModel, table=True):
    """A lesson that was removed and can still be brought back: nobody else finds it."""

    __tablename__ = "trashed_lesson"

    lesson_id: int = Field(primary_key=True, foreign_key="lesson.id", ondelete="CASCADE")
    removed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
    removed_by: str | None = None


WITH_REMOVED = {"with_removed_lessons": True}
"""The `execution_options` of a statement that is to find lessons in the trash, too."""

_IS_THERE: ColumnElement[bool] = ~(
    exists().where(col(TrashedLesson.lesson_id) == col(Lesson.id)).correlate(Lesson)
)
_PRESENT = with_loader_criteria(Lesson, _IS_THERE, include_aliases=True)


def hide_removed_lessons() -> None:
    """From now on no ORM statement of this process finds a lesson in the trash unless it asks for
    it: no reader can forget it."""
    if not event.contains(Session, "do_orm_execute", _hide):
        event.listen(Session, "do_orm_execute", _hide)


def _hide(state: ORMExecuteState) -> None:
    is_whole = state.is_select and not state.is_column_load and not state.is_relationship_load
    if is_whole and not state.execution_options.get("with_removed_lessons"):
        state.statement = state.statement.options(_PRESENT)
