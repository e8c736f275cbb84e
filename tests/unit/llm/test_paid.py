"""Many questions at once: what is shared between callers and processes, and stopping."""

import threading
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TypeVar

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError
from sqlmodel import Session, SQLModel, create_engine, select

from backend import database
from backend.config.settings import LlmSettings, Provider
from backend.errors import WorkStopped
from backend.errors.providers import BadRequest, CallRefused
from backend.errors.storage import DatabaseAway
from backend.llm.ledger import Ledger, open_run
from backend.llm.limits import LATEST_SECONDS
from backend.llm.paid import Outcome, PaidCaller, Question
from backend.llm.provider import ModelChoice
from backend.models import Lesson, LlmCall, ProviderPace
from backend.tasks.ownership import Owner
from tests.stubs.asking import asking
from tests.stubs.llm_server import Behaviour, Received, Response
from tests.stubs.openai import OpenAIStub
from tests.waiting import wait_until

T = TypeVar("T")
LIMIT_SECONDS = 30
"""Generous: far less than what would be waited for without a stop (60 s and more)."""


@dataclass
class Job:
    """A job's caller, and the event that stops it."""

    caller: PaidCaller
    stopped: threading.Event

    def ask(self, count: int, about: str = "question") -> list[tuple[int, Outcome]]:
        return list(self.caller.ask_all(questions(count, about)))


def questions(count: int, about: str = "question") -> list[Question]:
    return [Question("Answer.", f"{about} {number}") for number in range(count)]


@pytest.fixture
def lesson_id(each_database: str, lesson_of: Callable[..., int]) -> int:
    return lesson_of()


@pytest.fixture
def make_job(lesson_id: int, openai_stub: OpenAIStub) -> Callable[..., Job]:
    """Makes jobs of one lesson: those of a stage share a run."""

    def make(
        at_once: int = 3, stage: str = "correction", owner: Owner | None = None, **limits: float
    ) -> Job:
        choice = ModelChoice(Provider.OPENAI, "gpt-4o", None, openai_stub.base_url, "key")
        choice = replace(choice, limits=LlmSettings.model_validate(limits))
        run_id = open_run(database.engine, lesson_id, stage)
        owner = owner or Owner()
        ledger = Ledger(database.engine, run_id, owner)
        return Job(PaidCaller(choice, ledger, at_once, owner.stopped), owner.stopped)

    return make


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as pool:
        yield pool


def blocked(stub: OpenAIStub, until: threading.Event) -> Behaviour:
    def respond(received: Received) -> Response:
        assert until.wait(60)
        return stub.answered(received)

    return respond


def count_kept() -> int:
    with Session(database.engine) as session:
        return len(session.exec(select(LlmCall)).all())


def stored_paces() -> list[ProviderPace]:
    with Session(database.engine) as session:
        return list(session.exec(select(ProviderPace)))


def assert_stopped(asked: "Future[list[tuple[int, Outcome]]]") -> None:
    with pytest.raises(WorkStopped):
        asked.result(LIMIT_SECONDS)


# --- stopping --------------------------------------------------------------------------------


def test_calls_under_way_are_kept_at_a_stop_and_no_other_is_sent(
    make_job: Callable[..., Job], openai_stub: OpenAIStub, threads: ThreadPoolExecutor
) -> None:
    released = threading.Event()
    openai_stub.next(*[blocked(openai_stub, released)] * 3)
    job = make_job(at_once=3)
    asked = threads.submit(job.ask, 10)
    wait_until(lambda: openai_stub.call_count == 3, LIMIT_SECONDS)

    job.stopped.set()
    released.set()

    assert_stopped(asked)
    assert openai_stub.call_count == count_kept() == 3
    assert len(make_job().ask(10)) == 10
    assert openai_stub.call_count == 10


def test_nothing_is_asked_once_the_work_is_stopped(
    make_job: Callable[..., Job], openai_stub: OpenAIStub
) -> None:
    job = make_job()
    job.stopped.set()

    with pytest.raises(WorkStopped):
        job.ask(5)

    assert openai_stub.call_count == 0


