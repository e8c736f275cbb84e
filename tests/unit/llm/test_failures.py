"""What servers answer when they cannot or will not, and what each becomes."""

import pytest

from backend import errors
from backend.config import Provider
from backend.llm.calls import ChatCaller
from backend.llm.provider import ModelChoice
from tests.stubs.anthropic import AnthropicStub
from tests.stubs.clocks import FakeTime
from tests.stubs.llm_server import Received, Response, serve
from tests.stubs.openai import OpenAIStub
from tests.stubs.questions import KEY

OPENAI_FAILURES = [
    (401, "Incorrect API key provided", "invalid_api_key", errors.BadKey),
    (403, "Country, region, or territory not supported", None, errors.RegionRefused),
    (403, "Project `x` has no access to model `gpt-9`", "model_not_found", errors.BadRequest),
    (404, "The model `gpt-9` does not exist", "model_not_found", errors.BadRequest),
    (400, "Unsupported value: 'temperature'", "unsupported_value",
     errors.TemperatureRefused),
    (422, "model: field required", None, errors.CallRefused),
    (429, "You exceeded your current quota", "insufficient_quota", errors.QuotaExhausted),
    (429, "Your account is not active", "billing_not_active", errors.QuotaExhausted),
    (402, "Pay first", None, errors.QuotaExhausted),
    (429, "Insufficient balance: recharge your account", None, errors.QuotaExhausted),
    (429, "You exceeded your current quota, 15 per minute", None, errors.RateLimited),
    (429, "Too many requests", "rate_limit_exceeded", errors.RateLimited),
    (429, "Request too large for gpt-4o on tokens per min", "rate_limit_exceeded",
     errors.ContextTooLong),
    (400, "Your input is 9000 tokens long", "context_length_exceeded", errors.ContextTooLong),
    (400, "This model's maximum context length is 4096 tokens. However, you requested 5000",
     None, errors.ContextTooLong),
    (400, "The decoder prompt (length 5000) is longer than the maximum model length of 4096",
     None, errors.ContextTooLong),
    (400, "the input length exceeds the context length", None, errors.ContextTooLong),
    (500, "the request exceeds the available context size", None, errors.ContextTooLong),
    (413, "Payload too large", None, errors.ContextTooLong),
    (400, "The response was filtered", "content_filter", errors.ReplyRefused),
    (408, "Timeout", None, errors.ProviderUnavailable),
    (409, "Conflict", None, errors.ProviderUnavailable),
    (500, "The server had an error", None, errors.ProviderUnavailable),
    (502, "Bad gateway", None, errors.ProviderUnavailable),
    (503, "That model is overloaded", None, errors.ProviderUnavailable),
    (529, "Overloaded", None, errors.ProviderUnavailable),
]  # fmt: skip

ANTHROPIC_FAILURES = [
    (401, "invalid x-api-key", "authentication_error", errors.BadKey),
    (403, "Your API key does not have permission", "permission_error", errors.BadKey),
    (404, "model: claude-99", "not_found_error", errors.BadRequest),
    (400, "max_tokens: must be greater than 0", "invalid_request_error", errors.ParameterRefused),
    (400, "Your credit balance is too low to access the Anthropic API.", "invalid_request_error",
     errors.QuotaExhausted),
    (400, "You have reached your specified API usage limits.", "invalid_request_error",
     errors.QuotaExhausted),
    (402, "There is an issue with billing", "billing_error", errors.QuotaExhausted),
    (400, "prompt is too long: 210000 tokens > 200000 maximum", "invalid_request_error",
     errors.ContextTooLong),
    (400, "input length and `max_tokens` exceed context limit: 199000 + 8192 > 200000",
     "invalid_request_error", errors.ContextTooLong),
    (413, "Request exceeds the maximum size", "request_too_large", errors.ContextTooLong),
    (429, "This request would exceed your rate limit", "rate_limit_error", errors.RateLimited),
    (500, "Internal server error", "api_error", errors.ProviderUnavailable),
    (504, "Gateway timeout", "timeout_error", errors.ProviderUnavailable),
    (529, "Overloaded", "overloaded_error", errors.ProviderUnavailable),
]  # fmt: skip


