"""From what a provider's SDK raises to an error that says what to do."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.config import Provider
from backend.errors import (
    BadKey,
    BadRequest,
    ContextTooLong,
    Fact,
    FactName,
    ProviderError,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
)
from backend.llm.pacing import read_retry_after
from backend.llm.provider import ModelChoice
from backend.llm.replies import Usage, cut, refused

QUOTED_CHARACTERS = 200
"""What is quoted at most of a provider's own message."""

QUOTA_CODES = {
    "insufficient_quota",
    "billing_error",
    "billing_hard_limit_reached",
    "billing_not_active",
}
QUOTA_WORDING = re.compile(
    r"credit balance is too low|specified api usage limits|insufficient (balance|credits|funds)",
    re.IGNORECASE,
)
"""Not "quota" itself: some servers say it of a limit per minute."""

REFUSAL_CODES = {"content_filter", "content_policy_violation", "invalid_prompt"}
CONTEXT_CODES = {"context_length_exceeded", "request_too_large", "exceed_context_size_error"}
CONTEXT_WORDING = re.compile(
    r"context (length|window|size|limit)|maximum model length|prompt is too long"
    r"|request too large|input tokens exceed",
    re.IGNORECASE,
)
"""As OpenAI, Anthropic, vLLM, Ollama and llama.cpp put it."""

KEY_LIKE = re.compile(r"\bsk-[\w*.-]+")
"""OpenAI quotes a refused key with its middle starred out: not even that much is passed on."""


@dataclass(frozen=True)
class HttpFailure:
    """A response with an error status: its status, the provider's code and words, its headers."""

    status: int
    codes: frozenset[str]
    said: str
    headers: Mapping[str, str]


def failure_types(provider: Provider) -> tuple[type[Exception], ...]:
    """What a call may raise when the provider, the network or the reply's form fails.

    Beside the SDK's own errors LangChain lets bare ones through where a body with status 200 is
    not what the protocol says (a web page, JSON cut in the middle, null for a list).
    """
    bare = (ValueError, TypeError, KeyError, IndexError, AttributeError)
    if provider is Provider.ANTHROPIC:
        from anthropic import AnthropicError

        return (AnthropicError, *bare)
    from openai import OpenAIError

    return (OpenAIError, *bare)


def name_failure(error: Exception, choice: ModelChoice, now_seconds: float) -> ProviderError:
    """The named error for what a call raised. The key stands in none of its words."""
    from langchain_core.exceptions import ModelConnectionError, ModelTimeoutError

    ended_early = _name_early_end(error)
    if ended_early is not None:
        return ended_early
    response = getattr(error, "response", None)
    if response is not None and response.status_code >= 400:
        failure = _read_response(error, response, choice)
        named = _name_status(failure, choice)
        named.retry_after_seconds = read_retry_after(failure.headers, now_seconds)
        return named
    if isinstance(error, ModelTimeoutError):
        return ProviderUnavailable(
            f"{choice.server} did not answer in time: try again later.",
            facts={"server": choice.server},
        )
    said = _quote(str(error), choice)
    if isinstance(error, ModelConnectionError):
        cause = _quote(_root_cause(error), choice)
        return ProviderUnavailable(
            f"{choice.server} cannot be reached ({cause}): check the network and `base_url` in "
            "config.yaml, or try again later.",
            facts={"server": choice.server, "said": cause},
        )
    if CONTEXT_WORDING.search(said):
        return _name_too_long(said, choice)
    if "not supported for" in said:
        return _name_bad_request(said, choice)
    return ProviderUnavailable(
        f"{choice.server} answered with something that is not a reply: check `base_url` in "
        "config.yaml, or try again later.",
        facts={"server": choice.server},
    )


def _name_early_end(error: Exception) -> ProviderError | None:
    """OpenAI's SDK raises, with the whole reply in hand, where it ended before its time."""
    completion = getattr(error, "completion", None)
    if completion is None:
        return None
    counted = completion.usage
    usage = Usage(counted.prompt_tokens, counted.completion_tokens) if counted else Usage()
    reason = completion.choices[0].finish_reason
    return cut(usage) if reason == "length" else refused(reason, usage)


