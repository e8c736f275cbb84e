"""What is known of the built-in recogniser before it is loaded."""

from importlib.util import find_spec
from pathlib import Path
from platform import machine, python_version, system
from typing import TYPE_CHECKING

from backend.errors.recognisers import RecogniserMissing
from backend.sections import Section, Words
from backend.speech.engines.entry import ROUGH, ModelSupply, Obstacle, RecogniserEntry

if TYPE_CHECKING:
    from backend.speech.engines.base import Recogniser

MODEL = "en-us"


class SphinxEntry(RecogniserEntry[Section]):
    """pocketsphinx, with the English model of its wheel."""

    name = "pocketsphinx"
    label = Words(
        "Built-in (basic, English only)",
        "Intégré (sommaire, anglais uniquement)",
    )
    caveat = Words("basic and knows English only", "sommaire et ne connaît que l’anglais")
    options = Section
    models = ModelSupply.BUILT_IN
    languages = frozenset({"en"})
    hears_at_once = 1

    def find_obstacle(self, options: Section, models_dir: Path) -> Obstacle | None:
        if find_spec("pocketsphinx") is not None:
            return None
        missing = RecogniserMissing(
            f"There is no built-in recogniser for Python {python_version()} on this kind of "
            f"computer ({system()}, {machine()}); for Python 3.13 there is one."
        )
        return Obstacle(missing, gives_way=True)

    def model(self, options: Section, models_dir: Path) -> str:
        return MODEL

    def make(self, options: Section, models_dir: Path) -> "Recogniser":
        from backend.speech.engines.sphinx import SphinxRecogniser

        return SphinxRecogniser()

    def quality(self, model: str, language: str | None) -> int | None:
        return ROUGH

    def in_words(self, model: str | None) -> Words:
        return Words("the built-in speech recognition", "la reconnaissance vocale intégrée")


SPHINX = SphinxEntry()
