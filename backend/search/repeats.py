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
"""So many words with which one text ends and the other begins are the same words. Where there are
fewer, the words around them are looked at as well."""

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
    for found in of_lessons.values():
        quoting = sorted((row for row in found if row.part in QUOTING), key=_by_part)
        others = [row for row in found if row.part not in QUOTING]
        yield from (Kept(row, 0) for row in others)
        if quoting:
            segments = [_Text.of(row) for row in others if row.id < HEADS_FROM]
            yield from _without_quoted(session, query, quoting, segments)


def _by_part(row: Row[Any]) -> tuple[int, int]:
    return QUOTING.index(row.part), row.id


def _without_quoted(
    session: Session, query: Query, quoting: Iterable[Row[Any]], shown: "list[_Text]"
) -> Iterator[Kept]:
    for row in quoting:
        start = _find_new(session, query, row.text, shown) if shown else 0
        if start is not None:
            yield Kept(row, start)
            shown = [*shown, _Text.of(row)]


def _find_new(session: Session, query: Query, passage: str, shown: "list[_Text]") -> int | None:
    """Where a passage begins to answer with what is not shown: 0 if that is all of it."""
    is_repeated = False
    for sentence in _sentences(passage):
        if _answers(query, sentence.text):
            if not _is_shown(session, query, _Text.made(fold_words(sentence.text)), shown):
                return sentence.start if is_repeated else 0
            is_repeated = True
    return None if is_repeated else 0


class _Text(NamedTuple):
    """The words of a text, as a list and in one string; `segment` is the id of the passage."""

    words: list[str]
    spaced: str
    segment: int | None = None

    @classmethod
    def of(cls, row: Row[Any]) -> "_Text":
        return cls.made(fold_words(row.text), row.id if row.id < HEADS_FROM else None)

    @classmethod
    def made(cls, words: list[str], segment: int | None = None) -> "_Text":
        return cls(words, f" {' '.join(words)} ", segment)


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


def _is_shown(session: Session, query: Query, sentence: _Text, shown: list[_Text]) -> bool:
    """Whether the words of the sentence that answer the query are in what is shown."""
    unsure: list[int] = []
    for text in shown:
        if sentence.spaced in text.spaced:
            return True
        common = _common(query, sentence, text)
        if common >= FEWEST_WORDS:
            return True
        if common and text.segment is not None:
            unsure.append(text.segment)
    around = (_read_around(session, segment) for segment in unsure)
    return any(
        sentence.spaced in text.spaced or _common(query, sentence, text) >= FEWEST_WORDS
        for text in around
    )


def _read_around(session: Session, segment: int) -> _Text:
    """A segment and those beside it: sentences do not end with them."""
    passages = passage_table.c
    near = select(passages.text).where(passages.id.between(segment - 1, segment + 1))
    texts = session.scalars(near.order_by(passages.id))
    return _Text.made([word for text in texts for word in fold_words(text)])


def _common(query: Query, sentence: _Text, text: _Text) -> int:
    """How many words of the sentence the text begins, ends or is, if they answer the query."""
    if text.spaced in sentence.spaced:
        return len(text.words)
    for one, other in ((sentence.words, text.words), (text.words, sentence.words)):
        common = _overlap(one, other)
        if common and _answers(query, " ".join(common)):
            return len(common)
    return 0


def _overlap(one: list[str], other: list[str]) -> list[str]:
    """The words with which the one ends and the other begins."""
    if not other or other[0] not in one:
        return []
    for start, word in enumerate(one):
        if word == other[0] and one[start:] == other[: len(one) - start]:
            return one[start:]
    return []
