"""Which recogniser transcribes: the configured one, or the best there is."""

from dataclasses import dataclass
from pathlib import Path

from backend.config import EngineChoice, TranscriptionSettings
from backend.errors import RecogniserMissing
from backend.models.notices import Notice
from backend.speech.engines.base import Recogniser
from backend.speech.engines.sphinx import SphinxRecogniser, is_available, missing_message
from backend.speech.engines.whisper import WhisperRecogniser
from backend.speech.model_store import check_model, resolve_model


@dataclass(frozen=True)
class ChosenRecogniser:
    """A recogniser that is ready, and what a person should know about the choice."""

    recogniser: Recogniser
    notice: Notice | None = None


def choose_recogniser(settings: TranscriptionSettings, models_dir: Path) -> ChosenRecogniser:
    """The recogniser that the settings ask for. It never downloads anything.

    `auto` takes Whisper where the configured model is installed, and else the built-in
    recogniser; a model that was named by its directory, or is there but broken, is an error
    instead: somebody meant it.

    Raises
    ------
    ModelNotInstalled, ModelIncomplete, DeviceUnavailable
    RecogniserMissing
        There is no built-in recogniser here, and it is the one that is chosen or left.
    """
    if settings.engine is EngineChoice.POCKETSPHINX:
        return ChosenRecogniser(SphinxRecogniser())
    directory = resolve_model(settings.model, models_dir)
    is_name = directory.parent == models_dir
    if settings.engine is EngineChoice.AUTO and is_name and not directory.exists():
        if not is_available():
            raise RecogniserMissing(missing_message(settings.model))
        return ChosenRecogniser(
            SphinxRecogniser(),
            Notice(
                "built-in-recogniser",
                f"The Whisper model `{settings.model}` is not installed, so the built-in "
                "recogniser is used: it is rough and knows English only. For a good transcript: "
                f"`lectern models download {settings.model}`, then transcribe again.",
                {"model": settings.model},
            ),
        )
    check_model(directory)
    return ChosenRecogniser(WhisperRecogniser(directory, settings.device, settings.compute_type))
