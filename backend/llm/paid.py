"""Many questions at once, each answer kept in the ledger before anybody uses it."""

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel
from sqlalchemy.pool import SingletonThreadPool, StaticPool

from backend.errors import CallsStopped, ProviderError, ReplyCut, WorkStopped
from backend.llm.calls import FATAL, ChatCaller, Reply
from backend.llm.ledger import Ledger, call_key
from backend.llm.limits import PROCESS_SLOTS, SharedPace
from backend.llm.pacing import Surroundings
from backend.llm.provider import ModelChoice

TEXT_FORM = "text-1"

NOTICE_SECONDS = 0.1
"""How soon it is noticed that the work is to stop while every call is slow."""


@dataclass(frozen=True)
class Question:
    """One call: the answer is a text, or has the form of `schema`."""

    system: str
    user: str
    schema: type[BaseModel] | None = None

    def key(self, choice: ModelChoice) -> str:
        return call_key(
            choice, system=self.system, user=self.user, answer_form=_answer_form(self.schema)
        )


@cache
def _answer_form(schema: type[BaseModel] | None) -> str:
    """Names the form of an answer: it changes when the schema does."""
    return TEXT_FORM if schema is None else f"{schema.__name__}:{schema.model_json_schema()}"


Outcome = dict[str, Any] | ProviderError
"""The answer (`{"text": …}` for a text), or why there is none."""


class PaidCaller:
    """Asks a run's questions in `max_concurrency` threads and keeps what was paid for.

    All the callers of a process share `llm.max_concurrency`, and all those of the processes that
    share the database `llm.requests_per_minute` and what a provider says of slowing down. The
    ledger is touched by the calling thread alone; the others look into the database for nothing
    but the pace, each on a connection of its own.

    Once `stopped` is set, no call is sent.
    """

    def __init__(
        self,
        choice: ModelChoice,
        ledger: Ledger,
        max_concurrency: int,
        stopped: threading.Event,
    ) -> None:
        self._choice = choice
        self._ledger = ledger
        self._max_concurrency = max_concurrency
        self._stopped = stopped
        PROCESS_SLOTS.set_limit(choice.limits.max_concurrency)
        self._around = Surroundings(PROCESS_SLOTS, _shared_pace(choice, ledger), stopped)
        self._caller: ChatCaller | None = None

    def ask_all(self, questions: Sequence[Question]) -> Iterator[tuple[int, Outcome]]:
        """The outcome of each question with its index, in the order in which they come.

        What the run has paid for comes from the ledger. A reply that was cut off comes back as
        `ReplyCut` without being asked for again. Whoever stops iterating stops the calls: those
        under way are waited for and kept.

        Raises
        ------
        BadKey, BadRequest, QuotaExhausted
            No further question can be answered.
        WorkStopped
            `stopped` is set; the answers of the calls that were under way are kept.
        """
        keys = [question.key(self._choice) for question in questions]
        answers = self._ledger.find_answers(keys)
        cut = self._ledger.find_cut(keys)
        unanswered: deque[int] = deque()
        for index, key in enumerate(keys):
            if key in answers:
                yield index, answers[key]
            elif key in cut:
                yield index, ReplyCut()
            else:
                unanswered.append(index)
        if unanswered:
            yield from self._ask(questions, keys, unanswered)

    def _ask(
        self, questions: Sequence[Question], keys: Sequence[str], unanswered: deque[int]
    ) -> Iterator[tuple[int, Outcome]]:
        caller = self._caller = self._caller or ChatCaller(self._choice, around=self._around)
        running: dict[Future[Reply[Any]], int] = {}
        with ThreadPoolExecutor(self._max_concurrency, "llm-call") as threads:
            try:
                while unanswered or running:
                    while unanswered and len(running) < self._max_concurrency:
                        index = unanswered.popleft()
                        running[threads.submit(_ask_one, caller, questions[index])] = index
                    finished, _ = wait(running, NOTICE_SECONDS, FIRST_COMPLETED)
                    settled = self._keep({f: running.pop(f) for f in finished}, keys)
                    if self._stopped.is_set():
                        raise WorkStopped
                    yield from _without_failures(settled)
            finally:
                # Calls are under way here only if something went wrong or nobody wants more:
                # they are paid for in any case, so their answers are kept for the next attempt.
                if running:
                    caller.stop()
                    self._caller = None  # a stopped one answers nothing more
                    wait(running)
                    self._keep(running, keys)

    def _keep(
        self, finished: dict[Future[Reply[Any]], int], keys: Sequence[str]
    ) -> list[tuple[int, Outcome | BaseException]]:
        return [(index, self._keep_one(future, keys[index])) for future, index in finished.items()]

    def _keep_one(self, future: Future[Reply[Any]], key: str) -> Outcome | BaseException:
        """Record what was paid for; the answer, or whatever the call ended with."""
        error = future.exception()
        if error is None:
            reply = future.result()
            answer = _to_json(reply.value)
            self._ledger.record_answer(key, self._choice, answer, reply)
            return answer
        if isinstance(error, ProviderError):
            for unusable in error.unusable_replies:
                self._ledger.record_unusable(key, self._choice, unusable)
        return error


def _shared_pace(choice: ModelChoice, ledger: Ledger) -> SharedPace | None:
    # The one connection of a caller's database in memory is the calling thread's alone, and no
    # other process sees that database.
    if isinstance(ledger.engine.pool, StaticPool | SingletonThreadPool):
        return None
    return SharedPace(
        ledger.engine, choice.server, choice.limits.requests_per_minute, ledger.owner.persist
    )


def _without_failures(
    settled: Sequence[tuple[int, Outcome | BaseException]],
) -> list[tuple[int, Outcome]]:
    """The outcomes of the calls that were made; raises what concerns more than one call."""
    made: list[tuple[int, Outcome]] = []
    for index, outcome in settled:
        if isinstance(outcome, CallsStopped):
            continue
        if isinstance(outcome, FATAL) or not isinstance(outcome, dict | ProviderError):
            raise outcome
        made.append((index, outcome))
    return made


def _ask_one(caller: ChatCaller, question: Question) -> Reply[Any]:
    if question.schema is None:
        return caller.ask_text(question.system, question.user)
    return caller.ask_structured(question.system, question.user, question.schema)


def _to_json(value: str | BaseModel) -> dict[str, Any]:
    return {"text": value} if isinstance(value, str) else value.model_dump(mode="json")
