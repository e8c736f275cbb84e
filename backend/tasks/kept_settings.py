"""The settings that a task keeps from its beginning to its end."""

from collections.abc import Mapping
from typing import Any

from backend.config.settings import Settings
from backend.tasks.pipeline import all_stages

PROVIDER = "provider"


def keep_settings(settings: Settings) -> dict[str, Any]:
    """The part of the settings that decides texts, as JSON values."""
    included: dict[str, Any] = {}
    for stage in all_stages():
        for section, fields in stage.decisive.items():
            known = included.get(section, set())
            included[section] = True if True in (known, fields) else known | fields
    return settings.model_dump(mode="json", include=included)


def with_kept(kept: Mapping[str, Any], settings: Settings) -> Settings:
    """The settings with what a task kept of its own.

    Another provider than the one that the task began with has other models and another key: its
    own settings hold then.
    """
    sections = {name: section for name, section in kept.items() if name != PROVIDER}
    if kept[PROVIDER] != settings.provider:
        for stage in all_stages():
            if PROVIDER in stage.decisive:
                for name in stage.decisive:
                    sections.pop(name, None)
    now = settings.model_dump()
    merged = {name: now[name] | section for name, section in sections.items()}
    return Settings.model_validate(now | merged)
