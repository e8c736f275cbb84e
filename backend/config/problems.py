"""What is wrong in config.yaml, in words: the line, the key, and what is allowed there."""

import difflib
import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from backend.config.settings import Settings


def describe_problem(problem: Any, document: Any) -> str:
    """One pydantic error as `line N: key: what is wrong and what is allowed`."""
    line, keys = _find_line(document, problem["loc"])
    place = f"line {line}: " if line else ""
    dotted = ".".join(map(str, keys))
    if problem["type"] == "invalid_key":
        return f"{place}`{problem['input']}` is not a key: keys are words."
    if problem["type"] == "extra_forbidden":
        allowed = _allowed_keys(keys[:-1])
        hint = did_you_mean(keys[-1], allowed)
        return f"{place}unknown key `{dotted}`: {hint}Allowed here: {', '.join(allowed)}."
    if dotted == "api_key":
        return f"{place}`api_key` must be text in quotes."
    if dotted in ("base_url", "api_key_server"):  # a password may be anywhere in it
        return f"{place}`{dotted}` {_expectation(problem, keys)}."
    return f"{place}`{dotted}` {_expectation(problem, keys)}, not {problem['input']!r}."


def _expectation(problem: Any, keys: Sequence[str]) -> str:
    """What the value must be, as the second half of a sentence."""
    by_key = {
        "base_url": "must be an address such as https://HOST/v1 or http://HOST:PORT/v1",
        "api_key_server": "must be an address such as https://HOST or http://HOST:PORT",
        "language": "must be a language code in small letters, such as en",
    }
    if problem["type"] == "string_pattern_mismatch":
        return by_key[keys[-1]]
    if problem["type"] in ("model_type", "model_attributes_type"):
        return f"must be a section with the keys {', '.join(_allowed_keys(keys))}"
    expected = re.sub(r"^(Input|String) should ", "must ", problem["msg"])
    # pydantic adds how it tried to read the value.
    return re.split(", (?:unable|got) ", expected)[0]


def did_you_mean(key: str, allowed: Sequence[str]) -> str:
    close = difflib.get_close_matches(key, allowed, n=1)
    return f"did you mean `{close[0]}`? " if close else ""


def _find_line(document: Any, location: Sequence[str]) -> tuple[int | None, list[str]]:
    """The line (from 1) of the deepest key of `location` that the file has, and its path."""
    line, keys, node = None, [], document
    for key in location:
        if not hasattr(node, "lc") or key not in node:
            break
        line = node.lc.key(key)[0] + 1 if node.lc.data and key in node.lc.data else line
        keys.append(key)
        node = node[key]
    return line, keys


def _allowed_keys(section: Sequence[str]) -> list[str]:
    """The keys of a section, which is given by the keys that lead to it; none: there is no such."""
    model: type[BaseModel] = Settings
    for key in section:
        inner = _section_type(model, key)
        if inner is None:
            return []
        model = inner
    return list(model.model_fields)


def _section_type(model: type[BaseModel], key: str) -> type[BaseModel] | None:
    field = model.model_fields.get(key)
    annotation = field.annotation if field else None
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return None


def setting_names(section: tuple[str, ...] = ()) -> list[str]:
    """All settings by their dotted names, such as `summary.max_length`."""
    names: list[str] = []
    for key in _allowed_keys(section):
        names += setting_names((*section, key)) or [".".join((*section, key))]
    return names
