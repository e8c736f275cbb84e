"""Where notes stand in a lesson's text, whatever becomes of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlmodel import Session, select

from backend.lesson_texts.texts import LessonTexts
from backend.models import Note
from backend.text.stored_text import StoredText
from backend.text.stretches import Quotation, WordStretch, follow_stretch, quote


@contextmanager
def keeping_notes(session: Session, texts: LessonTexts) -> Iterator[None]:
    """Whatever becomes of the shown text within: the notes follow their words.

    A note whose words are not certain to be there is detached, until they are. One that was removed
    follows them too, so that it stands right when it is brought back.
    """
    locked = select(Note).where(Note.lesson_id == texts.lesson_id).with_for_update()
    notes = session.exec(locked).all()
    old = texts.shown if notes else None
    yield
    new = texts.shown if notes else None
    if new is not None and new is not old:
        for note in notes:
            quoted = Quotation(note.quote, note.start, note.end)
            put_note(note, follow_stretch(stretch_of(note), quoted, old, new), new)


def stretch_of(note: Note) -> WordStretch | None:
    """Where a note is; None: it is detached."""
    places = (note.first_segment, note.first_word, note.last_segment, note.last_word)
    return None if None in places else WordStretch(*places)  # type: ignore[arg-type]


def put_note(note: Note, stretch: WordStretch | None, text: StoredText) -> None:
    """Write down where a note is, and what stands there."""
    values: dict[str, Any] = dict.fromkeys(WordStretch._fields)
    if stretch is not None:
        quoted = quote(text, stretch)
        assert quoted is not None
        values = stretch._asdict()
        values |= {"quote": quoted.text, "start": quoted.start, "end": quoted.end}
    for name, value in values.items():
        setattr(note, name, value)
