"""The ledger of paid replies, on both databases."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import pytest
from sqlalchemy import Engine, text, update
from sqlmodel import Session, col, select

from backend.config.settings import Provider
from backend.errors.lessons import InputChanged, LessonNotFound
from backend.errors.providers import ReplyCut, ReplyMalformed, ReplyRefused, UnusableReply
from backend.errors.storage import DatabaseAway
from backend.llm.calls import Reply
from backend.llm.ledger import Ledger, call_key, count_answered, finish_run, open_run
from backend.llm.provider import ModelChoice
from backend.models import CallOutcome, Lesson, LlmCall, LlmRun, Task
from backend.tasks.ownership import Owner
from tests.waiting import wait_until

CHOICE = ModelChoice(Provider.OPENAI, "gpt-4o", 0.3, None, "sk-secret")
ANSWER = {"segments": [{"id": 1, "text": "ein ganz normaler Satz: déjà vu"}]}
REPLY = Reply("unused", 120, 40)


def stored_calls(engine: Engine) -> list[LlmCall]:
    with Session(engine) as session:
        return list(session.exec(select(LlmCall).order_by(col(LlmCall.key), col(LlmCall.attempt))))


@pytest.fixture
def ledger(engine: Engine, lesson_id: int) -> Ledger:
    return Ledger(engine, open_run(engine, lesson_id, "correction"), Owner())


def at_once(engine: Engine, work: Callable[[], object]) -> list[object]:
    """The results of eight threads that do the same at the same time, each on a connection."""
    together = threading.Barrier(8)

    def work_together() -> object:
        with engine.connect():
            together.wait(20)
        return work()

    with ThreadPoolExecutor(8) as threads:
        return [future.result() for future in [threads.submit(work_together) for _ in range(8)]]


# --- runs ------------------------------------------------------------------------------------


def test_an_unfinished_run_is_found_again(engine: Engine, lesson_id: int) -> None:
    first = open_run(engine, lesson_id, "correction")

    assert open_run(engine, lesson_id, "correction") == first
    assert open_run(engine, lesson_id, "summary") != first


def test_a_finished_run_is_followed_by_a_new_one(engine: Engine, lesson_id: int) -> None:
    first = open_run(engine, lesson_id, "correction")
    with Session(engine) as session:
        finish_run(session, first)
        session.commit()

    assert open_run(engine, lesson_id, "correction") != first


def test_a_run_is_finished_by_the_callers_commit_alone(engine: Engine, lesson_id: int) -> None:
    run_id = open_run(engine, lesson_id, "correction")
    with Session(engine) as session:
        finish_run(session, run_id)
        session.rollback()

    with Session(engine) as session:
        assert session.get_one(LlmRun, run_id).finished_at is None


def test_those_who_start_at_once_find_the_same_run(engine: Engine, lesson_id: int) -> None:
    for number in range(10):
        runs = at_once(engine, partial(open_run, engine, lesson_id, f"stage {number}"))

        assert len(set(runs)) == 1


def test_no_run_is_opened_for_a_lesson_that_is_not_there(engine: Engine) -> None:
    with pytest.raises(LessonNotFound, match="There is no lesson 999"):
        open_run(engine, 999, "correction")


# --- keys ------------------------------------------------------------------------------------


def test_the_same_question_has_the_same_key_and_the_api_key_has_no_part_in_it() -> None:
    key = call_key(CHOICE, system="s", user="u", answer_form="f-1")

    other_key = replace(CHOICE, api_key="sk-other")
    assert call_key(other_key, system="s", user="u", answer_form="f-1") == key


@pytest.mark.parametrize(
    "change",
    [
        {"choice": replace(CHOICE, provider=Provider.ANTHROPIC)},
        {"choice": replace(CHOICE, model="gpt-4o-mini")},
        {"choice": replace(CHOICE, temperature=None)},
        {"choice": replace(CHOICE, base_url="http://box/v1")},
        {"system": "s2"},
        {"user": "u2"},
        {"answer_form": "f-2"},
        {"system": "su", "user": ""},
    ],
)
def test_whatever_decides_the_answer_changes_the_key(change: dict[str, Any]) -> None:
    question: dict[str, Any] = {"choice": CHOICE, "system": "s", "user": "u", "answer_form": "f"}

    assert call_key(**question) != call_key(**question | change)


# --- replies ---------------------------------------------------------------------------------


def test_an_answer_is_found_again_with_what_it_cost(ledger: Ledger, engine: Engine) -> None:
    ledger.record_answer("key", CHOICE, ANSWER, REPLY)

    assert ledger.find_answers(["key"]) == {"key": ANSWER}
    (call,) = stored_calls(engine)
    assert (call.outcome, call.provider, call.model) == (CallOutcome.ANSWERED, "OpenAI", "gpt-4o")
    assert (call.input_tokens, call.output_tokens) == (120, 40)


def test_only_the_answers_that_are_asked_for_are_found(ledger: Ledger) -> None:
    ledger.record_answer("a", CHOICE, {"n": 1}, REPLY)
    ledger.record_answer("b", CHOICE, {"n": 2}, REPLY)

    assert ledger.find_answers(["a", "c"]) == {"a": {"n": 1}}
    assert ledger.find_answers(["a", "b"]) == {"a": {"n": 1}, "b": {"n": 2}}
    assert ledger.find_answers(["c"]) == {}


def test_an_answer_of_another_run_is_not_replayed(
    ledger: Ledger, engine: Engine, lesson_id: int
) -> None:
    ledger.record_answer("key", CHOICE, ANSWER, REPLY)

    other = Ledger(engine, open_run(engine, lesson_id, "summary"), Owner())

    assert other.find_answers(["key"]) == {}


@pytest.mark.parametrize(
    ("error_type", "outcome"),
    [
        (ReplyCut, CallOutcome.CUT),
        (ReplyRefused, CallOutcome.REFUSED),
        (ReplyMalformed, CallOutcome.MALFORMED),
    ],
)
def test_an_unusable_reply_is_kept_with_its_reason_and_never_replayed(
    ledger: Ledger, engine: Engine, error_type: type[UnusableReply], outcome: CallOutcome
) -> None:
    error = error_type("It was no good.", input_tokens=7, output_tokens=3)

    ledger.record_unusable("key", CHOICE, error)

    assert ledger.find_answers(["key"]) == {}
    (call,) = stored_calls(engine)
    assert (call.outcome, call.reason) == (outcome, "It was no good.")
    assert (call.response, call.input_tokens, call.output_tokens) == (None, 7, 3)


def test_the_paid_replies_to_one_key_are_numbered(ledger: Ledger, engine: Engine) -> None:
    ledger.record_unusable("key", CHOICE, ReplyRefused())
    malformed = ReplyMalformed(input_tokens=1, output_tokens=1)

    ledger.record_answer("key", CHOICE, ANSWER, Reply("unused", 120, 40, (malformed,)))

    calls = stored_calls(engine)
    assert [call.attempt for call in calls] == [0, 1, 2]
    assert [call.outcome for call in calls] == ["refused", "malformed", "answered"]
    assert ledger.find_answers(["key"]) == {"key": ANSWER}


def test_only_replies_that_were_cut_off_are_listed_as_such(ledger: Ledger) -> None:
    ledger.record_unusable("cut", CHOICE, ReplyCut())
    ledger.record_unusable("refused", CHOICE, ReplyRefused())

    assert ledger.find_cut(["cut", "refused", "other"]) == {"cut"}
    assert ledger.find_cut(["other"]) == set()


def test_what_a_run_need_not_pay_again_is_counted(
    ledger: Ledger, engine: Engine, lesson_id: int
) -> None:
    ledger.record_answer("a", CHOICE, ANSWER, REPLY)
    ledger.record_answer("b", CHOICE, ANSWER, REPLY)
    ledger.record_unusable("cut", CHOICE, ReplyCut())
    run_id = open_run(engine, lesson_id, "summary")
    Ledger(engine, run_id, Owner()).record_answer("d", CHOICE, ANSWER, REPLY)
    keys = ["a", "b", "cut", "d", "never asked"]

    def counted() -> tuple[int, int]:
        return (
            count_answered(engine, lesson_id, "correction", keys),
            count_answered(engine, lesson_id, "summary", keys),
        )

    assert counted() == (2, 1)
    with Session(engine) as session:
        finish_run(session, run_id)
        session.commit()
    assert counted() == (2, 0)
    assert count_answered(engine, lesson_id + 1, "correction", keys) == 0


def test_the_tokens_of_a_run_are_summed_with_those_of_unusable_replies(ledger: Ledger) -> None:
    ledger.record_answer("a", CHOICE, ANSWER, REPLY)
    ledger.record_unusable("b", CHOICE, ReplyCut(input_tokens=30, output_tokens=5))
    ledger.record_unusable("c", CHOICE, ReplyRefused())

    tokens = ledger.sum_tokens()

    assert (tokens.input_tokens, tokens.output_tokens) == (150, 45)


def test_an_answer_that_several_record_at_once_is_kept_once(ledger: Ledger, engine: Engine) -> None:
    at_once(engine, lambda: ledger.record_answer("key", CHOICE, ANSWER, REPLY))

    assert [call.outcome for call in stored_calls(engine)] == ["answered"]


def test_unusable_replies_that_are_recorded_at_once_are_all_kept(
    ledger: Ledger, engine: Engine
) -> None:
    at_once(engine, lambda: ledger.record_unusable("key", CHOICE, ReplyCut()))

    assert [call.attempt for call in stored_calls(engine)] == list(range(8))


def test_a_lesson_that_was_removed_meanwhile_is_named(
    ledger: Ledger, engine: Engine, lesson_id: int
) -> None:
    with Session(engine) as session:
        session.delete(session.get_one(Lesson, lesson_id))
        session.commit()

    with pytest.raises(InputChanged, match="removed"):
        ledger.record_answer("key", CHOICE, ANSWER, REPLY)
    assert stored_calls(engine) == []


def test_no_key_is_stored(ledger: Ledger, engine: Engine) -> None:
    ledger.record_answer("key", CHOICE, ANSWER, REPLY)

    (call,) = stored_calls(engine)
    assert CHOICE.api_key not in call.model_dump_json()


# --- owners ----------------------------------------------------------------------------------

T = TypeVar("T")
MALFORMED = ReplyMalformed(input_tokens=1, output_tokens=1)
RECORDINGS: dict[str, Callable[[Ledger], None]] = {
    "answered": lambda ledger: ledger.record_answer(
        "key", CHOICE, ANSWER, Reply("unused", 120, 40, (MALFORMED,))
    ),
    "unusable": lambda ledger: ledger.record_unusable("key", CHOICE, MALFORMED),
}


class NotingOwner(Owner):
    """Writes down, on its task, how often it was told of a reply."""

    def __init__(self, task_id: int) -> None:
        super().__init__()
        self.task_id = task_id

    def note_receipt(self, session: Session) -> None:
        noted = update(Task).where(col(Task.id) == self.task_id).values(crashes=Task.crashes + 1)
        session.execute(noted)


class LosingOwner(NotingOwner):
    """Loses its connection at the commit of a first write, and writes again."""

    n_lost = 0

    def note_receipt(self, session: Session) -> None:
        super().note_receipt(session)
        if not self.n_lost:
            self.n_lost += 1
            own = session.scalar(text("SELECT pg_backend_pid()"))
            with Session(session.get_bind().engine) as other:
                other.execute(text("SELECT pg_terminate_backend(:own, 20000)"), {"own": own})

    def persist(self, write: Callable[[], T]) -> T:
        try:
            return write()
        except DatabaseAway:
            return write()


class RepeatingOwner(NotingOwner):
    """Does not hear of a commit that went through, and writes again."""

    def persist(self, write: Callable[[], T]) -> T:
        write()
        return write()


@pytest.fixture
def task_id(engine: Engine) -> int:
    with Session(engine) as session:
        task = Task(task_type="correction")
        session.add(task)
        session.commit()
        assert task.id is not None
        return task.id


def noted(engine: Engine, task_id: int) -> int:
    with Session(engine) as session:
        return session.get_one(Task, task_id).crashes


@pytest.mark.parametrize("record", RECORDINGS.values(), ids=RECORDINGS.keys())
def test_the_owner_is_told_of_each_recording_in_its_transaction(
    engine: Engine, lesson_id: int, task_id: int, record: Callable[[Ledger], None]
) -> None:
    run_id = open_run(engine, lesson_id, "correction")

    record(Ledger(engine, run_id, NotingOwner(task_id)))

    assert noted(engine, task_id) == 1


@pytest.mark.parametrize("record", RECORDINGS.values(), ids=RECORDINGS.keys())
def test_a_recording_whose_commit_was_not_heard_of_is_not_done_twice(
    engine: Engine, lesson_id: int, task_id: int, record: Callable[[Ledger], None]
) -> None:
    run_id = open_run(engine, lesson_id, "correction")
    record(Ledger(engine, run_id, Owner()))
    before = len(stored_calls(engine))

    record(Ledger(engine, open_run(engine, lesson_id, "summary"), RepeatingOwner(task_id)))

    assert len(stored_calls(engine)) == 2 * before
    assert noted(engine, task_id) == 1


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
@pytest.mark.parametrize("record", RECORDINGS.values(), ids=RECORDINGS.keys())
def test_a_recording_that_was_lost_with_its_connection_is_done_again(
    engine: Engine, lesson_id: int, task_id: int, record: Callable[[Ledger], None]
) -> None:
    owner = LosingOwner(task_id)

    record(Ledger(engine, open_run(engine, lesson_id, "correction"), owner))

    calls = stored_calls(engine)
    assert owner.n_lost == 1
    assert [call.attempt for call in calls] == list(range(len(calls)))
    assert {call.outcome for call in calls} >= {"malformed"}
    assert noted(engine, task_id) == 1


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_reply_that_comes_while_its_lesson_is_removed_waits_for_the_removal(
    engine: Engine, lesson_id: int, task_id: int
) -> None:
    ledger = Ledger(engine, open_run(engine, lesson_id, "correction"), NotingOwner(task_id))
    with ThreadPoolExecutor(1) as threads, Session(engine) as session:
        lesson = session.get_one(Lesson, lesson_id, with_for_update=True)
        recording = threads.submit(ledger.record_answer, "key", CHOICE, ANSWER, REPLY)
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        wait_until(lambda: session.scalar(waiting), 20)

        session.execute(update(Task).where(col(Task.id) == task_id).values(status="cancelled"))
        session.delete(lesson)
        session.commit()

        with pytest.raises(InputChanged, match="removed"):
            recording.result(20)
