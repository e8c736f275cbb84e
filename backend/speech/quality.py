"""Finding what a recogniser repeated or made up.

High confidence is no sign of truth here: loops are often very sure of themselves. What tells is
the text itself (it repeats, it compresses) and the voice detector (nobody speaks there).
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from backend.models.transcript import Flag, Segment

MAX_COMPRESSION_RATIO = 2.4
"""Whisper's own limit: text that compresses better repeats itself."""
MIN_COMPRESSED_CHARACTERS = 40
"""Shorter texts compress too little to be judged."""
MAX_NGRAM_WORDS = 8
MIN_REPEATS = 3
"""A repetition is one to eight words, said at least three times on end."""
MIN_REPEATED_WORDS = 4
MIN_REPEATED_SHARE = 0.5
LOOP_WORDS = 6
"""It makes a loop of a text where it covers four words and half of the text, or six words."""
MAX_SILENCE_PROBABILITY = 0.15
"""Text over sound whose mean probability of a voice is below this was made up."""
MIN_AVG_LOGPROB = -1.0
"""Whisper's own limit for a failed decoding."""


@dataclass(frozen=True)
class Suspicion:
    """A run of neighbouring segments, `first` to `last` included, that looks invented."""

    first: int
    last: int


def flag_segments(segments: Sequence[Segment]) -> list[Segment]:
    """The segments with their flags renewed; text and times stay as they are."""
    looping = _looping_positions(segments)
    return [
        segment.model_copy(update={"flags": tuple(_flags(segment, position in looping))})
        for position, segment in enumerate(segments)
    ]


def find_suspicions(segments: Sequence[Segment]) -> list[Suspicion]:
    """Runs of flagged segments that are worth a second try: loops and text over silence.

    A mere lack of confidence is not: a second try rarely helps, and the text may well be right.
    """
    serious = {Flag.REPETITION, Flag.NO_SPEECH}
    found = []
    for is_serious, run in groupby(
        range(len(segments)), key=lambda position: bool(serious & set(segments[position].flags))
    ):
        positions = list(run)
        if is_serious:
            found.append(Suspicion(positions[0], positions[-1]))
    return found


def is_better(second: Sequence[Segment], first: Sequence[Segment]) -> bool:
    """Whether the second try of a stretch (both flagged) should replace the first.

    Nothing instead of text is believed only where no voice was heard.
    """
    if not second:
        return all(Flag.NO_SPEECH in segment.flags for segment in first)
    return _badness(second) < _badness(first)


def _badness(segments: Sequence[Segment]) -> float:
    """Seconds of flagged text, loops and inventions counting double."""
    weights = {Flag.REPETITION: 2.0, Flag.NO_SPEECH: 2.0, Flag.LOW_CONFIDENCE: 1.0}
    return sum(
        weights[flag] * max(segment.end - segment.start, 0.01)
        for segment in segments
        for flag in segment.flags
    )


def _flags(segment: Segment, is_looping: bool) -> Iterator[Flag]:
    if is_looping or repeats_itself(segment.text):
        yield Flag.REPETITION
    probability = segment.speech_probability
    if segment.text and probability is not None and probability < MAX_SILENCE_PROBABILITY:
        yield Flag.NO_SPEECH
    if segment.avg_logprob is not None and segment.avg_logprob < MIN_AVG_LOGPROB:
        yield Flag.LOW_CONFIDENCE


def repeats_itself(text: str) -> bool:
    """Whether the text loops, by its words or by how well it compresses."""
    encoded = text.encode()
    if len(text) >= MIN_COMPRESSED_CHARACTERS:
        ratio = len(encoded) / len(zlib.compress(encoded))
        if ratio > MAX_COMPRESSION_RATIO:
            return True
    words = _plain_words(text)
    repeated = longest_repetition(words)
    makes_up_text = repeated >= max(MIN_REPEATED_WORDS, MIN_REPEATED_SHARE * len(words))
    return makes_up_text or repeated >= LOOP_WORDS


def longest_repetition(words: Sequence[str]) -> int:
    """How many words the longest immediate repetition covers, 0 without one.

    A repetition is one n-gram of at most `MAX_NGRAM_WORDS` said `MIN_REPEATS` times on end or
    more.
    """
    longest = 0
    for size in range(1, min(MAX_NGRAM_WORDS, len(words) // MIN_REPEATS) + 1):
        equal = 0  # words in a row that equal the one `size` before them
        for position in range(size, len(words)):
            equal = equal + 1 if words[position] == words[position - size] else 0
            if equal >= size * (MIN_REPEATS - 1):
                longest = max(longest, equal + size)
    return longest


def _looping_positions(segments: Sequence[Segment]) -> set[int]:
    """Segments that say the same as their neighbours, `MIN_REPEATS` times on end or more."""
    looping: set[int] = set()
    for words, run in groupby(
        range(len(segments)), key=lambda position: tuple(_plain_words(segments[position].text))
    ):
        positions = list(run)
        if words and len(positions) >= MIN_REPEATS:
            looping.update(positions)
    return looping


def _plain_words(text: str) -> list[str]:
    stripped = (word.strip(".,;:!?…\"'()[]«»“”¿¡-–—").casefold() for word in text.split())
    return [word for word in stripped if word]
