"""What a person types, as words, phrases and prefixes.

No input is an error of form: quotes that are not closed, operators of a database and punctuation
are characters between words. Nothing of it reaches a database but folded words.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from backend.errors import InvalidValue
from backend.index.folding import FoldedWord, find_chunks, find_words, read_words

MOST_WORDS = 50
"""A search with more is a pasted text, and would cost the database far more than it could find."""

SHORTEST_PREFIX = 2
"""Letters. A single one begins so many words that it is taken as a word itself."""

_QUOTES = re.compile('["\u201c\u201d\u201e\u201f\u00ab\u00bb\u300c\u300d]')


class Phrase(NamedTuple):
    """Words that stand next to each other in this order: often one. With `is_prefix` the last one
    may be the beginning of a longer word."""

    words: tuple[str, ...]
    is_prefix: bool = False


@dataclass(frozen=True)
class Term:
    """Phrases of which one is enough: what was typed, and other ways to write it.

    `typed` is how it stands in the query, or None where it does so in quotes, which insist on it.
    """

    phrases: tuple[Phrase, ...]
    typed: str | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Query:
    """All terms must be found, in any order. None at all find nothing."""

    terms: tuple[Term, ...]


def parse_query(text: str, *, last_is_prefix: bool = False) -> Query:
    """Read `word`, `"a phrase"` and `prefix*`.

    What holds together without spaces (`don't`, `x-ray`) is a phrase, or one word (`dont`, `xray`).
    `last_is_prefix` is for answers while somebody types: the word at the very end may not be
    finished.

    Raises
    ------
    InvalidValue
        More than MOST_WORDS words.
    """
    is_unfinished = last_is_prefix and _ends_with_word(text)
    query = Query(tuple(dict.fromkeys(_read_terms(text, is_unfinished=is_unfinished))))
    n_words = sum(len(term.phrases[0].words) for term in query.terms)
    if n_words > MOST_WORDS:
        raise InvalidValue(
            f"A search can have {MOST_WORDS} words, and this one has {n_words}: leave some out."
        )
    return query


def _read_terms(text: str, *, is_unfinished: bool) -> Iterator[Term]:
    chunks = list(_read_chunks(text))
    for number, (chunk, is_quoted) in enumerate(chunks, 1):
        is_prefix = is_unfinished and number == len(chunks)
        readings = read_words(chunk)
        typed = chunk[readings[0][0].start : readings[0][-1].end]
        phrases = _to_phrases(chunk, readings, is_prefix=is_prefix)
        yield Term(tuple(dict.fromkeys(phrases)), None if is_quoted else typed)


def _read_chunks(text: str) -> Iterator[tuple[str, bool]]:
    """What stands together and has words, and whether it does so in quotes."""
    for number, stretch in enumerate(_QUOTES.split(text)):
        is_quoted = number % 2 == 1
        for chunk in [stretch] if is_quoted else find_chunks(stretch):
            if next(find_words(chunk), None):
                yield chunk, is_quoted


def _to_phrases(
    chunk: str, readings: list[list[FoldedWord]], *, is_prefix: bool
) -> Iterator[Phrase]:
    end = readings[0][-1].end
    is_prefix = is_prefix or chunk.startswith("*", end)
    for words in readings:
        # What is left of a word without its particle begins far too many others.
        yield _to_phrase(words, is_prefix=is_prefix and words[-1].end == end)


def _to_phrase(words: list[FoldedWord], *, is_prefix: bool) -> Phrase:
    folded = tuple(word.folded for word in words)
    return Phrase(folded, is_prefix and len(folded[-1]) >= SHORTEST_PREFIX)


def _ends_with_word(text: str) -> bool:
    words = list(find_words(text))
    return bool(words) and words[-1].end == len(text)
