"""Reading and changing config.yaml as a whole."""

import threading
from collections.abc import Mapping
from typing import Any

from backend.config import (
    Settings,
    api_key_for,
    config_path,
    load_config,
    read_document,
    write_document,
)
from backend.versions import require_version, version_of

_one_at_a_time = threading.Lock()


def preferences_json(settings: Settings) -> dict[str, Any]:
    """The settings as plain JSON values; of the key only whether there is one."""
    shown = settings.model_dump(mode="json", exclude={"api_key"})
    shown["has_api_key"] = bool(api_key_for(settings))
    return shown | {"version": version_of(shown)}


def change_preferences(change: Mapping[str, Any], seen: str | None) -> Settings:
    """Change some settings, all of them or none; the comments in the file stay.

    Parameters
    ----------
    change
        Valid values by their keys, those of a section in a mapping of their own.
    seen
        The version that was read; None: whatever is there will do.

    Raises
    ------
    ConfigError
        The file was broken before.
    Conflict
        `present` is what is there now.
    StorageFull
    """
    with _one_at_a_time:
        present = preferences_json(load_config())
        require_version("The settings", seen, present)
        path = config_path()
        document = read_document(path)
        _merge(document, change)
        write_document(document, path)
        return load_config()


def _merge(document: Any, change: Mapping[str, Any]) -> None:
    for key, value in change.items():
        if isinstance(value, Mapping):
            _merge(document.setdefault(key, {}), value)
        else:
            document[key] = value
