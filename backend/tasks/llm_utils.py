"""The configured language model, as a LangChain chat model."""

from typing import TYPE_CHECKING

from backend.config.file import load_config
from backend.config.settings import CorrectionSettings, SummarySettings
from backend.errors import InvalidValue
from backend.llm.provider import ModelChoice, build_chat_model

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

MAX_RETRIES = 4
"""Five attempts in all."""


def get_llm_model(
    task_name: str | None = None,
    temperature: float | None = None,
    model: str | None = None,
) -> "BaseChatModel":
    """The ChatOpenAI or ChatAnthropic that config.yaml describes.

    Parameters
    ----------
    task_name
        `correction` or `summary`: whose model and temperature to take. None takes correction's
        model and leaves the temperature to the provider.
    temperature, model
        Taken instead of the configured ones.

    Raises
    ------
    ProviderNotConfigured
        The provider is `Offline`, or there is no key for it.
    InvalidValue
        No such task.
    """
    settings = load_config()
    sections: dict[str | None, CorrectionSettings | SummarySettings] = {
        None: settings.correction.model_copy(update={"temperature": None}),
        "correction": settings.correction,
        "summary": settings.summary,
    }
    if task_name not in sections:
        raise InvalidValue(f"There is no task `{task_name}`: name `correction` or `summary`.")
    section = sections[task_name]
    asked = section.model_copy(
        update={
            "temperature": section.temperature if temperature is None else temperature,
            "model": model or section.model,
        }
    )
    return build_chat_model(ModelChoice.from_settings(settings, asked), max_retries=MAX_RETRIES)
