"""What is known of Whisper before it is loaded."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from backend.errors.recognisers import ModelIncomplete, ModelNotInstalled, UnknownModel
from backend.sections import Section, Shown, Words
from backend.speech.engines.entry import BEST, ROUGH, ModelSupply, Obstacle, RecogniserEntry
from backend.speech.model_catalogue import CATALOGUE
from backend.speech.model_store import (
    AUTO_MODEL,
    InstalledModel,
    check_model,
    find_model,
    installed_models,
)

if TYPE_CHECKING:
    from backend.speech.engines.base import Recogniser

SUGGESTED_MODEL = "small"
"""Which one to install, for whoever has named none: it suits computers without a graphics card."""

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
                "auto is the best one that is installed. Models are downloaded below.",
                "auto est le meilleur qui soit installé. Les modèles se téléchargent ci-dessous.",
            ),
        ),
    ] = AUTO_MODEL
    """A name, whose directory is `<models directory>/<name>`, or a directory; `auto`: the best that
    is installed."""
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
            directory = self._find(options, models_dir)
        except (ModelNotInstalled, UnknownModel) as error:
            return Obstacle(error)
        try:
            check_model(directory)
        except ModelNotInstalled as error:
            is_a_name = directory.parent == models_dir and not directory.exists()
            return Obstacle(error, gives_way=is_a_name)
        except ModelIncomplete as error:
            return Obstacle(error)
        return None

    def in_place_of(self, options: WhisperOptions, models_dir: Path) -> WhisperOptions | None:
        best = self._best_installed(models_dir)
        if best is None or best.problem:
            return None
        return options.model_copy(update={"model": best.name})

    def _find(self, options: WhisperOptions, models_dir: Path) -> Path:
        """The directory of the model that is meant."""
        if options.model != AUTO_MODEL:
            return find_model(options.model, models_dir)
        best = self._best_installed(models_dir)
        return best.directory if best else models_dir / SUGGESTED_MODEL

    def _best_installed(self, models_dir: Path) -> InstalledModel | None:
        """What hears best for any lesson: a broken one only where no other is there, and one that
        knows English alone only where none knows more."""

        def worth(model: InstalledModel) -> tuple[bool, int, int, float]:
            knows_more, size = (self.quality(model.name, each) or 0 for each in ("fr", "en"))
            known = CATALOGUE.get(model.name)
            return not model.problem, knows_more, size, known.relative_speed if known else 0

        return max(installed_models(models_dir), key=worth, default=None)

    def model(self, options: WhisperOptions, models_dir: Path) -> str:
        return self._find(options, models_dir).name

    def make(self, options: WhisperOptions, models_dir: Path) -> "Recogniser":
        from backend.speech.engines.whisper import WhisperRecogniser

        directory = self._find(options, models_dir)
        return WhisperRecogniser(directory, options.device, options.compute_type)

    def quality(self, model: str, language: str | None) -> int | None:
        name = model.lower()
        if _ENGLISH_ONLY.search(name) and language not in (None, "en"):
            return ROUGH
        found = _SIZE.search(name)
        return found and QUALITIES["large" if found[1] == "turbo" else found[1]]

    def in_words(self, model: str | None) -> Words:
        name = f"Whisper ({model})" if model else "Whisper"
        return Words(name, name)


WHISPER = WhisperEntry()
