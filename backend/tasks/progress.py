"""How far a job is."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """`done` of `total` in `unit` (seconds, groups, parts); `total` None: not known yet."""

    stage: str
    done: float
    total: float | None
    unit: str


OnProgress = Callable[[Progress], None]
"""Called as often as there is something to tell. It may raise, to stop the job."""


def ignore_progress(progress: Progress) -> None:
    """For callers that do not watch."""
