"""Which server a key is for, and that it goes to no other."""

import re
from typing import Any

from backend.config.environment import key_in_environment
from backend.config.settings import PROVIDER_URLS, SERVER_ADDRESS, Settings
from backend.errors import HIDDEN, InvalidValue


def api_key_for(settings: Settings) -> str:
    """The key for the chosen server: config.yaml's, else the provider's own variable, else "".

    Where config.yaml's was typed for another server there is none.
    """
    if withheld_key_server(settings) is not None:
        return ""
    configured = settings.api_key.get_secret_value().strip()
    return configured or key_in_environment(settings.provider)


def server_of(settings: Settings) -> str | None:
    """Scheme, host and port of the server that the settings choose; None where there is none."""
    url = PROVIDER_URLS.get(settings.provider)
    return None if url is None else origin_of(settings.base_url or url)


def withheld_key_server(settings: Settings) -> str | None:
    """The server that the stored key was typed for, where it is not sent to the chosen one."""
    bound, chosen = settings.api_key_server, server_of(settings)
    if bound is None or chosen is None or not settings.api_key.get_secret_value().strip():
        return None
    return bound if origin_of(bound) != chosen else None


def bind_key(document: Any, before: Settings | None, after: Settings, *, is_typed: bool) -> None:
    """Note in the file which server its key is for.

    One that is typed is for the server that is chosen then. One that the file's editor wrote is for
    the server that was chosen until another one is.

    Parameters
    ----------
    before, after
        The settings before the change, None if the file was broken, and with it.
    """
    if not after.api_key.get_secret_value().strip():
        document.pop("api_key_server", None)
        return
    bound = after.api_key_server
    if is_typed:
        bound = server_of(after)
    elif bound is None and before is not None and server_of(before) != server_of(after):
        bound = server_of(before) or server_of(after)
    if bound is None:
        document.pop("api_key_server", None)
    elif "api_key_server" in document:
        document["api_key_server"] = bound
    else:
        document.insert(list(document).index("api_key") + 1, "api_key_server", bound)


def with_known_password(address: str, settings: Settings) -> str:
    """The address with the name and password that are stored, where it has `***` for them.

    Raises
    ------
    InvalidValue
        There are none for this server.
    """
    parts = re.search(SERVER_ADDRESS, address)
    if parts is None or parts[2] != HIDDEN:
        return address
    stored = settings.base_url
    user = (
        read_address(stored)["user"] if stored and origin_of(stored) == origin_of(address) else ""
    )
    if not user:
        raise InvalidValue(
            f"There is no stored password for {origin_of(address)}: write the address with its own."
        )
    return address.replace(f"//{HIDDEN}@", f"//{user}@", 1)


def origin_of(address: str) -> str:
    parts = read_address(address)
    port = int(parts["port"] or DEFAULT_PORTS[parts["scheme"]])
    shown = "" if port == DEFAULT_PORTS[parts["scheme"]] else f":{port}"
    return f"{parts['scheme']}://{parts['host'].lower()}{shown}"


DEFAULT_PORTS = {"http": 80, "https": 443}


def read_address(address: str) -> dict[str, str]:
    found = re.search(SERVER_ADDRESS, address)
    assert found is not None  # it was validated
    return dict(zip(("scheme", "user", "host", "port"), found.groups(default=""), strict=True))
