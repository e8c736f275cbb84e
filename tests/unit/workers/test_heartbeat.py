"""Who is taken for dead, by which clock."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text, update
from sqlmodel import Session, col

from backend import database
from backend.models import Task, Worker
from backend.models.columns import utc_now
from backend.workers.heartbeat import Heartbeat, WorkerFacts
from tests.unit.task_queue.rows import add_worker, insert_task

pytestmark = pytest.mark.usefixtures("each_database")

TTL_SECONDS = 15.0


class Clock:
    """The monotonic clock of the process, moved on by the test."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    own = Clock()
    monkeypatch.setattr("backend.workers.heartbeat.time.monotonic", own)
    return own


@pytest.fixture
def db(each_database: str) -> Engine:
    return database.engine


@pytest.fixture
def heartbeat(db: Engine) -> Heartbeat:
    return Heartbeat(db, WorkerFacts("me", "host", 1, "1.0", "summary", TTL_SECONDS))


def watch(heartbeat: Heartbeat, clock: Clock, seconds: float) -> None:
    """It looks every few seconds for so long, as it does in its thread."""
    end = clock.now + seconds
    while clock.now < end:
        clock.now = min(clock.now + TTL_SECONDS / 3, end)
        heartbeat.look()


def workers(db: Engine) -> set[str]:
    with db.connect() as connection:
        return set(connection.scalars(text("SELECT id FROM worker")))


def add_other(db: Engine, seen_seconds_ago: float) -> None:
    with Session(db) as session:
        add_worker(session, "other", seen_seconds_ago=seen_seconds_ago, ttl_seconds=TTL_SECONDS)


def beat_of_other(db: Engine, at_seconds: float) -> None:
    """The other gives a sign; its clock, or SQLite's on its machine, may be wrong."""
    seen_at = utc_now() + timedelta(seconds=at_seconds)
    with db.begin() as connection:
        connection.execute(update(Worker).where(col(Worker.id) == "other").values(seen_at=seen_at))


def test_a_worker_is_known_from_its_first_beat_until_it_leaves(
    db: Engine, heartbeat: Heartbeat
) -> None:
    heartbeat.beat()
    heartbeat.beat()
    assert workers(db) == {"me"}

    heartbeat.leave()
    assert workers(db) == set()


def test_a_worker_that_has_not_been_seen_for_its_ttl_is_dead_at_the_first_look(
    db: Engine, heartbeat: Heartbeat
) -> None:
    add_other(db, seen_seconds_ago=TTL_SECONDS + 5)

    heartbeat.look()

    assert workers(db) == set()


def test_a_worker_that_was_seen_lately_is_alive(db: Engine, heartbeat: Heartbeat) -> None:
    add_other(db, seen_seconds_ago=TTL_SECONDS - 8)

    heartbeat.look()

    assert workers(db) == {"other"}


def test_a_worker_that_stops_giving_signs_is_dead_after_its_ttl(
    db: Engine, heartbeat: Heartbeat, clock: Clock
) -> None:
    add_other(db, seen_seconds_ago=0)
    heartbeat.look()
    watch(heartbeat, clock, TTL_SECONDS - 1)
    assert workers(db) == {"other"}

    watch(heartbeat, clock, 2)

    assert workers(db) == set()


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_worker_with_a_wrong_clock_lives_as_long_as_it_gives_signs_and_no_longer(
    db: Engine, heartbeat: Heartbeat, clock: Clock, hours: float
) -> None:
    add_other(db, seen_seconds_ago=0)
    heartbeat.look()
    for number in range(4):
        clock.now += TTL_SECONDS / 2
        beat_of_other(db, hours * 3600 + number)
        heartbeat.look()
    assert workers(db) == {"other"}

    watch(heartbeat, clock, TTL_SECONDS + 1)

    assert workers(db) == set()


def test_whoever_was_held_up_takes_nobody_for_dead_who_may_have_been_held_up_as_well(
    db: Engine, heartbeat: Heartbeat, clock: Clock
) -> None:
    """As by another program that holds the database for a minute, without an error anywhere."""
    add_other(db, seen_seconds_ago=0)
    heartbeat.look()
    clock.now += 60

    heartbeat.look()
    assert workers(db) == {"other"}
    watch(heartbeat, clock, TTL_SECONDS + 1)

    assert workers(db) == set()


def test_the_tasks_of_a_worker_that_nobody_knows_are_freed(
    db: Engine, heartbeat: Heartbeat
) -> None:
    with Session(db) as session:
        task_id = insert_task(
            session,
            task_type="summary",
            status="running",
            stage="summary",
            worker="forgotten",
            claim="x",
            run_id="task-1-1-summary",
        )

    heartbeat.look()
    heartbeat.look()

    with Session(db) as session:
        freed = session.get_one(Task, task_id)
    assert (freed.status, freed.worker, freed.crashes) == ("pending", None, 1)


def test_after_the_database_was_away_nobody_is_judged_by_the_clock(
    db: Engine,
    heartbeat: Heartbeat,
    clock: Clock,
) -> None:
    """All workers were silent then; whoever comes back first must not bury the others."""
    add_other(db, seen_seconds_ago=0)
    heartbeat.look()
    heartbeat.note_blindness()
    clock.now += 6
    beat_of_other(db, -60)

    heartbeat.look()
    assert workers(db) == {"other"}
    watch(heartbeat, clock, TTL_SECONDS + 1)

    assert workers(db) == set()


def test_whoever_was_taken_for_dead_begins_again(db: Engine, heartbeat: Heartbeat) -> None:
    heartbeat.beat()
    with db.begin() as connection:
        connection.execute(text("DELETE FROM worker"))

    heartbeat.beat()

    assert workers(db) == {"me"}
