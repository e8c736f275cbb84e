"""How well a passage answers a query, and what is shown of it: the same on every database."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from backend.index.folding import FoldedWord, fold_readings, read_words
from backend.search.query import Phrase, Query, Term

WEIGHTS = {"title": 4.0, "brief": 2.0, "summary": 2.0, "segment": 1.0}
"""How much a part of a lesson says about what it is about."""

USUAL_WORDS = {"title": 6, "brief": 40, "summary": 300, "segment": 12}
"""The usual length of each, which a passage's length is compared with."""

INEXACT_WEIGHT = 0.5
"""Of a word that only begins with what was asked for, or is another way to write it."""

SATURATION, LENGTH_SHARE = 1.2, 0.75
"""k1 and b of Okapi BM25, with the values that its authors found (Robertson and Zaragoza, 2009)."""

SCORE_STEPS = 1_000
"""Scores are whole numbers, so that a cursor can hold one exactly."""

SNIPPET_CHARACTERS = 240
CHARACTERS_BEFORE = 80
"""A longer passage is shown from so far before its first match."""

ELLIPSIS = "…"


class HitPiece(NamedTuple):
    """A stretch of a snippet. The pieces in their order are the snippet; all of it is plain text,
    whatever it looks like."""

    text: str
    is_match: bool


def score(query: Query, part: str, passage: str) -> int:
    """Higher is better. Okapi BM25 without its weight for rare words: every hit has all terms.

    A term counts by how often it stands in the passage, and less in a long one.
    """
    readings = fold_readings(passage)
    length = 1 - LENGTH_SHARE + LENGTH_SHARE * len(readings[0]) / USUAL_WORDS[part]
    total = 0.0
    for term in query.terms:
        frequency = max(_weigh(term, words, number) for number, words in enumerate(readings))
        total += frequency * (SATURATION + 1) / (frequency + SATURATION * length)
    return round(WEIGHTS[part] * total * SCORE_STEPS)


def _weigh(term: Term, words: list[str], reading: int) -> float:
    """How often the term stands in one reading of a passage."""
    frequency = 0.0
    for way, phrase in enumerate(term.phrases):
        for place in _find_phrase(phrase, words):
            is_whole = words[place + len(phrase.words) - 1] == phrase.words[-1]
            frequency += 1.0 if is_whole and way == reading == 0 else INEXACT_WEIGHT
    return frequency


def stands_in(phrase: Phrase, words: list[str]) -> bool:
    """Whether the phrase stands among the words of a passage."""
    if not phrase.is_prefix and phrase.words[-1] not in words:
        return False
    return next(_find_phrase(phrase, words), None) is not None


def _find_phrase(phrase: Phrase, words: list[str]) -> Iterator[int]:
    """The places in `words` at which the phrase begins."""
    *before, last = phrase.words
    for place, word in enumerate(words[len(before) :]):
        is_last = word == last or (phrase.is_prefix and word.startswith(last))
        if is_last and words[place : place + len(before)] == before:
            yield place


# --- what is shown ---------------------------------------------------------------------------


def make_snippet(query: Query, passage: str, start: int = 0) -> tuple[HitPiece, ...]:
    """The passage from `start` on, or the stretch of a long one around its first match, with the
    matches told apart."""
    text = passage[start:]
    spans = _find_spans(query, text)
    first, end = _choose_stretch(text, spans[0] if spans else (0, 0))
    pieces = [HitPiece(ELLIPSIS if start or first else "", False)]
    place = first
    for span_start, span_end in spans:
        if span_start < end:
            pieces.append(HitPiece(text[place:span_start], False))
            pieces.append(HitPiece(text[span_start : min(span_end, end)], True))
            place = min(span_end, end)
    pieces.append(HitPiece(text[place:end], False))
    pieces.append(HitPiece(ELLIPSIS if end < len(text) else "", False))
    return tuple(piece for piece in pieces if piece.text)


def _find_spans(query: Query, passage: str) -> list[tuple[int, int]]:
    """Where the terms stand, in order; those that touch or overlap are one."""
    merged: list[tuple[int, int]] = []
    phrases = [phrase for term in query.terms for phrase in term.phrases]
    for start, end in sorted(find_spans(phrases, passage)):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def find_spans(phrases: Collection[Phrase], passage: str) -> list[tuple[int, int]]:
    """Where the phrases stand in a passage: its characters from the first to the last, excluded.

    What the second reading has is left out where the first one has a part of it: of `e-mail`,
    `mail` is shown to whom asked for it.
    """
    found: list[tuple[int, int]] = []
    for words in read_words(passage):
        is_taken = bytearray(len(passage))
        for start, end in found:
            is_taken[start:end] = b"\1" * (end - start)
        spans = _find_in_reading(phrases, words)
        found += [(start, end) for start, end in spans if not any(is_taken[start:end])]
    return found


def _find_in_reading(
    phrases: Collection[Phrase], words: list[FoldedWord]
) -> Iterator[tuple[int, int]]:
    folded = [word.folded for word in words]
    for phrase in phrases:
        for place in _find_phrase(phrase, folded):
            yield words[place].start, words[place + len(phrase.words) - 1].end


def _choose_stretch(passage: str, match: tuple[int, int]) -> tuple[int, int]:
    """Start and end of what is shown: around the match, and from space to space if there are."""
    if len(passage) <= SNIPPET_CHARACTERS:
        return 0, len(passage)
    start = max(0, min(match[0] - CHARACTERS_BEFORE, len(passage) - SNIPPET_CHARACTERS))
    end = min(len(passage), start + SNIPPET_CHARACTERS)
    if start:
        start = passage.find(" ", start, match[0]) + 1 or start
    if end < len(passage):
        end = max(passage.rfind(" ", match[1], end), 0) or end
    return start, end
