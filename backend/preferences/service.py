"""Reading and changing config.yaml as a whole."""

import threading
from collections.abc import Mapping
from typing import Any

from backend.config import Settings, api_key_for, config_path, load_config, to_yaml
from backend.errors import StorageFull
from backend.files import write_whole
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
    from ruamel.yaml import YAML
    from ruamel.yaml.comments import CommentedMap

    with _one_at_a_time:
        present = preferences_json(load_config())
        require_version("The settings", seen, present)
        path = config_path()
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        document = YAML(typ="rt").load(text) or CommentedMap()
        _merge(document, change)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, to_yaml(document), is_private=True)
        except OSError as error:
            raise StorageFull(
                f"{path} could not be written ({error.strerror}): nothing was changed."
            ) from error
        return load_config()


def _merge(document: Any, change: Mapping[str, Any]) -> None:
    for key, value in change.items():
        if isinstance(value, Mapping):
            _merge(document.setdefault(key, {}), value)
        else:
            document[key] = value
