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
        "Automatic (Whisper if installed)",
        "Automatique (Whisper s’il est installé)",
    ),
    **{entry.name: entry.label for entry in RECOGNISERS},
}


class EngineOption(Section):
    """Which recogniser transcribes."""

    engine: Annotated[EngineName, Shown(Words("Engine", "Moteur"), options=ENGINE_WORDS)] = AUTO


class CommonOptions(Section):
    """What every recogniser is told, and uses as far as it can."""

    language: Annotated[
        LanguageCode | None,
        Shown(
            Words("Spoken language", "Langue parlée"),
            help=Words(
                "Used for lessons that have no language of their own.",
                "Utilisée pour les cours dont la langue n’est pas précisée.",
            ),
            control=Control.LANGUAGE,
        ),
    ] = None
    """An ISO 639 code; null detects it. A lesson's own language wins."""
    beam_size: Annotated[
        int,
        Field(ge=1, le=100),
        Shown(
            Words("Beam size", "Largeur de recherche"),
            help=Words(
                "How many candidate texts are compared: 1 is faster but slightly less "
                "accurate, 5 is usual.",
                "Nombre de textes possibles comparés : 1 est plus rapide mais un peu "
                "moins précis, 5 est courant.",
            ),
            is_advanced=True,
        ),
    ] = 5
    vad_filter: Annotated[
        bool,
        Shown(
            Words("Skip silence and noise", "Ignorer les silences et les bruits"),
            help=Words(
                "Only passages in which someone speaks are transcribed.",
                "Seuls les passages où quelqu’un parle sont transcrits.",
            ),
            is_advanced=True,
        ),
    ] = True
    initial_prompt: Annotated[
        str,
        Shown(
            Words("Vocabulary", "Vocabulaire"),
            help=Words(
                "Names and terms used in your courses, for example: Fresnel, Huygens, "
                "interference.",
                "Noms propres et termes employés dans vos cours, par exemple : Fresnel, "
                "Huygens, interférence.",
            ),
            control=Control.LONG_TEXT,
        ),
    ] = ""


class TranscriptionSettings(CommonOptions, WhisperOptions, EngineOption):
    """How recordings are transcribed."""
