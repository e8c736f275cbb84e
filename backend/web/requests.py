"""The outermost layer of each request: its id, its line in the log, its last resort."""

import logging
import re
import secrets
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.web.problems import answer_unexpected

REQUEST_ID = "X-Request-ID"
SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""What may be taken over from a client: nothing that could look like another line of the log."""

logger = logging.getLogger("lectern.web")


class RequestLog:
    """Names each request, writes what became of it, and answers what nobody else has caught."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        named = Headers(scope=scope).get(REQUEST_ID, "")
        request_id = named if SANE_ID.fullmatch(named) else secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        began = time.monotonic()
        status = 0

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        try:
            await self.app(scope, receive, send_named)
        except Exception:  # the outer edge
            logger.exception("request %s failed: %s", request_id, _called(scope))
            if status:
                raise  # what has begun can only be broken off
            await answer_unexpected(scope)(scope, receive, send_named)
        finally:
            took_ms = (time.monotonic() - began) * 1000
            logger.info("request %s: %s %d in %.0f ms", request_id, _called(scope), status, took_ms)


def _called(scope: Scope) -> str:
    """Method and path. The query is left out, because people search for what is nobody's
    business; the path is as it was sent, in ASCII."""
    raw: bytes = scope.get("raw_path") or b""
    return f"{scope['method']} {raw.partition(b'?')[0].decode('ascii', 'backslashreplace')}"
