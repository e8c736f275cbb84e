"""Which model is built from which settings, and what it sends."""

from typing import Any

import pytest

from backend.config.settings import Provider, Settings
from backend.errors.providers import ProviderNotConfigured
from backend.llm.calls import ChatCaller
from backend.llm.provider import LONGEST_REPLY_TOKENS, ModelChoice, build_chat_model
from tests.stubs.anthropic import AnthropicStub
from tests.stubs.llm_server import ProviderStub, serve
from tests.stubs.openai import OpenAIStub

STUBS: dict[Provider, type[ProviderStub]] = {
    Provider.OPENAI: OpenAIStub,
    Provider.ANTHROPIC: AnthropicStub,
}


def send(provider: Provider, model: str, **choice: Any) -> dict[str, Any]:
    """The body that a plain question to a model sends."""
    with serve(STUBS[provider]()) as stub:
        asked = ModelChoice(provider, model, base_url=stub.base_url, **choice)
        ChatCaller(asked).ask_text("system", "user")
        return stub.received[0].body


def test_the_choice_is_what_the_settings_say() -> None:
    settings = Settings.model_validate(
        {
            "provider": "Anthropic",
            "api_key": "sk-1",
            "base_url": "http://box:1/v1",
            "correction": {"model": "small", "temperature": None},
            "summary": {"model": "large", "temperature": 0.7},
        }
    )

    correction = ModelChoice.from_settings(settings, settings.correction)
    summary = ModelChoice.from_settings(settings, settings.summary)

    assert correction == ModelChoice(Provider.ANTHROPIC, "small", None, "http://box:1/v1", "sk-1")
    assert (summary.model, summary.temperature) == ("large", 0.7)


def test_without_a_key_in_the_settings_the_providers_variable_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-from-environment")
    settings = Settings(provider=Provider.OPENAI)

    assert ModelChoice.from_settings(settings, settings.summary).api_key == "sk-from-environment"


def test_a_choice_never_shows_its_key() -> None:
    choice = ModelChoice(Provider.OPENAI, "gpt-4o", api_key="sk-secret")

    assert "sk-secret" not in repr(choice) + str(choice)
    assert "sk-secret" not in repr(build_chat_model(choice))


def test_offline_has_no_model_and_says_how_to_choose_a_provider() -> None:
    with pytest.raises(ProviderNotConfigured, match="lectern config set provider OpenAI"):
        build_chat_model(ModelChoice(Provider.OFFLINE, "gpt-4o"))


@pytest.mark.parametrize("provider", STUBS)
def test_the_providers_own_server_needs_a_key(provider: Provider) -> None:
    with pytest.raises(ProviderNotConfigured, match="lectern config set api_key") as raised:
        ChatCaller(ModelChoice(provider, "a-model"))

    assert f"{provider.upper()}_API_KEY" in raised.value.message


@pytest.mark.parametrize("provider", STUBS)
def test_another_server_needs_no_key(provider: Provider) -> None:
    assert send(provider, "llama3")["model"] == "llama3"


@pytest.mark.parametrize("provider", STUBS)
@pytest.mark.parametrize("variable", ["OPENAI_API_BASE", "ANTHROPIC_BASE_URL", "LANGSMITH_GATEWAY"])
def test_no_variable_leads_to_a_server_that_the_settings_do_not_name(
    provider: Provider, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "https://elsewhere.example")

    model = build_chat_model(ModelChoice(provider, "a-model", api_key="sk-1"))

    option = {Provider.OPENAI: "openai_api_base", Provider.ANTHROPIC: "anthropic_api_url"}
    address = getattr(model, option[provider])
    assert address.startswith(f"https://api.{provider.lower()}.com")


@pytest.mark.parametrize("ending", ["", "/", "/v1", "/v1/"])
def test_an_address_for_anthropic_may_end_as_openais_does(ending: str) -> None:
    with serve(AnthropicStub()) as stub:
        choice = ModelChoice(Provider.ANTHROPIC, "llama3", base_url=stub.base_url + ending)

        ChatCaller(choice).ask_text("system", "user")

        assert stub.received[0].path.endswith("/v1/messages")
        assert stub.received[0].path.count("/v1") == 1


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        (Provider.OPENAI, "gpt-4o"),
        (Provider.OPENAI, "llama3:8b"),
        (Provider.ANTHROPIC, "claude-sonnet-4-6"),
        (Provider.ANTHROPIC, "some-proxy-model"),
    ],
)
def test_the_temperature_is_sent_and_none_is_not(provider: Provider, model: str) -> None:
    assert send(provider, model, temperature=0.3)["temperature"] == 0.3
    assert "temperature" not in send(provider, model, temperature=None)


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        (Provider.OPENAI, "o3"),
        (Provider.OPENAI, "o1"),
        (Provider.OPENAI, "gpt-5-mini"),
        (Provider.ANTHROPIC, "claude-fable-5"),
        (Provider.ANTHROPIC, "claude-sonnet-5-5"),
        (Provider.ANTHROPIC, "claude-opus-5"),
    ],
)
def test_a_model_that_refuses_a_temperature_gets_none(provider: Provider, model: str) -> None:
    assert "temperature" not in send(provider, model, temperature=0.3)


@pytest.mark.parametrize(
    ("model", "tokens"),
    [("claude-opus-4-6", LONGEST_REPLY_TOKENS), ("claude-of-tomorrow", 4096)],
)
def test_anthropic_is_told_how_long_a_reply_may_be(model: str, tokens: int) -> None:
    assert send(Provider.ANTHROPIC, model)["max_tokens"] == tokens


def test_a_model_that_the_sdk_calls_deprecated_still_answers() -> None:
    assert send(Provider.ANTHROPIC, "claude-sonnet-4-5")["model"] == "claude-sonnet-4-5"


def test_a_password_in_the_address_is_not_shown() -> None:
    choice = ModelChoice(Provider.OPENAI, "m", base_url="https://me:secret@box.lan:8000/v1")

    assert choice.server == "https://box.lan:8000/v1"
