"""What wakes a loop that would otherwise look at the clock."""

import threading


class Bell:
    """Looks like the `threading.Event` that stops a loop, but its `wait` ends when it is rung.

    The engine's queue loops sleep by waiting for their stop event with a time-out. Given a bell,
    such a loop looks for work at once when there may be some, and never when there is none.
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._is_rung = False
        self._is_stopped = False

    def ring(self) -> None:
        with self._condition:
            self._is_rung = True
            self._condition.notify_all()

    def set(self) -> None:
        """Stop the loop for good."""
        self._is_stopped = True
        self.ring()

    def is_set(self) -> bool:
        return self._is_stopped

    def wait(self, timeout: float | None = None) -> bool:
        """Until it rings, however long that takes; says whether to stop.

        The loop's `timeout` is its polling interval, which the ringing takes the place of.
        """
        with self._condition:
            self._condition.wait_for(lambda: self._is_rung)
            self._is_rung = False
        return self._is_stopped
