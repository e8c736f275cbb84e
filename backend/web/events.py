"""Server-Sent Events: what changes is read once, and told to everybody who listens.

An event's id is the name of this process's run and a number. Whoever comes back with the last id it
has (`Last-Event-ID`) is told what it missed; if that is not known any more, the stream begins with
the event `begin` instead, which says: read the lists again, from here on nothing is missing.
"""

import asyncio
import json
import secrets
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from backend.errors.requests import TooManyStreams
from backend.web.problems import describe_error

HEARTBEAT_SECONDS = 15.0
"""A comment after so long a silence, so that a connection that is gone is noticed."""

HEARTBEAT = b": still there\n\n"
RETRY_MS = 2000
KEPT_EVENTS = 2000
BEGIN = "begin"

MOST_STREAMS = 256
MOST_STREAMS_OF_CLIENT = 128
"""Of one address. Each stream is a file that the process has open, of perhaps 1,024 in all. On the
computer itself all programs have one address, and a browser opens six streams at most."""


@dataclass(frozen=True)
class Event:
    """Something that changed, as JSON values and as it is sent."""

    number: int
    name: str
    content: Any
    encoded: bytes


def encode_event(event: str, content: Any, event_id: str) -> bytes:
    """An event as it is sent; JSON has no line breaks of its own."""
    text = json.dumps(content, separators=(",", ":"))
    return f"id: {event_id}\nevent: {event}\ndata: {text}\n\n".encode()


class EventHub:
    """The events of a process, in order. Publishing and closing may be done in any thread, all
    else belongs to the loop."""

    def __init__(self) -> None:
        self._run = secrets.token_hex(4)
        self._kept: deque[Event] = deque(maxlen=KEPT_EVENTS)
        self._number = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news: asyncio.Future[None] | None = None
        self._n_streams: Counter[str] = Counter()
        self.has_begun = False
        self.is_closed = False

    def open(self) -> None:
        """Begin, in the running loop."""
        self._loop = asyncio.get_running_loop()
        self._news = self._loop.create_future()

    def begin(self) -> None:
        """From now on whatever changes is published: streams that waited for it begin."""
        self._call(self._begin)

    def _begin(self) -> None:
        self.has_begun = True
        self._wake_readers()

    async def wait_for_begin(self) -> AsyncIterator[bytes]:
        """Heartbeats until whatever changes is published."""
        while not (self.has_begun or self.is_closed):
            if not await self.wait():
                yield HEARTBEAT

    def close(self) -> None:
        """End every stream."""
        self.is_closed = True
        self._call(self._wake_readers)

    def publish(self, name: str, content: Any) -> None:
        """Tell all readers, if there is anybody to tell."""
        if not self.is_closed:
            self._call(self._publish, name, content)

    def _call(self, function: Callable[..., None], *arguments: Any) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function, *arguments)

    def _publish(self, name: str, content: Any) -> None:
        self._number += 1
        encoded = encode_event(name, content, self.id_of(self._number))
        self._kept.append(Event(self._number, name, content, encoded))
        self._wake_readers()

    def _wake_readers(self) -> None:
        if self._loop is None or self._news is None:
            return
        news, self._news = self._news, self._loop.create_future()
        news.set_result(None)

    @contextmanager
    def counted(self, client: str) -> Iterator[None]:
        """A place for one more stream to a client's address; raises `TooManyStreams`."""
        of_client, of_all = self._n_streams[client], self._n_streams.total()
        if of_client >= MOST_STREAMS_OF_CLIENT or of_all >= MOST_STREAMS:
            raise TooManyStreams
        self._n_streams[client] += 1
        try:
            yield
        finally:
            self._n_streams[client] -= 1
            self._n_streams += Counter()  # forgets those who have none

    def id_of(self, number: int) -> str:
        return f"{self._run}-{number}"

    @property
    def number(self) -> int:
        """That of the newest event."""
        return self._number

    def place_of(self, event_id: str | None) -> int | None:
        """The number of an event of which all later ones are kept; None: there is none."""
        run, _, digits = (event_id or "").partition("-")
        if run != self._run or not digits.isdecimal() or len(digits) > 18:
            return None
        number = int(digits)
        oldest = self._kept[0].number if self._kept else self._number + 1
        return number if oldest - 1 <= number <= self._number else None

    def later_than(self, number: int) -> list[Event] | None:
        """What came after an event; None: some of it is not kept any more."""
        n_missed = self._number - number
        if n_missed > len(self._kept):
            return None
        return list(self._kept)[len(self._kept) - n_missed :] if n_missed else []

    async def wait(self) -> bool:
        """Until there may be news; whether there are any, before a heartbeat is due."""
        assert self._news is not None
        done, _ = await asyncio.wait([self._news], timeout=HEARTBEAT_SECONDS)
        return bool(done)

    async def stream(self, last_event_id: str | None) -> AsyncIterator[bytes]:
        """All events as they are sent, until the hub is closed."""
        yield f"retry: {RETRY_MS}\n\n".encode()
        async for heartbeat in self.wait_for_begin():
            yield heartbeat
        place = self.place_of(last_event_id)
        if place is None:
            place = self._number
            yield self._encode_begin()
        while not self.is_closed:
            events = self.later_than(place)
            if events is None:  # a reader that is slower than the events come
                place = self._number
                yield self._encode_begin()
                continue
            place += len(events)
            if events:
                yield b"".join(event.encoded for event in events)
            elif not await self.wait():
                yield HEARTBEAT

    def _encode_begin(self) -> bytes:
        return encode_event(BEGIN, {}, self.id_of(self._number))


class EventStreamResponse(StreamingResponse):
    """The answer whose body events are, as long as there is a place for one more stream."""

    media_type = "text/event-stream"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        hub: EventHub = scope["app"].state.hub
        address, _ = scope["client"] or ("", 0)
        try:
            with hub.counted(address):
                await super().__call__(scope, receive, send)
        except TooManyStreams as error:
            # Not in the log, which whoever asks a thousand times would fill.
            await describe_error(scope, error)(scope, receive, send)


STREAM_ANSWER = {
    "description": "The events, for as long as both sides stay.",
    "content": {
        "text/event-stream": {
            "schema": {
                "type": "object",
                "required": ["event", "data"],
                "properties": {
                    "id": {"type": "string"},
                    "event": {"type": "string"},
                    "data": {"type": "string", "contentMediaType": "application/json"},
                },
            }
        }
    },
}
"""What OpenAPI documents of a route that answers with events."""


def stream_response(events: AsyncIterator[bytes]) -> EventStreamResponse:
    """An answer that goes on for as long as there are events."""
    return EventStreamResponse(events, headers={"Cache-Control": "no-store"})
