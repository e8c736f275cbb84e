"""The job engine: what it does for us, and what we use of it that it does not document."""

import json
import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from dbos import DBOS
from sqlalchemy import text

from backend.config.environment import database_url
from backend.log import set_up_logging
from backend.workers.engine import SCHEMA, JobEngine, _engine_for, engine_url
from backend.workers.slots import Slots
from tests.waiting import wait_until

MakeEngine = Callable[..., JobEngine]
LIMIT_SECONDS = 30


class Recorder:
    """The work of a test: notes what it is given, and takes as long as it is let."""

    def __init__(self) -> None:
        self.slots = Slots({})
        self.begun: list[tuple[int, str]] = []
        self.may_end = threading.Event()
        self.may_end.set()

    def __call__(self, task_id: int, run_id: str) -> None:
        self.slots.take("language")
        self.begun.append((task_id, run_id))
        self.may_end.wait(LIMIT_SECONDS)
        self.slots.release("language")

    def has_begun(self, n_tasks: int) -> bool:
        return len(self.begun) == n_tasks

    def has_ended(self, task_id: int, run_id: str) -> bool:
        """Of one that is alone."""
        return (task_id, run_id) in self.begun and bool(self.slots.free("language"))


def is_idle(engine: JobEngine) -> bool:
    return not engine._dbos._active_workflows_set.activeList()


@pytest.fixture
def work() -> Iterator[Recorder]:
    recorder = Recorder()
    yield recorder
    recorder.may_end.set()


@pytest.fixture
def restored_log() -> Iterator[None]:
    """What a test sets up of the log is put back as it was."""
    log = logging.getLogger("lectern")
    former = log.handlers, log.level, log.propagate
    log.handlers = []
    yield
    for handler in log.handlers:
        handler.close()
    log.handlers, log.level, log.propagate = former


@pytest.fixture
def make_engine(each_database: str, data_dir: Path, work: Recorder) -> Iterator[MakeEngine]:
    """Launches an engine on the test's database; there is one at a time in a process."""
    data_dir.mkdir(parents=True)
    engines: list[JobEngine] = []

    def make(executor_id: str | None = None, **queues: int) -> JobEngine:
        url = engine_url(database_url())
        work.slots = Slots(queues)
        engine = JobEngine(url, executor_id or uuid.uuid4().hex, work.slots, work)
        engines.append(engine)
        engine.launch()
        return engine

    yield make
    work.may_end.set()
    for engine in engines:
        wait_until(partial(is_idle, engine), LIMIT_SECONDS)
        engine.close(LIMIT_SECONDS)


def in_tables(statement: str) -> list[Any]:
    """Run a statement on the engine's own tables; the first column of what it gives."""
    reader = sqlalchemy.create_engine(engine_url(database_url()))
    with reader.begin() as connection:
        schema = "" if connection.dialect.name == "sqlite" else f"{SCHEMA}."
        answer = connection.execute(text(statement.format(schema=schema)))
        found = list(answer.scalars()) if answer.returns_rows else []
    reader.dispose()
    return found


def test_the_engine_is_the_version_whose_insides_these_tests_know() -> None:
    assert version("dbos") == "3.4.0"


def test_sqlite_tells_the_engine_the_time_however_old_it_is(data_dir: Path) -> None:
    """DBOS asks so from Python 3.12 on, in the defaults of its tables, too."""
    data_dir.mkdir(parents=True)
    tables = _engine_for(engine_url(database_url()))
    with tables.begin() as connection:
        default = "DEFAULT (unixepoch('subsec') * 1000)"
        connection.execute(text(f"CREATE TABLE t (id INTEGER, at BIGINT NOT NULL {default})"))
        connection.execute(text("INSERT INTO t (id) VALUES (1)"))
        at = connection.scalar(text("SELECT at FROM t"))
        asked = connection.scalar(text("SELECT CAST(unixepoch('subsec') * 1000 AS BIGINT)"))
    tables.dispose()

    now = time.time() * 1000
    assert 0 <= now - at < 60_000
    assert 0 <= now - asked < 60_000


@pytest.mark.usefixtures("restored_log")
def test_the_engines_warnings_go_where_our_log_goes_now(
    make_engine: MakeEngine, tmp_path: Path
) -> None:
    set_up_logging(tmp_path / "former", [])
    make_engine(language=1)

    set_up_logging(tmp_path / "now", ["sk-secret"])
    logging.getLogger("dbos").warning("no connection with sk-secret")

    assert "no connection with [key]" in (tmp_path / "now" / "lectern.log").read_text()
    assert (tmp_path / "former" / "lectern.log").read_text() == ""


def test_a_run_is_given_to_the_work_with_its_ids(make_engine: MakeEngine, work: Recorder) -> None:
    engine = make_engine(language=1)

    engine.enqueue("language", 7, "task-7-1-summary")

    wait_until(lambda: work.begun, seconds=LIMIT_SECONDS)
    assert work.begun == [(7, "task-7-1-summary")]


