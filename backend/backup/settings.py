"""Settings in a backup: all but what is secret, which stays where it was typed."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from backend.config.file import read_document, to_yaml, write_document
from backend.errors.settings import ConfigError

SECRETS = ("api_key", "api_key_server")
SERVER = ("provider", "base_url")
"""A key was typed for one of these, and goes to no other."""


def settings_without_secrets(path: Path) -> str | None:
    """The text of config.yaml without keys and passwords; None where it is no YAML."""
    document = _read(path)
    if document is None:
        return None
    # Comments go as well: a key may stand in one.
    plain: dict[str, Any] = json.loads(json.dumps(document, default=str))
    for name in SECRETS:
        plain.pop(name, None)
    if isinstance(plain.get("base_url"), str):
        plain["base_url"] = _without_password(plain["base_url"])
    return to_yaml(plain)


def put_settings_back(source: Path, target: Path) -> None:
    """Put the settings of a backup in the place of the present ones, whose key stays if it was for
    the same server."""
    document = _read(source)
    present = _read(target) if target.exists() else None
    if document is None:
        return
    if present is not None and _server_of(present) == _server_of(document):
        for name in (*SECRETS, "base_url"):
            if present.get(name):
                document[name] = present[name]
    write_document(document, target)


def _read(path: Path) -> Any:
    try:
        document = read_document(path)
    except ConfigError:
        return None
    return document if hasattr(document, "get") else None


def _server_of(document: Any) -> tuple[str, ...]:
    provider, address = (str(document.get(name) or "") for name in SERVER)
    return provider.lower(), _without_password(address)


def _without_password(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
