"""Time that passes only when it is waited for."""

import math
import queue
import threading
from typing import Self

from backend.llm.pacing import Timing


class FakeTime:
    """Waiting returns at once and moves the clock; `waits` lists the seconds waited."""

    def __init__(self, wall_clock_seconds: float = 1_800_000_000.0) -> None:
        self.now = 0.0
        self.waits: list[float] = []
        self._started_at = wall_clock_seconds

    def timing(self) -> Timing:
        return Timing(lambda: self.now, lambda: self._started_at + self.now, self._wait)

    def _wait(self, stopped: threading.Event, seconds: float) -> bool:
        self.waits.append(seconds)
        self.now += seconds
        return stopped.is_set()


class HeldTime:
    """Time stands still: whoever waits is held until `pass_time`, or until it is stopped.

    As a context manager it lets everybody go at the end, so that a failing test ends too.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self.begun: queue.Queue[float] = queue.Queue()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.now = math.inf

    def timing(self) -> Timing:
        return Timing(lambda: self.now, lambda: self.now, self._wait)

    def pass_time(self, seconds: float) -> None:
        self.now += seconds

    def _wait(self, stopped: threading.Event, seconds: float) -> bool:
        self.begun.put(seconds)
        until = self.now + seconds
        while self.now < until:
            if stopped.wait(0.005):
                return True
        return stopped.is_set()
