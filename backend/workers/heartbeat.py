"""Who is alive: each worker says so, and frees the work of those that have stopped saying it."""

import logging
import threading
import time
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, delete, insert, update
from sqlmodel import Session, col, select

from backend.database.sessions import begin_write
from backend.errors.storage import PASSING_ERRORS, DatabaseDamaged
from backend.models import Worker
from backend.models.columns import database_now, seconds_since
from backend.task_queue import takeover

BEATS_PER_TTL = 5
LONGEST_LOOK_SECONDS = 0.5

logger = logging.getLogger("lectern.workers")


@dataclass(frozen=True)
class WorkerFacts:
    """What a worker says of itself."""

    id: str
    host: str
    pid: int
    version: str
    stages: str
    ttl_seconds: float


@dataclass(frozen=True)
class _Sight:
    """When, by our own monotonic clock, we first saw a worker's latest sign of life."""

    seen_at: datetime
    since: float
    has_changed: bool
    """We have seen it give signs, so we judge by what we see and not by the clocks."""


class Heartbeat:
    """Says that this worker lives, and takes over from those that do not.

    A worker is dead when its latest sign is older than its TTL by the database's clock; one whose
    signs we have watched is judged by our own monotonic clock alone, so that wrong clocks (which
    on SQLite are the machines' own) do no more than make a task's step be repeated once.
    """

    def __init__(self, db: Engine, facts: WorkerFacts) -> None:
        self._db = db
        self._facts = facts
        self._stopped = threading.Event()
        self._sights: dict[str, _Sight] = {}
        self._was_blind = False
        self._looked_at: float | None = None

    def run(self) -> None:
        """Beat and look until it is stopped, whatever goes wrong."""
        beat_seconds = self._facts.ttl_seconds / BEATS_PER_TTL
        look_seconds = min(LONGEST_LOOK_SECONDS, beat_seconds)
        beat_due = 0.0
        while not self._stopped.wait(look_seconds):
            try:
                if time.monotonic() >= beat_due:
                    beat_due = time.monotonic() + beat_seconds
                    self.beat()
                self.look()
            except (*PASSING_ERRORS, DatabaseDamaged) as error:
                if not self._was_blind:
                    logger.warning("no sign of life can be given: %s", error.message)
                self.note_blindness()
                beat_due = 0.0
            except Exception:  # the outer edge of this thread, without which nobody takes over
                logger.exception("the workers could not be looked after; trying again")

    def stop(self) -> None:
        self._stopped.set()

    def note_blindness(self) -> None:
        """The database was away or busy: nobody could give a sign, and the clocks say nothing."""
        self._was_blind = True

    def beat(self) -> None:
        """Give a sign of life; whoever was taken for dead meanwhile begins again."""
        own = col(Worker.id) == self._facts.id
        with Session(self._db) as session:
            begin_write(session)
            connection = session.connection()
            seen = update(Worker).where(own).values(seen_at=database_now())
            if connection.execute(seen).rowcount == 0:
                now = {"started_at": database_now(), "seen_at": database_now()}
                connection.execute(insert(Worker).values(vars(self._facts) | now))
            session.commit()

    def leave(self) -> None:
        """Say that this worker ends: nobody has to wait for its TTL."""
        self._forget(self._facts.id)

    def look(self) -> None:
        """Free the tasks of every worker that is dead, and of those that are not there."""
        dead = self._find_dead()
        known = self._sights.keys() | {self._facts.id}
        for worker in dead | (takeover.workers_of_running(self._db) - known):
            freed = takeover.release_dead(self._db, worker)
            logger.warning("worker %s is dead; tasks taken over from it: %s", worker, freed)
            self._forget(worker)

    def _find_dead(self) -> set[str]:
        others = select(
            Worker.id, Worker.seen_at, Worker.ttl_seconds, seconds_since(col(Worker.seen_at))
        ).where(Worker.id != self._facts.id)
        with Session(self._db) as session:
            found = session.exec(others).all()
        now = time.monotonic()
        # Whatever held this worker up (a lock, a machine that slept) may have held the others up.
        if self._looked_at is not None and now - self._looked_at > self._facts.ttl_seconds / 2:
            self.note_blindness()
        self._looked_at = now
        self._sights = {
            worker: self._sight(worker, seen_at, now) for worker, seen_at, _, _ in found
        }
        self._was_blind = False
        return {
            worker
            for worker, _, ttl_seconds, age_seconds in found
            if _is_dead(self._sights[worker], ttl_seconds, age_seconds, now)
        }

    def _sight(self, worker: str, seen_at: datetime, now: float) -> _Sight:
        before = self._sights.get(worker)
        if before is None or self._was_blind:
            return _Sight(seen_at, now, has_changed=self._was_blind)
        if before.seen_at != seen_at:
            return _Sight(seen_at, now, has_changed=True)
        return before

    def _forget(self, worker: str) -> None:
        with Session(self._db) as session:
            begin_write(session)
            session.connection().execute(delete(Worker).where(col(Worker.id) == worker))
            session.commit()


def _is_dead(sight: _Sight, ttl_seconds: float, age_seconds: float, now: float) -> bool:
    if now - sight.since > ttl_seconds:
        return True
    return not sight.has_changed and age_seconds > ttl_seconds
