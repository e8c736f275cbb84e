"""What a recogniser must be able to do. A new engine is one class of about a page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from backend.models.transcript import Segment
from backend.speech.vad import SpeechSpan


@dataclass(frozen=True)
class DecodeOptions:
    """How a window is to be transcribed.

    `is_second_try` asks for settings that avoid loops: the first result was suspicious.
    """

    language: str | None
    beam_size: int = 5
    vad_filter: bool = True
    initial_prompt: str = ""
    is_second_try: bool = False


HeardSeconds = Callable[[float], None]
"""Called with the seconds of the window that are done, as often as the engine knows. It may
raise, to stop the work."""


class Recogniser(Protocol):
    """A loaded recogniser, for many recordings and for several threads at once.

    What it hears depends on the sound and the options alone, whatever was heard before or is heard
    meanwhile: else an attempt that goes on would give another text than an undisturbed one. Its
    model is loaded once, and used in turns, see `backend/speech/engines/sharing.py`.
    """

    @property
    def facts(self) -> Mapping[str, str]:
        """What the transcript's metadata say of it: engine, model, device, compute_type."""
        ...

    @property
    def identity(self) -> str:
        """Changes when the same sound may give another text: part of the windows' fingerprint."""
        ...

    def check_language(self, language: str | None) -> None:
        """Raise `LanguageUnsupported` for a language that it cannot do."""
        ...

    def detect_language(self, stretches: Sequence[np.ndarray]) -> Mapping[str, float]:
        """The probability of each language, from stretches of speech (float32, 16 kHz)."""
        ...

    def recognise(
        self,
        waveform: np.ndarray,
        speech: Sequence[SpeechSpan],
        options: DecodeOptions,
        heard: HeardSeconds,
    ) -> list[Segment]:
        """The text of the spans, in time order; times are seconds from the waveform's start.

        Parameters
        ----------
        waveform
            float32, shape (n_samples,), mono, 16 kHz, in [-1, 1].
        speech
            The spans to listen to, in order: the rest is silence.
        """
        ...
