"""What is known of Whisper before it is loaded."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from backend.errors import ModelIncomplete, ModelNotInstalled, UnknownModel
from backend.sections import Section, Shown, Words
from backend.speech.engines.entry import BEST, ROUGH, ModelSupply, Obstacle, RecogniserEntry
from backend.speech.model_store import check_model, find_model

if TYPE_CHECKING:
    from backend.speech.engines.base import Recogniser

ANOTHER = "or choose another with `lectern config set transcription.model`."

SIZES = ("tiny", "base", "small", "medium", "large")
"""Each better than the one before. A `turbo` hears nearly as well as the large model it was cut
from, and is taken for one."""
QUALITIES = {size: BEST - len(SIZES) + 1 + place for place, size in enumerate(SIZES)}

_SIZE = re.compile(rf"(?<![a-z])({'|'.join((*SIZES, 'turbo'))})(?![a-z])")
_ENGLISH_ONLY = re.compile(r"\.en$|(?:^|-)distil-")


class WhisperOptions(Section):
    """Which model of Whisper, and how it is loaded."""

    model: Annotated[
        str,
        Field(min_length=1),
        Shown(
            Words("Whisper model", "Modèle Whisper"),
            help=Words(
                "Models are downloaded below.",
                "Les modèles se téléchargent ci-dessous.",
            ),
        ),
    ] = "small"
    """A name, whose directory is `<data dir>/models/<name>`, or a directory."""
    device: Annotated[
        Literal["auto", "cpu", "cuda"],
        Shown(
            Words("Run on", "Exécuter sur"),
            options={
                "auto": Words("Automatic", "Automatique"),
                "cpu": Words("Processor (CPU)", "Processeur (CPU)"),
                "cuda": Words("Graphics card (CUDA)", "Carte graphique (CUDA)"),
            },
            is_advanced=True,
        ),
    ] = "auto"
    compute_type: Annotated[
        Literal[
            "auto",
            "default",
            "int8",
            "int8_float32",
            "int8_float16",
            "int8_bfloat16",
            "int16",
            "float16",
            "bfloat16",
            "float32",
        ],
        Shown(
            Words("Numerical precision", "Précision des calculs"),
            help=Words(
                "Automatic is int8 on a processor. Not every device supports every precision.",
                "Automatique choisit int8 sur un processeur. Tous les appareils n’acceptent "
                "pas toutes les précisions.",
            ),
            options={
                "auto": Words("Automatic (fastest)", "Automatique (la plus rapide)"),
                "default": Words("Same as the model", "Celle du modèle"),
            },
            is_advanced=True,
        ),
    ] = "auto"
    """`auto` is CTranslate2's: int8 on a processor, int8 with float16 on a graphics card. `default`
    is what the model was stored in: most in float16, which a processor computes in float32."""


class WhisperEntry(RecogniserEntry[WhisperOptions]):
    """Whisper, by faster-whisper."""

    name = "faster-whisper"
    label = Words("Whisper", "Whisper")
    options = WhisperOptions
    models = ModelSupply.INSTALLED
    languages = None
    hears_at_once = 1

    def find_obstacle(self, options: WhisperOptions, models_dir: Path) -> Obstacle | None:
        try:
            directory = find_model(options.model, models_dir)
        except (ModelNotInstalled, UnknownModel) as error:
            return Obstacle(error, error.message, f"Install it, {ANOTHER}")
        remedy = f"Run `lectern models download {options.model}`, {ANOTHER}"
        try:
            check_model(directory)
        except ModelNotInstalled as error:
            return Obstacle(
                error,
                f"The Whisper model `{options.model}` is not installed.",
                remedy,
                gives_way=directory.parent == models_dir and not directory.exists(),
                facts={"model": options.model},
            )
        except ModelIncomplete as error:
            problem = f"cannot be used: {error.facts['detail']}"
            return Obstacle(error, f"The Whisper model in {directory} {problem}.", remedy)
        return None

    def model(self, options: WhisperOptions, models_dir: Path) -> str:
        return find_model(options.model, models_dir).name

    def make(self, options: WhisperOptions, models_dir: Path) -> "Recogniser":
        from backend.speech.engines.whisper import WhisperRecogniser

        directory = find_model(options.model, models_dir)
        return WhisperRecogniser(directory, options.device, options.compute_type)

    def quality(self, model: str, language: str | None) -> int | None:
        name = model.lower()
        if _ENGLISH_ONLY.search(name) and language not in (None, "en"):
            return ROUGH
        found = _SIZE.search(name)
        return found and QUALITIES["large" if found[1] == "turbo" else found[1]]

    def in_words(self, model: str | None) -> str:
        return f"Whisper ({model})" if model else "Whisper"


WHISPER = WhisperEntry()