def test_a_stop_while_an_answer_is_used_sends_no_further_call(
    make_job: Callable[..., Job], openai_stub: OpenAIStub
) -> None:
    job = make_job(at_once=1)
    outcomes = job.caller.ask_all(questions(5))
    next(outcomes)

    job.stopped.set()

    with pytest.raises(WorkStopped):
        next(outcomes)
    assert openai_stub.call_count == count_kept() == 1


def test_a_stop_ends_the_wait_that_a_server_asked_for(
    make_job: Callable[..., Job], openai_stub: OpenAIStub, threads: ThreadPoolExecutor
) -> None:
    openai_stub.always(openai_stub.rate_limited({"retry-after": "60"}))
    job = make_job(at_once=1)
    asked = threads.submit(job.ask, 3)
    wait_until(stored_paces, LIMIT_SECONDS)

    job.stopped.set()

    assert_stopped(asked)
    assert openai_stub.call_count == 1


def test_a_stop_ends_the_wait_for_a_turn(
    make_job: Callable[..., Job], openai_stub: OpenAIStub, threads: ThreadPoolExecutor
) -> None:
    job = make_job(at_once=3, requests_per_minute=0.5)
    asked = threads.submit(job.ask, 3)
    wait_until(lambda: count_kept() == 1, LIMIT_SECONDS)

    job.stopped.set()

    assert_stopped(asked)
    assert openai_stub.call_count == 1


def test_a_stop_ends_the_wait_for_a_slot_that_another_job_holds(
    make_job: Callable[..., Job], openai_stub: OpenAIStub, threads: ThreadPoolExecutor
) -> None:
    released = threading.Event()
    openai_stub.next(blocked(openai_stub, released))
    holder, waiter = make_job(max_concurrency=1), make_job(stage="summary", max_concurrency=1)
    held = threads.submit(holder.ask, 1)
    wait_until(lambda: openai_stub.call_count == 1, LIMIT_SECONDS)
    waiting = threads.submit(waiter.ask, 3)

    waiter.stopped.set()

    assert_stopped(waiting)
    assert openai_stub.call_count == 1
    released.set()
    assert len(held.result(LIMIT_SECONDS)) == 1


def test_answers_are_kept_where_another_call_ends_the_work(
    make_job: Callable[..., Job], openai_stub: OpenAIStub
) -> None:
    released = threading.Event()

    class AwayForOneCall(Owner):
        """The database is away as the second call looks at the pace."""

        def persist(self, write: Callable[[], T]) -> T:
            if threading.current_thread().name.startswith("llm-call") and openai_stub.call_count:
                released.set()
                raise DatabaseAway
            return write()

    openai_stub.next(blocked(openai_stub, released))

    with pytest.raises(DatabaseAway):
        make_job(at_once=2, max_concurrency=2, owner=AwayForOneCall()).ask(10)

    assert released.is_set()
    assert openai_stub.call_count == count_kept() >= 1


def test_a_call_that_failed_does_not_keep_the_next_answer_from_being_kept(
    make_job: Callable[..., Job], openai_stub: OpenAIStub
) -> None:
    looks, closing = threading.Event(), threading.Event()

    class AwayForTheSecond(Owner):
        def persist(self, write: Callable[[], T]) -> T:
            if threading.current_thread().name.endswith("_1"):
                looks.set()
                assert closing.wait(60)
                raise DatabaseAway
            return write()

    def respond(received: Received) -> Response:
        until = looks if received.user_text == "question 0" else closing
        return blocked(openai_stub, until)(received)

    openai_stub.always(respond)
    outcomes = make_job(at_once=3, owner=AwayForTheSecond()).caller.ask_all(questions(3))
    assert next(outcomes)[0] == 0
    wait_until(lambda: openai_stub.call_count == 2, LIMIT_SECONDS)

    closing.set()
    assert isinstance(outcomes, Generator)
    outcomes.close()

    assert count_kept() == 2


# --- one process -----------------------------------------------------------------------------


def test_the_jobs_of_a_process_share_its_calls_at_once(
    make_job: Callable[..., Job], openai_stub: OpenAIStub, threads: ThreadPoolExecutor
) -> None:
    openai_stub.latency_seconds = 0.1
    jobs = [make_job(5, stage, max_concurrency=3) for stage in ("correction", "summary")]

    for asked in [threads.submit(job.ask, 10, "anything") for job in jobs]:
        assert len(asked.result(LIMIT_SECONDS)) == 10

    assert openai_stub.call_count == 20
    assert openai_stub.most_at_once == 3


