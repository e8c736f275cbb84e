"""Calls to a language model: structured or plain, retried, paced, with named errors."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_exponential_jitter
from tenacity.stop import stop_base

from backend.errors.providers import (
    BadKey,
    BadRequest,
    ProviderError,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
    RegionRefused,
    ReplyMalformed,
    ReplyUnfinished,
    UnusableReply,
)
from backend.llm.failures import failure_types, name_failure
from backend.llm.pacing import Pace, Surroundings, Timing
from backend.llm.provider import ATTEMPT_TIMEOUT_SECONDS, ModelChoice, build_chat_model
from backend.llm.replies import (
    Answer,
    bind_schema,
    read_structured,
    read_text,
    says_something,
    usage_of,
)

if TYPE_CHECKING:
    from langchain_core.language_models import LanguageModelInput
    from langchain_core.messages import AIMessage, BaseMessage
    from langchain_core.runnables import Runnable

MAX_ATTEMPTS = 5
"""Of one call in all, whatever each attempt failed of."""

MAX_UNUSABLE_REPLIES = 2
"""Malformed or unfinished. Each is paid for, and what went wrong twice seldom goes well."""

LONGEST_WAIT_SECONDS = 60.0
"""Between two attempts: a server that asks for more is asked again after this."""

BACKOFF = wait_exponential_jitter(multiplier=0.5, jitter=0.5, max=LONGEST_WAIT_SECONDS)

ASKED_AGAIN = (RateLimited, ProviderUnavailable, ReplyMalformed, ReplyUnfinished)
FATAL = (BadKey, BadRequest, QuotaExhausted, RegionRefused)
"""No other call of the job can do better, so the job's calls stop."""

logger = logging.getLogger("lectern.llm")

Value = TypeVar("Value")


@dataclass(frozen=True)
class Reply(Generic[Value]):
    """A usable reply, what it was charged for, and the unusable ones that were paid before it."""

    value: Value
    input_tokens: int | None
    output_tokens: int | None
    unusable_replies: tuple[UnusableReply, ...] = ()


