"""When the next call may be sent: by a job's own pace, and by what it shares with others."""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from backend.errors.providers import CallsStopped
from backend.llm.limits import LATEST_SECONDS, CallSlots, SharedPace

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


@dataclass(frozen=True)
class Surroundings:
    """What limits the calls of a job from outside: nothing, for a caller that is on its own.

    `slots` are shared with the other jobs of the process, `shared_pace` with all processes of the
    database. Once `stopped` is set, no call goes out; `Pace.stop` wakes those that wait.
    """

    slots: CallSlots = field(default_factory=CallSlots)
    shared_pace: SharedPace | None = None
    stopped: threading.Event = field(default_factory=threading.Event)


class Pace:
    """The pace of one job's calls, shared by its threads.

    A rate limit holds back every thread, not only the one that met it, and every other process
    that shares the database. Afterwards the calls of each job go out one by one with a spacing in
    between, which grows with each further rate limit and shrinks with each answer: all at once
    they would meet the same limit again, and use up their attempts.
    """

    def __init__(self, timing: Timing, around: Surroundings | None = None) -> None:
        self._timing = timing
        self._around = around or Surroundings()
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._reserving = threading.Lock()
        self._held_until = -math.inf
        self._next_turn = -math.inf
        self._spacing_seconds = 0.0

    def stop(self) -> None:
        """End all waiting, now and from now on, with `CallsStopped`."""
        self._ended.set()
        self._around.slots.wake()

    def is_stopped(self) -> bool:
        """Whether no further call may be sent: `stop` was called, or the whole work is stopped."""
        return self._ended.is_set() or self._around.stopped.is_set()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until a call may be sent, and hold one of the process's slots until it is done.

        Raises
        ------
        CallsStopped
        """
        while True:
            self.wait_turn()
            # Whoever waits for the end of a hold leaves the slots to calls to other servers.
            with self._around.slots.taken(self.is_stopped):
                if self._wait_shared_turn():
                    self.rest(0)
                    yield
                    return

    def wait_turn(self) -> None:
        """Wait until the next call may be sent by the job's own pace."""
        while True:
            self.rest(0)
            with self._lock:
                now = self._timing.monotonic()
                opens_at = max(self._held_until, self._next_turn)
                if now >= opens_at:
                    self._next_turn = now + self._spacing_seconds
                    return
            self.rest(opens_at - now)

    def _wait_shared_turn(self) -> bool:
        """Wait for a turn among all processes; False if it was missed, or if calls are held."""
        shared = self._around.shared_pace
        if shared is None:
            return True
        opened_at = self._wait_reserved_turn(shared) if shared.has_turns else math.inf
        held_seconds = shared.read_hold()
        if held_seconds > 0:
            self._hold(held_seconds)
        is_late = self._timing.monotonic() - opened_at > LATEST_SECONDS
        return held_seconds <= 0 and not is_late

    def _wait_reserved_turn(self, shared: SharedPace) -> float:
        """Wait for the next free turn; when that was."""
        # One thread at a time: a job that is stopped leaves one unused turn behind, not ten.
        with self._reserving:
            self.rest(0)
            seconds = shared.reserve_turn()
            opens_at = self._timing.monotonic() + seconds
            self.rest(seconds)
            return opens_at

    def rest(self, seconds: float) -> None:
        """Wait, unless the job is stopped."""
        if self.is_stopped() or (seconds > 0 and self._timing.wait(self._ended, seconds)):
            raise CallsStopped

    def slow_down(self, seconds: float) -> None:
        """Hold back every call for `seconds`, in all processes, and space those that follow."""
        self._widen_and_hold(seconds)
        if self._around.shared_pace is not None:
            self._around.shared_pace.hold(seconds)

    def _hold(self, seconds: float) -> None:
        """Somebody else was told to slow down: hold back as long, and do not burst afterwards."""
        with self._lock:
            self._spacing_seconds = max(self._spacing_seconds, FIRST_SPACING_SECONDS)
            self._held_until = max(self._held_until, self._timing.monotonic() + seconds)

    def _widen_and_hold(self, seconds: float) -> None:
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
