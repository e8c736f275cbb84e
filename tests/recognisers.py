"""A recogniser for tests of what is built around recognisers: it says what it is told to say."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from backend.models import Segment
from backend.speech.audio import SAMPLE_RATE_HZ
from backend.speech.engines.base import DecodeOptions, HeardSeconds
from backend.speech.vad import SpeechSpan

Say = Callable[[DecodeOptions, Sequence[SpeechSpan]], list[Segment]]


def one_segment_per_span(options: DecodeOptions, speech: Sequence[SpeechSpan]) -> list[Segment]:
    return [
        Segment(
            start=span.start / SAMPLE_RATE_HZ,
            end=span.end / SAMPLE_RATE_HZ,
            text=f"words {number}",
        )
        for number, span in enumerate(speech)
    ]


@dataclass
class ScriptedRecogniser:
    """Keeps what it was asked; satisfies `Recogniser`."""

    say: Say = one_segment_per_span
    languages: list[Mapping[str, float]] = field(default_factory=list)
    """What each detection in turn finds."""
    asked: list[DecodeOptions] = field(default_factory=list)
    stretches: list[list[np.ndarray]] = field(default_factory=list)
    facts: Mapping[str, str] = field(default_factory=lambda: {"engine": "scripted"})
    identity: str = "scripted"
    overshoot: float = 0.0
    """Seconds past the sound's end that it reports to have heard."""

    def check_language(self, language: str | None) -> None:
        """It speaks them all."""

    def detect_language(self, stretches: Sequence[np.ndarray]) -> Mapping[str, float]:
        self.stretches.append(list(stretches))
        return self.languages[len(self.stretches) - 1]

    def recognise(
        self,
        waveform: np.ndarray,
        speech: Sequence[SpeechSpan],
        options: DecodeOptions,
        heard: HeardSeconds,
    ) -> list[Segment]:
        self.asked.append(options)
        heard(waveform.size / SAMPLE_RATE_HZ + self.overshoot)
        return self.say(options, speech)
