"""What is wrong with the options that somebody gave, in words."""

import json
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ValidationError


def describe_problems(error: ValidationError, model: type[BaseModel]) -> str:
    """Each problem, and what is allowed, in one line."""
    return "; ".join(_describe(problem, model) for problem in error.errors())


def _describe(problem: Any, model: type[BaseModel]) -> str:
    name = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "missing":
        return f"`{name}` is missing (it must name a lesson)"
    if problem["type"] == "extra_forbidden":
        return f"`{name}` is not one of {listed(model.model_fields)}"
    expected = problem["msg"].removeprefix("Input should be ")
    return f"`{name}` must be {expected}, not {_shown(problem['input'])}"


def _shown(value: Any) -> str:
    try:
        return json.dumps(value)[:80]
    except (TypeError, ValueError):
        return repr(value)[:80]


def listed(names: Iterable[str]) -> str:
    """For a sentence: `a`, `b` or `c`."""
    *others, last = (f"`{name}`" for name in names)
    return f"{', '.join(others)} or {last}" if others else last
