"""What was found, and the words for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

NAMED_AT_ONCE = 5
"""So many tasks, lessons or files are named; of the others only the number is told."""


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    """It works, and somebody should know."""
    ERROR = "error"
    """Something does not work, or some work is not done by anybody."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `remedy` is empty only where all is well."""

    level: Level
    subject: str
    message: str
    remedy: str = ""


# --- words -----------------------------------------------------------------------------------


def count(n: int, noun: str) -> str:
    return f"{n} {noun} is" if n == 1 else f"{n} {noun}s are"


def tasks(ids: Sequence[int]) -> str:
    return f"Task {ids[0]} is" if len(ids) == 1 else f"Tasks {listed(ids)} are"


def listed(things: Iterable[object]) -> str:
    names = [str(thing) for thing in things]
    left = len(names) - NAMED_AT_ONCE
    return ", ".join(names[:NAMED_AT_ONCE]) + (f" and {left} more" if left > 0 else "")


def size(n_bytes: int) -> str:
    if n_bytes >= 1e9:
        return f"{n_bytes / 1e9:.1f} GB"
    return f"{n_bytes / 1e6:.1f} MB"
