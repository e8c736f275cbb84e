"""Stretches of words, which notes belong to, and where they are in a text that was made anew."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from backend.text.error_rate import compare_runs
from backend.text.sentences import display_words, normalise_words
from backend.text.stored_text import StoredText


class WordStretch(NamedTuple):
    """From a word to a word, both included, counted from 0 within their segments."""

    first_segment: int
    first_word: int
    last_segment: int
    last_word: int


class Quotation(NamedTuple):
    """The words of a stretch, and when they are said (seconds)."""

    text: str
    start: float
    end: float


def quote(text: StoredText, stretch: WordStretch) -> Quotation | None:
    """The words of a stretch; None where there is no such stretch."""
    first = (stretch.first_segment, stretch.first_word)
    last = (stretch.last_segment, stretch.last_word)
    if min(*stretch) < 0 or first > last or last[0] >= len(text):
        return None
    shown = {
        position: display_words(text[position].text) for position in range(first[0], last[0] + 1)
    }
    if first[1] >= len(shown[first[0]]) or last[1] >= len(shown[last[0]]):
        return None
    words = [
        word
        for position, of_segment in shown.items()
        for number, word in enumerate(of_segment)
        if first <= (position, number) <= last
    ]
    return Quotation(" ".join(words), *_times(text, first, last))


def _times(text: StoredText, first: tuple[int, int], last: tuple[int, int]) -> tuple[float, float]:
    said = [
        word
        for position in range(first[0], last[0] + 1)
        for word in text.words(position)
        if first <= (word.segment, word.word) <= last
    ]
    if not said:
        return text[first[0]].start, text[last[0]].end
    return said[0].start, said[-1].end


def follow_stretch(
    stretch: WordStretch | None, quoted: Quotation, old: StoredText | None, new: StoredText
) -> WordStretch | None:
    """Where a stretch of an old text is in the new one; None where that is not certain.

    `stretch` None: it was nowhere in the old one.
    """
    if stretch is not None and old is not None:
        present = quote(old, stretch)
        is_true = present and normalise_words(present.text) == normalise_words(quoted.text)
        if is_true and _has_same_borders(old, new, stretch):
            return _follow_within(stretch, old, new)
    run = new.find_run(normalise_words(quoted.text), quoted.start, quoted.end)
    return WordStretch(run[0].segment, run[0].word, run[-1].segment, run[-1].word) if run else None


def _has_same_borders(old: StoredText, new: StoredText, stretch: WordStretch) -> bool:
    segments = slice(stretch.first_segment, stretch.last_segment + 1)
    return old.borders[segments] == new.borders[segments]


def _follow_within(stretch: WordStretch, old: StoredText, new: StoredText) -> WordStretch | None:
    """Follow a stretch whose segments are the same, with other words: those that took the place
    of its own belong to it."""
    positions = range(stretch.first_segment, stretch.last_segment + 1)
    before, after = _places(old, positions), _places(new, positions)
    first = before.index((stretch.first_segment, stretch.first_word))
    last = before.index((stretch.last_segment, stretch.last_word))
    kept = [
        number
        for run in compare_runs(_keys(old, before), _keys(new, after))
        if run.before_start <= last and run.before_end > first
        for number in (
            range(
                run.after_start + max(0, first - run.before_start),
                run.after_end - max(0, run.before_end - 1 - last),
            )
            if run.is_equal
            else range(run.after_start, run.after_end)
        )
    ]
    return WordStretch(*after[kept[0]], *after[kept[-1]]) if kept else None


def _places(text: StoredText, positions: Iterable[int]) -> list[tuple[int, int]]:
    return [
        (position, number)
        for position in positions
        for number in range(len(display_words(text[position].text)))
    ]


def _keys(text: StoredText, places: Sequence[tuple[int, int]]) -> list[str]:
    shown = {
        position: display_words(text[position].text) for position in {place[0] for place in places}
    }
    return [
        " ".join(normalise_words(shown[position][number])) or shown[position][number]
        for position, number in places
    ]
