"""The pace that the threads of a job share."""

import pytest

from backend.errors.providers import CallsStopped
from backend.llm.pacing import WIDEST_SPACING_SECONDS, Pace
from tests.stubs.clocks import FakeTime


def test_without_a_rate_limit_calls_do_not_wait(fake_time: FakeTime) -> None:
    pace = Pace(fake_time.timing())

    for _ in range(100):
        pace.wait_turn()
        pace.ease()

    assert fake_time.waits == []


def test_a_hold_is_waited_for_and_a_shorter_one_does_not_cut_it(fake_time: FakeTime) -> None:
    pace = Pace(fake_time.timing())
    pace.slow_down(30)
    pace.slow_down(5)

    pace.wait_turn()

    assert fake_time.now == 30


def test_after_a_hold_the_calls_go_out_one_by_one(fake_time: FakeTime) -> None:
    pace = Pace(fake_time.timing())
    pace.slow_down(10)

    turns = []
    for _ in range(4):
        pace.wait_turn()
        turns.append(fake_time.now)

    assert turns == pytest.approx([10.0, 10.05, 10.1, 10.15])


def test_limits_met_during_a_hold_do_not_widen_the_spacing(fake_time: FakeTime) -> None:
    pace = Pace(fake_time.timing())
    for _ in range(10):
        pace.slow_down(10)

    pace.wait_turn()
    pace.wait_turn()

    assert fake_time.now == pytest.approx(10.05)


def test_limits_met_again_and_again_widen_the_spacing_up_to_a_bound(fake_time: FakeTime) -> None:
    pace = Pace(fake_time.timing())
    for _ in range(20):
        pace.slow_down(1)
        pace.wait_turn()

    before = fake_time.now
    pace.wait_turn()

    assert fake_time.now - before == pytest.approx(WIDEST_SPACING_SECONDS)


def test_answers_bring_the_spacing_back_to_nothing(fake_time: FakeTime) -> None:
    pace = Pace(fake_time.timing())
    pace.slow_down(1)
    for _ in range(50):
        pace.wait_turn()
        pace.ease()

    before = fake_time.now
    pace.wait_turn()
    pace.wait_turn()

    assert fake_time.now == before


def test_nobody_waits_or_goes_on_after_a_stop(fake_time: FakeTime) -> None:
    pace = Pace(fake_time.timing())
    pace.stop()

    with pytest.raises(CallsStopped):
        pace.wait_turn()
    with pytest.raises(CallsStopped):
        pace.rest(5)
