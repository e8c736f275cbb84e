"""Text that can be read, stored on either database, and read back: all that reaches a lesson is."""

import re
from typing import Any

UNREADABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Control characters but tab and line feed, halves of surrogate pairs, and what is no character."""

LINE_END = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85]")
"""What parts lines or words by a control character, as `str.splitlines` has it."""


def readable(text: str) -> str:
    """The text without what neither database nor reader has a place for.

    The two halves of a surrogate pair become the character that they are, other ends of lines a
    line feed. The rest is left out: NUL, the other control characters, lone surrogates.
    """
    if not UNREADABLE.search(text):
        return text
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return UNREADABLE.sub("", LINE_END.sub("\n", whole).replace("\x1f", " "))


def readable_json(value: Any) -> Any:
    """A JSON value with each text in it, names of members included, made `readable`."""
    if isinstance(value, str):
        return readable(value)
    if isinstance(value, dict):
        return {readable_json(name): readable_json(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [readable_json(each) for each in value]
    return value
