"""What is known of a recogniser before it is loaded: all that others need to know of it.

An entry is imported with the settings, by every command: so neither it nor this module imports what
is heavy. The recogniser itself is imported by `make`.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from backend.errors.recognisers import RecogniserError
from backend.sections import Section, Words

if TYPE_CHECKING:
    from backend.speech.engines.base import Recogniser

Options = TypeVar("Options", bound=Section)

ROUGH = 0
"""The quality of what is worse than all that is not rough, too."""
BEST = 5
"""The quality of Whisper's large model; its tiny one has 1."""


class ModelSupply(StrEnum):
    """How the models of a recogniser are had."""

    BUILT_IN = "built-in"
    """It comes with one."""
    INSTALLED = "installed"
    """Downloaded by name from the catalogue, or brought in as a directory."""


@dataclass(frozen=True)
class Obstacle:
    """Why a recogniser cannot run here with the settings that hold."""

    error: RecogniserError
    """What is wrong, and what a transcription is refused with."""
    gives_way: bool = False
    """Whether `auto` takes the next recogniser; else somebody meant this one, and is to hear it."""


class RecogniserEntry(ABC, Generic[Options]):
    """One of the recognisers that `transcription.engine` can name."""

    name: str
    """In the settings, in the metadata of transcripts, and in the API."""
    label: Words
    """For whoever chooses one: what it is called, and in brackets what is to be known."""
    caveat: Words | None = None
    """What is wrong with it, behind "which is": whoever has or gets its texts is told."""
    options: type[Options]
    """Its own settings: the section `transcription.<name>`, but for Whisper's
    (docs/decisions/0013-a-section-per-recogniser.md). `Section` itself: it has none."""
    models: ModelSupply
    languages: frozenset[str] | None
    """Those that it knows, as ISO 639 codes; None: its model says."""
    hears_at_once: int | None
    """How many sounds one process has it hear at once; None: as many as there are."""

    def options_of(self, settings: Section) -> Options:
        """Its own part of the settings of transcription."""
        if isinstance(settings, self.options):
            return settings
        own = getattr(settings, self.name.replace("-", "_"))
        assert isinstance(own, self.options)
        return own

    @abstractmethod
    def find_obstacle(self, options: Options, models_dir: Path) -> Obstacle | None:
        """Why it cannot run here, found without loading it; None: it can."""

    def in_place_of(self, options: Options, models_dir: Path) -> Options | None:
        """Options with which it can run here, where an obstacle to those that were chosen gives
        way; None: there are none."""
        return None

    @abstractmethod
    def model(self, options: Options, models_dir: Path) -> str:
        """The model that it takes, as the metadata of its transcripts name it."""

    @abstractmethod
    def make(self, options: Options, models_dir: Path) -> "Recogniser":
        """The recogniser, ready. Nothing stands in its way: that was looked at.

        Raises
        ------
        RecogniserError
            What only loading it could show.
        """

    @abstractmethod
    def quality(self, model: str, language: str | None) -> int | None:
        """How well it hears with a model, from `ROUGH` to `BEST`; None: better than rough, and more
        cannot be told.

        Parameters
        ----------
        language
            What is spoken, as far as it is known.
        """

    @abstractmethod
    def in_words(self, model: str | None) -> Words:
        """It and its model, within a sentence."""
