"""The error that a server answered with, read from whatever form it came in."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

WEB_PAGE = "a web page"

STATUS_OF_CODE = {
    "insufficient_quota": 402,
    "invalid_api_key": 401,
    "authentication_error": 401,
    "unauthenticated": 401,
    "permission_error": 403,
    "permission_denied": 403,
    "invalid_request_error": 400,
    "invalid_argument": 400,
    "invalid_prompt": 400,
    "model_not_found": 404,
    "not_found_error": 404,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "resource_exhausted": 429,
    "too_many_requests": 429,
}
"""What the providers send a code with, for an error that comes without a status."""
UNKNOWN_STATUS = 502

MAX_DEPTH = 5
"""Errors that hand on another server's error stand one within the other."""


@dataclass(frozen=True)
class ServerError:
    """An error that a server answered with.

    `status` is that of the error, which may stand inside an answer with the status 200. `codes`
    are the provider's own names for it, in lower case, `said` is its message and `body` all of the
    answer. `headers`, by names in lower case, are the answer's, and those that the body quotes.
    `parameter` is what the request was refused for, where the server names it.
    """

    status: int
    said: str
    codes: frozenset[str] = frozenset()
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    parameter: str | None = None
    is_inside: bool = False
    is_page: bool = False
    is_moderation: bool = False


def find_server_error(error: Exception) -> ServerError | None:
    """What a server said, if that is why a call failed."""
    response = getattr(error, "response", None)
    if response is not None and response.status_code >= 400:
        return _read_error(response.status_code, _content_of(response), response)
    inside = _raised_as_it_is(error) or _inside(response)
    if inside is None:
        return None
    return _read_error(_status_of(inside), {"error": inside}, response, is_inside=True)


def _raised_as_it_is(error: Exception) -> dict[str, Any] | None:
    """An error inside an answer with the status 200, as LangChain raises it."""
    raised: Any = error.args[0] if error.args else None
    if isinstance(raised, BaseModel):
        raised = raised.model_dump()
    return raised if raised and isinstance(raised, dict) else None


def _inside(response: Any) -> dict[str, Any] | str | None:
    """The same where an SDK stumbled over what is not there instead."""
    content = None if response is None else _content_of(response)
    inside = content.get("error") if isinstance(content, dict) else None
    return inside if inside and isinstance(inside, dict | str) else None


def _content_of(response: Any) -> Any:
    """The JSON of a body, or its text."""
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        return response.content.decode(errors="replace")


def _read_error(
    status: int, content: Any, response: Any, *, is_inside: bool = False
) -> ServerError:
    layers = list(_layers(content))
    body = content if isinstance(content, str) else _write(content)
    headers = _headers(response, layers)
    is_page = "html" in headers.get("content-type", "") or body.lstrip()[:1] == "<"
    reason = "" if response is None else response.reason_phrase
    return ServerError(
        status=status,
        said=WEB_PAGE if is_page else _said(layers) or _plain(content) or reason,
        codes=frozenset(_texts(layers, "code", "type", "status", "reason", "error_type")),
        body=body,
        headers=headers,
        parameter=next(_texts(layers, "param"), None),
        is_inside=is_inside,
        is_page=is_page,
        is_moderation=any(layer.keys() & {"flagged_input", "moderation"} for layer in layers),
    )


def _headers(response: Any, layers: list[dict[str, Any]]) -> dict[str, str]:
    """Those of the answer, and in their place those that it quotes of the server behind it."""
    own = {} if response is None else response.headers
    quoted = [found for layer in layers if isinstance(found := layer.get("headers"), dict)]
    return {
        str(name).lower(): str(value)
        for headers in (own, *quoted)
        for name, value in headers.items()
    }


def _layers(content: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """The objects that tell of an error, the outermost first.

    Google's stands in a list, and its details in another; OpenRouter hands on a server's as
    `metadata`, others as JSON in the message.
    """
    if isinstance(content, str) and content.lstrip()[:1] in ("{", "["):
        try:
            content = json.loads(content)
        except (ValueError, RecursionError):
            return
    if depth > MAX_DEPTH:
        return
    if isinstance(content, list):
        for each in content[:MAX_DEPTH]:
            yield from _layers(each, depth + 1)
    elif isinstance(content, dict):
        yield content
        for name in ("error", "metadata", "raw", "message", "details"):
            yield from _layers(content.get(name), depth + 1)


def _said(layers: list[dict[str, Any]]) -> str:
    """The innermost message: a server that hands on another's says little itself."""
    messages: list[str] = [
        layer[name]
        for layer in layers
        for name in ("error", "message", "detail", "raw")
        if isinstance(layer.get(name), str) and layer[name].strip()
    ]
    plain = [text for text in messages if text.lstrip()[:1] not in ("{", "[")]
    if plain:
        return plain[-1]
    detail = next((layer["detail"] for layer in layers if layer.get("detail")), None)
    return "" if detail is None else _write(detail)


def _write(content: Any) -> str:
    try:
        return json.dumps(content, ensure_ascii=False)
    except RecursionError:
        return ""


def _plain(content: Any) -> str:
    return content.strip() if isinstance(content, str) else ""


def _texts(layers: list[dict[str, Any]], *names: str) -> Iterator[str]:
    for layer in layers:
        for name in names:
            if isinstance(layer.get(name), str):
                yield layer[name].strip().lower()


def _status_of(error: dict[str, Any] | str) -> int:
    """By its number (OpenRouter's `code`) or its name."""
    layers = list(_layers({"error": error}))
    for layer in layers:
        for name in ("code", "status"):
            stated = str(layer.get(name))
            if re.fullmatch(r"[45]\d\d", stated, re.ASCII):
                return int(stated)
    known = (STATUS_OF_CODE.get(code) for code in _texts(layers, "code", "type", "status"))
    return next(filter(None, known), UNKNOWN_STATUS)
