"""Validators: nothing is sent again that the client has, and no edit is lost.

An ETag has two parts, `"version.hash"`. The version is that of what can be edited, and all that
If-Match looks at; the hash is that of the whole answer, so that If-None-Match also notices what
workers change. What cannot be edited has only the hash, behind the point.
"""

import re
from hashlib import sha256
from typing import Annotated

from fastapi import Depends, Header
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.errors import InvalidValue, LecternError

ETAG = re.compile(r'(?:W/)?"([\x21\x23-\x7e]*)"')
HASH_LENGTH = 20


class PreconditionRequired(LecternError):
    """Send the ETag of what you read in If-Match, so that nobody's change is lost."""

    status_code = 428


async def seen_version(
    if_match: Annotated[
        str | None,
        Header(description="The ETag that was read; `*` changes whatever is there."),
    ] = None,
) -> str | None:
    """The version that the client has read; None: whatever is there will do.

    Raises
    ------
    PreconditionRequired, InvalidValue
    """
    if if_match is None:
        raise PreconditionRequired
    if if_match.strip() == "*":
        return None
    tags = ETAG.findall(if_match)
    if len(tags) != 1:
        raise InvalidValue("If-Match must be one ETag, as the server gave it, or `*`.")
    return str(tags[0].partition(".")[0])


async def exactly_seen_version(seen: Annotated[str | None, Depends(seen_version)]) -> str:
    """The same, where there is no changing what nobody has read."""
    if seen is None:
        raise InvalidValue("If-Match must be the ETag of what you read: `*` is not taken here.")
    return seen


Seen = Annotated[str | None, Depends(seen_version)]
ExactlySeen = Annotated[str, Depends(exactly_seen_version)]


def name_version(response: Response, version: str) -> None:
    """Say which version the answer is of."""
    response.headers["ETag"] = f'"{version}"'


def is_known(if_none_match: str | None, etag: str) -> bool:
    """Whether the client has it already, by the weak comparison of RFC 9110."""
    if if_none_match is None:
        return False
    tag = ETAG.fullmatch(etag)
    return if_none_match.strip() == "*" or (
        tag is not None and tag[1] in ETAG.findall(if_none_match)
    )


class ConditionalAnswers:
    """Gives JSON that is read an ETag, and answers 304 where the client has it already."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        known = Headers(scope=scope).get("If-None-Match")
        await self.app(scope, receive, _HeldAnswer(send, known).send)


class _HeldAnswer:
    """One answer on its way to the client."""

    def __init__(self, send: Send, known: str | None) -> None:
        self._send = send
        self._known = known
        self._start: Message | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_json(message):
            self._start = message  # held back until the body is known
        elif self._start is None:
            await self._send(message)
        else:
            start, self._start = self._start, None
            await self._send_both(start, message)

    async def _send_both(self, start: Message, message: Message) -> None:
        if not message.get("more_body", False):
            headers = MutableHeaders(scope=start)
            version = headers.get("ETag", "").strip('"')
            if "." not in version:
                found = sha256(message.get("body", b"")).hexdigest()[:HASH_LENGTH]
                headers["ETag"] = f'"{version}.{found}"'
            if is_known(self._known, headers["ETag"]):
                start["status"] = 304
                del headers["Content-Length"], headers["Content-Type"]
                message = {**message, "body": b""}
        await self._send(start)
        await self._send(message)


def _is_json(start: Message) -> bool:
    content_type = Headers(raw=start["headers"]).get("Content-Type", "")
    return start["status"] == 200 and content_type.startswith("application/json")
