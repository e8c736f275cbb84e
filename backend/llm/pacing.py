"""When the next call may be sent: one pace for all the threads of a job."""

import math
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from backend.errors import CallsStopped

FIRST_SPACING_SECONDS = 0.05
"""Between two calls after a first rate limit; each further one doubles it."""

WIDEST_SPACING_SECONDS = 2.0
EASING = 0.95
"""What a successful call leaves of the spacing; below `NARROWEST_SPACING_SECONDS` it is gone."""

NARROWEST_SPACING_SECONDS = 0.02


@dataclass(frozen=True)
class Timing:
    """Clocks and waiting, which tests replace.

    `wait` waits for the event at most the given seconds, and says whether it is set.
    """

    monotonic: Callable[[], float] = time.monotonic
    wall_clock: Callable[[], float] = time.time
    wait: Callable[[threading.Event, float], bool] = threading.Event.wait


class Pace:
    """The pace of one job's calls, shared by its threads.

    A rate limit holds back every thread, not only the one that met it. Afterwards the calls go
    out one by one with a spacing in between, which grows with each further rate limit and shrinks
    with each answer: all at once they would meet the same limit again, and use up their attempts.
    """

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._held_until = -math.inf
        self._next_turn = -math.inf
        self._spacing_seconds = 0.0

    def stop(self) -> None:
        """End all waiting, now and from now on, with `CallsStopped`."""
        self._stopped.set()

    def wait_turn(self) -> None:
        """Wait until the next call may be sent."""
        while True:
            self.rest(0)
            with self._lock:
                now = self._timing.monotonic()
                opens_at = max(self._held_until, self._next_turn)
                if now >= opens_at:
                    self._next_turn = now + self._spacing_seconds
                    return
            self.rest(opens_at - now)

    def rest(self, seconds: float) -> None:
        """Wait, unless the job is stopped."""
        if self._stopped.is_set() or (seconds > 0 and self._timing.wait(self._stopped, seconds)):
            raise CallsStopped

    def slow_down(self, seconds: float) -> None:
        """Hold back every call for `seconds`, and space those that follow."""
        with self._lock:
            now = self._timing.monotonic()
            # The calls that were under way when the limit was met tell nothing new about it.
            if now >= self._held_until:
                wider = max(FIRST_SPACING_SECONDS, 2 * self._spacing_seconds)
                self._spacing_seconds = min(wider, WIDEST_SPACING_SECONDS)
            self._held_until = max(self._held_until, now + seconds)

    def ease(self) -> None:
        """Take an answer as a sign that calls may follow each other a little faster."""
        with self._lock:
            narrower = self._spacing_seconds * EASING
            self._spacing_seconds = narrower if narrower > NARROWEST_SPACING_SECONDS else 0.0


def read_retry_after(headers: Mapping[str, str], now_seconds: float) -> float | None:
    """The seconds that a response asks to wait, or None where it does not say.

    `retry-after-ms` (OpenAI) is the more exact one; `retry-after` holds seconds or an HTTP date
    (RFC 9110, 10.2.3), which is compared to `now_seconds`, the time of day since 1970.
    """
    milliseconds = _read_number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    stated = headers.get("retry-after")
    seconds = _read_number(stated)
    return seconds if seconds is not None else _seconds_until(stated, now_seconds)


def _read_number(stated: str | None) -> float | None:
    try:
        number = float(stated or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _seconds_until(date: str | None, now_seconds: float) -> float | None:
    try:
        moment = parsedate_to_datetime(date or "")
    except ValueError:
        return None
    return max(0.0, moment.timestamp() - now_seconds)
