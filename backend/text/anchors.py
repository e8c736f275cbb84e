"""Where in a text that was made anew belongs what people did to the one before.

An edit or a note belongs to words that were said at some moment. It goes where the same words stand
at the same time, and nowhere else: what has no such place is said to have none.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import pairwise
from typing import Any, NamedTuple

from pydantic import BaseModel, TypeAdapter

from backend.models.transcript import Seconds, Segment, segments_to_json
from backend.text.align import carry_word_times, share_time
from backend.text.error_rate import compare_runs
from backend.text.sentences import display_words, normalise_words

NEAR_SECONDS = 2.0
"""How far two recognisers, or times that were shared among words, may be apart on one word."""


# --- words with their times ------------------------------------------------------------------


class Said(NamedTuple):
    """A word as it is compared, and where it stands: `word` counts the segment's display words.

    A display word may be several of these (`well-known`), or none (a dash that stands alone).
    """

    key: str
    segment: int
    word: int
    start: float
    end: float


class _Borders(BaseModel):
    """As much of a segment as is read of all of them."""

    start: Seconds
    end: Seconds


_BORDERS = TypeAdapter(list[_Borders])


class StoredText:
    """A text as it is stored, as plain JSON values.

    Segments and their words are made when they are asked for: a long lesson has a hundred thousand
    words, of which an edit concerns a few.
    """

    def __init__(self, stored: Sequence[dict[str, Any]]) -> None:
        self.stored = stored
        self._segments: dict[int, Segment] = {}
        self._words: dict[int, list[Said]] = {}

    @classmethod
    def of(cls, segments: Sequence[Segment]) -> "StoredText":
        return cls(segments_to_json(segments))

    def __len__(self) -> int:
        return len(self.stored)

    def __getitem__(self, position: int) -> Segment:
        if position not in self._segments:
            self._segments[position] = Segment.model_validate(self.stored[position])
        return self._segments[position]

    def with_changes(self, changed: Mapping[int, Segment]) -> "StoredText":
        """The text with some segments in the place of others."""
        new = dict(zip(changed, segments_to_json(list(changed.values())), strict=True))
        return StoredText([new.get(number, old) for number, old in enumerate(self.stored)])

    @cached_property
    def borders(self) -> list[tuple[float, float]]:
        """When each segment begins and ends, in seconds."""
        return [(each.start, each.end) for each in _BORDERS.validate_python(self.stored)]

    @cached_property
    def hash(self) -> str:
        """Tells whether it is the same text, with the same times."""
        read = [(each.get("start"), each.get("end"), each.get("text")) for each in self.stored]
        return sha256(repr(read).encode("utf-8", "replace")).hexdigest()

    def words(self, position: int) -> list[Said]:
        if position not in self._words:
            self._words[position] = _words_of(self[position], position)
        return self._words[position]

    def near(self, start: float, end: float) -> list[int]:
        """The segments that are said at about this time."""
        earliest, latest = start - NEAR_SECONDS, end + NEAR_SECONDS
        return [
            position
            for position, (begins, ends) in enumerate(self.borders)
            if begins <= latest and ends >= earliest
        ]

    def find_run(self, keys: Sequence[str], start: float, end: float) -> list[Said] | None:
        """These words, one after the other, at about this time; None unless there is just one."""
        near = self.near(start, end)
        if not near or not keys:
            return None
        words = [word for position in range(near[0], near[-1] + 1) for word in self.words(position)]
        runs = [
            words[first : first + len(keys)]
            for first in range(len(words) - len(keys) + 1)
            if words[first].key == keys[0]
        ]
        fitting = [run for run in runs if _fits(run, keys, start, end)]
        return fitting[0] if len(fitting) == 1 else None


def _fits(run: Sequence[Said], keys: Sequence[str], start: float, end: float) -> bool:
    return (
        abs(run[0].start - start) <= NEAR_SECONDS
        and abs(run[-1].end - end) <= NEAR_SECONDS
        and [word.key for word in run] == list(keys)
    )


def span_of(segment: Segment) -> tuple[float, float]:
    """When a segment's words begin and end, in seconds."""
    if segment.words:
        return segment.words[0].start, segment.words[-1].end
    return segment.start, segment.end


def _words_of(segment: Segment, position: int) -> list[Said]:
    shown = [
        (key, number)
        for number, text in enumerate(display_words(segment.text))
        for key in normalise_words(text)
    ]
    timed = [
        (key, word.start, word.end)
        for word in segment.words or ()
        for key in normalise_words(word.text)
    ]
    if [key for key, *_ in timed] != [key for key, _ in shown]:
        shared = share_time([key for key, _ in shown], segment.start, segment.end)
        timed = [(word.text, word.start, word.end) for word in shared]
    return [
        Said(key, position, number, start, end)
        for (key, number), (_, start, end) in zip(shown, timed, strict=True)
    ]


