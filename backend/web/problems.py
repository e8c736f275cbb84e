"""Every error as problem details (RFC 9457): what happened, under which code, what to do."""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.types import Scope

from backend.errors import Conflict, LecternError, UnexpectedError
from backend.errors.recognisers import UnknownModel
from backend.errors.remedies import fill, find_remedy

MEDIA_TYPE = "application/problem+json"

Methods = Sequence[tuple[re.Pattern[str], set[str]]]
"""What the paths of an application look like, and the methods of each."""

RETRY_AFTER_SECONDS = 5

logger = logging.getLogger("lectern.web")


class InvalidField(BaseModel):
    """One wrong part of a request."""

    location: str = Field(description="Where it stands, such as `body.title` or `query.limit`.")
    message: str


class Problem(BaseModel):
    """What went wrong, by RFC 9457."""

    type: str = Field(description="A URN that ends with the code.")
    title: str
    status: int
    detail: str = Field(description="What happened, to which object, in whole sentences.")
    code: str = Field(description="For programs; it stays the same when the words change.")
    action: str = Field(description="What to do next.")
    retryable: bool = Field(description="Whether the same request may succeed later by itself.")
    request_id: str | None = Field(default=None, description="Stands in the server's log, too.")
    facts: dict[str, str | int | float] | None = Field(
        default=None,
        description="What whoever has words of their own for the code needs beside it, such as "
        "`file`, `server`, or `said`, which are somebody else's words.",
    )
    errors: list[InvalidField] | None = Field(default=None, description="Of a wrong request.")
    near: list[str] | None = Field(
        default=None, description="Of a name that nothing has: those that may have been meant."
    )
    present: dict[str, Any] | None = Field(
        default=None, description="What is there now, where something was changed meanwhile."
    )


class ProblemResponse(JSONResponse):
    media_type = MEDIA_TYPE


PHRASES: Mapping[int, str] = {
    400: "Bad request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    408: "Request timeout",
    409: "Conflict",
    410: "Gone",
    412: "Precondition failed",
    413: "Content too large",
    415: "Unsupported media type",
    416: "Range not satisfiable",
    421: "Misdirected request",
    422: "Unprocessable content",
    423: "Locked",
    428: "Precondition required",
    500: "Internal server error",
    502: "Bad gateway",
    503: "Service unavailable",
    507: "Insufficient storage",
}
"""Those of RFC 9110 and its companions; Python's own differ from version to version."""

ACTION_BY_STATUS: Mapping[int, str] = {
    400: "Send the request in a form that /openapi.json describes.",
    401: "Send `Authorization: Bearer TOKEN`; the token is in the file owner-token of the data "
    "directory.",
    403: "Send it from the server's own pages, or from a program.",
    404: "Compare the address with /openapi.json, and the id with the list it comes from.",
    405: "Use one of the methods in the Allow header.",
    408: "Send the request again, without pauses.",
    409: "Look at the present state, then decide.",
    412: "Read it again, and repeat the change with its new ETag in If-Match.",
    413: "Send less, or a recording by way of /api/v1/uploads.",
    415: "Say in Content-Type what the body is; most routes take application/json.",
    416: "Ask for bytes within the length that Content-Range names.",
    421: "Call the server by localhost, 127.0.0.1 or [::1].",
    422: "Mend the named parts of the request, and send it again.",
    428: "Read it first, and send its ETag in If-Match; `If-Match: *` changes whatever is there.",
    500: "Look for the request id in the server's log file.",
    503: "Try again later; /readyz says what is wrong.",
    507: "Free some space, and try again.",
}


# --- answers ---------------------------------------------------------------------------------


def problem_response(
    scope: Scope,
    status: int,
    code: str,
    detail: str,
    *,
    action: str | None = None,
    retryable: bool = False,
    headers: Mapping[str, str] | None = None,
    problem: type[Problem] | None = None,
    **members: Any,
) -> ProblemResponse:
    """An error's answer; `members`: `facts`, `errors`, `near`, `present`, those of another
    `problem`."""
    described = (problem or Problem)(
        type=f"urn:lectern:problem:{code}",
        title=code.replace("-", " ").capitalize(),
        status=status,
        detail=detail,
        code=code,
        action=action or ACTION_BY_STATUS.get(status, "Do what the detail says."),
        retryable=retryable,
        request_id=scope.get("state", {}).get("request_id"),
        **members,
    )
    wait = {"Retry-After": str(RETRY_AFTER_SECONDS)} if retryable else {}
    content = described.model_dump(exclude_none=True)
    return ProblemResponse(_encodable(content), status, {**wait, **(headers or {})})


