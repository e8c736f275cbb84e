"""A local package index: PEP 503's pages, PEP 691's JSON, and packages with ranges.

It can be told to fail in the ways that real servers and networks fail.
"""

import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from backend.speech.model_catalogue import Package

JSON_TYPE = "application/vnd.pypi.simple.v1+json"


class Fault(Enum):
    """What goes wrong with the bodies of packages, but for `HANG`."""

    NONE = auto()
    HANG = auto()
    """Accepts every request and answers none."""
    STALL = auto()
    """Sends half, then nothing more."""
    CUT = auto()
    """Sends half of what is left, then closes the connection; the first time alone."""
    CUT_ALWAYS = auto()
    WRONG_BYTES = auto()
    """The right number of bytes, but one of them is another, with a page that claims these."""


@dataclass(frozen=True)
class Request:
    path: str
    range: str | None
    accept: str


@dataclass
class IndexStub:
    """What the server gives out and how; may be changed while it runs."""

    packages: Mapping[str, bytes]
    """By file name."""
    port: int = 0
    fault: Fault = Fault.NONE
    status: int | None = None
    """Answer everything with this status."""
    speaks_json: bool = True
    requests: list[Request] = field(default_factory=list)
    half_sent: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)
    """Lets requests that hang or stall end."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/simple"

    def bodies_asked(self) -> list[Request]:
        return [request for request in self.requests if request.path.startswith("/files/")]


def make_package(name: str, members: Mapping[str, bytes]) -> tuple[Package, bytes]:
    """A wheel with these members: what a catalogue knows of it, and its bytes."""
    stem, info = f"{name.replace('-', '_')}-1.0", f"{name.replace('-', '_')}-1.0.dist-info"
    own = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": b"",
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, body in (dict(members) | own).items():
            archive.writestr(zipfile.ZipInfo(member), body)
    made = content.getvalue()
    checksum = hashlib.sha256(made).hexdigest()
    return Package(name, "1.0", f"{stem}-py3-none-any.whl", len(made), checksum), made


@contextmanager
def serve_index(packages: Mapping[str, bytes]) -> Iterator[IndexStub]:
    stub = IndexStub(packages)

    class Handler(_IndexHandler):
        index = stub

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    stub.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield stub
    finally:
        stub.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _IndexHandler(BaseHTTPRequestHandler):
    index: IndexStub
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *arguments: object) -> None:
        """Keep quiet: `stub.requests` shows what was asked."""

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        self.index.requests.append(Request(path, self.headers["Range"], self.headers["Accept"]))
        try:
            self.answer(path)
        except ConnectionError:  # the client gave up
            self.close_connection = True

    def answer(self, path: str) -> None:
        if self.index.fault is Fault.HANG:
            self.index.released.wait()
            self.close_connection = True
        elif self.index.status is not None:
            self.send(self.index.status, "text/plain", b"")
        elif path.startswith("/files/"):
            self.send_package(path.removeprefix("/files/"))
        else:
            self.send_page(path.strip("/").removeprefix("simple/"))

    def send_page(self, name: str) -> None:
        files = [f for f in self.index.packages if f.startswith(f"{name.replace('-', '_')}-")]
        if not files:
            self.send(404, "text/plain", b"not found")
        elif self.index.speaks_json and JSON_TYPE in self.headers["Accept"]:
            listed = [
                {"filename": f, "url": f"/files/{f}", "hashes": {"sha256": self.checksum(f)}}
                for f in files
            ]
            document = {"meta": {"api-version": "1.0"}, "name": name, "files": listed}
            self.send(200, JSON_TYPE, json.dumps(document).encode())
        else:
            links = "".join(
                f'<a href="/files/{f}#sha256={self.checksum(f)}">{f}</a>' for f in files
            )
            self.send(
                200, "text/html", f"<!DOCTYPE html><html><body>{links}</body></html>".encode()
            )

    def checksum(self, file_name: str) -> str:
        return hashlib.sha256(self.content(file_name)).hexdigest()

    def content(self, file_name: str) -> bytes:
        content = self.index.packages[file_name]
        if self.index.fault is Fault.WRONG_BYTES:
            middle = len(content) // 2
            return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
        return content

    def send_package(self, file_name: str) -> None:
        content = self.content(file_name)
        asked = self.headers["Range"]
        first = int(asked.removeprefix("bytes=").partition("-")[0]) if asked else 0
        headers = {"ETag": f'"{self.checksum(file_name)}"', "Accept-Ranges": "bytes"}
        if first:
            headers["Content-Range"] = f"bytes {first}-{len(content) - 1}/{len(content)}"
        self.send_head(
            206 if first else 200, "application/octet-stream", len(content) - first, headers
        )
        self.send_body(content[first:])

    def send_body(self, body: bytes) -> None:
        fault = self.index.fault
        if fault not in (Fault.STALL, Fault.CUT, Fault.CUT_ALWAYS):
            self.wfile.write(body)
            return
        self.wfile.write(body[: len(body) // 2])
        self.wfile.flush()
        self.index.half_sent.set()
        if fault is Fault.STALL:
            self.index.released.wait()
        elif fault is Fault.CUT:
            self.index.fault = Fault.NONE
        self.close_connection = True

    def send(self, status: int, kind: str, body: bytes) -> None:
        self.send_head(status, kind, len(body), {})
        self.wfile.write(body)

    def send_head(self, status: int, kind: str, length: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(length), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
