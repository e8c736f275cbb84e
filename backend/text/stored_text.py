"""A text as it is stored: its words, and when each was said."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from typing import Any, NamedTuple

from pydantic import BaseModel, TypeAdapter
from typing_extensions import TypedDict

from backend.models.transcript import (
    Seconds,
    Segment,
    Text,
    hash_of_reading,
    segments_to_json,
)
from backend.text.align import share_time
from backend.text.sentences import display_words, normalise_words

NEAR_SECONDS = 2.0
"""How far two recognisers, or times that were shared among words, may be apart on one word."""


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


class _Read(TypedDict):
    """As much of a segment as decides what a text reads like."""

    start: Seconds
    end: Seconds
    text: Text


_READ = TypeAdapter(list[_Read])


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

    @cached_property
    def transcript_hash(self) -> str:
        """That of its segments, see `backend.models.transcript`, without making these."""
        read = _READ.validate_python(self.stored)
        return hash_of_reading((each["start"], each["end"], each["text"]) for each in read)

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
