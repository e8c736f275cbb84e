"""The settings of a worker: the file may be edited, and broken, while it runs."""

import logging
from collections.abc import Mapping
from typing import Any

from backend.config import Settings, known_secrets, load_config, log_dir
from backend.errors import ConfigError
from backend.log import set_up_logging
from backend.speech.engines.registry import TranscriptionSettings

logger = logging.getLogger("lectern.jobs")

FROZEN: Mapping[str, Any] = {
    "provider": True,
    "transcription": TranscriptionSettings.model_fields.keys() - {"device", "compute_type"},
    "correction": True,
    "summary": True,
}
"""What decides a text. It holds from a task's beginning to its end, also on another machine; where
the recogniser runs and how a provider is reached is each machine's own."""


class CurrentSettings:
    """config.yaml as it is now, or as it was when it could last be read."""

    def __init__(self) -> None:
        self._last = load_config()
        self._complaint = ""

    def read(self) -> Settings:
        try:
            settings = load_config()
        except ConfigError as error:
            if error.message != self._complaint:
                self._complaint = error.message
                logger.error(
                    "%s The worker goes on with the settings that it read before.", error.message
                )
            return self._last
        self._complaint = ""
        secret, known = ((each.api_key, each.base_url) for each in (settings, self._last))
        if secret != known:
            set_up_logging(log_dir(), known_secrets(), logging.INFO)
        self._last = settings
        return settings


def freeze(settings: Settings) -> dict[str, Any]:
    """The part of the settings that a task keeps."""
    return settings.model_dump(mode="json", include=dict(FROZEN))


def thaw(frozen: Mapping[str, Any], settings: Settings) -> Settings:
    """The settings with what a task kept of its own.

    Another provider than the one that the task began with has other models and another key: its
    own settings hold then.
    """
    kept = dict(frozen)
    if kept.pop("provider") != settings.provider:
        del kept["correction"], kept["summary"]
    now = settings.model_dump()
    merged = {name: now[name] | section for name, section in kept.items()}
    return Settings.model_validate(now | merged)
