"""Reading lessons for others to look at: pages of them, and their texts as they are stored."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import ColumnElement, LargeBinary, Select, Text, and_, cast, or_, select
from sqlalchemy.types import TypeEngine
from sqlmodel import Session, col
from typing_extensions import TypedDict

from backend.editing.segments import EditedSegment
from backend.errors import LecternError, NotFound
from backend.errors.lessons import LessonNotFound, NoTranscript
from backend.lesson_texts.layers import missing_lesson, require_lesson, require_possible_id
from backend.models import Course, Lesson, Segment, TranscriptWindow


class LessonState(StrEnum):
    """How far a lesson is."""

    NEW = "new"
    TRANSCRIBED = "transcribed"
    CORRECTED = "corrected"
    SUMMARISED = "summarised"
    NO_SPEECH = "no speech"
    """There was nothing to summarise."""


class LessonOrder(StrEnum):
    """In which order lessons are listed; a minus turns it round."""

    DATE = "date"
    DATE_DOWN = "-date"
    TITLE = "title"
    TITLE_DOWN = "-title"
    ID = "id"
    ID_DOWN = "-id"
    """The last added first."""


@dataclass(frozen=True)
class LessonFilter:
    """Which lessons are listed; None does not restrict. The moments themselves are included."""

    course_id: int | None = None
    theme_id: int | None = None
    state: LessonState | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class ListedLesson:
    """A lesson without its texts."""

    id: int
    title: str
    date: datetime
    course_id: int | None
    course: str | None
    theme_id: int | None
    filename: str | None
    audio_sha256: str | None
    duration: float | None
    own_language: str | None
    brief: str | None
    transcript_metadata: dict[str, Any] | None
    has_transcript: bool
    has_corrected_transcript: bool
    has_summary: bool
    is_summary_done: bool
    """Also where there was nothing to summarise."""

    @property
    def language(self) -> str | None:
        """The lesson's own language, else the one that was heard."""
        return self.own_language or (self.transcript_metadata or {}).get("language")

    @property
    def state(self) -> LessonState:
        if self.is_summary_done:
            return LessonState.SUMMARISED if self.has_summary else LessonState.NO_SPEECH
        if self.has_corrected_transcript:
            return LessonState.CORRECTED
        return LessonState.TRANSCRIBED if self.has_transcript else LessonState.NEW

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values; the date is ISO 8601 in UTC, the duration seconds."""
        fields = asdict(self)
        for name in ("own_language", "transcript_metadata", "is_summary_done"):
            del fields[name]
        return fields | {
            "date": self.date.isoformat(),
            "language": self.language,
            "state": self.state,
        }


# --- pages -----------------------------------------------------------------------------------


def read_lesson_page(
    session: Session,
    wanted: LessonFilter,
    order: LessonOrder,
    after: Sequence[Any] | None,
    limit: int,
) -> list[ListedLesson]:
    """The next lessons of a list, without reading any text.

    Parameters
    ----------
    after
        What orders the last lesson of the page before, see `place_of`; None: the first page.
    """
    key = _order_column(order)
    keys = [col(Lesson.id)] if key is None else [key, col(Lesson.id)]
    is_down = order.startswith("-")
    page = select(col(Lesson.id)).where(*_conditions(wanted)).limit(limit)
    page = page.order_by(*(each.desc() if is_down else each.asc() for each in keys))
    if after is not None:
        page = page.where(_is_after(keys, after, is_down))
    # Only the rows of the page are read: what comes behind a long text in a row costs much.
    found = {
        row.id: row for row in _read_listed(session, _listed().where(col(Lesson.id).in_(page)))
    }
    ids = session.execute(page).scalars().all()
    return [found[lesson_id] for lesson_id in ids if lesson_id in found]


def list_lessons(session: Session) -> list[ListedLesson]:
    """All lessons, oldest first, without reading any text."""
    return _read_listed(session, _listed().order_by(col(Lesson.date), col(Lesson.id)))


def read_listed_lesson(session: Session, lesson_id: int) -> ListedLesson:
    """Raises `LessonNotFound`."""
    require_possible_id(lesson_id)
    found = _read_listed(session, _listed().where(col(Lesson.id) == lesson_id))
    if not found:
        raise missing_lesson(session, lesson_id)
    return found[0]


def read_metadata(session: Session, lesson_id: int) -> dict[str, dict[str, Any] | None]:
    """What is stored of how each text was made, by `transcript`, `corrected_transcript` and
    `summary`.

    Raises
    ------
    LessonNotFound
    """
    columns: tuple[Any, ...] = (
        col(Lesson.transcript_metadata).label("transcript"),
        col(Lesson.correction_metadata).label("corrected_transcript"),
        col(Lesson.summary_metadata).label("summary"),
    )
    row = session.execute(select(*columns).where(col(Lesson.id) == lesson_id)).first()
    if row is None:
        raise LessonNotFound(lesson_id)
    return dict(row._mapping)


def place_of(lesson: ListedLesson, order: LessonOrder) -> list[Any]:
    """What orders a lesson in a list."""
    name = order.removeprefix("-")
    return [lesson.id] if name == "id" else [getattr(lesson, name), lesson.id]


def _order_column(order: LessonOrder) -> Any:
    name = order.removeprefix("-")
    return None if name == "id" else col(getattr(Lesson, name))


def _is_after(keys: Sequence[Any], after: Sequence[Any], is_down: bool) -> ColumnElement[bool]:
    def passes(key: Any, value: Any) -> ColumnElement[bool]:
        found: ColumnElement[bool] = key < value if is_down else key > value
        return found

    *first, last = zip(keys, after, strict=True)
    condition = passes(*last)
    for key, value in first:
        condition = or_(passes(key, value), and_(key == value, condition))
    return condition


def _conditions(wanted: LessonFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.course_id is not None:
        conditions.append(col(Lesson.course_id) == wanted.course_id)
    if wanted.theme_id is not None:
        conditions.append(col(Lesson.theme_id) == wanted.theme_id)
    if wanted.since is not None:
        conditions.append(col(Lesson.date) >= wanted.since)
    if wanted.until is not None:
        conditions.append(col(Lesson.date) <= wanted.until)
    if wanted.state is not None:
        conditions.append(_is_in_state(wanted.state))
    return conditions


def _is_in_state(state: LessonState) -> ColumnElement[bool]:
    summarised = _is_summary_done()
    corrected = col(Lesson.corrected_transcript).is_not(None)
    transcribed = col(Lesson.transcript).is_not(None)
    has_summary = col(Lesson.summary).is_not(None)
    return {
        LessonState.SUMMARISED: has_summary,
        LessonState.NO_SPEECH: and_(summarised, ~has_summary),
        LessonState.CORRECTED: and_(corrected, ~summarised),
        LessonState.TRANSCRIBED: and_(transcribed, ~corrected, ~summarised),
        LessonState.NEW: and_(~transcribed, ~corrected, ~summarised),
    }[state]


def _is_summary_done() -> ColumnElement[bool]:
    return or_(col(Lesson.summary).is_not(None), col(Lesson.summary_metadata).is_not(None))


def _listed() -> Select[Any]:
    columns: tuple[Any, ...] = (
        col(Lesson.id),
        col(Lesson.title),
        col(Lesson.date),
        col(Lesson.course_id),
        col(Course.title).label("course"),
        col(Lesson.theme_id),
        col(Lesson.filename),
        col(Lesson.audio_sha256),
        col(Lesson.duration),
        col(Lesson.language).label("own_language"),
        col(Lesson.brief),
        col(Lesson.transcript_metadata),
        col(Lesson.transcript).is_not(None).label("has_transcript"),
        col(Lesson.corrected_transcript).is_not(None).label("has_corrected_transcript"),
        col(Lesson.summary).is_not(None).label("has_summary"),
        _is_summary_done().label("is_summary_done"),
    )
    return select(*columns).outerjoin(Course, col(Lesson.course_id) == col(Course.id))


def _read_listed(session: Session, statement: Select[Any]) -> list[ListedLesson]:
    rows = session.execute(statement).mappings()
    return [ListedLesson(**row) for row in rows]


# --- texts -----------------------------------------------------------------------------------


class UnreadableTranscript(LecternError):
    """The stored transcript is not in a form that can be read: have it made anew."""


class TextColumn(StrEnum):
    """A lesson's two texts, as the columns are called."""

    TRANSCRIPT = "transcript"
    CORRECTED = "corrected_transcript"


