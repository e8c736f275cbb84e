"""Cutting a recording into windows, at silences, as it is read.

A window is the unit of work that is stored: it is transcribed alone. Where a window ends depends
only on the sound from its own start on, so that whoever takes up a recording at a window's end
finds the same windows as whoever read it from the front.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from backend.speech.audio import SAMPLE_RATE_HZ
from backend.speech.vad import FRAME_SAMPLES, SILENCE_THRESHOLD, speech_probabilities

WINDOW_SECONDS = 300.0
"""A window is at most this long. Longer ones waste less of Whisper's last, padded 30 s; shorter
ones lose less when the work is cut off (see docs/decisions)."""
SEARCH_SECONDS = 60.0
"""The cut is looked for in the last part of the window."""


@dataclass(frozen=True)
class Window:
    """A stretch of a recording.

    `waveform` is float32, shape (n_samples,), mono, 16 kHz; `probabilities` those of a voice in
    each of its frames of 512 samples. `start_sample` counts from the start of the recording.
    """

    position: int
    start_sample: int
    waveform: np.ndarray
    probabilities: np.ndarray

    @property
    def end_sample(self) -> int:
        return self.start_sample + self.waveform.size

    @property
    def start_seconds(self) -> float:
        return self.start_sample / SAMPLE_RATE_HZ

    @property
    def end_seconds(self) -> float:
        return self.end_sample / SAMPLE_RATE_HZ


@dataclass(frozen=True)
class WindowPlan:
    """How long windows may be, and over how much of their end the best cut is looked for."""

    window_samples: int = int(WINDOW_SECONDS * SAMPLE_RATE_HZ)
    search_samples: int = int(SEARCH_SECONDS * SAMPLE_RATE_HZ)


@dataclass(frozen=True)
class StartPoint:
    """Where to begin: the window to come next and the sample it starts at."""

    position: int = 0
    sample: int = 0


DEFAULT_PLAN = WindowPlan()
FROM_THE_START = StartPoint()


def cut_windows(
    blocks: Iterable[np.ndarray],
    plan: WindowPlan = DEFAULT_PLAN,
    start: StartPoint = FROM_THE_START,
) -> Iterator[Window]:
    """Tile the recording with windows, in order, without gap or overlap.

    Parameters
    ----------
    blocks
        The samples of the whole recording, in blocks of any length.
    start
        The samples before it are skipped: their windows are there already.
    """
    position, start_sample = start.position, start.sample
    pending = np.zeros(0, dtype=np.float32)
    for gathered in _gather(_skip(blocks, start_sample), plan.window_samples):
        pending = np.concatenate([pending, gathered])
        while pending.size > plan.window_samples:
            probabilities = speech_probabilities(pending[: plan.window_samples])
            cut = find_cut(probabilities, plan)
            yield Window(
                position,
                start_sample,
                pending[:cut],
                probabilities[: -(-cut // FRAME_SAMPLES)],
            )
            position, start_sample = position + 1, start_sample + cut
            pending = pending[cut:]
    if pending.size:
        yield Window(position, start_sample, pending, speech_probabilities(pending))


def find_cut(probabilities: np.ndarray, plan: WindowPlan) -> int:
    """The sample to cut a full window at: the middle of the longest silence near its end.

    Where nobody pauses, it is the moment at which a voice is the least likely.
    """
    n_frames = plan.window_samples // FRAME_SAMPLES
    first = n_frames - plan.search_samples // FRAME_SAMPLES
    searched = probabilities[first:n_frames]
    start, length = _longest_run(searched < SILENCE_THRESHOLD)
    frame = start + length // 2 if length else int(np.argmin(searched))
    return max(1, first + frame) * FRAME_SAMPLES


def _longest_run(is_quiet: np.ndarray) -> tuple[int, int]:
    """Start and length of the longest run of True; the last of equals, for the longer window."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_quiet, [False]])))
    starts, ends = edges[::2], edges[1::2]
    if not starts.size:
        return 0, 0
    longest = starts.size - 1 - int(np.argmax((ends - starts)[::-1]))
    return int(starts[longest]), int(ends[longest] - starts[longest])


def _skip(blocks: Iterable[np.ndarray], n_samples: int) -> Iterator[np.ndarray]:
    for block in blocks:
        if n_samples < block.size:
            yield block[n_samples:]
        n_samples = max(0, n_samples - block.size)


def _gather(blocks: Iterable[np.ndarray], n_samples: int) -> Iterator[np.ndarray]:
    """Join small blocks to ones of about `n_samples`, so that little is copied twice."""
    held: list[np.ndarray] = []
    size = 0
    for block in blocks:
        held.append(block)
        size += block.size
        if size >= n_samples:
            yield np.concatenate(held)
            held, size = [], 0
    if held:
        yield np.concatenate(held)
