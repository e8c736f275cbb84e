"""config.yaml, read and written.

It is read from disk each time it is asked for, so that it may be edited while the program runs;
whoever starts a long job reads it once and keeps what was read.
"""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from pydantic import ValidationError

from backend.config.environment import config_path, key_in_environment
from backend.config.keys import bind_key, read_address, with_known_password
from backend.config.problems import describe_problem, did_you_mean, setting_names
from backend.config.settings import Provider, Settings
from backend.errors.settings import ConfigError
from backend.errors.storage import StorageFull
from backend.files import make_private_directory, write_whole


def load_config(path: Path | None = None) -> Settings:
    """Read and validate config.yaml; a missing or empty file means the defaults.

    Raises
    ------
    ConfigError
        Naming the file, the line, the key and what is allowed there.
    """
    path = path or config_path()
    return _validate(read_document(path), path)


def set_value(key: str, text: str, path: Path | None = None) -> Settings:
    """Set one dotted key (`summary.max_length`) in config.yaml, keeping its comments.

    `text` is read as YAML, as it would stand in the file. Nothing is written unless the whole
    file is then valid.
    """
    path = path or config_path()
    document = read_document(path)
    before = _settings_before(document, path)
    value = _parse_value(key, text)
    if key == "base_url" and isinstance(value, str) and before is not None:
        value = with_known_password(value, before)
    _assign(document, key, value)
    bind_key(document, before, _validate(document, path), is_typed=key == "api_key")
    settings = _validate(document, path)
    write_document(document, path)
    return settings


def known_secrets() -> list[str]:
    """Every key that this process could come to know, so that logs can leave them out."""
    secrets = [key_in_environment(provider) for provider in Provider]
    try:
        settings = load_config()
    except ConfigError:
        # Whoever needs the settings says what is wrong with them; no job runs with this key.
        return secrets
    user = read_address(settings.base_url)["user"] if settings.base_url else None
    password = (user or "").rpartition(":")[2]
    # A short one would blot out words of the log; within an address it is hidden all the same.
    in_address = [password, unquote(password)] if len(password) >= SHORTEST_SECRET else []
    return [*secrets, settings.api_key.get_secret_value(), *in_address]


SHORTEST_SECRET = 6


def _settings_before(document: Any, path: Path) -> Settings | None:
    try:
        return _validate(document, path)
    except ConfigError:  # which this change may mend
        return None


def to_yaml(values: Mapping[str, Any]) -> str:
    """Plain values as they would stand in config.yaml."""
    text = io.StringIO()
    _yaml().dump(values, text)
    return text.getvalue()


def _yaml() -> Any:
    from ruamel.yaml import YAML

    yaml = YAML(typ="rt")
    yaml.width = 4096
    yaml.preserve_quotes = True
    return yaml


def read_document(path: Path) -> Any:
    """The file as a ruamel mapping that knows its lines and comments, or an empty one.

    Raises
    ------
    ConfigError
        It is no YAML, or cannot be read.
    """
    from ruamel.yaml.comments import CommentedMap
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return CommentedMap()
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read ({error.strerror}): mend or remove it."
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{path} is not text in UTF-8: save it as such, or remove the file to go back to the "
            "defaults."
        ) from error
    try:
        document = _yaml().load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        # What follows `with value` may be a key; so may the lines that the original error quotes,
        # which would go to the log.
        problem = str(error.problem or error.context).partition(" with value ")[0]
        raise ConfigError(
            f"{path}{place}: this is not YAML ({problem}): mend the line, or remove the file to "
            "go back to the defaults."
        ) from None
    except (YAMLError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise ConfigError(
            f"{path}: this is not YAML ({reason}): mend or remove the file."
        ) from None
    except RecursionError:
        raise ConfigError(f"{path}: its brackets are nested too deep: mend the file.") from None
    if document is None:
        return CommentedMap()
    if not isinstance(document, CommentedMap):
        raise ConfigError(f"{path}, line 1: expected `key: value` lines, not a plain value.")
    return document


def write_document(document: Any, path: Path) -> None:
    """Put what `read_document` gave, and was changed, in the file's place; raises `StorageFull`."""
    try:
        make_private_directory(path.parent)
        # The file may hold a key.
        write_whole(path, to_yaml(document), is_private=True)
    except OSError as error:
        raise StorageFull(
            f"{path} could not be written ({error.strerror}): nothing was changed."
        ) from error


def _validate(document: Any, path: Path) -> Settings:
    try:
        return Settings.model_validate(document)
    except ValidationError as error:
        problems = [describe_problem(problem, document) for problem in error.errors()]
        # The original error quotes values, and one of them may be a key in the wrong place.
        raise ConfigError("\n".join(f"{path}, {problem}" for problem in problems)) from None


def _parse_value(key: str, text: str) -> Any:
    """`text` as YAML would read it; a key or a prompt is text whatever it looks like."""
    from ruamel.yaml.error import YAMLError

    if key == "api_key" or key.rpartition(".")[2] in ("prompt", "initial_prompt", "model"):
        return text
    try:
        return _yaml().load(text)
    except (YAMLError, ValueError) as error:
        raise ConfigError(f"`{text}` is not a YAML value for `{key}`.") from error


def _assign(document: Any, key: str, value: Any) -> None:
    from ruamel.yaml.comments import CommentedMap

    if key not in setting_names():
        hint = did_you_mean(key, setting_names())
        raise ConfigError(
            f"There is no setting `{key}`: {hint}There are: {', '.join(setting_names())}."
        )
    *sections, last = key.split(".")
    for section in sections:
        if not isinstance(document.get(section), CommentedMap):
            document[section] = CommentedMap()
        document = document[section]
    document[last] = value
