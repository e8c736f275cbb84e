"""Each word of the index once, so that near ones can be found: the table `search_word`.

It is a superset: a word stays when its last passage goes, until the index is compacted. Whoever
offers a word looks first whether it finds anything. A word may stand in it twice, where two lessons
brought it at once: a unique one would have these two wait for each other.
"""

import unicodedata
from collections.abc import Iterable

from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, insert, select, text

word_table = Table(
    "search_word",
    MetaData(),  # of its own: it is no model, but can be derived from the models
    Column("word", Text, nullable=False),
    Column("length", Integer, nullable=False),
)

FEWEST_LETTERS, MOST_LETTERS = 3, 40
"""Of a word that can be mistyped. Of a shorter one nearly every other is one letter off."""

LONG_WORD = 8
"""Letters from which on a word may have two slips."""

WORDS_OF_A_STATEMENT = 500


def remember_words(connection: Connection, words: Iterable[str]) -> None:
    """Add those that are not there and can be mistyped."""
    spelled = {word: len(letters_of(word)) for word in words if can_be_mistyped(word)}
    wanted = sorted(spelled)
    for first in range(0, len(wanted), WORDS_OF_A_STATEMENT):
        some = wanted[first : first + WORDS_OF_A_STATEMENT]
        known = select(word_table.c.word).where(word_table.c.word.in_(some))
        new = set(some) - set(connection.scalars(known))
        if new:
            rows = [{"word": word, "length": spelled[word]} for word in sorted(new)]
            connection.execute(insert(word_table), rows)


def letters_of(word: str) -> str:
    """A folded word letter by letter, as it is typed: a Korean syllable has two or three."""
    return unicodedata.normalize("NFD", word)


def can_be_mistyped(word: str) -> bool:
    """Numbers are not: a near one is another number."""
    has_digits = any(map(str.isdigit, word))
    return not has_digits and FEWEST_LETTERS <= len(letters_of(word)) <= MOST_LETTERS


def is_known(connection: Connection, word: str) -> bool:
    """Whether a word is in the vocabulary."""
    known = select(word_table.c.word).where(word_table.c.word == word).limit(1)
    return connection.scalar(known) is not None


def most_slips(word: str) -> int:
    """How far off a word may be, in letters that are wrong, missing, too many or swapped."""
    if not can_be_mistyped(word):
        return 0
    return 2 if len(letters_of(word)) >= LONG_WORD else 1


def near_words(connection: Connection, word: str, n_slips: int) -> list[str]:
    """The words that are just so far off, the likeliest first.

    People seldom mistype the first letter, and often swap two.
    """
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    letters = letters_of(word)
    lengths = (len(letters) - n_slips, len(letters) + n_slips)
    statement = select(word_table.c.word).where(word_table.c.length.between(*lengths))
    candidates = {letters_of(known): known for known in connection.scalars(statement)}
    # Optimal string alignment: Damerau and Levenshtein's, with two neighbours swapped for one slip.
    found = process.extract(
        letters, candidates.keys(), scorer=OSA.distance, score_cutoff=n_slips, limit=None
    )
    near = [spelling for spelling, distance, _ in found if distance == n_slips]
    near.sort(key=lambda s: (s[0] != letters[0], sorted(s) != sorted(letters), s))
    return [candidates[spelling] for spelling in near]


# --- what is in use no more ------------------------------------------------------------------

_NOT_IN_USE = {
    "sqlite": "word NOT IN (SELECT term FROM search_vocabulary)",
    "postgresql": "NOT EXISTS (SELECT 1 FROM search_passage"
    " WHERE words @@ CAST('''' || search_word.word || '''' AS tsquery))",
}


def delete_unused_words(connection: Connection) -> None:
    """Let go of the words that no passage has: of removed lessons nothing stays.

    It takes a second or two for a million segments.
    """
    if connection.dialect.name == "postgresql":
        # To read all passages for each word would be the slowest way by far.
        connection.execute(text("SET LOCAL enable_seqscan = off"))
    condition = _NOT_IN_USE[connection.dialect.name]
    connection.execute(text(f"DELETE FROM search_word WHERE {condition}"))
