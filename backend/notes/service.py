"""Highlights on stretches of words, with or without a note.

They follow their words through edits and reruns (see `backend/lesson_texts/note_places.py`); where
these are not certain to be there any more, the note is detached, and still listed. A removed note
keeps its row for some days, in which it can be brought back: until then nobody finds it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy
from sqlalchemy import ColumnElement, delete, func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select, SelectOfScalar

from backend.database.sessions import purge_deleted, refuse_uncommitted_writes, writing
from backend.errors import Conflict, InvalidValue, NotFound
from backend.errors.lessons import NoTranscript
from backend.index.notes import notes_have_words
from backend.lesson_texts.layers import lock_lesson, require_lesson, require_possible_id
from backend.lesson_texts.note_places import put_note, stretch_of
from backend.lesson_texts.texts import LessonTexts
from backend.models import Colour, Course, Lesson, LessonNotes, Note
from backend.models.columns import LARGEST_ID, database_now, seconds_since, utc_now
from backend.text.sentences import normalise_words
from backend.text.stored_text import StoredText
from backend.text.stretches import WordStretch, quote
from backend.text.wording import clean_note, clean_person, clean_segment
from backend.versions import require_version, version_of

LARGEST_PAGE = 500


@dataclass(frozen=True)
class NewNote:
    """What a person highlights: a stretch of the text that readers see, and its words.

    The words tell whether the text is still what the person saw.
    """

    stretch: WordStretch
    quote: str
    colour: Colour = Colour.YELLOW
    text: str = ""


@dataclass(frozen=True)
class ListedNote:
    """A note, and of its lesson the title, and whether its sound is there."""

    note: Note
    lesson_title: str
    has_recording: bool


class NoteKind(StrEnum):
    """Whether a person wrote something to the words that were highlighted."""

    NOTE = "note"
    HIGHLIGHT = "highlight"


@dataclass(frozen=True)
class NoteFilter:
    """Which notes are listed: all that fit every field that is set.

    Several courses or themes: one of them. Each word of `words` begins a word of the note's text or
    of its quote.
    """

    course_ids: tuple[int, ...] = ()
    theme_ids: tuple[int, ...] = ()
    lesson_id: int | None = None
    colour: Colour | None = None
    kind: NoteKind | None = None
    words: str = ""


EVERY_NOTE = NoteFilter()


@dataclass(frozen=True)
class FoundNotes:
    """Notes, newest first, and where the next page begins; None: there is no more."""

    notes: Sequence[ListedNote]
    next_before: int | None


def add_note(session: Session, lesson_id: int, new: NewNote, *, author: str) -> ListedNote:
    """Highlight a stretch of words.

    Raises
    ------
    LessonNotFound, NoTranscript, InvalidValue, UncommittedWrites
    NotFound
        There is no such stretch.
    Conflict
        Other words stand there; `present` has them.
    """
    author, text = clean_person(author), clean_note(new.text)
    refuse_uncommitted_writes(session)
    require_possible_id(lesson_id)
    with writing(session):
        lesson = lock_lesson(session, lesson_id, with_texts=False)
        title, has_recording = lesson.title, lesson.filename is not None
        shown = _require_text(LessonTexts(session, lesson_id))
        _require_quote(lesson_id, shown, new)
        note = Note(
            lesson_id=lesson_id,
            start=0,
            end=0,
            quote="",
            colour=_colour(new.colour),
            text=text,
            author=author,
        )
        put_note(note, new.stretch, shown)
        session.add(note)
    return ListedNote(note, title, has_recording)


def edit_note(
    session: Session,
    note_id: int,
    text: str | None = None,
    colour: Colour | None = None,
    seen: str | None = None,
) -> ListedNote:
    """Change a note's text or colour.

    Raises
    ------
    NotFound, InvalidValue, UncommittedWrites
    Conflict
        The note is not of the version that was `seen`; `present` is what it is now.
    """
    refuse_uncommitted_writes(session)
    with writing(session):
        found = _require_note(session, note_id, _locked(_there()))
        require_version(f"Note {note_id}", seen, note_json(found))
        note = found.note
        if text is not None:
            note.text = clean_note(text)
        if colour is not None:
            note.colour = _colour(colour)
        note.changed_at = utc_now()
    return found


# --- removing --------------------------------------------------------------------------------


def remove_note(session: Session, note_id: int, undo_days: float, seen: str | None = None) -> None:
    """Remove a note so that `restore_note` can bring it back for `undo_days`; 0: for good.

    Raises
    ------
    NotFound, UncommittedWrites
    Conflict
        The note is not of the version that was `seen`; `present` is what it is now.
    """
    refuse_uncommitted_writes(session)
    with writing(session):
        found = _require_note(session, note_id, _locked(_there()))
        require_version(f"Note {note_id}", seen, note_json(found))
        if undo_days <= 0:
            session.delete(found.note)
        else:
            now = session.connection().execute(sqlalchemy.select(database_now())).scalar_one()
            found.note.removed_at = now


def restore_note(session: Session, note_id: int) -> ListedNote:
    """Bring a removed note back to where its words are by now; one that is there stays as it is.

    Raises
    ------
    NotFound
        It was never there, or is gone for good, or its lesson is.
    UncommittedWrites
    """
    refuse_uncommitted_writes(session)
    with writing(session):
        found = _require_note(session, note_id, _locked(_titled()))
        found.note.removed_at = None
    return found


def delete_removed_notes(session: Session, older_than: timedelta) -> int:
    """Delete for good what was removed longer ago than that; returns how many notes."""
    refuse_uncommitted_writes(session)
    is_older = seconds_since(col(Note.removed_at)) >= older_than.total_seconds()
    # One that a rerun or a return holds at this moment can wait for the next time.
    forgotten = sqlalchemy.select(col(Note.id)).where(is_older).with_for_update(skip_locked=True)
    with writing(session):
        removal = delete(Note).where(col(Note.id).in_(forgotten))
        n_forgotten = session.connection().execute(removal).rowcount
    if n_forgotten:
        purge_deleted(session)
    return n_forgotten


# --- reading ---------------------------------------------------------------------------------


def get_note(session: Session, note_id: int) -> ListedNote:
    """Raises `NotFound`."""
    return _require_note(session, note_id, _there())


def list_notes(session: Session, lesson_id: int) -> list[ListedNote]:
    """A lesson's notes by their time in it, detached ones among them.

    Raises
    ------
    LessonNotFound
    """
    require_lesson(session, lesson_id)
    statement = _there().where(Note.lesson_id == lesson_id)
    rows = session.exec(statement.order_by(col(Note.start), col(Note.id)))
    return [ListedNote(*row) for row in rows]


def list_all_notes(
    session: Session,
    wanted: NoteFilter = EVERY_NOTE,
    limit: int = 50,
    before: int | None = None,
) -> FoundNotes:
    """The notes of all lessons, newest first; `before` is the `next_before` of the page before."""
    limit = min(max(1, limit), LARGEST_PAGE)
    statement = _there().where(*_conditions(wanted)).order_by(col(Note.id).desc())
    if before is not None:
        statement = statement.where(col(Note.id) < before)
    found = [ListedNote(*row) for row in session.exec(statement.limit(limit + 1))]
    notes = found[:limit]
    return FoundNotes(notes, notes[-1].note.id if len(found) > limit else None)


def notes_by_lesson(session: Session, wanted: NoteFilter = EVERY_NOTE) -> list[LessonNotes]:
    """All notes that are wanted, in the order of time within their lessons; lessons by course and
    date."""
    conditions = (col(Note.removed_at).is_(None), *_conditions(wanted))
    of_notes = select(Note.lesson_id).join(Lesson).where(*conditions)
    lessons = {lesson.lesson_id: lesson for lesson in _read_lessons(session, of_notes)}
    statement = select(Note).join(Lesson).where(*conditions)
    for note in session.exec(statement.order_by(col(Note.start), col(Note.id))):
        if note.lesson_id in lessons:  # else it was added between the two
            lessons[note.lesson_id].notes.append(note)
    return sorted(lessons.values(), key=_place_of_lesson)


def _read_lessons(session: Session, of_notes: SelectOfScalar[int]) -> Iterator[LessonNotes]:
    heard = col(Lesson.transcript_metadata)["language"].as_string()
    language = func.coalesce(col(Lesson.language), heard)
    statement = (
        sqlalchemy.select(
            col(Lesson.id), col(Lesson.title), col(Lesson.date), col(Course.title), language
        )
        .outerjoin(Course, col(Lesson.course_id) == col(Course.id))
        .where(col(Lesson.id).in_(of_notes))
    )
    rows = session.execute(statement)
    for lesson_id, title, date, course, spoken in rows:
        assert lesson_id is not None
        yield LessonNotes(lesson_id, title, course, date, spoken, [])


def _place_of_lesson(lesson: LessonNotes) -> tuple[bool, str, datetime, int]:
    return lesson.course is None, lesson.course or "", lesson.date, lesson.lesson_id


def _conditions(wanted: NoteFilter) -> list[ColumnElement[bool]]:
    conditions = notes_have_words(wanted.words)
    if wanted.course_ids:
        conditions.append(col(Lesson.course_id).in_(wanted.course_ids))
    if wanted.theme_ids:
        conditions.append(col(Lesson.theme_id).in_(wanted.theme_ids))
    if wanted.lesson_id is not None:
        conditions.append(col(Note.lesson_id) == wanted.lesson_id)
    if wanted.colour is not None:
        conditions.append(col(Note.colour) == wanted.colour)
    if wanted.kind is not None:
        has_text = col(Note.text) != ""
        conditions.append(has_text if wanted.kind == NoteKind.NOTE else ~has_text)
    return conditions


def note_version(note: Note) -> str:
    """The version of what a person says in a note; where it stands does not count."""
    return version_of(note.text, note.colour)


def note_json(listed: ListedNote) -> dict[str, Any]:
    """A note as plain JSON values; `stretch` is None where it is detached."""
    note = listed.note
    stretch = stretch_of(note)
    return {
        "id": note.id,
        "lesson_id": note.lesson_id,
        "lesson_title": listed.lesson_title,
        "has_recording": listed.has_recording,
        "stretch": None if stretch is None else stretch._asdict(),
        "start": note.start,
        "end": note.end,
        "quote": note.quote,
        "colour": note.colour,
        "text": note.text,
        "author": note.author,
        "created_at": note.created_at.isoformat(),
        "changed_at": note.changed_at.isoformat(),
        "version": note_version(note),
    }


# --- statements ------------------------------------------------------------------------------

NotesAndTitles = Select[Note, str, bool]


def _titled() -> NotesAndTitles:
    """Notes of lessons that are there, those among them that were removed."""
    has_recording = col(Lesson.filename).is_not(None)
    return select(Note, Lesson.title, has_recording).join(Lesson)


def _there() -> NotesAndTitles:
    return _titled().where(col(Note.removed_at).is_(None))


def _locked(statement: NotesAndTitles) -> NotesAndTitles:
    return statement.with_for_update(of=Note).execution_options(populate_existing=True)


def _require_note(session: Session, note_id: int, statement: NotesAndTitles) -> ListedNote:
    row = None
    if 0 < note_id <= LARGEST_ID:
        row = session.exec(statement.where(Note.id == note_id)).first()
    if row is None:
        raise NotFound(f"There is no note {note_id}.")
    return ListedNote(*row)


# --- what is asked for -----------------------------------------------------------------------


def _require_text(texts: LessonTexts) -> StoredText:
    if texts.shown is None:
        raise NoTranscript(
            f"Lesson {texts.lesson_id} has no transcript yet.", facts={"lesson": texts.lesson_id}
        )
    return texts.shown


def _require_quote(lesson_id: int, shown: StoredText, new: NewNote) -> None:
    present = quote(shown, new.stretch)
    if present is None:
        raise NotFound(f"Lesson {lesson_id} has no such stretch of words: {_say(new.stretch)}.")
    asked = clean_segment(new.quote)
    is_same = normalise_words(present.text) == normalise_words(asked)
    if not is_same or not present.text:
        raise Conflict(
            f"The words of lesson {lesson_id} were changed since you read them, so no note was "
            "made: look at what is there now, and highlight it again.",
            {"stretch": new.stretch._asdict(), "quote": present.text},
        )


def _say(stretch: WordStretch) -> str:
    return (
        f"segment {stretch.first_segment}, word {stretch.first_word} to segment "
        f"{stretch.last_segment}, word {stretch.last_word}"
    )


def _colour(name: str) -> Colour:
    try:
        return Colour(name)
    except ValueError as error:
        raise InvalidValue(
            f"`{name}` is no colour of a highlight: there are {', '.join(Colour)}."
        ) from error
