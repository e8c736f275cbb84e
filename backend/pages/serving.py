"""Serves the built pages, which lie in `dist/` beside this module.

Files in `assets/` are named by their content and kept by browsers for ever; all others are asked
for each time, and have an ETag. Each page has an address of its own and the same document, which
shows what belongs to the address.
"""

import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from backend.web.conditional import HASH_LENGTH, is_known

DIST = Path(__file__).with_name("dist")
DOCUMENT = "index.html"
KEPT_FOR_EVER = "public, max-age=31536000, immutable"
ASKED_EACH_TIME = "private, no-cache"
METHODS = {"GET", "HEAD"}

OURS = re.compile(r"(?!/(api|openapi\.json|healthz|readyz)(/|$))")
"""How the addresses begin that are not the API's."""

PAGES = re.compile(r"/((lessons|trash|notes|search|tasks|settings)(/.*)?)?")
"""As frontend/src/router.ts has them. Other addresses show a page that says there is none."""

FILE_PATH = re.compile(r"/(?:[\w-][\w.-]*/)*[\w-][\w.-]*", re.ASCII)
"""Nothing hidden, nothing above."""

MEDIA_TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
"""Those of Python depend on the machine."""

NOT_BUILT = (
    "This Lectern was installed without its pages. The API is here without them: see "
    "/openapi.json.\n\n"
    "To have the pages, in a copy of the source:\n"
    "    make serve    builds them and serves them from there\n"
    "    make wheel    makes a wheel with them in dist/, to be installed in place of this one\n"
)


class Pages(BaseRoute):
    """All addresses that are not the API's. Belongs behind all other routes."""

    def __init__(self, dist: Path = DIST) -> None:
        self.dist = dist

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        is_ours = scope["type"] == "http" and OURS.match(scope["path"]) is not None
        return (Match.FULL if is_ours else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._answer(scope["method"], scope["path"], Headers(scope=scope))
        await answer(scope, receive, send)

    def _answer(self, method: str, path: str, headers: Headers) -> Response:
        content, name = self._read(path), path
        status = 200
        if content is None:
            is_page = PAGES.fullmatch(path) is not None
            if not is_page and "text/html" not in headers.get("Accept", ""):
                raise HTTPException(404)
            status = 200 if is_page else 404
            content, name = self._read(f"/{DOCUMENT}"), DOCUMENT
        if method not in METHODS:
            raise HTTPException(405)
        if content is None:
            return PlainTextResponse(NOT_BUILT, 503)
        return _file_answer(content, name, status, headers.get("If-None-Match"))

    def _read(self, path: str) -> bytes | None:
        """A file's content; None: there is none of that name."""
        if FILE_PATH.fullmatch(path) is None:
            return None
        try:
            return self.dist.joinpath(path.removeprefix("/")).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None


def _file_answer(content: bytes, name: str, status: int, if_none_match: str | None) -> Response:
    is_kept = name.startswith("/assets/")
    # By content: an installed file's time may be any, and a newer document is as long as the older.
    etag = f'"{sha256(content).hexdigest()[:HASH_LENGTH]}"'
    headers = {"Cache-Control": KEPT_FOR_EVER if is_kept else ASKED_EACH_TIME, "ETag": etag}
    if status == 200 and is_known(if_none_match, etag):
        return Response(status_code=304, headers=headers)
    media_type = MEDIA_TYPES.get(Path(name).suffix, "application/octet-stream")
    return Response(content, status, headers, media_type)