# --- borders between words that two texts share ----------------------------------------------


def _borders(keys: Sequence[str], shown: Sequence[str]) -> list[tuple[int, int] | None]:
    """For each border between `keys` (0 to their number) the borders between the display words of
    another text that are at the same place: the first and the last of them.

    There are several where words were put in. None: what stands around was changed.
    """
    starts = _key_starts(shown)
    other_keys = [key for word in shown for key in normalise_words(word)]
    reached: list[list[int]] = [[] for _ in range(len(keys) + 1)]
    for run in compare_runs(list(keys), other_keys):
        n_borders = run.before_end - run.before_start + 1
        if run.is_equal:
            for step in range(n_borders):
                reached[run.before_start + step].append(run.after_start + step)
        else:
            reached[run.before_start].append(run.after_start)
            reached[run.before_end].append(run.after_end)
    reached[0].append(0)
    reached[-1].append(len(other_keys))
    return [_between_words(borders, starts) for borders in reached]


def _key_starts(shown: Sequence[str]) -> list[int]:
    """How many keys come before each display word, and how many there are in all."""
    counts = [0]
    for word in shown:
        counts.append(counts[-1] + len(normalise_words(word)))
    return counts


def _between_words(reached: Sequence[int], starts: Sequence[int]) -> tuple[int, int] | None:
    if not reached:
        return None
    inside = [
        number for number, start in enumerate(starts) if min(reached) <= start <= max(reached)
    ]
    return (inside[0], inside[-1]) if inside else None


# --- edits -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Decision:
    """What a person decided about words that were heard from `start` to `end` (seconds).

    `text` None: what recogniser and model make of them is to stand. `before` is what stood there
    when the person decided, and `segment` where the decision was laid last, if anywhere.
    """

    id: int
    segment: int | None
    start: float
    end: float
    heard: str
    before: str
    text: str | None


@dataclass(frozen=True)
class Part:
    """What of a decision belongs to one segment.

    It replaces the display words from `first_word` up to `end_word`, which is not included; both
    None: all that the segment holds, whatever it is.
    """

    segment: int
    first_word: int | None
    end_word: int | None
    start: float
    end: float
    heard: str
    text: str | None

    @property
    def is_whole(self) -> bool:
        return self.first_word is None or self.end_word is None

    def overlaps(self, other: "Part") -> bool:
        if self.segment != other.segment:
            return False
        if self.is_whole or other.is_whole:
            return True
        return self._first < other._end and other._first < self._end

    @property
    def _first(self) -> int:
        return self.first_word or 0

    @property
    def _end(self) -> int:
        return self.end_word or 0


def place_decisions(
    decisions: Iterable[Decision], heard: StoredText, proposed: StoredText
) -> dict[int, tuple[Part, ...]]:
    """Where each decision belongs in a text; nowhere, if that is not certain.

    Where two want the same words, the newer one (of the higher id) has them.

    Parameters
    ----------
    heard, proposed
        The same segments as the recogniser heard them and as they would be shown.
    """
    placer = _Placer(heard, proposed)
    taken: dict[int, list[Part]] = defaultdict(list)
    places: dict[int, tuple[Part, ...]] = {}
    for decision in sorted(decisions, key=lambda decision: -decision.id):
        parts = placer.place(decision)
        if decision.text is not None:
            if any(part.overlaps(other) for part in parts for other in taken[part.segment]):
                parts = ()
            for part in parts:
                taken[part.segment].append(part)
        places[decision.id] = parts
    return places


