"""How many runs a worker does at once."""

import threading
from collections.abc import Mapping


class Slots:
    """The free places of each queue that this worker works on."""

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self._free = dict(sizes)
        self._lock = threading.Lock()

    @property
    def queues(self) -> list[str]:
        return list(self._free)

    def free(self, queue: str) -> int:
        return self._free[queue]

    def take(self, queue: str) -> bool:
        """Whether there was a free place; then it is taken."""
        with self._lock:
            if self._free[queue] < 1:
                return False
            self._free[queue] -= 1
            return True

    def release(self, queue: str) -> None:
        with self._lock:
            self._free[queue] += 1
