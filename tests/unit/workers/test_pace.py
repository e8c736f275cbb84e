"""How long a stage still takes, at its pace so far."""

import pytest

from backend.tasks.progress import Progress
from backend.workers.claim import LEAST_SECONDS, StagePace


def test_what_is_left_takes_as_long_as_what_was_done() -> None:
    pace = StagePace(done=0, at=100.0)

    assert pace.seconds_left(Progress("transcription", 25, 100, "s"), 110.0) == 30.0


def test_what_a_former_attempt_stored_took_no_time() -> None:
    pace = StagePace(done=80, at=100.0)

    assert pace.seconds_left(Progress("transcription", 90, 100, "s"), 105.0) == 5.0


def test_more_than_was_promised_leaves_nothing() -> None:
    assert StagePace(0, 0.0).seconds_left(Progress("transcription", 101, 100, "s"), 10.0) == 0.0


@pytest.mark.parametrize(
    ("done", "total", "now"),
    [(0, 100, 60.0), (25, 100, LEAST_SECONDS / 2), (25, None, 60.0), (25, 0, 60.0)],
)
def test_nobody_says_what_cannot_be_known(done: float, total: float | None, now: float) -> None:
    assert StagePace(0, 0.0).seconds_left(Progress("summary", done, total, "parts"), now) is None
