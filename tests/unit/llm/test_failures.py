"""What servers answer when they cannot or will not, and what each becomes."""

import pytest

from backend.config.settings import Provider
from backend.errors import providers
from backend.llm.calls import ChatCaller
from backend.llm.provider import ModelChoice
from tests.stubs.anthropic import AnthropicStub
from tests.stubs.clocks import FakeTime
from tests.stubs.llm_server import Received, Response, serve
from tests.stubs.openai import OpenAIStub
from tests.stubs.questions import KEY

OPENAI_FAILURES = [
    (401, "Incorrect API key provided", "invalid_api_key", providers.BadKey),
    (403, "Country, region, or territory not supported", None, providers.RegionRefused),
    (403, "Project `x` has no access to model `gpt-9`", "model_not_found", providers.BadRequest),
    (404, "The model `gpt-9` does not exist", "model_not_found", providers.BadRequest),
    (400, "Unsupported value: 'temperature'", "unsupported_value",
     providers.TemperatureRefused),
    (422, "model: field required", None, providers.CallRefused),
    (429, "You exceeded your current quota", "insufficient_quota", providers.QuotaExhausted),
    (429, "Your account is not active", "billing_not_active", providers.QuotaExhausted),
    (402, "Pay first", None, providers.QuotaExhausted),
    (429, "Insufficient balance: recharge your account", None, providers.QuotaExhausted),
    (429, "You exceeded your current quota, 15 per minute", None, providers.RateLimited),
    (429, "Too many requests", "rate_limit_exceeded", providers.RateLimited),
    (429, "Request too large for gpt-4o on tokens per min", "rate_limit_exceeded",
     providers.ContextTooLong),
    (400, "Your input is 9000 tokens long", "context_length_exceeded", providers.ContextTooLong),
    (400, "This model's maximum context length is 4096 tokens. However, you requested 5000",
     None, providers.ContextTooLong),
    (400, "The decoder prompt (length 5000) is longer than the maximum model length of 4096",
     None, providers.ContextTooLong),
    (400, "the input length exceeds the context length", None, providers.ContextTooLong),
    (500, "the request exceeds the available context size", None, providers.ContextTooLong),
    (413, "Payload too large", None, providers.ContextTooLong),
    (400, "The response was filtered", "content_filter", providers.ReplyRefused),
    (408, "Timeout", None, providers.ProviderUnavailable),
    (409, "Conflict", None, providers.ProviderUnavailable),
    (500, "The server had an error", None, providers.ProviderUnavailable),
    (502, "Bad gateway", None, providers.ProviderUnavailable),
    (503, "That model is overloaded", None, providers.ProviderUnavailable),
    (529, "Overloaded", None, providers.ProviderUnavailable),
]  # fmt: skip

ANTHROPIC_FAILURES = [
    (401, "invalid x-api-key", "authentication_error", providers.BadKey),
    (403, "Your API key does not have permission", "permission_error", providers.BadKey),
    (404, "model: claude-99", "not_found_error", providers.BadRequest),
    (400, "max_tokens: must be greater than 0", "invalid_request_error",
     providers.ParameterRefused),
    (400, "Your credit balance is too low to access the Anthropic API.", "invalid_request_error",
     providers.QuotaExhausted),
    (400, "You have reached your specified API usage limits.", "invalid_request_error",
     providers.QuotaExhausted),
    (402, "There is an issue with billing", "billing_error", providers.QuotaExhausted),
    (400, "prompt is too long: 210000 tokens > 200000 maximum", "invalid_request_error",
     providers.ContextTooLong),
    (400, "input length and `max_tokens` exceed context limit: 199000 + 8192 > 200000",
     "invalid_request_error", providers.ContextTooLong),
    (413, "Request exceeds the maximum size", "request_too_large", providers.ContextTooLong),
    (429, "This request would exceed your rate limit", "rate_limit_error", providers.RateLimited),
    (500, "Internal server error", "api_error", providers.ProviderUnavailable),
    (504, "Gateway timeout", "timeout_error", providers.ProviderUnavailable),
    (529, "Overloaded", "overloaded_error", providers.ProviderUnavailable),
]  # fmt: skip


@pytest.mark.parametrize(("status", "message", "code", "expected"), OPENAI_FAILURES)
def test_openais_failures_are_named(
    openai_stub: OpenAIStub,
    openai_caller: ChatCaller,
    status: int,
    message: str,
    code: str | None,
    expected: type[providers.ProviderError],
) -> None:
    openai_stub.always(openai_stub.failed(status, message, code=code))

    with pytest.raises(providers.ProviderError) as raised:
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
    expected: type[providers.ProviderError],
) -> None:
    with serve(AnthropicStub()) as stub:
        stub.always(stub.failed(status, message, kind=kind))
        choice = ModelChoice(Provider.ANTHROPIC, "claude-opus-4-6", None, stub.base_url, "key-1")

        with pytest.raises(providers.ProviderError) as raised:
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

    with pytest.raises(providers.BadRequest) as raised:
        openai_caller.ask_text("system", "user")

    assert f"(HTTP 404: {said})" in raised.value.message


def test_a_long_message_of_the_server_is_shortened(
    openai_stub: OpenAIStub, openai_caller: ChatCaller
) -> None:
    openai_stub.always(openai_stub.failed(400, "no " * 5000))

    with pytest.raises(providers.CallRefused) as raised:
        openai_caller.ask_text("system", "user")

    assert len(raised.value.message) < 500


def test_a_key_that_the_server_repeats_is_left_out_however_the_message_is_cut(
    openai_stub: OpenAIStub, openai_caller: ChatCaller
) -> None:
    openai_stub.always(openai_stub.failed(400, "sk-abc***wxyz " + "x" * 176 + KEY))

    with pytest.raises(providers.CallRefused) as raised:
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

        with pytest.raises(providers.TemperatureRefused, match="`temperature` is not supported"):
            ChatCaller(choice, timing=fake_time.timing()).ask_text("system", "user")

        assert stub.call_count == 0
