"""Which recogniser transcribes: the configured one, or the best there is."""

from dataclasses import dataclass
from pathlib import Path

from backend.config import EngineChoice, TranscriptionSettings
from backend.errors import RecogniserMissing
from backend.models.notices import Notice
from backend.speech.engines.base import Recogniser
from backend.speech.engines.sphinx import SphinxRecogniser, is_available, missing_message
from backend.speech.engines.whisper import WhisperRecogniser
from backend.speech.model_store import check_model, is_known_name, resolve_model, unknown_model


@dataclass(frozen=True)
class PlannedRecogniser:
    """A recogniser before anything is loaded: what it is, and what a person should know about the
    choice. `directory` is that of Whisper's model; None: the built-in recogniser."""

    directory: Path | None = None
    notice: Notice | None = None

    @property
    def engine(self) -> EngineChoice:
        return EngineChoice.POCKETSPHINX if self.directory is None else EngineChoice.FASTER_WHISPER

    @property
    def model(self) -> str:
        """As the transcript's metadata will name it."""
        return SphinxRecogniser.facts["model"] if self.directory is None else self.directory.name


@dataclass(frozen=True)
class ChosenRecogniser:
    """A recogniser that is ready, and what a person should know about the choice."""

    recogniser: Recogniser
    notice: Notice | None = None


def plan_recogniser(settings: TranscriptionSettings, models_dir: Path) -> PlannedRecogniser:
    """The recogniser that the settings ask for. Nothing is loaded, and nothing downloaded.

    `auto` takes Whisper where the configured model is installed, and else the built-in
    recogniser; a model that was named by its directory, or is there but broken, is an error
    instead: somebody meant it. So is a name that no model has.

    Raises
    ------
    UnknownModel, ModelNotInstalled, ModelIncomplete
    RecogniserMissing
        There is no built-in recogniser here, and it is the one that is chosen or left.
    """
    if settings.engine is EngineChoice.POCKETSPHINX:
        return PlannedRecogniser()
    directory = resolve_model(settings.model, models_dir)
    is_name = directory.parent == models_dir
    if is_name and not directory.exists():
        if not is_known_name(settings.model):
            raise unknown_model(settings.model, models_dir)
        if settings.engine is EngineChoice.AUTO:
            if not is_available():
                raise RecogniserMissing(missing_message(settings.model))
            return PlannedRecogniser(notice=_tell_rough(settings.model))
    check_model(directory)
    return PlannedRecogniser(directory)


def _tell_rough(model: str) -> Notice:
    return Notice(
        "built-in-recogniser",
        f"The Whisper model `{model}` is not installed, so the built-in recogniser is used: it is "
        "rough and knows English only. For a good transcript: `lectern models download "
        f"{model}`, then transcribe again.",
        {"model": model},
    )


def choose_recogniser(settings: TranscriptionSettings, models_dir: Path) -> ChosenRecogniser:
    """The recogniser that `plan_recogniser` says, ready.

    Raises
    ------
    UnknownModel, ModelNotInstalled, ModelIncomplete, DeviceUnavailable, RecogniserMissing
    """
    planned = plan_recogniser(settings, models_dir)
    if planned.directory is None:
        return ChosenRecogniser(SphinxRecogniser(), planned.notice)
    whisper = WhisperRecogniser(planned.directory, settings.device, settings.compute_type)
    return ChosenRecogniser(whisper)
