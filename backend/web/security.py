"""What protects a server on the loopback address from web pages in its user's own browser.

Any page may send requests to localhost, and by giving its own name the address 127.0.0.1 (DNS
rebinding) may even read the answers. So a request must call the server by a loopback name, and one
that a browser marks as another site's is refused, reads included: how long a search takes tells
something, too.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.web.problems import problem_response

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class SecurityHeaders:
    """Sends the headers that tell a browser what not to do, with every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(SECURITY_HEADERS)
                headers.setdefault("Cache-Control", "private, no-cache")
            await send(message)

        await self.app(scope, receive, send_secured)


class SiteGuard:
    """Refuses what does not call the server by a loopback name, and what another site sends."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            if host_name(headers.get("Host", "")) not in LOOPBACK_NAMES:
                detail = "The request calls this server by a name that is not its own."
                answer = problem_response(scope, 421, "wrong-host", detail)
                await answer(scope, receive, send)
                return
            if is_foreign(scope["method"], headers):
                detail = "A page of another site sent this request, so nothing was done."
                answer = problem_response(scope, 403, "foreign-site", detail)
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, send)


def host_name(host: str) -> str:
    """The name in a Host header, in small letters, without its port; "" if it is none."""
    try:
        split = urlsplit(f"//{host}")
        _ = split.port  # raises where it is no number
    except ValueError:
        return ""
    is_bare = split.netloc == host and not (split.path or split.query or split.fragment)
    return (split.hostname or "") if is_bare and "@" not in host else ""


def is_foreign(method: str, headers: Headers) -> bool:
    """Whether a browser says that a page of another site sent the request.

    A link that is followed to here is no harm. Programs send none of these headers.
    """
    site = headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        is_followed_link = (
            method == "GET"
            and headers.get("Sec-Fetch-Mode") == "navigate"
            and headers.get("Sec-Fetch-Dest") == "document"
        )
        return not is_followed_link
    origin = headers.get("Origin")
    if origin is None or method in SAFE_METHODS:
        return False
    return origin.lower() not in {f"{scheme}://{headers['Host'].lower()}" for scheme in SCHEMES}


SCHEMES = ("http", "https")
"""The latter where a proxy on the same machine encrypts."""
