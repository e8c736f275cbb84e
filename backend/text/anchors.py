"""Where in a text that was made anew belongs what people did to the one before.

An edit or a note belongs to words that were said at some moment. It goes where the same words stand
at the same time, and nowhere else: what has no such place is said to have none.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from backend.models.transcript import Segment
from backend.text.align import carry_word_times
from backend.text.error_rate import compare_runs
from backend.text.sentences import display_words, normalise_words
from backend.text.stored_text import Said, StoredText, span_of

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
class EditPart:
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

    def overlaps(self, other: "EditPart") -> bool:
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
) -> dict[int, tuple[EditPart, ...]]:
    """Where each decision belongs in a text; nowhere, if that is not certain.

    Where two want the same words, the newer one (of the higher id) has them.

    Parameters
    ----------
    heard, proposed
        The same segments as the recogniser heard them and as they would be shown.
    """
    placer = _Placer(heard, proposed)
    taken: dict[int, list[EditPart]] = defaultdict(list)
    places: dict[int, tuple[EditPart, ...]] = {}
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

    def place(self, decision: Decision) -> tuple[EditPart, ...]:
        whole = self._find_segment(decision)
        if whole is not None:
            span = (decision.start, decision.end)
            return (EditPart(whole, None, None, *span, decision.heard, decision.text),)
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

    def _divide(self, decision: Decision, run: Sequence[Said]) -> tuple[EditPart, ...]:
        """The decision in parts, one for each segment that its words are in now."""
        by_segment: dict[int, list[Said]] = defaultdict(list)
        for word in run:
            by_segment[word.segment].append(word)
        texts = _divide_text(decision, [len(words) for words in by_segment.values()])
        if texts is None:
            return ()
        parts: list[EditPart] = []
        for (position, words), text in zip(by_segment.items(), texts, strict=True):
            bounds = self._bounds(position, words)
            if bounds is None:
                return ()
            span = (words[0].start, words[-1].end)
            parts.append(EditPart(position, *bounds, *span, self._as_heard(words), text))
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


def paint_segment(proposed: Segment, heard: Segment | None, parts: Iterable[EditPart]) -> Segment:
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
