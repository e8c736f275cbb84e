"""What calls share with the other jobs of their process, and with other processes."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import pairwise
from typing import TypeVar

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from backend.database import engine_for
from backend.errors.providers import CallsStopped
from backend.errors.storage import DatabaseAway
from backend.llm.limits import WINDOW_SECONDS, CallSlots, SharedPace
from backend.llm.pacing import Pace, Surroundings
from backend.models import ProviderPace
from tests.stubs.clocks import FakeTime
from tests.waiting import wait_until

T = TypeVar("T")
SERVER = "https://box.lan/v1"
SLOW_SECONDS = 10
"""What the machine may take for a few statements."""


def write_once(write: Callable[[], T]) -> T:
    return write()


def pace_of(engine: Engine, per_minute: float | None = None, server: str = SERVER) -> SharedPace:
    return SharedPace(engine, server, per_minute, write_once)


# --- slots -----------------------------------------------------------------------------------


def never() -> bool:
    return False


def test_no_more_than_the_limit_are_taken_at_once() -> None:
    slots = CallSlots(2)
    go_on, second_is_in = threading.Event(), threading.Semaphore(0)

    def call() -> None:
        with slots.taken(never):
            second_is_in.release()
            assert go_on.wait(20)

    with ThreadPoolExecutor(3) as threads:
        calls = [threads.submit(call) for _ in range(3)]
        assert second_is_in.acquire(timeout=20)
        assert second_is_in.acquire(timeout=20)

        assert not second_is_in.acquire(timeout=0.2)
        go_on.set()
        for ended in calls:
            ended.result(20)


def test_a_raised_limit_lets_those_in_that_wait() -> None:
    slots = CallSlots(1)
    entered = threading.Event()

    def call() -> None:
        with slots.taken(never):
            entered.set()

    with ThreadPoolExecutor(1) as threads, slots.taken(never):
        waiting = threads.submit(call)
        assert not entered.wait(0.2)

        slots.set_limit(2)

        waiting.result(20)


def test_a_lowered_limit_holds_once_enough_have_ended() -> None:
    slots = CallSlots(3)
    entered = threading.Event()

    def call() -> None:
        with slots.taken(never):
            entered.set()

    with ThreadPoolExecutor(1) as threads, ExitStack() as held:
        first, second = ExitStack(), ExitStack()
        for stack in (held, first, second):
            stack.enter_context(slots.taken(never))
        slots.set_limit(2)
        waiting = threads.submit(call)

        first.close()
        assert not entered.wait(0.2)
        second.close()

        waiting.result(20)


def test_whoever_is_stopped_stops_waiting_and_leaves_the_slot_to_the_next() -> None:
    slots = CallSlots(1)
    stopped, entered, has_looked = threading.Event(), threading.Event(), threading.Event()

    def is_stopped() -> bool:
        has_looked.set()
        return stopped.is_set()

    def wait_in_vain() -> None:
        with pytest.raises(CallsStopped), slots.taken(is_stopped):
            raise AssertionError("a stopped call got a slot")

    def call() -> None:
        with slots.taken(never):
            entered.set()

    with ThreadPoolExecutor(2) as threads:
        with slots.taken(never):
            first = threads.submit(wait_in_vain)
            assert has_looked.wait(20)
            second = threads.submit(call)
            stopped.set()
        # The slot's end wakes the first alone, which does not want it any more.
        first.result(20)
        second.result(20)
    assert entered.is_set()


class ObservedEvent(threading.Event):
    """Counts how often somebody looks at it."""

    looks = 0

    def is_set(self) -> bool:
        self.looks += 1
        return super().is_set()


def test_the_end_of_a_jobs_calls_wakes_those_that_wait_for_a_slot() -> None:
    stopped = ObservedEvent()
    around = Surroundings(CallSlots(1), stopped=stopped)
    pace = Pace(FakeTime().timing(), around)
    with ThreadPoolExecutor(1) as threads, around.slots.taken(never):
        call = threads.submit(enter, pace)
        # Before its own turn, then before the slot.
        wait_until(lambda: stopped.looks >= 2, 20)

        pace.stop()

        with pytest.raises(CallsStopped):
            call.result(20)


# --- turns -----------------------------------------------------------------------------------


def test_turns_are_spaced_so_that_no_minute_has_more_than_the_limit(engine: Engine) -> None:
    pace = pace_of(engine, per_minute=2)

    turns = [pace.reserve_turn() for _ in range(5)]

    assert turns[0] == 0
    expected = [n * WINDOW_SECONDS / 2 for n in range(5)]
    assert turns == pytest.approx(expected, abs=SLOW_SECONDS)
    assert all(turn <= limit for turn, limit in zip(turns, expected, strict=True))


def test_no_two_who_reserve_at_once_get_the_same_turn(engine: Engine) -> None:
    together = threading.Barrier(8)

    def reserve() -> float:
        pace = pace_of(engine, per_minute=1)
        together.wait(20)
        return pace.reserve_turn()

    with ThreadPoolExecutor(8) as threads:
        turns = sorted(f.result(60) for f in [threads.submit(reserve) for _ in range(8)])

    assert all(later - earlier > WINDOW_SECONDS / 2 for earlier, later in pairwise(turns))


def test_time_without_calls_saves_up_no_turns(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(ProviderPace(provider=SERVER, next_call_at=1000.0))
        session.commit()
    pace = pace_of(engine, per_minute=1)

    assert pace.reserve_turn() == 0
    assert pace.reserve_turn() == pytest.approx(WINDOW_SECONDS, abs=SLOW_SECONDS)


def test_each_server_has_its_own_turns(engine: Engine) -> None:
    pace_of(engine, per_minute=1).reserve_turn()

    assert pace_of(engine, per_minute=1, server="OpenAI").reserve_turn() == 0


# --- holds -----------------------------------------------------------------------------------


def test_a_hold_is_seen_by_all_and_a_shorter_one_does_not_cut_it(engine: Engine) -> None:
    pace_of(engine).hold(300)
    pace_of(engine).hold(5)

    assert pace_of(engine).read_hold() == pytest.approx(300, abs=SLOW_SECONDS)
    assert pace_of(engine, server="OpenAI").read_hold() <= 0


def test_no_turn_is_given_within_a_hold(engine: Engine) -> None:
    pace = pace_of(engine, per_minute=60)
    pace.hold(300)

    turns = [pace.reserve_turn() for _ in range(2)]

    assert turns == pytest.approx([300, 300 + WINDOW_SECONDS / 60], abs=SLOW_SECONDS)


def test_a_hold_that_somebody_else_met_is_waited_for_and_not_followed_by_a_burst(
    engine: Engine,
) -> None:
    waits: list[float] = []

    class ForgettingTime(FakeTime):
        def _wait(self, stopped: threading.Event, seconds: float) -> bool:
            waits.append(seconds)
            if seconds > 1:
                end_hold(engine)
            return super()._wait(stopped, seconds)

    pace_of(engine).hold(300)
    pace = Pace(ForgettingTime().timing(), Surroundings(shared_pace=pace_of(engine)))

    for _ in range(3):
        with pace.turn():
            pass

    assert waits == pytest.approx([300, 0.05, 0.05], abs=SLOW_SECONDS)
    assert waits[1:] == pytest.approx([0.05, 0.05])


def enter(pace: Pace) -> None:
    with pace.turn():
        pass


def end_hold(engine: Engine) -> None:
    with Session(engine) as session:
        session.exec(select(ProviderPace)).one().held_until = 0
        session.commit()


def test_a_turn_that_was_missed_is_not_made_up_for(engine: Engine) -> None:
    class LateTime(FakeTime):
        def _wait(self, stopped: threading.Event, seconds: float) -> bool:
            self.now += 3 if not self.waits else 0
            return super()._wait(stopped, seconds)

    shared = pace_of(engine, per_minute=1)
    shared.reserve_turn()
    time = LateTime()

    with Pace(time.timing(), Surroundings(shared_pace=shared)).turn():
        pass

    assert len(time.waits) == 2
    assert shared.reserve_turn() == pytest.approx(3 * WINDOW_SECONDS, abs=SLOW_SECONDS)


def test_a_turn_that_is_stopped_leaves_those_who_queue_behind_it_without_one(
    engine: Engine,
) -> None:
    shared = pace_of(engine, per_minute=1)
    shared.reserve_turn()
    stopped = threading.Event()
    pace = Pace(FakeTimeThatStops(stopped).timing(), Surroundings(shared_pace=shared))

    with ThreadPoolExecutor(5) as threads:
        calls = [threads.submit(enter, pace) for _ in range(5)]
        assert stopped.wait(20)
        pace.stop()
        outcomes = [call.exception(20) for call in calls]

    assert [type(outcome) for outcome in outcomes] == [CallsStopped] * 5
    assert shared.reserve_turn() == pytest.approx(2 * WINDOW_SECONDS, abs=SLOW_SECONDS)


class FakeTimeThatStops(FakeTime):
    """Says when somebody waits, and lets them wait until they are stopped."""

    def __init__(self, waits_now: threading.Event) -> None:
        super().__init__()
        self._waits_now = waits_now

    def _wait(self, stopped: threading.Event, seconds: float) -> bool:
        self._waits_now.set()
        return stopped.wait(60)


# --- a database that is away -----------------------------------------------------------------


def test_no_call_goes_out_while_the_pace_cannot_be_read() -> None:
    away = engine_for("postgresql+psycopg://me@127.0.0.1:1/lectern")
    tried: list[type[Exception]] = []
    stopped = threading.Event()

    def persist(write: Callable[[], T]) -> T:
        while not stopped.wait(0.01):
            try:
                return write()
            except DatabaseAway as error:
                tried.append(type(error))
        raise DatabaseAway

    pace = Pace(
        FakeTime().timing(), Surroundings(shared_pace=SharedPace(away, SERVER, None, persist))
    )
    with ThreadPoolExecutor(1) as threads:
        call = threads.submit(enter, pace)
        wait_until(lambda: len(tried) >= 3, 20)
        assert not call.done()
        stopped.set()

        with pytest.raises(DatabaseAway):
            call.result(20)
