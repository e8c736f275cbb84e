"""Which recognisers there are, and the settings by which one is chosen."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from backend.sections import Section
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


def find_entry(name: str, among: Recognisers = RECOGNISERS) -> RecogniserEntry[Any] | None:
    """The entry of a name; None: there is no such recogniser, or no longer."""
    return next((entry for entry in among if entry.name == name), None)


class CommonOptions(Section):
    """What every recogniser is told, and uses as far as it can."""

    engine: EngineName = AUTO
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] | None = None
    """An ISO 639 code; null detects it. A lesson's own language wins."""
    beam_size: Annotated[int, Field(ge=1, le=100)] = 5
    vad_filter: bool = True
    initial_prompt: str = ""


class TranscriptionSettings(WhisperOptions, CommonOptions):
    """How recordings are transcribed."""
