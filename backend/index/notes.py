"""The words that notes are found by, kept in step with what the notes say.

They stand in the note's own row, folded as all words are, so that both databases find the same.
Notes are few, so they need neither passages nor an index: a look at each row is enough.
"""

from sqlalchemy import ColumnElement, Connection, event
from sqlmodel import col

from backend.index.folding import fold_words
from backend.models import Note


def keep_notes_in_step() -> None:
    """From now on each note that this process writes has the words of its text and its quote."""
    for moment in ("before_insert", "before_update"):
        if not event.contains(Note, moment, _fold_written):
            event.listen(Note, moment, _fold_written)


def _fold_written(mapper: object, connection: Connection, note: Note) -> None:
    note.words = note_words(note.text, note.quote)


def note_words(text: str, quote: str) -> str:
    """The folded words of a note, a space before each."""
    return "".join(f" {word}" for word in fold_words(text) + fold_words(quote))


def notes_have_words(query: str) -> list[ColumnElement[bool]]:
    """Conditions: each word of the query begins a word of the note. No words ask for nothing."""
    # A folded word has neither of the signs that mean something in a pattern.
    return [col(Note.words).contains(f" {word}") for word in dict.fromkeys(fold_words(query))]
