"""From what a provider's SDK raises to an error that says what to do."""

import re
from collections.abc import Mapping

from backend.config.settings import Provider
from backend.errors import Fact, FactName
from backend.errors.providers import (
    BadKey,
    BadRequest,
    CallRefused,
    ContextTooLong,
    ParameterRefused,
    ProviderError,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
    RegionRefused,
    TemperatureRefused,
)
from backend.llm.provider import ModelChoice
from backend.llm.replies import Usage, judge_end, malformed, refused
from backend.llm.server_errors import ServerError, find_server_error
from backend.llm.waits import read_reset, read_wait
from backend.readable import readable

QUOTED_CHARACTERS = 200
"""What is quoted at most of a provider's own message."""

PASSING_STATUSES = {408, 409, 421, 424, 425, 498, 499}
"""Besides those from 500 on. 498 is Groq's for a server at its limit."""
LASTING_STATUSES = {404, 405, 410}
"""No model, or no such address: no other call can do better."""

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
MALFORMED_CODES = {"json_validate_failed", "tool_use_failed"}
"""Groq's, where the model's answer was not in the form that was asked for."""
CONTEXT_CODES = {"context_length_exceeded", "request_too_large", "exceed_context_size_error"}
CONTEXT_WORDING = re.compile(
    r"context (length|window|size|limit)|maximum model length|prompt is too long"
    r"|request too large|input tokens exceed",
    re.IGNORECASE,
)
"""As OpenAI, Anthropic, vLLM, Ollama and llama.cpp put it."""

KEY_CODES = {"invalid_api_key", "api_key_invalid", "authentication_error", "unauthenticated"}
KEY_WORDING = re.compile(r"api key not valid|(invalid|incorrect) (x-)?api[ -]key", re.IGNORECASE)
"""Google refuses a key with the status 400."""

REGION_CODES = {"unsupported_country_region_territory"}
REGION_WORDING = re.compile(
    r"country, region,? or territory not supported|user location is not supported"
    r"|not available in your (country|region|location)|request not allowed",
    re.IGNORECASE,
)
"""As OpenAI, Google and Anthropic put it."""

MODEL_CODES = {"model_not_found", "invalid_model", "model_not_supported", "model_decommissioned"}
MODEL_WORDING = re.compile(
    r"\b(no such|unknown|invalid) model\b"
    r"|\bmodel\b.{0,80}?\b(not found|not exist|not a valid model|decommissioned)",
    re.IGNORECASE,
)

PARAMETER_CODES = {"unsupported_parameter", "unsupported_value", "unknown_parameter"}
PARAMETER = re.compile(
    r"\b(temperature|response_format|json_schema|tool_choice|parallel_tool_calls|output_config"
    r"|max_(?:completion_|output_)?tokens|tool use|structured outputs?)\b",
    re.IGNORECASE,
)
"""What we send beside the text, as servers name it."""
PARAMETER_WORDING = re.compile(
    r"unsupported|not support|deprecated|not (allowed|permitted|available)|unrecognized|unknown"
    r"|must be|should be|maximum|range|cannot be|no endpoints found",
    re.IGNORECASE,
)
MODERATION_WORDING = re.compile(r"\b(moderation|flagged)\b", re.IGNORECASE)

BLOCKED_BY_CLOUDFLARE = re.compile(r"error code: 1\d{3}\b")
"""All that Cloudflare says to a program."""

KEY_LIKE = re.compile(r"\bsk-[\w*.-]+")
"""OpenAI quotes a refused key with its middle starred out: not even that much is passed on."""


def failure_types(provider: Provider) -> tuple[type[Exception], ...]:
    """What a call may raise when the provider, the network or the reply's form fails.

    Beside the SDK's own errors LangChain lets bare ones through where a body with status 200 is
    not what the protocol says (a web page, JSON cut in the middle, or without an end to its
    depth, null for a list).
    """
    bare = (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError)
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
    answered = find_server_error(error)
    if answered is not None:
        named = _name_server_error(answered, choice)
        wait = read_wait(answered.headers, answered.body, now_seconds)
        if wait is None and isinstance(named, RateLimited):
            # Of any other error these headers say nothing: some servers send them always.
            wait = read_reset(answered.headers, now_seconds)
        named.retry_after_seconds = wait
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
        return _name_parameter(said, said, choice)
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
    usage = Usage.of(counted.prompt_tokens, counted.completion_tokens) if counted else Usage()
    return judge_end(completion.choices[0].finish_reason, usage)


def _name_server_error(answered: ServerError, choice: ModelChoice) -> ProviderError:
    """By what the error means, whatever its number is."""
    where = "HTTP 200, error" if answered.is_inside else "HTTP"
    said = f"{where} {answered.status}: {_quote(answered.said, choice)}"
    return (
        _name_by_words(answered, said, choice)
        or _name_passing(answered, said, choice)
        or _name_lasting(answered, said, choice)
    )


