"""What a person should know about a piece of work, though it succeeded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Stored = dict[str, Any]
"""A notice as JSON: its `code` and `text`, and its facts beside them."""


@dataclass(frozen=True)
class Notice:
    """`text` is for the command line and the API; the pages have words of their own by the `code`,
    with the `facts` in them."""

    code: str
    text: str
    facts: Mapping[str, str | int | float] = field(default_factory=dict)

    def to_json(self) -> Stored:
        return {**self.facts, "code": self.code, "text": self.text}


def notice_texts(stored: object) -> list[str]:
    """The sentences of what is stored as `notices`: older lessons have nothing but these."""
    if not isinstance(stored, list):
        return []
    texts = (each.get("text") if isinstance(each, dict) else each for each in stored)
    return [text for text in texts if isinstance(text, str)]
