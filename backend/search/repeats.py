"""The same sentence of one lesson is one hit, wherever it stands in it.

Summaries quote lessons, and briefs quote summaries. Shown is the moment at which the sentence was
said; else the brief, before the summary. What is said twice is found twice: it has two moments.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import Row

from backend.index.folding import fold_readings, fold_words
from backend.index.passages import SEGMENT, lesson_of_passage
from backend.search.query import Query
from backend.search.ranking import stands_in

QUOTING = ("brief", "summary")

FEWEST_WORDS = 4
"""So many words that a segment and a sentence have in common, at the edge of one of them, are the
same words: a sentence may begin in one segment and end in the next."""

_SENTENCE_END = re.compile(r"(?<=[.!?\u2026\u061f\u06d4\u0964])(?!\w)|(?<=[\n\u3002\uff01\uff1f])")


class Kept(NamedTuple):
    """A passage that is a hit of its own, and the character from which on it is."""

    row: Row[Any]
    start: int


def without_repeats(query: Query, rows: Iterable[Row[Any]]) -> Iterator[Kept]:
    """The passages without those whose sentences are found in others of the same lesson."""
    of_lessons: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        of_lessons[lesson_of_passage(row.id)].append(row)
    for found in of_lessons.values():
        quoting = sorted((row for row in found if row.part in QUOTING), key=_by_part)
        others = [row for row in found if row.part not in QUOTING]
        yield from (Kept(row, 0) for row in others)
        if len(quoting) > 1 or (quoting and others):
            shown = [fold_words(row.text) for row in others if row.part == SEGMENT]
            yield from _without_quoted(query, quoting, shown)
        else:
            yield from (Kept(row, 0) for row in quoting)


def _by_part(row: Row[Any]) -> tuple[int, int]:
    return QUOTING.index(row.part), row.id


def _without_quoted(
    query: Query, quoting: Iterable[Row[Any]], shown: list[list[str]]
) -> Iterator[Kept]:
    for row in quoting:
        answers = [one for one in _sentences(row.text) if _answers(query, one.text)]
        new = [one for one in answers if not any(_is_same(query, one, words) for words in shown)]
        if new or not answers:
            yield Kept(row, new[0].start if new else 0)
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
