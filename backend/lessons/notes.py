"""Highlights on stretches of words, with or without a note.

They follow their words through edits and reruns (see `keeping_notes` in `backend/tasks/people.py`);
where these are not certain to be there any more, the note is detached, and still listed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from backend.database import refuse_uncommitted_writes, writing
from backend.errors import Conflict, InvalidValue, NotFound, NoTranscript
from backend.lessons.service import require_lesson
from backend.lessons.wording import clean_note, clean_person, clean_segment
from backend.models import Colour, Lesson, Note
from backend.models.columns import LARGEST_ID, utc_now
from backend.models.people import is_there
from backend.tasks.layers import lock_lesson, require_possible_id
from backend.tasks.people import LessonTexts, put_note, stretch_of
from backend.text.anchors import StoredText, Stretch, quote
from backend.text.sentences import normalise_words
from backend.versions import require_version, version_of

LARGEST_PAGE = 500


@dataclass(frozen=True)
class NewNote:
    """What a person highlights: a stretch of the text that readers see, and its words.

    The words tell whether the text is still what the person saw.
    """

    stretch: Stretch
    quote: str
    colour: Colour = Colour.YELLOW
    text: str = ""


@dataclass(frozen=True)
class NotePage:
    """Notes, newest first, and where the next page begins; None: there is no more."""

    notes: Sequence[Note]
    next_before: int | None


def add_note(session: Session, lesson_id: int, new: NewNote, *, author: str) -> Note:
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
        lock_lesson(session, lesson_id, with_texts=False)
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
    return note


def edit_note(
    session: Session,
    note_id: int,
    text: str | None = None,
    colour: Colour | None = None,
    seen: str | None = None,
) -> Note:
    """Change a note's text or colour.

    Raises
    ------
    NotFound, InvalidValue, UncommittedWrites
    Conflict
        The note is not of the version that was `seen`; `present` is what it is now.
    """
    refuse_uncommitted_writes(session)
    with writing(session):
        note = _lock_note(session, note_id)
        require_version(f"Note {note_id}", seen, note_json(note))
        if text is not None:
            note.text = clean_note(text)
        if colour is not None:
            note.colour = _colour(colour)
        note.changed_at = utc_now()
    return note


def remove_note(session: Session, note_id: int, seen: str | None = None) -> None:
    """Raises `NotFound`, `Conflict`, `UncommittedWrites`."""
    refuse_uncommitted_writes(session)
    with writing(session):
        note = _lock_note(session, note_id)
        require_version(f"Note {note_id}", seen, note_json(note))
        session.delete(note)


def get_note(session: Session, note_id: int) -> Note:
    """Raises `NotFound`."""
    note = None
    if 0 < note_id <= LARGEST_ID:
        statement = select(Note).join(Lesson).where(Note.id == note_id, is_there)
        note = session.exec(statement).first()
    if note is None:
        raise NotFound(f"There is no note {note_id}.")
    return note


def list_notes(session: Session, lesson_id: int) -> Sequence[Note]:
    """A lesson's notes by their time in it, detached ones among them.

    Raises
    ------
    LessonNotFound
    """
    require_lesson(session, lesson_id)
    statement = select(Note).where(Note.lesson_id == lesson_id)
    return session.exec(statement.order_by(col(Note.start), col(Note.id))).all()


def list_all_notes(session: Session, limit: int = 50, before: int | None = None) -> NotePage:
    """The notes of all lessons, newest first; `before` is the `next_before` of the page before."""
    limit = min(max(1, limit), LARGEST_PAGE)
    statement = select(Note).join(Lesson).where(is_there).order_by(col(Note.id).desc())
    if before is not None:
        statement = statement.where(col(Note.id) < before)
    found = session.exec(statement.limit(limit + 1)).all()
    notes = found[:limit]
    return NotePage(notes, notes[-1].id if len(found) > limit else None)


def note_version(note: Note) -> str:
    """The version of what a person says in a note; where it stands does not count."""
    return version_of(note.text, note.colour)


def note_json(note: Note) -> dict[str, Any]:
    """A note as plain JSON values; `stretch` is None where it is detached."""
    stretch = stretch_of(note)
    return {
        "id": note.id,
        "lesson_id": note.lesson_id,
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


def _lock_note(session: Session, note_id: int) -> Note:
    get_note(session, note_id)
    note = session.get(Note, note_id, populate_existing=True, with_for_update=True)
    if note is None:
        raise NotFound(f"There is no note {note_id}.")
    return note


def _require_text(texts: LessonTexts) -> StoredText:
    if texts.shown is None:
        raise NoTranscript(
            f"Lesson {texts.lesson_id} has no transcript yet: run `lectern transcribe "
            f"{texts.lesson_id}` first."
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


def _say(stretch: Stretch) -> str:
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
