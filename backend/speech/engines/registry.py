"""Which recognisers there are, and the settings by which one is chosen."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from backend.sections import Control, Section, Shown, Words
from backend.speech.engines.entry import RecogniserEntry
from backend.speech.engines.sphinx_entry import SPHINX
from backend.speech.engines.whisper_entry import WHISPER, WhisperOptions

Recognisers = Sequence[RecogniserEntry[Any]]

RECOGNISERS: Recognisers = (WHISPER, SPHINX)
"""The better first: `auto` goes through them in this order."""

AUTO = "auto"
"""In the place of a name: the first that is ready."""

if TYPE_CHECKING:
    EngineName = str
else:
    EngineName = Literal[AUTO, *(entry.name for entry in RECOGNISERS)]


LanguageCode = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]


def find_entry(name: str, among: Recognisers = RECOGNISERS) -> RecogniserEntry[Any] | None:
    """The entry of a name; None: there is no such recogniser, or no longer."""
    return next((entry for entry in among if entry.name == name), None)


ENGINE_WORDS = {
    AUTO: Words(
        "Whisper if its model is there, else built in",
        "Whisper si son modèle est là, sinon intégrée",
    ),
    **{entry.name: entry.label for entry in RECOGNISERS},
}


class EngineOption(Section):
    """Which recogniser transcribes."""

    engine: Annotated[
        EngineName, Shown(Words("Recogniser", "Reconnaissance"), options=ENGINE_WORDS)
    ] = AUTO


class CommonOptions(Section):
    """What every recogniser is told, and uses as far as it can."""

    language: Annotated[
        LanguageCode | None,
        Shown(
            Words("Spoken language", "Langue parlée"),
            help=Words(
                "A lesson’s own language comes before this one.",
                "La langue propre à un cours passe avant celle-ci.",
            ),
            control=Control.LANGUAGE,
        ),
    ] = None
    """An ISO 639 code; null detects it. A lesson's own language wins."""
    beam_size: Annotated[
        int,
        Field(ge=1, le=100),
        Shown(
            Words("Readings weighed at once", "Lectures pesées à la fois"),
            help=Words(
                "1 is faster and a little worse, 5 is usual.",
                "1 est plus rapide et un peu moins bon, 5 est habituel.",
            ),
            is_advanced=True,
        ),
    ] = 5
    vad_filter: Annotated[
        bool,
        Shown(
            Words(
                "Listen only where somebody speaks",
                "N’écouter que là où quelqu’un parle",
            ),
            help=Words("Passes over silence and noise.", "Passe les silences et les bruits."),
            is_advanced=True,
        ),
    ] = True
    initial_prompt: Annotated[
        str,
        Shown(
            Words("Words to expect", "Mots attendus"),
            help=Words(
                "Names and terms of the course, such as: Fresnel, Huygens, interference.",
                "Noms et termes de la matière, par exemple : Fresnel, Huygens, interférence.",
            ),
            control=Control.LONG_TEXT,
        ),
    ] = ""


class TranscriptionSettings(CommonOptions, WhisperOptions, EngineOption):
    """How recordings are transcribed."""