def test_one_job_sends_no_more_at_once_than_it_was_told(
    make_job: Callable[..., Job], openai_stub: OpenAIStub
) -> None:
    openai_stub.latency_seconds = 0.1

    make_job(at_once=2, max_concurrency=10).ask(6)

    assert openai_stub.most_at_once == 2


def test_without_a_limit_per_minute_nothing_is_written_of_the_pace(
    make_job: Callable[..., Job],
) -> None:
    make_job().ask(3)

    assert stored_paces() == []


def test_an_attempt_after_a_failure_needs_a_turn_of_its_own(
    make_job: Callable[..., Job], openai_stub: OpenAIStub
) -> None:
    after_first: list[float] = []

    def respond(received: Received) -> Response:
        after_first.append(stored_paces()[0].next_call_at)
        return openai_stub.malformed("")(received)

    openai_stub.next(respond)

    make_job(at_once=1, requests_per_minute=600).ask(1)

    assert openai_stub.call_count == 2
    assert stored_paces()[0].next_call_at - after_first[0] >= 0.1


def test_a_database_in_memory_is_touched_by_the_calling_thread_alone(
    openai_stub: OpenAIStub,
) -> None:
    engine = create_engine("sqlite://")
    SQLModel.metadata.create_all(engine)
    with Session(engine) as session:
        lesson = Lesson()
        session.add(lesson)
        session.commit()
        assert lesson.id is not None
        ledger = Ledger(engine, open_run(engine, lesson.id, "correction"), Owner())
    choice = ModelChoice(Provider.OPENAI, "gpt-4o", None, openai_stub.base_url, "key")

    outcomes = list(PaidCaller(choice, ledger, 3, threading.Event()).ask_all(questions(10)))

    assert [type(outcome) for _, outcome in outcomes] == [dict] * 10
    assert len(ledger.find_answers([question.key(choice) for question in questions(10)])) == 10
    engine.dispose()


# --- several processes -----------------------------------------------------------------------


def test_processes_share_the_calls_of_a_minute(
    openai_stub: OpenAIStub, lesson_id: int, write_config: Callable[[str], None]
) -> None:
    write_config(config(openai_stub) + "llm: {requests_per_minute: 120}\n")

    with ExitStack() as stack:
        processes = [stack.enter_context(asking(lesson_id, name, 6, 3)) for name in ("one", "two")]
        assert [process.wait(120) for process in processes] == [0, 0]

    arrived = sorted(received.arrived_at for received in openai_stub.received)
    assert len(arrived) == 12
    # Each with a pace of its own would have sent its six within 2.5 s. The first call of each is
    # left out: between its turn and its arrival a connection is made.
    assert arrived[-1] - arrived[2] >= 9 * 0.5 - LATEST_SECONDS


def test_a_rate_limit_that_one_process_meets_holds_back_the_others(
    openai_stub: OpenAIStub, lesson_id: int, write_config: Callable[[str], None]
) -> None:
    write_config(config(openai_stub))
    hold_seconds = 5
    limited_at: list[float] = []

    def respond(received: Received) -> Response:
        """One is told to slow down; the first answer to the other comes when that is known."""
        if received.user_text == "limited 0" and not limited_at:
            limited_at.append(received.arrived_at)
            return openai_stub.rate_limited({"retry-after": str(hold_seconds)})(received)
        if received.user_text == "other 0":
            wait_until(stored_paces, LIMIT_SECONDS)
        return openai_stub.answered(received)

    openai_stub.always(respond)
    with asking(lesson_id, "other", 3, 1) as other:
        wait_until(lambda: openai_stub.call_count == 1, LIMIT_SECONDS)
        with asking(lesson_id, "limited", 1, 1) as limited:
            assert [other.wait(120), limited.wait(120)] == [0, 0]

    later = [r.arrived_at for r in openai_stub.received if r.user_text in ("other 1", "other 2")]
    assert min(later) - limited_at[0] >= hold_seconds
    assert openai_stub.call_count == 5


def config(stub: OpenAIStub) -> str:
    return f"provider: OpenAI\napi_key: key\nbase_url: {stub.base_url}\n"


