"""Where somebody speaks: Silero's voice detector (the model in faster-whisper's wheel)."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from backend.speech.audio import SAMPLE_RATE_HZ

FRAME_SAMPLES = 512
"""The detector judges frames of 32 ms."""

SPEECH_THRESHOLD = 0.5
"""Speech begins where the probability reaches this …"""
SILENCE_THRESHOLD = 0.35
"""… and ends where it falls below this: between the two nothing changes (Silero's defaults)."""

MIN_SILENCE_FRAMES = 63
"""Silences shorter than this (2 s) stay part of the speech, as in faster-whisper."""
PAD_SAMPLES = 6_400
"""0.4 s kept on both sides of speech, so that no soft beginning or end is lost."""


@dataclass(frozen=True)
class SpeechSpan:
    """A stretch of samples, `start` included and `end` not."""

    start: int
    end: int

    @property
    def samples(self) -> int:
        return self.end - self.start


def speech_probabilities(waveform: np.ndarray) -> np.ndarray:
    """The probability of a voice in each frame of 512 samples; the last frame may be padded.

    Parameters
    ----------
    waveform
        float32, shape (n_samples,), mono, 16 kHz.

    Returns
    -------
    float32, shape (ceil(n_samples / 512),)
    """
    from faster_whisper.vad import get_vad_model

    if not waveform.size:
        return np.zeros(0, dtype=np.float32)
    padded = np.pad(waveform, (0, -waveform.size % FRAME_SAMPLES))
    return np.asarray(get_vad_model()(padded), dtype=np.float32).reshape(-1)


def find_speech(probabilities: np.ndarray, n_samples: int) -> list[SpeechSpan]:
    """The spans in which somebody speaks, in order, padded, not overlapping.

    Silero's hysteresis: speech begins at `SPEECH_THRESHOLD` and ends where it stays under
    `SILENCE_THRESHOLD` for `MIN_SILENCE_FRAMES`.
    """
    runs: list[SpeechSpan] = []
    start: int | None = None
    quiet_since: int | None = None
    for frame, probability in enumerate(probabilities.tolist()):
        if probability >= SPEECH_THRESHOLD:
            start = frame if start is None else start
            quiet_since = None
        elif start is not None and probability < SILENCE_THRESHOLD:
            quiet_since = frame if quiet_since is None else quiet_since
            if frame - quiet_since >= MIN_SILENCE_FRAMES:
                runs.append(SpeechSpan(start * FRAME_SAMPLES, quiet_since * FRAME_SAMPLES))
                start = quiet_since = None
    if start is not None:
        runs.append(SpeechSpan(start * FRAME_SAMPLES, n_samples))
    return _pad(runs, n_samples)


def _pad(runs: list[SpeechSpan], n_samples: int) -> list[SpeechSpan]:
    """Widen each run by `PAD_SAMPLES`; runs closer than twice that meet in the middle."""
    edges = [0, *((a.end + b.start) // 2 for a, b in pairwise(runs)), n_samples]
    return [
        SpeechSpan(max(run.start - PAD_SAMPLES, left), min(run.end + PAD_SAMPLES, right))
        for run, left, right in zip(runs, edges, edges[1:], strict=False)
    ]


def mean_probability(probabilities: np.ndarray, start_seconds: float, end_seconds: float) -> float:
    """The mean probability of a voice between two times, from the frames that they touch."""
    first = int(start_seconds * SAMPLE_RATE_HZ) // FRAME_SAMPLES
    last = max(first + 1, -(-int(end_seconds * SAMPLE_RATE_HZ) // FRAME_SAMPLES))
    touched = probabilities[first:last]
    return float(touched.mean()) if touched.size else 0.0
