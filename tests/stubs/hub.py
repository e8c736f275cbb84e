"""A local server that speaks the Hugging Face hub's protocol for the files of a directory.

Small files are answered behind a relative redirect, with the git object id as their ETag; large
ones behind an absolute redirect to another host (the "CDN", which is this server under its other
name), with their SHA-256 in X-Linked-Etag. It can be told to fail in the ways that real servers
and networks fail.
"""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

LARGE_BYTES = 1 << 20
TRICKLE_SECONDS = 0.05


class Fault(Enum):
    """What goes wrong. All but `HANG` concern the bodies of large files."""

    NONE = auto()
    HANG = auto()
    """Accepts every request and answers none."""
    STALL = auto()
    """Sends half of what is left, then nothing more."""
    CUT = auto()
    """Sends half of what is left, then closes the connection."""
    TRICKLE = auto()
    """Sends a byte now and then."""
    WRONG_BYTES = auto()
    """The right number of bytes, but one of them is another."""
    TOO_LONG = auto()
    """More bytes than announced by the hub."""
    LOGIN_PAGE = auto()
    """Some HTML instead, with status 200, as networks do that want a login first."""


@dataclass(frozen=True)
class Request:
    method: str
    host: str
    path: str
    range: str | None
    authorization: str | None


@dataclass
class HubStub:
    """What the server gives out and how; may be changed while it runs."""

    directory: Path
    repository: str = "school/nano-whisper"
    port: int = 0
    cdn: str = ""
    """Where large files are."""
    commit: str = "c" * 40
    fault: Fault = Fault.NONE
    status: int | None = None
    """Answer everything with this status."""
    error_code: str | None = None
    honours_range: bool = True
    announces_length: bool = True
    """Whether bodies of large files come with a Content-Length."""
    has_etags: bool = True
    own_etags: str | None = None
    """An ETag of the server's own making, as a mirror may give, instead of a checksum."""
    claimed_sizes: dict[str, int] = field(default_factory=dict)
    """Sizes to claim instead of the true ones."""
    requests: list[Request] = field(default_factory=list)
    half_sent: threading.Event = field(default_factory=threading.Event)
    """Set when half of a large file has gone out."""
    released: threading.Event = field(default_factory=threading.Event)
    """Lets requests that hang or stall end."""

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def bodies_asked(self) -> list[Request]:
        """The requests for the content of large files."""
        return [r for r in self.requests if r.method == "GET" and r.path.startswith("/cdn/")]