# --- kept answers ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kept",
    [
        "null",
        "[]",
        '{"text": null}',
        '{"text": " \\u0000 "}',
        '{"text": "cut',
        "[" * 9_000,
        "[" * 700 + "]" * 700,
    ],
)
def test_a_kept_answer_that_cannot_be_used_is_asked_for_once_more(
    make_job: Callable[..., Job], openai_stub: OpenAIStub, kept: str
) -> None:
    make_job().ask(3)
    if not replace_kept(kept):
        pytest.skip("PostgreSQL keeps nothing that is no JSON")

    answers = [dict(make_job().ask(3)) for _ in range(2)]

    assert answers[0] == answers[1] == {n: {"text": openai_stub.text} for n in range(3)}
    assert openai_stub.call_count == 4
    with Session(database.engine) as session:
        outcomes = sorted(call.outcome for call in session.exec(select(LlmCall)))
    assert outcomes == ["answered", "answered", "answered", "set_aside"]


def test_a_kept_answer_that_needs_cleaning_alone_is_not_paid_for_again(
    make_job: Callable[..., Job], openai_stub: OpenAIStub
) -> None:
    make_job().ask(1)
    assert replace_kept('{"text": "half \\ud83d an emoji, \\u0000and NUL"}')

    assert make_job().ask(1) == [(0, {"text": "half  an emoji, and NUL"})]
    assert openai_stub.call_count == 1


def replace_kept(response: str) -> bool:
    """Put something else into one kept answer, as an older version or another program may have."""
    statement = text(
        "UPDATE llm_call SET response = :kept WHERE id = (SELECT min(id) FROM llm_call)"
    )
    try:
        with database.engine.begin() as connection:
            connection.execute(statement, {"kept": response})
    except DataError:
        return False
    return True


# --- refusals --------------------------------------------------------------------------------


def refusing(stub: OpenAIStub, refused: Callable[[Received], bool]) -> Behaviour:
    refuse = stub.failed(400, "The moon is in the wrong phase.")
    return lambda received: (refuse if refused(received) else stub.answered)(received)


def test_a_call_that_is_refused_for_its_own_sake_ends_no_other(
    make_job: Callable[..., Job], openai_stub: OpenAIStub
) -> None:
    openai_stub.always(refusing(openai_stub, lambda r: r.user_text < "question 5"))

    outcomes = dict(make_job(at_once=10).ask(10))

    assert [isinstance(outcomes[n], CallRefused) for n in range(10)] == [True] * 5 + [False] * 5
    assert openai_stub.call_count == 10


def test_what_is_refused_in_every_call_ends_the_job(
    make_job: Callable[..., Job], openai_stub: OpenAIStub
) -> None:
    openai_stub.always(refusing(openai_stub, lambda r: True))

    with pytest.raises(BadRequest, match=r"All of the first [3-5] calls were refused.*wrong phase"):
        make_job(at_once=3).ask(50)

    assert openai_stub.call_count <= 5


def test_refusals_are_not_judged_while_another_call_is_under_way(
    make_job: Callable[..., Job], openai_stub: OpenAIStub
) -> None:
    """Refusals are quick, and answers are slow: the first that ends is no sign of the others."""

    def respond(received: Received) -> Response:
        if received.user_text == "question 9":
            wait_until(lambda: len(refused) == 5, LIMIT_SECONDS)
        return refuse_some(received)

    refused: list[int] = []
    refuse_some = refusing(openai_stub, lambda r: r.user_text < "question 5")
    openai_stub.always(respond)

    for index, outcome in make_job(at_once=6).caller.ask_all([*questions(5), *questions(10)[9:]]):
        if isinstance(outcome, CallRefused):
            refused.append(index)

    assert len(refused) == 5
    assert openai_stub.call_count == 6


def test_a_run_that_has_an_answer_does_not_end_by_refusals(
    make_job: Callable[..., Job], openai_stub: OpenAIStub
) -> None:
    make_job().ask(1)
    openai_stub.always(refusing(openai_stub, lambda r: True))

    outcomes = make_job().ask(6)

    assert sum(isinstance(outcome, CallRefused) for _, outcome in outcomes) == 5
