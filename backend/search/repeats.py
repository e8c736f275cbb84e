"""The same sentence of one lesson is one hit, wherever it stands in it.

Summaries quote lessons, and briefs quote summaries. Shown is the moment at which the sentence was
said; else the brief, before the summary. What is said twice is found twice: it has two moments.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import Row, select
from sqlmodel import Session

from backend.index.folding import fold_readings, fold_words
from backend.index.passages import HEADS_FROM, lesson_of_passage, passage_table
from backend.search.query import Query
from backend.search.ranking import stands_in

QUOTING = ("brief", "summary")

FEWEST_WORDS = 4
"""So many words with which one text ends and the other begins are the same words."""

_SENTENCE_END = re.compile(r"(?<=[.!?\u2026\u061f\u06d4\u0964])(?!\w)|(?<=[\n\u3002\uff01\uff1f])")


class Kept(NamedTuple):
    """A passage that is a hit of its own, and the character from which on it is."""

    row: Row[Any]
    start: int


def without_repeats(session: Session, query: Query, rows: Iterable[Row[Any]]) -> Iterator[Kept]:
    """The passages without those whose sentences are found in others of the same lesson."""
    of_lessons: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        of_lessons[lesson_of_passage(row.id)].append(row)
    quoting = {lesson: _choose_quoting(found) for lesson, found in of_lessons.items()}
    said = _read_around(
        session, [r.id for n, found in of_lessons.items() if quoting[n] for r in found]
    )
    for lesson, found in of_lessons.items():
        yield from (Kept(row, 0) for row in found if row.part not in QUOTING)
        shown = [said[row.id] for row in found if row.id in said]
        yield from _without_quoted(query, quoting[lesson], shown)


def _choose_quoting(found: Iterable[Row[Any]]) -> list[Row[Any]]:
    quoting = (row for row in found if row.part in QUOTING)
    return sorted(quoting, key=lambda row: (QUOTING.index(row.part), row.id))


def _read_around(session: Session, ids: Iterable[int]) -> dict[int, list[str]]:
    """The words of segments, each with those of the segments beside it: sentences do not end with
    them."""
    segments = [id_ for id_ in ids if id_ < HEADS_FROM]
    wanted = {id_ + step for id_ in segments for step in (-1, 0, 1)}
    statement = select(passage_table.c.id, passage_table.c.text)
    found = session.execute(statement.where(passage_table.c.id.in_(wanted))) if wanted else ()
    words = {row.id: fold_words(row.text) for row in found}
    return {
        id_: [word for near in (id_ - 1, id_, id_ + 1) for word in words.get(near, [])]
        for id_ in segments
    }


def _without_quoted(
    query: Query, quoting: Iterable[Row[Any]], shown: list[list[str]]
) -> Iterator[Kept]:
    for row in quoting:
        answers = [one for one in _sentences(row.text) if _answers(query, one.text)]
        new = [one for one in answers if not any(_is_same(query, one, words) for words in shown)]
        if new or not answers:
            yield Kept(row, new[0].start if new and len(new) < len(answers) else 0)
        shown = shown + [fold_words(one.text) for one in new]


class _Sentence(NamedTuple):
    text: str
    start: int


def _sentences(passage: str) -> Iterator[_Sentence]:
    ends = [found.start() for found in _SENTENCE_END.finditer(passage)]
    for start, end in pairwise([0, *ends, len(passage)]):
        sentence = passage[start:end]
        yield _Sentence(sentence, end - len(sentence.lstrip()))


def _answers(query: Query, passage: str) -> bool:
    readings = fold_readings(passage)
    return all(
        any(stands_in(phrase, words) for phrase in term.phrases for words in readings)
        for term in query.terms
    )


def _is_same(query: Query, sentence: _Sentence, shown: list[str]) -> bool:
    """Whether the words of the sentence that answer the query are those that are shown."""
    words = fold_words(sentence.text)
    if _stand_in(words, shown) or (len(shown) >= FEWEST_WORDS and _stand_in(shown, words)):
        return True
    overlaps = (_overlap(words, shown), _overlap(shown, words))
    return any(_answers(query, " ".join(common)) for common in overlaps if common)


def _stand_in(words: list[str], others: list[str]) -> bool:
    return f" {' '.join(words)} " in f" {' '.join(others)} "


def _overlap(one: list[str], other: list[str]) -> list[str]:
    """The words with which the one ends and the other begins."""
    for start, word in enumerate(one[: 1 - FEWEST_WORDS]):
        if word == other[0] and one[start:] == other[: len(one) - start]:
            return one[start:]
    return []