def _name_by_words(answered: ServerError, said: str, choice: ModelChoice) -> ProviderError | None:
    """What says by itself what is wrong: not all servers send the same status with it."""
    facts: Mapping[FactName, Fact] = {"server": choice.server, "said": said}
    if _is_quota(answered):
        return QuotaExhausted(
            f"The account at {choice.server} has no credit left ({said}): top it up, then start "
            "again where it stopped.",
            facts=facts,
        )
    if answered.codes & CONTEXT_CODES or answered.status == 413 or _reads_as_too_long(answered):
        return _name_too_long(said, choice)
    if answered.codes & REFUSAL_CODES or _is_moderation(answered):
        return refused(_quote(answered.said, choice), Usage())
    if answered.codes & MALFORMED_CODES:
        return malformed(said, Usage())
    if answered.codes & REGION_CODES or REGION_WORDING.search(answered.said):
        return RegionRefused(
            f"{choice.server} does not serve the country or region that this computer is in "
            f"({said}): the key is not the cause. Choose another provider.",
            facts=facts,
        )
    return None


def _name_passing(answered: ServerError, said: str, choice: ModelChoice) -> ProviderError | None:
    """What may go well when it is asked again."""
    facts: Mapping[FactName, Fact] = {"server": choice.server, "said": said}
    if answered.status == 429:
        return RateLimited(
            f"{choice.server} asked to slow down ({said}): try again "
            "later, or with less at the same time.",
            facts=facts,
        )
    if answered.status in PASSING_STATUSES or answered.status >= 500:
        return ProviderUnavailable(
            f"{choice.server} failed ({said}): try again later.", facts=facts
        )
    if answered.status == 403 and _is_blocked(answered):
        return ProviderUnavailable(
            f"What stands before {choice.server} did not let the call through ({said}): the key "
            "is not the cause. Try again later, or from another network.",
            facts=facts,
        )
    return None


def _name_lasting(answered: ServerError, said: str, choice: ModelChoice) -> ProviderError:
    facts: Mapping[FactName, Fact] = {"server": choice.server, "said": said}
    is_model = _concerns_model(answered)
    if _is_bad_key(answered) and not is_model:
        refused_what = "a call without an API key" if choice.key_note else "the API key"
        return BadKey(
            f"{choice.key_note}{choice.server} refused {refused_what} ({said}).",
            facts=facts,
        )
    if parameter := _refused_parameter(answered):
        return _name_parameter(parameter, said, choice)
    if is_model or answered.status in LASTING_STATUSES:
        return _name_bad_request(said, choice)
    return CallRefused(
        f"{choice.server} refused a call to `{choice.model}` ({said}): try again, or use another "
        "model.",
        facts={**facts, "model": choice.model},
    )


def _is_quota(answered: ServerError) -> bool:
    return (
        answered.status == 402
        or bool(answered.codes & QUOTA_CODES)
        or bool(QUOTA_WORDING.search(answered.said))
    )


def _reads_as_too_long(answered: ServerError) -> bool:
    may_mean_it = answered.status in (400, 422, 429, 500)
    return may_mean_it and bool(CONTEXT_WORDING.search(answered.said))


def _is_moderation(answered: ServerError) -> bool:
    """OpenRouter answers so where what was sent is not to be answered."""
    may_mean_it = answered.status == 403 and not answered.is_page
    is_said = answered.is_moderation or bool(MODERATION_WORDING.search(answered.said))
    return may_mean_it and is_said


def _is_blocked(answered: ServerError) -> bool:
    """Whether it was not the provider that answered: its API sends no pages."""
    return answered.is_page or bool(BLOCKED_BY_CLOUDFLARE.match(answered.said))


def _concerns_model(answered: ServerError) -> bool:
    return (
        answered.parameter == "model"
        or bool(answered.codes & MODEL_CODES)
        or bool(MODEL_WORDING.search(answered.said))
    )


def _is_bad_key(answered: ServerError) -> bool:
    return (
        answered.status in (401, 403)
        or bool(answered.codes & KEY_CODES)
        or bool(KEY_WORDING.search(answered.said))
    )


def _refused_parameter(answered: ServerError) -> str | None:
    """What we send beside the text and the server does not take, if that is what it says."""
    named = PARAMETER.search(answered.parameter or "") or PARAMETER.search(answered.said)
    is_refused = (
        answered.parameter
        or answered.codes & PARAMETER_CODES
        or PARAMETER_WORDING.search(answered.said)
    )
    return named[1] if named and is_refused else None


def _name_parameter(parameter: str, said: str, choice: ModelChoice) -> ParameterRefused:
    facts: Mapping[FactName, Fact] = {"server": choice.server, "model": choice.model, "said": said}
    if "temperature" in parameter.lower():
        return TemperatureRefused(
            f"`{choice.model}` does not take the temperature that is set ({said}): set "
            "`correction.temperature` or `summary.temperature` in config.yaml to null, so that "
            "none is sent.",
            facts=facts,
        )
    return ParameterRefused(
        f"`{choice.model}` cannot be asked in the way that this work needs ({said}): set "
        "`correction.model` or `summary.model` in config.yaml to another model.",
        facts=facts,
    )


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
    text = " ".join(KEY_LIKE.sub("[key]", readable(text)).split()).rstrip(".")
    return text if len(text) <= QUOTED_CHARACTERS else text[: QUOTED_CHARACTERS - 1] + "…"