@pytest.mark.parametrize(("status", "message", "code", "expected"), OPENAI_FAILURES)
def test_openais_failures_are_named(
    openai_stub: OpenAIStub,
    openai_caller: ChatCaller,
    status: int,
    message: str,
    code: str | None,
    expected: type[errors.ProviderError],
) -> None:
    openai_stub.always(openai_stub.failed(status, message, code=code))

    with pytest.raises(errors.ProviderError) as raised:
        openai_caller.ask_text("system", "user")

    assert type(raised.value) is expected
    assert message.rstrip(".") in raised.value.message
    assert openai_stub.call_count == (5 if expected.retryable else 1)


@pytest.mark.parametrize(("status", "message", "kind", "expected"), ANTHROPIC_FAILURES)
def test_anthropics_failures_are_named(
    fake_time: FakeTime,
    status: int,
    message: str,
    kind: str,
    expected: type[errors.ProviderError],
) -> None:
    with serve(AnthropicStub()) as stub:
        stub.always(stub.failed(status, message, kind=kind))
        choice = ModelChoice(Provider.ANTHROPIC, "claude-opus-4-6", None, stub.base_url, "key-1")

        with pytest.raises(errors.ProviderError) as raised:
            ChatCaller(choice, timing=fake_time.timing()).ask_text("system", "user")

        assert type(raised.value) is expected
        assert message.rstrip(".") in raised.value.message
        assert stub.call_count == (5 if expected.retryable else 1)


@pytest.mark.parametrize(
    ("body", "content_type", "said"),
    [
        (b'{"error": "model \'x\' not found"}', "application/json", "model 'x' not found"),
        (b'{"detail": "Not Found"}', "application/json", "Not Found"),
        (b'{"object": "error", "message": "no such model"}', "application/json", "no such model"),
        (b"<html><body>404 page</body></html>", "text/html", "a web page"),
        (b"", "text/plain", "NOT FOUND"),
    ],
)
def test_a_servers_words_are_found_in_whatever_form_they_come(
    openai_stub: OpenAIStub,
    openai_caller: ChatCaller,
    body: bytes,
    content_type: str,
    said: str,
) -> None:
    def respond(received: Received) -> Response:
        return Response(404, body, content_type=content_type)

    openai_stub.always(respond)

    with pytest.raises(errors.BadRequest) as raised:
        openai_caller.ask_text("system", "user")

    assert f"(HTTP 404: {said})" in raised.value.message


def test_a_long_message_of_the_server_is_shortened(
    openai_stub: OpenAIStub, openai_caller: ChatCaller
) -> None:
    openai_stub.always(openai_stub.failed(400, "no " * 5000))

    with pytest.raises(errors.CallRefused) as raised:
        openai_caller.ask_text("system", "user")

    assert len(raised.value.message) < 500


def test_a_key_that_the_server_repeats_is_left_out_however_the_message_is_cut(
    openai_stub: OpenAIStub, openai_caller: ChatCaller
) -> None:
    openai_stub.always(openai_stub.failed(400, "sk-abc***wxyz " + "x" * 176 + KEY))

    with pytest.raises(errors.CallRefused) as raised:
        openai_caller.ask_text("system", "user")

    assert "sk-" not in raised.value.message
    assert str(raised.value.facts["said"]).startswith("HTTP 400: [key] xxx")
    assert "sk-" not in str(raised.value.facts)


def test_a_temperature_that_langchain_itself_refuses_is_a_bad_request(
    fake_time: FakeTime,
) -> None:
    with serve(AnthropicStub()) as stub:
        dated = "claude-fable-5-20270101"
        choice = ModelChoice(Provider.ANTHROPIC, dated, 0.3, stub.base_url, "key-1")

        with pytest.raises(errors.TemperatureRefused, match="`temperature` is not supported"):
            ChatCaller(choice, timing=fake_time.timing()).ask_text("system", "user")

        assert stub.call_count == 0