class _StoredSegment(TypedDict):
    """What a segment must have; the rest is passed on as it is."""

    start: float
    end: float
    text: str


_STORED_SEGMENTS = TypeAdapter(list[_StoredSegment])


def read_stored_text(session: Session, lesson_id: int, column: TextColumn) -> bytes:
    """A lesson's text as the JSON that is stored, which is never made into objects: a recording of
    three hours has ten thousand segments.

    Raises
    ------
    LessonNotFound, NoTranscript
    """
    require_possible_id(lesson_id)
    # SQLite gives the bytes as they are, PostgreSQL only a text.
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    form: type[TypeEngine[Any]] = LargeBinary if is_sqlite else Text
    statement = select(cast(col(getattr(Lesson, column)), form)).where(col(Lesson.id) == lesson_id)
    row = session.execute(statement).first()
    if row is None:
        raise missing_lesson(session, lesson_id)
    found: bytes | str | None = row[0]
    if found is None:
        raise NoTranscript(f"Lesson {lesson_id} has no {column.replace('_', ' ')} yet.")
    return found if isinstance(found, bytes) else found.encode()


@dataclass(frozen=True)
class TextSoFar:
    """What a transcription under way has finished, up to `until` seconds of the recording."""

    until: float
    segments: list[Segment]


def read_text_so_far(session: Session, lesson_id: int) -> TextSoFar:
    """The stored windows of the latest transcription that has not ended; none: nothing so far.

    Raises
    ------
    LessonNotFound
    """
    require_lesson(session, lesson_id)
    of_lesson = col(TranscriptWindow.lesson_id) == lesson_id
    latest = select(col(TranscriptWindow.fingerprint)).where(of_lesson)
    newest_first = (col(TranscriptWindow.created_at).desc(), col(TranscriptWindow.id).desc())
    fingerprint = session.connection().execute(latest.order_by(*newest_first).limit(1)).scalar()
    is_latest = col(TranscriptWindow.fingerprint) == fingerprint
    statement = select(TranscriptWindow).where(of_lesson, is_latest)
    windows = session.scalars(statement.order_by(col(TranscriptWindow.position))).all()
    segments = [segment for window in windows for segment in window.segments]
    return TextSoFar(windows[-1].end if windows else 0.0, segments)


