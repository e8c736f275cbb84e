"""The words that notes are found by, kept in step with what the notes say.

They stand in the note's own row, folded as all words are, so that both databases find the same.
Notes are few, so they need neither passages nor an index: a look at each row is enough.
"""

from sqlalchemy import ColumnElement, Connection, and_, event, or_
from sqlmodel import col

from backend.index.folding import find_chunks, fold_readings
from backend.models import Note


def keep_notes_in_step() -> None:
    """From now on each note that this process writes has the words of its text and its quote."""
    for moment in ("before_insert", "before_update"):
        if not event.contains(Note, moment, _fold_written):
            event.listen(Note, moment, _fold_written)


def _fold_written(mapper: object, connection: Connection, note: Note) -> None:
    note.words = note_words(note.text, note.quote)


def note_words(text: str, quote: str) -> str:
    """The folded words of a note, in both their readings, a space before each."""
    readings = fold_readings(text) + fold_readings(quote)
    return "".join(f" {word}" for words in readings for word in words)


def notes_have_words(query: str) -> list[ColumnElement[bool]]:
    """Conditions: each word of the query begins a word of the note, in one reading or the other.

    No words ask for nothing.
    """
    readings = [fold_readings(chunk) for chunk in find_chunks(query)]
    return [or_(*map(_has_words, both)) for both in readings if any(both)]


def _has_words(words: list[str]) -> ColumnElement[bool]:
    # A folded word has neither of the signs that mean something in a pattern.
    return and_(*(col(Note.words).contains(f" {word}") for word in words))