class _Placer:
    """Finds places in one text."""

    def __init__(self, heard: StoredText, proposed: StoredText) -> None:
        self._heard = heard
        self._proposed = proposed

    def place(self, decision: Decision) -> tuple[Part, ...]:
        whole = self._find_segment(decision)
        if whole is not None:
            span = (decision.start, decision.end)
            return (Part(whole, None, None, *span, decision.heard, decision.text),)
        run = self._heard.find_run(normalise_words(decision.heard), decision.start, decision.end)
        return self._divide(decision, run) if run else ()

    def _find_segment(self, decision: Decision) -> int | None:
        """The segment that was judged: of the same time, and with words that the person saw."""
        known = [
            normalise_words(text)
            for text in (decision.heard, decision.before, decision.text)
            if text is not None
        ]
        span = (decision.start, decision.end)
        fitting = [
            position
            for position in self._heard.near(*span)
            if span_of(self._heard[position]) == span
            and (
                normalise_words(self._heard[position].text) in known
                or normalise_words(self._proposed[position].text) in known
            )
        ]
        if decision.segment in fitting:
            return decision.segment
        return fitting[0] if len(fitting) == 1 else None

    def _divide(self, decision: Decision, run: Sequence[Said]) -> tuple[Part, ...]:
        """The decision in parts, one for each segment that its words are in now."""
        by_segment: dict[int, list[Said]] = defaultdict(list)
        for word in run:
            by_segment[word.segment].append(word)
        texts = _divide_text(decision, [len(words) for words in by_segment.values()])
        if texts is None:
            return ()
        parts: list[Part] = []
        for (position, words), text in zip(by_segment.items(), texts, strict=True):
            bounds = self._bounds(position, words)
            if bounds is None:
                return ()
            span = (words[0].start, words[-1].end)
            parts.append(Part(position, *bounds, *span, self._as_heard(words), text))
        return tuple(parts)

    def _as_heard(self, words: Sequence[Said]) -> str:
        """These words of one segment, as the recogniser wrote them if they are whole ones."""
        keys = [word.key for word in words]
        shown = display_words(self._heard[words[0].segment].text)
        text = " ".join(shown[words[0].word : words[-1].word + 1])
        return text if normalise_words(text) == keys else " ".join(keys)

    def _bounds(self, position: int, words: Sequence[Said]) -> tuple[int | None, int | None] | None:
        """The words of the proposed segment that stand for these; None where that is not certain.

        Words that a model put in at the edges stay.
        """
        said = self._heard.words(position)
        if len(words) == len(said):
            return None, None
        first = next(number for number, word in enumerate(said) if word is words[0])
        shown = display_words(self._proposed[position].text)
        borders = _borders([word.key for word in said], shown)
        start, end = borders[first], borders[first + len(words)]
        if start is None or end is None or end[0] < start[1]:
            return None
        first_word = 0 if first == 0 else start[1]
        is_last = first + len(words) == len(said)
        return first_word, end[1] if is_last else end[0]


def _divide_text(decision: Decision, n_words: Sequence[int]) -> list[str | None] | None:
    """The decided text in parts for runs of so many heard words; None where no cut is certain."""
    if not decision.text:
        return [decision.text] * len(n_words)
    if len(n_words) == 1:
        return [decision.text]
    shown = display_words(decision.text)
    borders = _borders(normalise_words(decision.heard), shown)
    cuts, n_before = [0], 0
    for count in n_words[:-1]:
        n_before += count
        border = borders[n_before]
        if border is None:
            return None
        cuts.append(border[1])
    cuts.append(len(shown))
    return [" ".join(shown[first:end]) for first, end in pairwise(cuts)]


def paint_segment(proposed: Segment, heard: Segment | None, parts: Iterable[Part]) -> Segment:
    """A segment as it is shown: what is proposed, with the decided texts in their places.

    `heard` has the times of the words, where it is known.
    """
    decided = [part for part in parts if part.text is not None]
    if not decided:
        return proposed
    words = display_words(proposed.text)
    for part in sorted(decided, key=lambda part: -(part.first_word or 0)):
        assert part.text is not None
        words[part.first_word or 0 : len(words) if part.is_whole else part.end_word] = [part.text]
    text = " ".join(filter(None, words))
    changes: dict[str, object] = {"text": text, "words": carry_word_times(heard or proposed, text)}
    if any(part.is_whole for part in decided):
        # A person has looked at it, which is what the flags ask for.
        changes["flags"] = ()
    return proposed.model_copy(update=changes)


# --- notes -----------------------------------------------------------------------------------


class Stretch(NamedTuple):
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


def quote(text: StoredText, stretch: Stretch) -> Quotation | None:
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
    stretch: Stretch | None, quoted: Quotation, old: StoredText | None, new: StoredText
) -> Stretch | None:
    """Where a stretch of an old text is in the new one; None where that is not certain.

    `stretch` None: it was nowhere in the old one.
    """
    if stretch is not None and old is not None:
        present = quote(old, stretch)
        is_true = present and normalise_words(present.text) == normalise_words(quoted.text)
        if is_true and _has_same_borders(old, new, stretch):
            return _follow_within(stretch, old, new)
    run = new.find_run(normalise_words(quoted.text), quoted.start, quoted.end)
    return Stretch(run[0].segment, run[0].word, run[-1].segment, run[-1].word) if run else None


def _has_same_borders(old: StoredText, new: StoredText, stretch: Stretch) -> bool:
    segments = slice(stretch.first_segment, stretch.last_segment + 1)
    return old.borders[segments] == new.borders[segments]


def _follow_within(stretch: Stretch, old: StoredText, new: StoredText) -> Stretch | None:
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
    return Stretch(*after[kept[0]], *after[kept[-1]]) if kept else None


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
