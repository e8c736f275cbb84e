"""Waiting for a condition, instead of for some time."""

import time
from collections.abc import Callable

POLL_SECONDS = 0.02


def wait_until(condition: Callable[[], object], seconds: float) -> None:
    """Returns as soon as the condition holds; fails after a generous limit."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(POLL_SECONDS)
