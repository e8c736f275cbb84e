"""What made a text, and whether what would make it anew is known to be worse."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.config.settings import Provider
from backend.errors.lessons import LowerQuality
from backend.sections import Words
from backend.speech.engines.entry import BEST, ROUGH
from backend.speech.engines.registry import find_entry

IMPORTED = "imported"
"""In the place of a recogniser: captions that a person brought in."""

EARLIER_RECORDING = "earlier_recording"
"""In the metadata of a transcript whose recording was replaced since."""


@dataclass(frozen=True)
class Maker:
    """A recogniser or a provider, and its model: `faster-whisper` and `small`, `Offline` and
    `rules`."""

    name: str
    model: str | None = None

    @classmethod
    def of(cls, metadata: Mapping[str, Any] | None) -> "Maker | None":
        """As the metadata of a text name it; None: nobody knows, people alone wrote it, or it is of
        another recording."""
        known = metadata or {}
        if known.get(EARLIER_RECORDING):
            return None
        name, model = known.get("engine") or known.get("provider"), known.get("model")
        if not isinstance(name, str):
            return None
        return cls(name, model if isinstance(model, str) else None)

    @property
    def words(self) -> Words | None:
        """What a recogniser is called within a sentence; None: it is none that is known."""
        recogniser = find_entry(self.name)
        return recogniser.in_words(self.model) if recogniser else None

    @property
    def caveat(self) -> Words | None:
        """What is wrong with a recogniser, see `RecogniserEntry`."""
        recogniser = find_entry(self.name)
        return recogniser.caveat if recogniser else None

    def __str__(self) -> str:
        """For people."""
        if self.name in _IN_WORDS:
            return _IN_WORDS[self.name]
        if self.words:
            return self.words.en
        return f"{self.name} ({self.model})" if self.model else self.name


_IN_WORDS: Mapping[str, str] = {
    Provider.OFFLINE: "the built-in rules",
    IMPORTED: "captions that a person brought in",
}


def is_lower(present: Maker | None, new: Maker, language: str | None = None) -> bool:
    """Whether a text of `new` is known to be worse than one of `present`.

    What is rough is worse than all else, captions that a person brought in are better than what any
    recogniser hears, and of two recognisers or models the one that hears less well is worse. What
    cannot be told (two language models, a model whose name tells no size) is not worse: somebody
    chose it.

    Parameters
    ----------
    language
        What is spoken, as far as it is known: a model for English alone is no model for another.
    """
    if present is None:
        return False
    before, after = _grade(present, language), _grade(new, language)
    if after == ROUGH:
        return before != ROUGH
    return before is not None and after is not None and after < before


def _grade(maker: Maker, language: str | None) -> int | None:
    """None where it cannot be told, but is better than what is rough."""
    if maker.name == Provider.OFFLINE:
        return ROUGH
    if maker.name == IMPORTED:
        return BEST + 1
    recogniser = find_entry(maker.name)
    return recogniser.quality(maker.model or "", language) if recogniser else None


def require_not_lower(
    layer: str, lesson_id: int | None, present: Maker | None, new: Maker, language: str | None
) -> None:
    """Raise `LowerQuality` where a layer of a lesson would be replaced by a worse one."""
    if is_lower(present, new, language):
        raise LowerQuality(
            f"The {layer} of lesson {lesson_id} was made by {present}, and would now be made by "
            f"{new}, which is worse: nothing was changed. Choose something better in the settings, "
            "or say that it is to be replaced all the same (`--force`)."
        )
