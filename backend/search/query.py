"""What a person types, as words, phrases and prefixes.

No input is an error of form: quotes that are not closed, operators of a database and punctuation
are characters between words. Nothing of it reaches a database but folded words.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from backend.errors import InvalidValue
from backend.index.folding import Word, find_words

MOST_WORDS = 50
"""A search with more is a pasted text, and would cost the database far more than it could find."""

SHORTEST_PREFIX = 2
"""Letters. A single one begins so many words that it is taken as a word itself."""

_QUOTES = re.compile('["\u201c\u201d\u201e\u201f\u00ab\u00bb\u300c\u300d]')


@dataclass(frozen=True)
class Term:
    """Words that stand next to each other in this order: often one. With `is_prefix` the last one
    may be the beginning of a longer word."""

    words: tuple[str, ...]
    is_prefix: bool = False


@dataclass(frozen=True)
class Query:
    """All terms must be found, in any order. None at all find nothing."""

    terms: tuple[Term, ...]


def parse_query(text: str, *, last_is_prefix: bool = False) -> Query:
    """Read `word`, `"a phrase"` and `prefix*`.

    What holds together without spaces (`don't`, `x-ray`) is a phrase. `last_is_prefix` is for
    answers while somebody types: the word at the very end may not be finished.

    Raises
    ------
    InvalidValue
        More than MOST_WORDS words.
    """
    terms = list(_read_terms(text))
    if terms and last_is_prefix and _ends_with_word(text):
        terms[-1] = _as_prefix(terms[-1].words)
    query = Query(tuple(dict.fromkeys(terms)))
    n_words = sum(len(term.words) for term in query.terms)
    if n_words > MOST_WORDS:
        raise InvalidValue(
            f"A search can have {MOST_WORDS} words, and this one has {n_words}: leave some out."
        )
    return query


def _read_terms(text: str) -> Iterator[Term]:
    for number, stretch in enumerate(_QUOTES.split(text)):
        is_quoted = number % 2 == 1
        for chunk in [stretch] if is_quoted else stretch.split():
            words = list(find_words(chunk))
            if words:
                yield _to_term(chunk, words)


def _to_term(chunk: str, words: list[Word]) -> Term:
    folded = tuple(word.folded for word in words)
    return _as_prefix(folded) if chunk.startswith("*", words[-1].end) else Term(folded)


def _as_prefix(words: tuple[str, ...]) -> Term:
    return Term(words, is_prefix=len(words[-1]) >= SHORTEST_PREFIX)


def _ends_with_word(text: str) -> bool:
    words = list(find_words(text))
    return bool(words) and words[-1].end == len(text)
