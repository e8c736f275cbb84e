"""Limits of what clients send: how much, how long, in what form."""

import asyncio
from collections.abc import Callable, Sequence

from fastapi import Request
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.errors import LecternError
from backend.web.problems import answer_refused, problem_response

LARGEST_BODY_BYTES = 1 << 20
LONGEST_BODY_SECONDS = 30.0


class BodyTooLarge(HTTPException):
    """The request's body is too large. The framework lets through only errors of its own kind."""

    def __init__(self) -> None:
        super().__init__(413, headers={"Connection": "close"})


class BodyTooSlow(HTTPException):
    """The rest of the request's body did not come."""

    def __init__(self) -> None:
        super().__init__(408, headers={"Connection": "close"})


class WrongContentType(LecternError):
    """The request's body is not of the right type."""

    status_code = 415


class FramingGuard:
    """Refuses a body whose end two readers may see at two places, and ends the connection.

    A proxy before the server may go by the length, the server by the pieces; what lies in between
    would be another request, of whoever wrote the first (RFC 9112, 6.3).
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            if "Content-Length" in headers and "Transfer-Encoding" in headers:
                detail = "The request gives the length of its body in two ways."
                close = {"Connection": "close"}
                answer = problem_response(scope, 400, "ambiguous-length", detail, headers=close)
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, send)


class BodyLimit:
    """Limits bodies in size and time.

    `limit_of` says how many bytes the body of a path may have; None: it limits its own.
    """

    def __init__(self, app: ASGIApp, limit_of: Callable[[str], int | None]) -> None:
        self.app = app
        self._limit_of = limit_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        most_bytes = self._limit_of(scope["path"]) if scope["type"] == "http" else None
        if most_bytes is None:
            await self.app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("Content-Length", "0")
        if not declared.isdecimal() or int(declared) > most_bytes:
            answer = answer_refused(scope, BodyTooLarge())
            await answer(scope, receive, send)
            return
        await self.app(scope, _Limited(receive, most_bytes).receive, send)


class _Limited:
    """What a client sends, until it is too much or takes too long."""

    def __init__(self, receive: Receive, most_bytes: int) -> None:
        self._receive = receive
        self._most_bytes = most_bytes
        self._n_bytes = 0
        self._is_whole = False
        self._deadline = asyncio.get_running_loop().time() + LONGEST_BODY_SECONDS

    async def receive(self) -> Message:
        if self._is_whole:
            return await self._receive()  # only the disconnection is left to hear of
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            raise BodyTooSlow from None
        self._n_bytes += len(message.get("body", b""))
        self._is_whole = not message.get("more_body", False)
        if self._n_bytes > self._most_bytes:
            raise BodyTooLarge
        return message


async def require_json(request: Request) -> None:
    """A dependency: a body must be said to be JSON.

    A form of another site can be sent without the browser's asking first, JSON cannot.
    """
    headers = request.headers
    if headers.get("Content-Length", "0") != "0" or "Transfer-Encoding" in headers:
        require_media_type(request, ["application/json"])


def require_media_type(request: Request, allowed: Sequence[str]) -> None:
    """Raises `WrongContentType`."""
    media_type = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if media_type not in allowed:
        raise WrongContentType(f"The request's body must be {' or '.join(allowed)}.")
