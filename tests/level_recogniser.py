"""A third recogniser, whole: it tells loud from soft. Whoever tests with it registers it."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field

from backend.errors.recognisers import LanguageUnsupported, RecogniserMissing
from backend.models import Segment
from backend.sections import Section, Shown, Words
from backend.speech.audio import SAMPLE_RATE_HZ
from backend.speech.engines.base import DecodeOptions, HeardSeconds, Recogniser
from backend.speech.engines.entry import ModelSupply, Obstacle, RecogniserEntry
from backend.speech.engines.registry import AUTO, RECOGNISERS, TranscriptionSettings
from backend.speech.engines.sharing import loaded_once
from backend.speech.vad import SpeechSpan

MISSING = "There is no meter here."


class LevelOptions(Section):
    loud: Annotated[float, Field(ge=0, lt=1), Shown(Words("Loud from", "Fort à partir de"))] = 0.05
    """The level from which a sound is loud."""
    is_there: Annotated[bool, Shown(Words("There", "Présent"), is_advanced=True)] = True


class LevelEntry(RecogniserEntry[LevelOptions]):
    name = "level-meter"
    label = Words("Level meter", "Sonomètre")
    options = LevelOptions
    models = ModelSupply.BUILT_IN
    languages = frozenset({"en", "fr"})
    hears_at_once = 1

    def find_obstacle(self, options: LevelOptions, models_dir: Path) -> Obstacle | None:
        if options.is_there:
            return None
        return Obstacle(RecogniserMissing(MISSING), gives_way=True)

    def model(self, options: LevelOptions, models_dir: Path) -> str:
        return "meter"

    def make(self, options: LevelOptions, models_dir: Path) -> Recogniser:
        return LevelRecogniser(options)

    def quality(self, model: str, language: str | None) -> int | None:
        return 1

    def in_words(self, model: str | None) -> Words:
        return Words("the level meter", "le mesureur de niveau")


LEVELS = LevelEntry()


if TYPE_CHECKING:
    EngineName = str
else:
    EngineName = Literal[AUTO, *(entry.name for entry in (*RECOGNISERS, LEVELS))]


class SettingsWithLevels(TranscriptionSettings):
    """As they are once the recogniser is registered."""

    engine: Annotated[
        EngineName,
        Shown(Words("Engine", "Moteur"), options={LEVELS.name: LEVELS.label}),
    ] = "auto"
    level_meter: LevelOptions = LevelOptions()


class Meter:
    """The model: it measures one sound at a time."""

    def __init__(self) -> None:
        self._sound = np.zeros(0)

    def take(self, sound: np.ndarray) -> None:
        self._sound = sound

    def level(self) -> float:
        return float(np.sqrt(np.mean(np.square(self._sound))))


@loaded_once
def _load() -> Meter:
    return Meter()


class LevelRecogniser:
    facts: Mapping[str, str] = {"engine": LEVELS.name, "model": "meter"}

    def __init__(self, options: LevelOptions) -> None:
        self._options = options
        self.identity = f"{LEVELS.name}:{options.loud}"

    def check_language(self, language: str | None) -> None:
        if language is not None and language not in LEVELS.languages:
            raise LanguageUnsupported(f"The level meter does not know `{language}`.")

    def detect_language(self, stretches: Sequence[np.ndarray]) -> Mapping[str, float]:
        return {"en": 0.6, "fr": 0.4}

    def recognise(
        self,
        waveform: np.ndarray,
        speech: Sequence[SpeechSpan],
        options: DecodeOptions,
        heard: HeardSeconds,
    ) -> list[Segment]:
        segments = []
        with _load().taken(partial(heard, 0.0)) as meter:
            for span in speech:
                meter.take(waveform[span.start : span.end])
                heard(span.end / SAMPLE_RATE_HZ)
                text = "loud" if meter.level() >= self._options.loud else "soft"
                start, end = span.start / SAMPLE_RATE_HZ, span.end / SAMPLE_RATE_HZ
                segments.append(Segment(start=start, end=end, text=f"{text} {meter.level():.6f}"))
        return segments