def test_a_run_that_is_enqueued_twice_is_done_once(make_engine: MakeEngine, work: Recorder) -> None:
    engine = make_engine(language=2)

    engine.enqueue("language", 7, "task-7-1-summary")
    engine.enqueue("language", 7, "task-7-1-summary")
    wait_until(lambda: not engine.find_open(["task-7-1-summary"]), seconds=LIMIT_SECONDS)
    engine.enqueue("language", 7, "task-7-1-summary")
    engine.enqueue("language", 8, "task-8-1-summary")

    wait_until(lambda: (8, "task-8-1-summary") in work.begun, seconds=LIMIT_SECONDS)
    assert work.begun.count((7, "task-7-1-summary")) == 1


def test_a_worker_takes_as_many_as_it_has_places_and_leaves_the_rest(
    make_engine: MakeEngine, work: Recorder
) -> None:
    engine = make_engine(transcription=1, language=3)
    work.may_end.clear()
    names = [f"task-{number}" for number in range(10)]

    for number, name in enumerate(names):
        engine.enqueue("language", number, name)
        wait_until(partial(work.has_begun, min(number + 1, 3)), LIMIT_SECONDS)
    assert len(engine.find_open(names)) == 10

    def has_begun_all_after_a_ring() -> bool:
        engine.ring("language")
        return work.has_begun(10)

    work.may_end.set()
    wait_until(has_begun_all_after_a_ring, LIMIT_SECONDS)


def test_a_worker_leaves_the_queues_of_others_alone(
    make_engine: MakeEngine, work: Recorder
) -> None:
    engine = make_engine(language=1)

    engine.enqueue("transcription", 1, "task-1")
    engine.enqueue("language", 2, "task-2")
    wait_until(lambda: not engine.find_open(["task-2"]), seconds=LIMIT_SECONDS)

    assert work.begun == [(2, "task-2")]
    assert engine.find_open(["task-1", "task-2", "task-3"]) == {"task-1"}


def test_a_run_is_taken_though_the_one_before_has_only_just_ended(
    make_engine: MakeEngine, work: Recorder
) -> None:
    engine = make_engine(language=1)

    for number in range(50):
        engine.enqueue("language", number, f"task-{number}")
        # Nobody rings again, and no loop looks at the clock.
        wait_until(partial(work.has_ended, number, f"task-{number}"), LIMIT_SECONDS)


def test_the_runs_of_a_dead_executor_are_done_by_another(
    make_engine: MakeEngine, work: Recorder
) -> None:
    engine = make_engine(language=1)
    engine.enqueue("transcription", 5, "task-5")
    in_tables(
        "UPDATE {schema}workflow_status SET status = 'PENDING', owner_xid = 'x', "
        "executor_id = 'the-dead', queue_name = 'language'"
    )

    engine.recover("somebody-else")
    engine.ring("language")
    engine.enqueue("language", 6, "task-6")
    wait_until(lambda: (6, "task-6") in work.begun, seconds=LIMIT_SECONDS)
    assert (5, "task-5") not in work.begun
    engine.recover("the-dead")
    engine.recover("the-dead")
    engine.ring("language")

    wait_until(lambda: not engine.find_open(["task-5"]), seconds=LIMIT_SECONDS)
    assert work.begun.count((5, "task-5")) == 1


def test_a_run_that_was_taken_and_could_not_begin_is_noticed_and_given_back(
    make_engine: MakeEngine, work: Recorder
) -> None:
    engine = make_engine("me", language=2)
    work.may_end.clear()
    engine.enqueue("language", 1, "task-1")
    wait_until(lambda: work.begun, seconds=LIMIT_SECONDS)
    engine.enqueue("transcription", 2, "task-2")
    in_tables(
        "UPDATE {schema}workflow_status SET status = 'PENDING', owner_xid = 'x', "
        "executor_id = 'me', queue_name = 'language' WHERE workflow_uuid = 'task-2'"
    )

    assert engine.find_stuck(["task-1", "task-2", "task-3"]) == {"task-2"}
    engine.requeue("task-2")
    engine.ring("language")

    wait_until(lambda: (2, "task-2") in work.begun, seconds=LIMIT_SECONDS)
    assert engine.find_stuck(["task-1", "task-2"]) == set()


def test_runs_that_ended_long_ago_are_forgotten(make_engine: MakeEngine, work: Recorder) -> None:
    engine = make_engine(language=2)
    engine.enqueue("transcription", 1, "task-1")
    engine.enqueue("language", 2, "task-2")
    wait_until(lambda: not engine.find_open(["task-2"]), seconds=LIMIT_SECONDS)

    assert engine.prune(timedelta(days=1)) == 0
    assert engine.prune(timedelta(seconds=-60)) == 1
    assert [workflow.workflow_id for workflow in DBOS.list_workflows()] == ["task-1"]


def test_nothing_but_ids_is_serialised_and_no_pickle(
    make_engine: MakeEngine, work: Recorder
) -> None:
    engine = make_engine(language=1)
    engine.enqueue("language", 7, "task-7")
    wait_until(lambda: not engine.find_open(["task-7"]), seconds=LIMIT_SECONDS)

    (stored,) = in_tables("SELECT inputs FROM {schema}workflow_input")
    assert json.loads(stored) == {"positionalArgs": [7, "task-7"], "namedArgs": {}}
