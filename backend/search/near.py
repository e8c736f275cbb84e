"""What is looked for in place of words that nobody said: near words, which were said."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, product
from typing import NamedTuple

from sqlmodel import Session

from backend.index.folding import fold_readings
from backend.index.vocabulary import is_known, most_slips, near_words
from backend.search.candidates import Candidates, SearchedLessons, find_candidates, finds_any
from backend.search.query import Phrase, Query, Term
from backend.search.ranking import find_spans, stands_in

MOST_TRIED, MOST_NEAR = 20, 5
"""So many ways to mend what was typed are looked for, and so many of those found are kept."""

MOST_FOR_A_WORD = 3
"""In a phrase, whose other words may be mended too."""


@dataclass(frozen=True)
class ReadAs:
    """What was typed, and what was found in its place, as it is written there."""

    typed: str
    found: tuple[str, ...]


class NearAnswer(NamedTuple):
    """What was looked for at last, what answers it, and what stands for what in it."""

    query: Query
    candidates: Candidates
    read_as: tuple[ReadAs, ...]


def find_near(session: Session, query: Query, lessons: SearchedLessons) -> NearAnswer | None:
    """What answers the query when near words stand for those that find nothing in these lessons.

    None where that finds nothing either, or where it is not the words that find nothing. What
    stands in quotes is insisted on.
    """
    if all(term.typed is None for term in query.terms):
        return None
    is_alone = len(query.terms) == 1
    unknown = [t for t in query.terms if is_alone or not finds_any(session, Query((t,)), lessons)]
    if not unknown or any(term.typed is None for term in unknown):
        return None
    near = {term: _find_near_term(session, term, lessons) for term in unknown}
    if not all(near.values()):
        return None
    mended = Query(tuple(near.get(term) or term for term in query.terms))
    candidates = find_candidates(session, mended, lessons)
    if not candidates.rows:
        return None
    passages = [row.text for row in candidates.rows]
    read_as = [_tell(term, passages) for term in near.values() if term]
    return NearAnswer(mended, candidates, tuple(read_as))


def _find_near_term(session: Session, term: Term, lessons: SearchedLessons) -> Term | None:
    """The term as it is found in these lessons, with as few slips as possible."""
    words = {word for phrase in term.phrases for word in phrase.words}
    for n_slips in range(1, 1 + max(map(most_slips, words))):
        tried = Term(tuple(islice(_mend(session, term, n_slips), MOST_TRIED)), term.typed)
        if tried.phrases:
            rows = find_candidates(session, Query((tried,)), lessons).rows
            counts = _count(tried.phrases, (row.text for row in rows))
            if counts:
                best = {phrase for phrase, _ in counts.most_common(MOST_NEAR)}
                return Term(tuple(p for p in tried.phrases if p in best), term.typed)
    return None


def _mend(session: Session, term: Term, n_slips: int) -> Iterator[Phrase]:
    """The term's phrases with near words in the place of those that are in no text."""
    connection = session.connection()
    for phrase in term.phrases:
        most = MOST_TRIED if len(phrase.words) == 1 else MOST_FOR_A_WORD
        ways = [
            [word]
            if is_known(connection, word) or most_slips(word) < n_slips
            else near_words(connection, word, n_slips)[:most]
            for word in phrase.words
        ]
        mended = (Phrase(words) for words in product(*ways))
        yield from (one for one in mended if one.words != phrase.words)


def _count(phrases: Iterable[Phrase], passages: Iterable[str]) -> Counter[Phrase]:
    """In how many passages each of the phrases stands, of those that stand in any."""
    counts: Counter[Phrase] = Counter()
    phrases = list(phrases)
    for passage in passages:
        readings = fold_readings(passage)
        counts.update(p for p in phrases if any(stands_in(p, words) for words in readings))
    return counts


def _tell(term: Term, passages: list[str]) -> ReadAs:
    found = (_as_written(phrase, passages) for phrase in term.phrases)
    return ReadAs(term.typed or "", tuple(dict.fromkeys(filter(None, found))))


def _as_written(phrase: Phrase, passages: list[str]) -> str:
    """The phrase as most of the passages write it, which has accents and the like; or nothing."""
    written = Counter(
        passage[start:end] for passage in passages for start, end in find_spans([phrase], passage)
    )
    return max(written, key=written.__getitem__, default="")
