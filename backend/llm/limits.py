"""Limits that calls share beyond their job: with the other jobs of the process, and with all the
processes of the database."""

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy import (
    ColumnElement,
    Engine,
    SQLColumnExpression,
    case,
    literal,
    select,
    text,
    update,
)
from sqlmodel import col

from backend.errors.providers import CallsStopped
from backend.models import ProviderPace
from backend.models.columns import UtcDateTime, seconds_since

LATEST_SECONDS = 1.0
"""A call may go out so long after its turn; later it needs another one."""

WINDOW_SECONDS = 60.0 + LATEST_SECONDS
"""The limit of a minute holds for so long a stretch. Evenly spaced by it, calls stay within the
limit in every minute, also where one goes out late and the next in time."""

T = TypeVar("T")

NOW: ColumnElement[float] = seconds_since(literal(datetime.fromtimestamp(0, UTC), UtcDateTime()))
"""Seconds since 1970 by the database's clock."""

_INSERT_MISSING = text(
    "INSERT INTO provider_pace (provider, held_until, next_call_at) VALUES (:provider, 0, 0) "
    "ON CONFLICT DO NOTHING"
)


class CallSlots:
    """How many calls a process has under way at once, whichever of its jobs they belong to."""

    def __init__(self, limit: float = math.inf) -> None:
        self._limit = limit
        self._taken = 0
        self._changed = threading.Condition()

    def set_limit(self, limit: int | None) -> None:
        """Change the limit; None: none. Where more calls than that are under way, they end by
        themselves."""
        with self._changed:
            self._limit = math.inf if limit is None else limit
            self._changed.notify_all()

    def wake(self) -> None:
        """Have everybody who waits look whether they are stopped."""
        with self._changed:
            self._changed.notify_all()

    @contextmanager
    def taken(self, is_stopped: Callable[[], bool]) -> Iterator[None]:
        """Wait for a slot and hold it.

        Raises
        ------
        CallsStopped
        """
        self._take(is_stopped)
        try:
            yield
        finally:
            with self._changed:
                self._taken -= 1
                self._changed.notify()

    def _take(self, is_stopped: Callable[[], bool]) -> None:
        with self._changed:
            self._changed.wait_for(lambda: is_stopped() or self._taken < self._limit)
            if is_stopped():
                self._changed.notify()  # The slot that woke this thread is another's to take.
                raise CallsStopped
            self._taken += 1


PROCESS_SLOTS = CallSlots()
"""Of all jobs of this process; `llm.max_concurrency` is its limit."""


class Persist(Protocol):
    """Does what needs the database, and says what to do where that is away: give up, or wait."""

    def __call__(self, write: Callable[[], T]) -> T: ...


class SharedPace:
    """The pace of calls to one server, for all the processes that share the database.

    Any number of threads may use it: each method is one short transaction on a connection of its
    own. `server` is the server as `ModelChoice.server` names it; without `requests_per_minute`
    there are no turns. Every method goes through `persist`: a call neither goes out unpaced
    because the database is away, nor does its job fail where what it was paid for would wait, too.
    """

    def __init__(
        self, engine: Engine, server: str, requests_per_minute: float | None, persist: Persist
    ) -> None:
        self._engine = engine
        self._server = server
        self._spacing = WINDOW_SECONDS / requests_per_minute if requests_per_minute else None
        self._persist = persist
        self._is_own = col(ProviderPace.provider) == server
        # Made once: it is asked before every call.
        self._held_seconds = select(col(ProviderPace.held_until) - NOW).where(self._is_own)

    @property
    def has_turns(self) -> bool:
        """Whether there is a limit per minute."""
        return self._spacing is not None

    def reserve_turn(self) -> float:
        """Take the next free turn of all processes; the seconds until then."""
        assert self._spacing is not None
        latest = _later(_later(col(ProviderPace.next_call_at), NOW), col(ProviderPace.held_until))
        turn = col(ProviderPace.next_call_at) - self._spacing
        change = {"next_call_at": latest + self._spacing}
        return max(0.0, self._persist(lambda: self._change(change, turn - NOW)))

    def hold(self, seconds: float) -> None:
        """Hold back the calls of all processes for `seconds`; a longer hold stays as it is."""
        held_until = _later(col(ProviderPace.held_until), NOW + seconds)
        self._persist(lambda: self._change({"held_until": held_until}, held_until))

    def read_hold(self) -> float:
        """The seconds for which calls are held back; not above zero where they are not."""
        return self._persist(self._read_hold_once)

    def _read_hold_once(self) -> float:
        with self._engine.connect() as connection:
            return connection.scalar(self._held_seconds) or 0.0

    def _change(self, values: dict[str, Any], returned: SQLColumnExpression[float]) -> float:
        """Change the server's row in one statement, so that no two processes find the same."""
        change = update(ProviderPace).where(self._is_own).values(values).returning(returned)
        with self._engine.begin() as connection:
            found = connection.scalar(change)
            if found is None:
                connection.execute(_INSERT_MISSING, {"provider": self._server})
                found = connection.scalar(change)
            assert found is not None
            return float(found)


def _later(
    one: SQLColumnExpression[float], other: SQLColumnExpression[float]
) -> SQLColumnExpression[float]:
    # The greater of two has another name on each database; this they both know.
    return case((one > other, one), else_=other)