@contextmanager
def serve_hub(directory: Path) -> Iterator[HubStub]:
    stub = HubStub(directory)

    class Handler(_HubHandler):
        hub = stub

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    stub.port = server.server_port
    stub.cdn = f"http://localhost:{stub.port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield stub
    finally:
        stub.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _HubHandler(BaseHTTPRequestHandler):
    hub: HubStub
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *arguments: object) -> None:
        """Keep quiet: pytest shows the requests of a failed test by `stub.requests`."""

    def do_HEAD(self) -> None:
        self.record_and_answer()

    def do_GET(self) -> None:
        self.record_and_answer()

    def record_and_answer(self) -> None:
        path = urlsplit(self.path).path
        host = self.headers["Host"].partition(":")[0]
        self.hub.requests.append(
            Request(self.command, host, path, self.headers["Range"], self.headers["Authorization"])
        )
        try:
            self.answer(path)
        except ConnectionError:  # The client went away, as a client does that gives up.
            self.close_connection = True

    def answer(self, path: str) -> None:
        if self.hub.fault is Fault.HANG:
            self.hub.released.wait()
            self.close_connection = True
        elif self.hub.status is not None:
            self.refuse(self.hub.status, self.hub.error_code)
        elif path.startswith("/cdn/"):
            self.answer_large_body(self.hub.directory / path.removeprefix("/cdn/"))
        elif path.startswith("/api/resolve-cache/"):
            self.answer_small_body(self.hub.directory / path.removeprefix("/api/resolve-cache/"))
        else:
            self.resolve(path)

    def refuse(self, status: int, error_code: str | None) -> None:
        codes = {"X-Error-Code": error_code} if error_code else {}
        self.send_head(status, {**codes, "Retry-After": "7", "Content-Length": "0"})

    def resolve(self, path: str) -> None:
        owner, repository, _resolve, revision, name = path.strip("/").split("/")
        file = self.hub.directory / name
        if f"{owner}/{repository}" != self.hub.repository:
            self.refuse(401, "RepoNotFound")
        elif revision not in ("main", self.hub.commit):
            self.refuse(404, "RevisionNotFound")
        elif not file.is_file():
            self.refuse(404, "EntryNotFound")
        elif file.stat().st_size >= LARGE_BYTES or name in self.hub.claimed_sizes:
            self.redirect_to_cdn(file)
        else:
            self.send_head(
                307,
                {
                    "Location": f"/api/resolve-cache/{name}",
                    "X-Repo-Commit": self.hub.commit,
                    "Content-Length": "0",
                },
            )

    def redirect_to_cdn(self, file: Path) -> None:
        headers = {
            "Location": f"{self.hub.cdn}/cdn/{file.name}?signature=abc",
            "X-Repo-Commit": self.hub.commit,
            "X-Linked-Size": str(self.hub.claimed_sizes.get(file.name, file.stat().st_size)),
            "Content-Length": "0",
        }
        if self.hub.has_etags:
            checksum = hashlib.sha256(file.read_bytes()).hexdigest()
            headers["X-Linked-Etag"] = f'"{self.hub.own_etags or checksum}"'
        self.send_head(302, headers)

    def answer_small_body(self, file: Path) -> None:
        content = file.read_bytes()
        git_object = f"blob {len(content)}\0".encode() + content
        headers = {"Content-Length": str(len(content)), "X-Repo-Commit": self.hub.commit}
        if self.hub.has_etags:
            checksum = hashlib.sha1(git_object).hexdigest()
            headers["ETag"] = f'W/"{self.hub.own_etags or checksum}"'
        self.send_head(200, headers)
        if self.command == "GET":
            self.wfile.write(content)

    def answer_large_body(self, file: Path) -> None:
        if self.command == "HEAD":
            self.refuse(403, None)  # A signed address is signed for one method.
            return
        content = file.read_bytes()
        first = self.first_byte_asked()
        headers = {}
        if first:
            headers["Content-Range"] = f"bytes {first}-{len(content) - 1}/{len(content)}"
        body = self.spoil(content)[first:]
        if self.hub.announces_length:
            headers["Content-Length"] = str(len(body))
        else:
            headers["Connection"] = "close"
        self.send_head(206 if first else 200, headers)
        self.send_body(body)

    def first_byte_asked(self) -> int:
        asked = self.headers["Range"]
        honours_range = self.hub.honours_range and self.hub.fault is not Fault.LOGIN_PAGE
        if not asked or not honours_range:
            return 0
        return int(asked.removeprefix("bytes=").partition("-")[0])

    def spoil(self, content: bytes) -> bytes:
        if self.hub.fault is Fault.WRONG_BYTES:
            return content[:-1] + bytes([content[-1] ^ 1])
        if self.hub.fault is Fault.TOO_LONG:
            return content + b"more"
        if self.hub.fault is Fault.LOGIN_PAGE:
            return b"<html>Please log in</html>"
        return content

    def send_body(self, body: bytes) -> None:
        if self.hub.fault is Fault.TRICKLE:
            for byte in body:
                self.wfile.write(bytes([byte]))
                if self.hub.released.wait(TRICKLE_SECONDS):
                    break
        elif self.hub.fault not in (Fault.STALL, Fault.CUT):
            self.wfile.write(body)
            return
        else:
            self.wfile.write(body[: len(body) // 2])
            self.hub.half_sent.set()
            if self.hub.fault is Fault.STALL:
                self.hub.released.wait()
                self.wfile.write(body[len(body) // 2 :])
                return
        self.close_connection = True

    def send_head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
