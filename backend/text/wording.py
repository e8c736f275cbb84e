"""Text that people give, as it is stored: nothing in it but what can be read."""

import re
import unicodedata

from backend.errors import InvalidValue
from backend.readable import readable
from backend.text.sentences import BREAKABLE_SPACE

LONGEST_NAME = 200
LONGEST_SEGMENT = 10_000
LONGEST_NOTE = 20_000
"""In characters: far beyond what anybody writes, and no burden to any reader."""


def clean_title(text: str) -> str:
    """On one line, composed, without control characters; the writing direction's marks stay."""
    return " ".join(_composed(text).split())


def clean_segment(text: str) -> str:
    """`clean_title` for what was said: no-break spaces are part of it.

    Raises
    ------
    InvalidValue
        It is too long.
    """
    cleaned = BREAKABLE_SPACE.sub(" ", _composed(text)).strip()
    return _require_length(cleaned, LONGEST_SEGMENT, "The text of a segment")


def clean_summary(text: str) -> str:
    """`clean_note` for a part of a summary."""
    return _require_length(_clean_lines(text), LONGEST_NOTE, "A summary")


def clean_note(text: str) -> str:
    """The same for a note, which keeps its lines and has at most one empty one between two."""
    return _require_length(_clean_lines(text), LONGEST_NOTE, "A note")


def _clean_lines(text: str) -> str:
    lines = [BREAKABLE_SPACE.sub(" ", _composed(line)).strip() for line in text.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def clean_person(name: str) -> str:
    """The name of whoever does something; "" of whoever gives none.

    Raises
    ------
    InvalidValue
        It is too long.
    """
    return _require_length(clean_title(name), LONGEST_NAME, "A name")


def require_title(text: str) -> str:
    """A title that is one; raises `InvalidValue` otherwise."""
    cleaned = clean_title(text)
    if not cleaned:
        raise InvalidValue("A title must have at least one character.")
    return cleaned


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", readable(text))


def _require_length(text: str, longest: int, what: str) -> str:
    if len(text) > longest:
        raise InvalidValue(
            f"{what} may have {longest:,} characters at most, and this has {len(text):,}: "
            "shorten it."
        )
    return text
