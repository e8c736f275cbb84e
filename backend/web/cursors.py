"""Where the next page of a list begins, as a word that clients pass on unread."""

import base64
import binascii
import json
from collections.abc import Sequence

from backend.errors import InvalidValue

LONGEST_CURSOR = 2000


class InvalidCursor(InvalidValue):
    """The cursor is not one that this list gave: begin with the first page, without a cursor."""


def write_cursor(order: str, values: Sequence[str | int]) -> str:
    """The place after an item with these values in a list of that order."""
    text = json.dumps([order, *values], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str, order: str, kinds: Sequence[type]) -> list[str | int]:
    """The values that `write_cursor` was given.

    Raises
    ------
    InvalidCursor
        It is of a list of another order, or none at all.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        read = json.loads(base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        raise InvalidCursor from None
    if not isinstance(read, list) or [type(value) for value in read] != [str, *kinds]:
        raise InvalidCursor
    if read[0] != order or any("\x00" in value for value in read if isinstance(value, str)):
        raise InvalidCursor
    return read[1:]
