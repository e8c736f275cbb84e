"""Which language model is asked, and the LangChain model that reaches it."""

import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from backend.config.keys import api_key_for, withheld_key_server
from backend.config.settings import (
    PROVIDER_URLS,
    CorrectionSettings,
    LlmSettings,
    Provider,
    Settings,
    SummarySettings,
)
from backend.errors import hide_passwords
from backend.errors.providers import ProviderNotConfigured

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

ATTEMPT_TIMEOUT_SECONDS = 120.0
"""How long one attempt may go without a byte from the server (the SDKs' own default is 600)."""

LONGEST_REPLY_TOKENS = 16_384
"""What an Anthropic model may write at most, where it could write more.

The API wants a limit. Ours is far above a corrected group or a summary, and keeps a model that
repeats itself from being paid for 128,000 tokens. The models that write less have their own.
"""

PLACEHOLDER_KEY = "no-key"
"""Sent where the key may be empty: the SDKs refuse to start without one."""


@dataclass(frozen=True)
class ModelChoice:
    """A model, how it is reached and how fast. `temperature` None is not sent.

    `other_key_server` is the server that the stored key was typed for, where it is another one, so
    that there is no `api_key`.
    """

    provider: Provider
    model: str
    temperature: float | None = None
    base_url: str | None = field(default=None, repr=False)
    api_key: str = field(default="", repr=False)
    limits: LlmSettings = field(default_factory=LlmSettings)
    other_key_server: str | None = None

    @classmethod
    def from_settings(
        cls, settings: Settings, section: CorrectionSettings | SummarySettings
    ) -> Self:
        """The choice that config.yaml makes for one kind of work."""
        return cls(
            provider=settings.provider,
            model=section.model,
            temperature=section.temperature,
            base_url=settings.base_url,
            api_key=api_key_for(settings),
            limits=settings.llm,
            other_key_server=withheld_key_server(settings),
        )

    @property
    def server(self) -> str:
        """The server as a person names it; a password in `base_url` is left out."""
        if self.base_url is None:
            return str(self.provider)
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"

    @property
    def shown_base_url(self) -> str | None:
        """As it may be stored and shown: without a password."""
        return None if self.base_url is None else hide_passwords(self.base_url)

    @property
    def key_note(self) -> str:
        """Where the stored key is not sent: a sentence that says so, to stand before others."""
        if self.other_key_server is None:
            return ""
        return (
            f"The key that is stored was typed for {self.other_key_server}, so it is not sent to "
            f"{self.server}. "
        )

    @property
    def key_variable(self) -> str:
        return f"{self.provider.upper()}_API_KEY"

    def require_usable(self) -> None:
        """Raise `ProviderNotConfigured` unless a provider is chosen and there is a key for it."""
        if self.provider is Provider.OFFLINE:
            raise ProviderNotConfigured("The provider is `Offline`, which has no language model.")
        if not self.api_key and self.base_url is None:
            raise ProviderNotConfigured(
                f"{self.key_note}There is no API key for {self.provider}, neither in the settings "
                f"nor in the environment variable {self.key_variable}."
            )


def build_chat_model(
    choice: ModelChoice,
    *,
    max_retries: int = 0,
    timeout_seconds: float = ATTEMPT_TIMEOUT_SECONDS,
) -> "BaseChatModel":
    """The LangChain model of a choice.

    A temperature is left out for the models that are known to refuse one. `max_retries` are the
    SDK's own retries on top of the first attempt.

    Raises
    ------
    ProviderNotConfigured
        No provider is chosen, or the provider's own server is asked without a key.
    """
    choice.require_usable()
    _keep_libraries_quiet()
    build = _build_anthropic if choice.provider is Provider.ANTHROPIC else _build_openai
    limits = {"max_retries": max_retries, "timeout": timeout_seconds}
    model = build(choice, choice.api_key or PLACEHOLDER_KEY, limits)
    if (model.profile or {}).get("temperature") is False:
        return model.model_copy(update={"temperature": None})
    return model


def _keep_libraries_quiet() -> None:
    """Where warnings are errors, these would fail a call; elsewhere they speak to nobody here."""
    # Anthropic's SDK, in each call.
    warnings.filterwarnings("ignore", r"The model '.*' is deprecated", DeprecationWarning)
    # LangChain's advice to programmers: people get an error that names the setting.
    warnings.filterwarnings("ignore", ".*OpenAI's structured output feature", UserWarning)
    # Both, of a reply that is not quite in its form, with words of it: those are a lesson's.
    warnings.filterwarnings("ignore", "Pydantic serializer warnings", UserWarning)


# The addresses are always given: left out, variables such as LANGSMITH_GATEWAY or
# OPENAI_API_BASE would send transcripts and key to a server that config.yaml does not name.


def _build_openai(choice: ModelChoice, key: str, limits: dict[str, Any]) -> "BaseChatModel":
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    return ChatOpenAI(
        model=choice.model,
        temperature=choice.temperature,
        base_url=choice.base_url or PROVIDER_URLS[Provider.OPENAI],
        api_key=SecretStr(key),
        **limits,
    )


def _build_anthropic(choice: ModelChoice, key: str, limits: dict[str, Any]) -> "BaseChatModel":
    from langchain_anthropic import ChatAnthropic
    from pydantic import SecretStr

    # The SDK appends /v1 itself, where OpenAI's wants it in the address.
    url = choice.base_url or PROVIDER_URLS[Provider.ANTHROPIC]
    address = url.rstrip("/").removesuffix("/v1")
    model = ChatAnthropic(
        model_name=choice.model,
        temperature=choice.temperature,
        base_url=address,
        api_key=SecretStr(key),
        stop=None,
        **limits,
    )
    longest = min(model.max_tokens or LONGEST_REPLY_TOKENS, LONGEST_REPLY_TOKENS)
    return model.model_copy(update={"max_tokens": longest})
