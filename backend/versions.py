"""Versions of what can be edited: whoever writes names the one that was read.

A version is a hash of what is there, so it is right whoever changed it, also a program that writes
to the database by itself. The HTTP API gives it as an ETag.
"""

from hashlib import sha256
from typing import Any

from backend.errors import Conflict


def version_of(*values: object) -> str:
    """The version of something that these values make up."""
    return sha256(repr(values).encode("utf-8", "replace")).hexdigest()[:20]


def require_version(what: str, seen: str | None, present: dict[str, Any]) -> None:
    """Raise `Conflict` unless `seen` is the present `version`; None: whatever is there will do."""
    if seen is not None and seen != present["version"]:
        raise Conflict(
            f"{what} was changed since you read it, so nothing was written: look at what is there "
            "now, and make your change to that.",
            present,
        )
