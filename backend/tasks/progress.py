"""How far a job is."""

from collections.abc import Callable
from dataclasses import dataclass

from backend.clock import clock


@dataclass(frozen=True)
class Progress:
    """`done` of `total` in `unit` (`s`: seconds, segments, parts); `total` None: not known yet."""

    stage: str
    done: float
    total: float | None
    unit: str

    @property
    def amount(self) -> str:
        """How far it is, for people: `12:30 of 45:00`, `3 of 20 segments`."""
        if self.unit == "s":
            return _share(clock(self.done), clock(self.total) if self.total else None)
        total = None if self.total is None else f"{self.total:.0f}"
        return f"{_share(f'{self.done:.0f}', total)} {self.unit}"


def _share(done: str, total: str | None) -> str:
    return f"{done} of {total}" if total else done


OnProgress = Callable[[Progress], None]
"""Called as often as there is something to tell. It may raise, to stop the job."""


def ignore_progress(progress: Progress) -> None:
    """For callers that do not watch."""
