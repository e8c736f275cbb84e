"""Many questions at once, each answer kept in the ledger before anybody uses it."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError
from sqlalchemy.pool import SingletonThreadPool, StaticPool

from backend.errors import WorkStopped
from backend.errors.providers import (
    BadRequest,
    CallRefused,
    CallsStopped,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
    ReplyCut,
)
from backend.llm.calls import FATAL, ChatCaller, Reply
from backend.llm.ledger import Ledger, call_key
from backend.llm.limits import PROCESS_SLOTS, SharedPace
from backend.llm.pacing import Surroundings
from backend.llm.provider import ModelChoice
from backend.llm.replies import says_something
from backend.readable import readable_json

TEXT_FORM = "text-1"

NOTICE_SECONDS = 0.1
"""How soon it is noticed that the work is to stop while every call is slow."""

REFUSED_CALLS_IN_DOUBT = 3
"""So many are refused, and none has gone through: no other is sent until it is known whether those
under way are, too."""

logger = logging.getLogger("lectern.llm")


@dataclass(frozen=True)
class Question:
    """One call: the answer is a text that `is_usable`, or has the form of `schema`."""

    system: str
    user: str
    schema: type[BaseModel] | None = None
    is_usable: Callable[[str], bool] = says_something

    def key(self, choice: ModelChoice) -> str:
        return call_key(
            choice, system=self.system, user=self.user, answer_form=_answer_form(self.schema)
        )

    def read_answer(self, kept: Any) -> dict[str, Any] | None:
        """The answer in what was kept as one, readable; None: it cannot be used."""
        try:
            kept = readable_json(kept)
            if self.schema is not None:
                return _to_json(self.schema.model_validate(kept))
        except (ValidationError, RecursionError):
            return None
        text = kept.get("text") if isinstance(kept, dict) else None
        return {"text": text} if isinstance(text, str) and self.is_usable(text) else None


@cache
def _answer_form(schema: type[BaseModel] | None) -> str:
    """Names the form of an answer: it changes when the schema does."""
    return TEXT_FORM if schema is None else f"{schema.__name__}:{schema.model_json_schema()}"


Outcome = dict[str, Any] | ProviderError
"""The answer (`{"text": …}` for a text), or why there is none."""


@dataclass
class _Refusals:
    """Tells calls that are refused for a reason of their own from a model that refuses every one.

    Nobody waits for an answer to the last of a hundred questions in order to hear that.
    """

    last: CallRefused | None = None
    n_refused: int = 0
    any_went_through: bool = False

    def count(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            if isinstance(outcome, CallRefused):
                self.last = outcome
                self.n_refused += 1
            elif not isinstance(outcome, ProviderUnavailable | RateLimited):
                self.any_went_through = True

    @property
    def are_in_doubt(self) -> bool:
        return not self.any_went_through and self.n_refused >= REFUSED_CALLS_IN_DOUBT

    def raise_if_of_all_calls(self) -> None:
        """Called when no call is under way."""
        if self.are_in_doubt and self.last is not None:
            raise BadRequest(
                f"All of the first {self.n_refused} calls were refused, and none went through, so "
                f"no more were made: {self.last.message}",
                facts=self.last.facts,
            )


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
        self._refusals = _Refusals()

    def ask_all(self, questions: Sequence[Question]) -> Iterator[tuple[int, Outcome]]:
        """The outcome of each question with its index, in the order in which they come.

        What the run has paid for comes from the ledger; what of it cannot be used is set aside and
        asked for again. A reply that was cut off comes back as `ReplyCut` without being asked for
        again. Whoever stops iterating stops the calls: those under way are waited for and kept.

        Raises
        ------
        BadKey, BadRequest, QuotaExhausted, RegionRefused
            No further question can be answered. A `BadRequest` stands for every call, too, where
            each one was refused for a reason that might have been its own.
        WorkStopped
            `stopped` is set; the answers of the calls that were under way are kept.
        """
        keys = [question.key(self._choice) for question in questions]
        answers = self._find_answers(questions, keys)
        cut = self._ledger.find_cut(keys)
        self._refusals.count([*answers.values(), *(ReplyCut() for _ in cut)])
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

    def _find_answers(
        self, questions: Sequence[Question], keys: Sequence[str]
    ) -> dict[str, dict[str, Any]]:
        """What the ledger has of the answers; what of it cannot be used is set aside."""
        by_key = dict(zip(keys, questions, strict=True))
        answers: dict[str, dict[str, Any]] = {}
        for key, kept in self._ledger.find_answers(keys).items():
            answer = by_key[key].read_answer(kept)
            if answer is not None:
                answers[key] = answer
                continue
            logger.warning("A kept answer of %s cannot be used: asking again.", self._choice.model)
            self._ledger.set_aside(key)
        return answers

    def _ask(
        self, questions: Sequence[Question], keys: Sequence[str], unanswered: deque[int]
    ) -> Iterator[tuple[int, Outcome]]:
        caller = self._caller = self._caller or ChatCaller(self._choice, around=self._around)
        running: dict[Future[Reply[Any]], int] = {}
        with ThreadPoolExecutor(self._max_concurrency, "llm-call") as threads:
            try:
                while unanswered or running:
                    while (
                        unanswered
                        and len(running) < self._max_concurrency
                        and not self._refusals.are_in_doubt
                    ):
                        index = unanswered.popleft()
                        running[threads.submit(_ask_one, caller, questions[index])] = index
                    finished, _ = wait(running, NOTICE_SECONDS, FIRST_COMPLETED)
                    settled = self._keep({f: running.pop(f) for f in finished}, keys)
                    if self._stopped.is_set():
                        raise WorkStopped
                    outcomes = _without_failures(settled)
                    self._refusals.count([outcome for _, outcome in outcomes])
                    if not running:
                        self._refusals.raise_if_of_all_calls()
                    yield from outcomes
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
        return caller.ask_text(question.system, question.user, question.is_usable)
    return caller.ask_structured(question.system, question.user, question.schema)


def _to_json(value: str | BaseModel) -> dict[str, Any]:
    return {"text": value} if isinstance(value, str) else value.model_dump(mode="json")
