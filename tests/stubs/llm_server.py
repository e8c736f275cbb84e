"""Real HTTP servers that behave like a language-model provider, well or badly.

A stub (`tests.stubs.openai.OpenAIStub`, `tests.stubs.anthropic.AnthropicStub`) decides what each
request is answered with; this module holds what the two share and serves them. What a stub does:

    with serve(OpenAIStub()) as stub:
        stub.next(stub.rate_limited({"retry-after": "2"}), stub.server_error(503))
        stub.correct(str.upper)
        …                       # calls to stub.base_url
        assert stub.call_count == 3

`next` holds for one call each, in order of arrival; `always` for all calls after those. Without
either, a request for structured output is answered by the corrections of the JSON list at the end
of its last user message, and any other by `stub.text`.
"""

import atexit
import json
import logging
import re
import socket
import threading
import time
import uuid
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from pytest_httpserver import HTTPServer
from werkzeug import Request
from werkzeug import Response as HttpResponse

Item = dict[str, Any]

INPUT_TOKENS, OUTPUT_TOKENS = 100, 50


class Ending(Enum):
    """How the connection goes on once the request is read."""

    ANSWER = "the response is sent"
    SILENCE = "nothing is sent until the server ends"
    CUT = "the connection is closed without a word"
    CUT_BODY = "the connection is closed in the middle of the body"


@dataclass(frozen=True)
class Response:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    ending: Ending = Ending.ANSWER


@dataclass(frozen=True)
class Received:
    """A request as it arrived. Names of headers are in lower case."""

    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]
    arrived_at: float

    @property
    def key(self) -> str:
        """The API key, in whichever of the two headers it came."""
        bearer = self.headers.get("authorization", "").removeprefix("Bearer ")
        return self.headers.get("x-api-key") or bearer

    @property
    def user_text(self) -> str:
        """The text of the last user message."""
        messages = self.body.get("messages") or self.body["input"]
        content = [message for message in messages if message["role"] == "user"][-1]["content"]
        if isinstance(content, str):
            return content
        return "".join(part.get("text", "") for part in content)

    @property
    def items(self) -> list[Item]:
        """The JSON list of {"id", "text"} that the last user message ends with."""
        for start in re.finditer(r"\[", self.user_text):
            try:
                items = json.loads(self.user_text[start.start() :])
            except ValueError:
                continue
            if isinstance(items, list) and all(isinstance(item, dict) for item in items):
                return items
        return []


Behaviour = Callable[[Received], Response]
Stub = TypeVar("Stub", bound="ProviderStub")