def _read_response(error: Exception, response: Any, choice: ModelChoice) -> HttpFailure:
    body = getattr(error, "body", None)
    inner = body.get("error", body) if isinstance(body, dict) else body
    if not isinstance(inner, dict):
        is_page = str(response.headers.get("content-type", "")).startswith("text/html")
        inner = {"message": "a web page" if is_page else inner or response.reason_phrase}
    codes = (inner.get("code"), inner.get("type"))
    said = inner.get("message") or inner.get("detail") or response.reason_phrase
    return HttpFailure(
        status=response.status_code,
        codes=frozenset(code for code in codes if isinstance(code, str)),
        said=_quote(str(said), choice),
        headers=response.headers,
    )


def _name_status(failure: HttpFailure, choice: ModelChoice) -> ProviderError:
    said = f"HTTP {failure.status}: {failure.said}"
    facts: Mapping[FactName, Fact] = {"server": choice.server, "said": said}
    if _is_quota(failure):
        return QuotaExhausted(
            f"The account at {choice.server} has no credit left ({said}): top it up, then start "
            "again where it stopped.",
            facts=facts,
        )
    if failure.codes & CONTEXT_CODES or failure.status == 413 or _reads_as_too_long(failure):
        return _name_too_long(said, choice)
    if failure.codes & REFUSAL_CODES:
        return refused(failure.said, Usage())
    if failure.status == 429:
        return RateLimited(
            f"{choice.server} asked to slow down ({said}): try again "
            "later, or with less at the same time.",
            facts=facts,
        )
    if failure.status in (408, 409, 425) or failure.status >= 500:
        return ProviderUnavailable(
            f"{choice.server} failed ({said}): try again later.", facts=facts
        )
    if failure.status in (401, 403) and "model_not_found" not in failure.codes:
        refused_what = "a call without an API key" if choice.key_note else "the API key"
        return BadKey(
            f"{choice.key_note}{choice.server} refused {refused_what} ({said}): set a valid one "
            "with `lectern config set api_key`, or in the environment variable "
            f"{choice.key_variable}.",
            facts=facts,
        )
    return _name_bad_request(said, choice)


def _is_quota(failure: HttpFailure) -> bool:
    return (
        failure.status == 402
        or bool(failure.codes & QUOTA_CODES)
        or bool(QUOTA_WORDING.search(failure.said))
    )


def _reads_as_too_long(failure: HttpFailure) -> bool:
    may_mean_it = failure.status in (400, 422, 429, 500)
    return may_mean_it and bool(CONTEXT_WORDING.search(failure.said))


def _name_too_long(said: str, choice: ModelChoice) -> ContextTooLong:
    return ContextTooLong(
        f"The text does not fit what `{choice.model}` reads at once ({said}): ask for less at a "
        "time, or use a model with a longer context.",
        facts={"server": choice.server, "model": choice.model, "said": said},
    )


def _name_bad_request(said: str, choice: ModelChoice) -> BadRequest:
    return BadRequest(
        f"{choice.server} refused the request to `{choice.model}` ({said}): check `base_url`, the "
        "model's name and its settings in config.yaml.",
        facts={"server": choice.server, "model": choice.model, "said": said},
    )


def _root_cause(error: BaseException) -> str:
    """The innermost reason: the SDKs say no more than "Connection error."."""
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error) or type(error).__name__


def _quote(text: str, choice: ModelChoice) -> str:
    """At most `QUOTED_CHARACTERS` of a provider's words, on one line and without the key."""
    if choice.api_key:
        text = text.replace(choice.api_key, "[key]")
    text = " ".join(KEY_LIKE.sub("[key]", text).split()).rstrip(".")
    return text if len(text) <= QUOTED_CHARACTERS else text[: QUOTED_CHARACTERS - 1] + "…"