def _encodable(value: Any) -> Any:
    """Half of a surrogate pair, which a client may have sent, is nothing that UTF-8 has."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_encodable(name): _encodable(content) for name, content in value.items()}
    return [_encodable(item) for item in value] if isinstance(value, list) else value


def answer_error(scope: Scope, error: LecternError) -> ProblemResponse:
    """The answer to a named error, which stands in the log if it is the server's."""
    if error.status_code >= 500:
        logger.warning("%s", error.message, exc_info=error)
    return describe_error(scope, error)


def describe_error(scope: Scope, error: LecternError) -> ProblemResponse:
    """The answer to a named error that nobody needs to be told of but the client."""
    members: dict[str, Any] = {"facts": dict(error.facts) or None}
    headers: dict[str, str] = {}
    if isinstance(error, UnknownModel) and error.near:
        members["near"] = list(error.near)
    if isinstance(error, Conflict):
        members["present"] = error.present
        if "version" in error.present:
            headers["ETag"] = f'"{error.present["version"]}"'
    return problem_response(
        scope,
        error.status_code,
        error.code,
        error.message,
        action=fill(find_remedy(type(error)).by_api, error.facts) or None,
        retryable=error.retryable,
        headers=headers | dict(getattr(error, "headers", {})),
        **members,
    )


def answer_unexpected(scope: Scope) -> ProblemResponse:
    """The answer to what nobody thought of: the log has the details, the client has none."""
    error = UnexpectedError()
    return problem_response(scope, error.status_code, error.code, error.message)


# --- handlers --------------------------------------------------------------------------------


def install_handlers(app: FastAPI) -> None:
    """Have every error of the application answered as problem details.

    `app.state.methods` must hold the methods of all its paths, see `Methods`.
    """
    handlers: dict[type[Exception], Callable[[Request, Any], Awaitable[ProblemResponse]]] = {
        LecternError: _answer_named,
        RequestValidationError: _answer_invalid,
        HTTPException: _answer_http,
        PoolTimeout: _answer_busy,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


async def _answer_named(request: Request, error: LecternError) -> ProblemResponse:
    return answer_error(request.scope, error)


async def _answer_invalid(request: Request, error: RequestValidationError) -> ProblemResponse:
    # What was sent is not repeated: it may be a key in the wrong place.
    fields = [
        {"location": ".".join(map(str, problem["loc"])), "message": problem["msg"]}
        for problem in error.errors()
    ]
    named = "; ".join(f"{field['location']}: {field['message']}" for field in fields[:3])
    detail = f"The request is not as it must be ({named})."
    return problem_response(request.scope, 422, "invalid-request", detail, errors=fields)


async def _answer_http(request: Request, error: HTTPException) -> ProblemResponse:
    if error.status_code == 405:
        error.headers = {"Allow": _allowed_methods(request.app, request.scope["path"])}
    return answer_refused(request.scope, error)


def answer_refused(scope: Scope, error: HTTPException) -> ProblemResponse:
    """The answer to what the framework itself refuses."""
    status, path = error.status_code, scope["path"]
    details = {
        400: "The request's body cannot be read.",
        404: f"There is nothing at {path}.",
        405: f"{scope['method']} is no method of {path}.",
        408: "The rest of the request's body did not come.",
        413: "The request's body is larger than what is taken here (of JSON, 1 MiB).",
    }
    code = _phrase(status).lower().replace(" ", "-")
    detail = details.get(status, f"{_phrase(status)}.")
    return problem_response(scope, status, code, detail, headers=error.headers)


def _allowed_methods(app: FastAPI, path: str) -> str:
    """All methods of a path; the framework knows only those of the first route that it finds."""
    found: set[str] = set()
    for pattern, methods in cast(Methods, app.state.methods):
        if pattern.match(path):
            found |= methods
    return ", ".join(sorted(found)) or "GET"


async def _answer_busy(request: Request, error: PoolTimeout) -> ProblemResponse:
    logger.warning("no connection to the database became free", exc_info=error)
    return answer_busy(request.scope, "no connection to the database became free")


def answer_busy(scope: Scope, reason: str) -> ProblemResponse:
    """The answer where a request is one too many."""
    detail = f"The server has more to do than it can: {reason}."
    return problem_response(scope, 503, "server-busy", detail, retryable=True)


def _phrase(status: int) -> str:
    return PHRASES.get(status, f"Status {status}")  # a protocol's own


# --- the OpenAPI document --------------------------------------------------------------------


def problems(
    *statuses: int, answers: Mapping[int, Mapping[str, Any]] | None = None
) -> dict[int | str, dict[str, Any]]:
    """What a route documents of its errors, and of its other `answers` (FastAPI's `responses`)."""
    documented: dict[int | str, dict[str, Any]] = {
        status: {
            "description": _phrase(status),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }
    return documented | {status: dict(answer) for status, answer in (answers or {}).items()}