class ProviderStub(ABC):
    """What the stubs of both providers share: the script, the account of calls, the traps."""

    path_prefix = ""

    def __init__(self, latency_seconds: float = 0.0) -> None:
        self.base_url = ""
        self.latency_seconds = latency_seconds
        self.text = "A short summary."
        self.received: list[Received] = []
        self.most_at_once = 0
        self.released = threading.Event()
        self._answer_items: Callable[[list[Item]], Any] = lambda items: items
        self._script: deque[Behaviour] = deque()
        self._always: Behaviour | None = None
        self._at_once = 0
        self._lock = threading.Lock()

    # --- the script ---------------------------------------------------------------------------

    def next(self, *behaviours: Behaviour) -> None:
        self._script.extend(behaviours)

    def always(self, behaviour: Behaviour) -> None:
        self._always = behaviour

    def correct(self, change: Callable[[str], str]) -> None:
        """Answer structured requests with each text changed."""
        self.correct_items(
            lambda items: [{"id": item["id"], "text": change(item["text"])} for item in items]
        )

    def correct_items(self, change: Callable[[list[Item]], list[Item]]) -> None:
        """Answer structured requests with any list: ids left out, repeated, unknown, …"""
        self._answer_items = change

    # --- the account --------------------------------------------------------------------------

    @property
    def call_count(self) -> int:
        return len(self.received)

    def arrive(self, path: str, headers: Mapping[str, str], body: bytes) -> Response:
        """Take a request into the account and decide its response; `leave` must follow."""
        received = Received(
            path=path,
            headers={name.lower(): value for name, value in headers.items()},
            body=json.loads(body),
            arrived_at=time.monotonic(),
        )
        with self._lock:
            self.received.append(received)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            behaviour = self._script.popleft() if self._script else self._always or self.answered
        if not received.key:
            behaviour = self.bad_key()
        return behaviour(received)

    def leave(self) -> None:
        with self._lock:
            self._at_once -= 1

    # --- behaviours ---------------------------------------------------------------------------

    def answered(self, received: Received) -> Response:
        if self.wants_structure(received):
            return self.structured({"segments": self._answer_items(received.items)})(received)
        return self.plain(self.text)(received)

    def unanswered(self) -> Behaviour:
        return lambda received: Response(ending=Ending.SILENCE)

    def connection_cut(self) -> Behaviour:
        return lambda received: Response(ending=Ending.CUT)

    def cut_body(self) -> Behaviour:
        return lambda received: Response(body=b'{"id": "half', ending=Ending.CUT_BODY)

    def broken_body(self) -> Behaviour:
        return lambda received: Response(body=b'{"id": "half an ans')

    def sent(
        self, body: bytes, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> Behaviour:
        """Whatever bytes, as they are."""
        others = dict(headers or {})
        content_type = others.pop("content-type", "application/json")
        return lambda received: Response(status, body, others, content_type)

    def web_page(self, status: int = 200) -> Behaviour:
        page = b"<!doctype html><title>Sign in to the network</title><p>Hello</p>"
        return lambda received: Response(status, page, content_type="text/html; charset=utf-8")

    def cut(self) -> Behaviour:
        """The reply ends at its length limit, in the middle of its form."""
        return self.finished("cut")

    def malformed(self, content: Any = '{"segments": [{"id": 1, "te') -> Behaviour:
        """A finished reply whose content is not in the form that was asked for."""
        return self.finished("done", content)

    def empty(self) -> Behaviour:
        return self.finished("done", "")

    def json_response(
        self, content: dict[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
    ) -> Response:
        return Response(status, json.dumps(content).encode(), headers or {})

    # --- what each provider does its own way --------------------------------------------------

    @abstractmethod
    def wants_structure(self, received: Received) -> bool: ...

    @abstractmethod
    def structured(self, value: dict[str, Any]) -> Behaviour: ...

    @abstractmethod
    def plain(self, text: str) -> Behaviour: ...

    @abstractmethod
    def finished(self, how: str, content: Any = '{"segments": [{"id": 1, "te') -> Behaviour: ...

    @abstractmethod
    def refused(self) -> Behaviour: ...

    @abstractmethod
    def rate_limited(self, headers: Mapping[str, str] | None = None) -> Behaviour: ...

    @abstractmethod
    def server_error(
        self, status: int = 500, headers: Mapping[str, str] | None = None
    ) -> Behaviour: ...

    @abstractmethod
    def bad_key(self) -> Behaviour: ...

    @abstractmethod
    def context_too_long(self) -> Behaviour: ...


def _cut_connection(connection: socket.socket, response: Response) -> None:
    if response.ending is Ending.CUT_BODY:
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n"
        connection.sendall(head + response.body)
    with suppress(OSError):  # the client may have gone first
        connection.shutdown(socket.SHUT_RDWR)


_served: dict[str, ProviderStub] = {}


@cache
def _server() -> HTTPServer:
    """One server for all the stubs of a process: ending one takes half a second."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # else it notes every request
    server = HTTPServer(threaded=True)
    server.expect_request(re.compile(".*")).respond_with_handler(
        lambda request: _respond(_served[request.path.split("/")[1]], request)
    )
    server.start()
    atexit.register(server.stop)
    return server


@contextmanager
def serve(stub: Stub) -> Iterator[Stub]:
    """Serve a stub, at an address of its own, in threads of this process until the block ends."""
    name = f"stub-{uuid.uuid4().hex[:8]}"
    _served[name] = stub
    stub.base_url = _server().url_for(f"/{name}{stub.path_prefix}")
    try:
        yield stub
    finally:
        stub.released.set()
        del _served[name]


def _respond(stub: ProviderStub, request: Request) -> HttpResponse:
    response = stub.arrive(request.path, dict(request.headers), request.get_data())
    try:
        if response.ending is Ending.SILENCE:
            stub.released.wait()
        elif stub.latency_seconds:
            stub.released.wait(stub.latency_seconds)
        if response.ending is not Ending.ANSWER:
            _cut_connection(request.environ["werkzeug.socket"], response)
        return HttpResponse(
            response.body,
            response.status,
            dict(response.headers),
            content_type=response.content_type,
        )
    finally:
        stub.leave()
