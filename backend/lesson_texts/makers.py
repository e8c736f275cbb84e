"""What made a text, and whether what would make it anew is known to be worse."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.config import EngineChoice, Provider
from backend.errors import LowerQuality

IMPORTED = "imported"
"""In the place of a recogniser: captions that a person brought in."""

EARLIER_RECORDING = "earlier_recording"
"""In the metadata of a transcript whose recording was replaced since."""

BUILT_IN = (EngineChoice.POCKETSPHINX, Provider.OFFLINE)

SIZES = ("tiny", "base", "small", "medium", "large")
"""Whisper's, each better than the one before. A `turbo` hears nearly as well as the large model
it was cut from, and is taken for one."""

_SIZE = re.compile(rf"(?<![a-z])({'|'.join((*SIZES, 'turbo'))})(?![a-z])")
_ENGLISH_ONLY = re.compile(r"\.en$|(?:^|-)distil-")


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

    def __str__(self) -> str:
        """For people."""
        if self.name in _IN_WORDS:
            return _IN_WORDS[self.name]
        name = "Whisper" if self.name == EngineChoice.FASTER_WHISPER else self.name
        return f"{name} ({self.model})" if self.model else name


_IN_WORDS: Mapping[str, str] = {
    EngineChoice.POCKETSPHINX: "the built-in recogniser",
    Provider.OFFLINE: "the built-in rules",
    IMPORTED: "captions that a person brought in",
}


def is_lower(present: Maker | None, new: Maker, language: str | None = None) -> bool:
    """Whether a text of `new` is known to be worse than one of `present`.

    The built-in ways are worse than all others, captions that a person brought in are better than
    what any recogniser hears, and of Whisper's models the smaller one is worse. What cannot be told
    (two language models, a Whisper model whose name tells no size) is not worse: somebody chose it.

    Parameters
    ----------
    language
        What is spoken, as far as it is known: a model for English alone is no model for another.
    """
    if present is None:
        return False
    before, after = _grade(present, language), _grade(new, language)
    if after == 0:
        return before != 0
    return before is not None and after is not None and after < before


def _grade(maker: Maker, language: str | None) -> int | None:
    """0 for the built-in ways; None where it cannot be told but is better than these."""
    if maker.name in BUILT_IN:
        return 0
    if maker.name == IMPORTED:
        return len(SIZES) + 1
    if maker.name != EngineChoice.FASTER_WHISPER:
        return None
    model = (maker.model or "").lower()
    if _ENGLISH_ONLY.search(model) and language not in (None, "en"):
        return 0
    found = _SIZE.search(model)
    return found and 1 + SIZES.index("large" if found[1] == "turbo" else found[1])


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