def check_stored_text(lesson_id: int, column: TextColumn, stored: bytes) -> None:
    """Raise `UnreadableTranscript` unless it is a list of segments: any program may have written
    it."""
    try:
        _STORED_SEGMENTS.validate_json(stored)
    except ValidationError as error:
        raise UnreadableTranscript(
            f"The {column.replace('_', ' ')} of lesson {lesson_id} is not in a form that can be "
            "read, so another program has written it: have it made anew."
        ) from error


def read_segment(session: Session, lesson_id: int, position: int) -> EditedSegment:
    """A segment of the text that readers see, as the next edit names it.

    Raises
    ------
    LessonNotFound, NoTranscript, UnreadableTranscript
    NotFound
        The text has fewer segments.
    """
    require_possible_id(lesson_id)
    is_corrected = select(col(Lesson.corrected_transcript).is_not(None))
    found = session.execute(is_corrected.where(col(Lesson.id) == lesson_id)).scalar()
    column = TextColumn.CORRECTED if found else TextColumn.TRANSCRIPT
    stored = read_stored_text(session, lesson_id, column)
    check_stored_text(lesson_id, column, stored)
    segments = json.loads(stored)
    if position >= len(segments):
        raise NotFound(
            f"Lesson {lesson_id} has no segment {position}: it has {len(segments)}, counted from 0."
        )
    return EditedSegment(position, Segment.model_validate(segments[position]))
