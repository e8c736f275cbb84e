"""Reading and changing config.yaml as a whole."""

import re
import threading
from collections.abc import Callable, Mapping
from typing import Any

from backend.config.environment import config_path
from backend.config.file import load_config, read_document, write_document
from backend.config.keys import api_key_for, bind_key, with_known_password, withheld_key_server
from backend.config.settings import Settings
from backend.errors import hide_passwords
from backend.errors.settings import FileOnlySetting
from backend.versions import require_version, version_of

MODEL_NAME = re.compile(r"[A-Za-z0-9_-][\w.-]*(?:/[A-Za-z0-9_-][\w.-]*)?", re.ASCII)
"""A plain name, or owner/repository of a hub."""

_one_at_a_time = threading.Lock()


def preferences_json(settings: Settings) -> dict[str, Any]:
    """The settings as plain JSON values; of the key only whether there is one, and of the address
    nothing that opens a door."""
    shown = settings.model_dump(mode="json", exclude={"api_key", "api_key_server"})
    shown["has_api_key"] = bool(api_key_for(settings))
    shown["other_key_server"] = withheld_key_server(settings)
    if settings.base_url is not None:
        shown["base_url"] = hide_passwords(settings.base_url)
    return shown | {"version": version_of(shown)}


def change_preferences(
    change: Mapping[str, Any], seen: str | None, check_model: Callable[[str], None]
) -> Settings:
    """Change some settings, all of them or none; the comments in the file stay.

    Parameters
    ----------
    change
        Valid values by their keys, those of a section in a mapping of their own.
    seen
        The version that was read; None: whatever is there will do.
    check_model
        Raises what is wrong with the name of a Whisper model.

    Raises
    ------
    ConfigError
        The file was broken before.
    FileOnlySetting
        Something is set that leads outside the data directory.
    InvalidValue
        The address has `***` for a password that is not there.
    Conflict
        `present` is what is there now.
    StorageFull
    """
    with _one_at_a_time:
        before = load_config()
        require_version("The settings", seen, preferences_json(before))
        _refuse_ways_outside(change, before)
        model = change.get("transcription", {}).get("model")
        if model not in (None, before.transcription.model):
            check_model(model)
        path = config_path()
        document = read_document(path)
        _merge(document, _with_known_password(change, before))
        after = Settings.model_validate(document)
        bind_key(document, before, after, is_typed="api_key" in change)
        write_document(document, path)
        return load_config()


def _refuse_ways_outside(change: Mapping[str, Any], present: Settings) -> None:
    """Whoever can change settings from a browser cannot have files read that lie elsewhere."""
    folder = change.get("library", {}).get("watch_folder")
    if folder not in (None, present.library.watch_folder):
        raise FileOnlySetting(
            "`library.watch_folder` has files read that lie outside the data directory; here it "
            "can only be emptied."
        )
    model = change.get("transcription", {}).get("model")
    if model not in (None, present.transcription.model) and not MODEL_NAME.fullmatch(model):
        raise FileOnlySetting(
            "A directory as `transcription.model` has files read that may lie outside the data "
            "directory; here a model is chosen by its name."
        )


def _with_known_password(change: Mapping[str, Any], present: Settings) -> Mapping[str, Any]:
    address = change.get("base_url")
    if address is None:
        return change
    return {**change, "base_url": with_known_password(address, present)}


def _merge(document: Any, change: Mapping[str, Any]) -> None:
    for key, value in change.items():
        if isinstance(value, Mapping):
            _merge(document.setdefault(key, {}), value)
        else:
            document[key] = value
