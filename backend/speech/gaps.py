"""Speech without text: sentences that a recogniser passed over."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backend.models.transcript import Segment
from backend.speech.audio import SAMPLE_RATE_HZ
from backend.speech.vad import FRAME_SAMPLES, SPEECH_THRESHOLD

MIN_GAP_SECONDS = 1.0
"""Speech without text that is shorter may be a cough, or a word that was timed badly."""
MAX_ALONE_SECONDS = 28.0
"""What is decoded alone must fit into one of Whisper's blocks of 30 s."""
STEADY_CONFIDENCE = 0.9
"""Segments that are surer than this stand where they were said."""
MAX_GAPS = 6
MAX_GAP_SHARE = 0.2
"""Where more of a window's speech is without text, it is not a sentence that was passed over."""


@dataclass(frozen=True)
class GapStretch:
    """A part of a window, in seconds from the window's start."""

    start: float
    end: float


@dataclass(frozen=True)
class Gap(GapStretch):
    """Speech without text, before the segment at `position`."""

    position: int

    def together_with(self, segments: Sequence[Segment]) -> GapStretch:
        return GapStretch(
            min([self.start, *(segment.start for segment in segments)]),
            max([self.end, *(segment.end for segment in segments)]),
        )


def find_gaps(segments: Sequence[Segment], probabilities: np.ndarray) -> list[Gap]:
    """The gaps between segments in which somebody speaks for `MIN_GAP_SECONDS` or more.

    None where there are more than `MAX_GAPS`, or where they make up more than `MAX_GAP_SHARE` of
    the speech: then it is the recording that the recogniser cannot follow.
    """
    seconds_per_frame = FRAME_SAMPLES / SAMPLE_RATE_HZ
    is_speech = probabilities >= SPEECH_THRESHOLD
    starts = np.maximum.accumulate([0.0, *(segment.end for segment in segments)]).tolist()
    ends = [*(segment.start for segment in segments), probabilities.size * seconds_per_frame]
    gaps: list[Gap] = []
    n_missed = 0
    for position, (start, end) in enumerate(zip(starts, ends, strict=True)):
        first, last = round(start / seconds_per_frame), round(end / seconds_per_frame)
        spoken = np.flatnonzero(is_speech[first:last]) + first
        if spoken.size * seconds_per_frame >= MIN_GAP_SECONDS:
            n_missed += spoken.size
            span = (spoken[[0, -1]] + [0, 1]) * seconds_per_frame
            gaps.append(Gap(float(span[0]), float(span[1]), position))
    is_lost = len(gaps) > MAX_GAPS or n_missed > MAX_GAP_SHARE * is_speech.sum()
    return [] if is_lost else gaps


def widen(gap: Gap, segments: Sequence[Segment]) -> tuple[int, int]:
    """The positions, first and behind the last, of the gap's neighbours and of the unsure
    segments that follow on either side."""
    first, last = max(0, gap.position - 1), min(len(segments), gap.position + 1)
    while first > 0 and _is_unsure(segments[first]):
        first -= 1
    while last < len(segments) and _is_unsure(segments[last - 1]):
        last += 1
    return first, last


def _is_unsure(segment: Segment) -> bool:
    return segment.confidence is not None and segment.confidence < STEADY_CONFIDENCE


def ends_with(heard: Sequence[Segment], following: Segment) -> bool:
    """Whether what was heard ends with the very text of the segment that follows it."""
    return bool(heard) and heard[-1].text == following.text


def is_surer(heard: Sequence[Segment], before: Sequence[Segment]) -> bool:
    """Whether a second hearing holds as many words as the first and believes in them more."""
    if any(segment.flags for segment in heard) or _n_words(heard) < _n_words(before):
        return False
    return _belief(heard) > _belief(before)


def _belief(segments: Sequence[Segment]) -> float:
    """The mean confidence of the words; 0 where there are none, or the engine has none."""
    weights = [(len(segment.text.split()), segment.confidence or 0.0) for segment in segments]
    n_words = sum(n for n, _ in weights)
    return sum(n * confidence for n, confidence in weights) / n_words if n_words else 0.0


def _n_words(segments: Sequence[Segment]) -> int:
    return sum(len(segment.text.split()) for segment in segments)