class ChatCaller:
    """One job's calls to one model. Built once, used from any number of threads.

    The threads share one `Pace`; what `around` names they share with other jobs and processes.

    Each call makes at most `max_attempts` attempts on rate limits, failures of server or network
    and replies that cannot be used (of these at most `MAX_UNUSABLE_REPLIES`), with a wait that
    grows and varies, or as long as the server says, at most `LONGEST_WAIT_SECONDS`. Nothing of a
    call is traced or sent anywhere but to the model's server.
    """

    def __init__(
        self,
        choice: ModelChoice,
        *,
        timeout_seconds: float = ATTEMPT_TIMEOUT_SECONDS,
        max_attempts: int = MAX_ATTEMPTS,
        timing: Timing | None = None,
        around: Surroundings | None = None,
    ) -> None:
        self._choice = choice
        self._max_attempts = max_attempts
        self._model = build_chat_model(choice, timeout_seconds=timeout_seconds)
        self._failure_types = failure_types(choice.provider)
        self._bound: dict[type, Runnable[LanguageModelInput, AIMessage]] = {}
        self._timing = timing or Timing()
        self._pace = Pace(self._timing, around)

    def stop(self) -> None:
        """Send no further call: those that wait or come later raise `CallsStopped`.

        A call under way ends with its reply, which is paid for in any case.
        """
        self._pace.stop()

    def ask_structured(self, system: str, user: str, schema: type[Answer]) -> Reply[Answer]:
        """Ask for an answer in the form of `schema`, by the provider's own means.

        Raises
        ------
        ProviderError
            One of its named subclasses. Unusable replies carry the tokens they were charged for;
            `unusable_replies` of the error lists them all. What is in `FATAL` stops all calls of
            this caller.
        """
        if schema not in self._bound:
            choice = self._choice
            self._bound[schema] = bind_schema(self._model, choice.provider, choice.model, schema)
        return self._ask(self._bound[schema], system, user, partial(read_structured, schema=schema))

    def ask_text(
        self, system: str, user: str, is_usable: Callable[[str], bool] = says_something
    ) -> Reply[str]:
        """Ask for a text; raises as `ask_structured`. One that is not usable is malformed."""
        return self._ask(self._model, system, user, partial(read_text, is_usable=is_usable))

    def _ask(
        self,
        model: "Runnable[LanguageModelInput, AIMessage]",
        system: str,
        user: str,
        read: Callable[["AIMessage"], Value],
    ) -> Reply[Value]:
        from langchain_core.messages import HumanMessage, SystemMessage

        messages: list[BaseMessage] = [SystemMessage(system), HumanMessage(user)]
        unusable: list[UnusableReply] = []
        retrying = Retrying(
            retry=retry_if_exception_type(ASKED_AGAIN),
            stop=_StopAskingAgain(unusable, self._max_attempts),
            wait=_plan_wait,
            sleep=self._pace.rest,
            before_sleep=self._before_waiting,
            reraise=True,
        )
        try:
            message, value = retrying(self._ask_once, model, messages, read, unusable)
        except ProviderError as error:
            error.unusable_replies = tuple(unusable)
            if isinstance(error, FATAL):
                self.stop()
            elif isinstance(error, RateLimited) and error.retry_after_seconds is not None:
                # This call gives up, and the others need not meet the same limit.
                self._pace.slow_down(min(error.retry_after_seconds, LONGEST_WAIT_SECONDS))
            raise
        usage = usage_of(message)
        return Reply(value, usage.input_tokens, usage.output_tokens, tuple(unusable))

    def _ask_once(
        self,
        model: "Runnable[LanguageModelInput, AIMessage]",
        messages: "list[BaseMessage]",
        read: Callable[["AIMessage"], Value],
        unusable: list[UnusableReply],
    ) -> tuple["AIMessage", Value]:
        try:
            with self._pace.turn():
                message = self._send(model, messages)
            value = read(message)
        except UnusableReply as error:
            unusable.append(error)
            raise
        self._pace.ease()
        return message, value

    def _send(
        self, model: "Runnable[LanguageModelInput, AIMessage]", messages: "list[BaseMessage]"
    ) -> "AIMessage":
        from langsmith.run_helpers import tracing_context

        try:
            # Variables such as LANGSMITH_TRACING would send the transcript to a third party.
            with tracing_context(enabled=False):
                return model.invoke(messages)
        except self._failure_types as error:
            # The SDK's error may quote the key, and a log prints the whole chain of causes.
            raise name_failure(error, self._choice, self._timing.wall_clock()) from None

    def _before_waiting(self, state: RetryCallState) -> None:
        error, seconds = _failure_of(state), _planned_wait(state)
        logger.warning(
            "Attempt %d of %d failed: %s Asking again in %.1f s.",
            state.attempt_number,
            self._max_attempts,
            error.message,
            seconds,
        )
        if isinstance(error, RateLimited) or error.retry_after_seconds is not None:
            self._pace.slow_down(seconds)


class _StopAskingAgain(stop_base):
    def __init__(self, unusable: list[UnusableReply], max_attempts: int) -> None:
        self._unusable = unusable
        self._max_attempts = max_attempts

    def __call__(self, state: RetryCallState) -> bool:
        is_last = state.attempt_number >= self._max_attempts
        return is_last or len(self._unusable) >= MAX_UNUSABLE_REPLIES


def _plan_wait(state: RetryCallState) -> float:
    """Seconds until the next attempt: the server's word, within the cap, before our own guess."""
    error = _failure_of(state)
    if isinstance(error, ReplyMalformed):
        return 0.0
    if error.retry_after_seconds is not None:
        return min(error.retry_after_seconds, LONGEST_WAIT_SECONDS)
    return BACKOFF(state)


def _failure_of(state: RetryCallState) -> ProviderError:
    error = state.outcome.exception() if state.outcome else None
    assert isinstance(error, ProviderError)
    return error


def _planned_wait(state: RetryCallState) -> float:
    return float(state.next_action.sleep) if state.next_action else 0.0
