"""The job engine: what it does for us, by what it documents."""

import ast
import inspect
import json
import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import dbos
import pytest
import sqlalchemy
from dbos import DBOS, DBOSConfig
from sqlalchemy import text

import backend
from backend.config.environment import database_url
from backend.log import set_up_logging
from backend.workers.engine import SCHEMA, JobEngine, _engine_for, engine_url, read_ended
from tests.waiting import wait_until

MakeEngine = Callable[..., JobEngine]
LIMIT_SECONDS = 30

ENGINE_MODULE = "workers/engine.py"
DOCUMENTED = {
    "listen_queues": {"queues"},
    "launch": set(),
    "workflow": {"name"},
    "start_workflow": {"func", "args"},
    "list_workflows": {"end_time", "limit", "load_input", "load_output"},
    "delete_workflows": {"workflow_ids"},
    "destroy": {"destroy_registry"},
}
"""What we call of `DBOS`, and what we hand over."""


class Recorder:
    """The work of a test: notes what it is given, and takes as long as it is let."""

    def __init__(self) -> None:
        self.begun: list[tuple[int, str]] = []
        self.may_end = threading.Event()
        self.may_end.set()

    def __call__(self, task_id: int, run_id: str) -> None:
        self.begun.append((task_id, run_id))
        self.may_end.wait(LIMIT_SECONDS)


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

    def make() -> JobEngine:
        engines.append(JobEngine(engine_url(database_url()), uuid.uuid4().hex, work))
        engines[-1].launch()
        return engines[-1]

    yield make
    work.may_end.set()
    for engine in engines:
        wait_until(partial(have_ended, engine, work), LIMIT_SECONDS)
        engine.close()


def have_ended(engine: JobEngine, work: Recorder) -> bool:
    begun = {run_id for _, run_id in work.begun}
    return engine.find_ended(begun) == begun


def in_tables(statement: str) -> list[Any]:
    """Run a statement on the engine's own tables; the first column of what it gives."""
    reader = sqlalchemy.create_engine(engine_url(database_url()))
    with reader.begin() as connection:
        schema = "" if connection.dialect.name == "sqlite" else f"{SCHEMA}."
        answer = connection.execute(text(statement.format(schema=schema)))
        found = list(answer.scalars()) if answer.returns_rows else []
    reader.dispose()
    return found


def test_one_module_knows_dbos_and_by_its_documented_names_alone() -> None:
    root = Path(backend.__file__).parent
    for module in root.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names.append(node.module)
            used = [name for name in names if name.split(".")[0] == "dbos"]
            place = module.relative_to(root)
            assert not used or place == Path(ENGINE_MODULE), f"{place} imports DBOS"
            assert set(used) <= {"dbos"}, f"{place} imports an undocumented part: {used}"
    tree = ast.parse((root / ENGINE_MODULE).read_text())
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    imported = {alias.name for node in imports if node.module == "dbos" for alias in node.names}
    assert imported <= set(dbos.__all__), f"DBOS does not export {imported - set(dbos.__all__)}"
    called = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "DBOS"
    }
    assert called == DOCUMENTED.keys(), "DOCUMENTED is to name what is called of DBOS"


@pytest.mark.parametrize("name", DOCUMENTED)
def test_dbos_has_what_we_call(name: str) -> None:
    assert hasattr(DBOS, name), f"This version of DBOS has no DBOS.{name}: see its release notes."
    missing = DOCUMENTED[name] - inspect.signature(getattr(DBOS, name)).parameters.keys()
    assert not missing, f"DBOS.{name} does not take {missing} any more: see its release notes."


def test_dbos_has_the_settings_that_we_give() -> None:
    given = {
        "name",
        "system_database_engine",
        "system_database_url",
        "dbos_system_schema",
        "executor_id",
        "application_version",
        "serializer",
        "log_level",
    }
    missing = given - DBOSConfig.__annotations__.keys()
    assert not missing, f"DBOS ignores the settings {missing} now: see its release notes."


def test_dbos_keeps_its_runs_in_the_table_that_it_documents(make_engine: MakeEngine) -> None:
    make_engine()

    reader = sqlalchemy.create_engine(engine_url(database_url()))
    schema = None if reader.dialect.name == "sqlite" else SCHEMA
    found = {
        column["name"]
        for column in sqlalchemy.inspect(reader).get_columns("workflow_status", schema=schema)
    }
    reader.dispose()
    missing = {"workflow_uuid", "status"} - found
    assert not missing, f"DBOS has no {missing} in workflow_status now: `read_ended` is to change."


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
    make_engine()

    set_up_logging(tmp_path / "now", ["sk-secret"])
    logging.getLogger("dbos").warning("no connection with sk-secret")

    assert "no connection with [key]" in (tmp_path / "now" / "lectern.log").read_text()
    assert (tmp_path / "former" / "lectern.log").read_text() == ""


def test_a_run_is_given_to_the_work_with_its_ids(make_engine: MakeEngine, work: Recorder) -> None:
    make_engine().start(7, "task-7-1-summary")

    wait_until(lambda: work.begun, seconds=LIMIT_SECONDS)
    assert work.begun == [(7, "task-7-1-summary")]


def test_a_run_is_done_once_however_often_it_is_begun(
    make_engine: MakeEngine, work: Recorder
) -> None:
    engine = make_engine()
    work.may_end.clear()

    engine.start(7, "task-7-1-summary")
    engine.start(7, "task-7-1-summary")
    work.may_end.set()
    wait_until(lambda: engine.find_ended(["task-7-1-summary"]), seconds=LIMIT_SECONDS)
    engine.start(7, "task-7-1-summary")
    engine.start(8, "task-8-1-summary")
    wait_until(lambda: engine.find_ended(["task-8-1-summary"]), seconds=LIMIT_SECONDS)

    assert work.begun == [(7, "task-7-1-summary"), (8, "task-8-1-summary")]


def test_a_run_that_another_worker_began_is_not_begun_again(
    make_engine: MakeEngine, work: Recorder
) -> None:
    engine = make_engine()
    engine.start(7, "task-7")
    wait_until(lambda: engine.find_ended(["task-7"]), seconds=LIMIT_SECONDS)
    in_tables(
        "UPDATE {schema}workflow_status SET status = 'PENDING', owner_xid = 'x', "
        "executor_id = 'another'"
    )

    engine.start(7, "task-7")
    engine.start(8, "task-8")
    wait_until(lambda: engine.find_ended(["task-8"]), seconds=LIMIT_SECONDS)

    assert work.begun == [(7, "task-7"), (8, "task-8")]
    in_tables("DELETE FROM {schema}workflow_status WHERE workflow_uuid = 'task-7'")
    work.begun.remove((7, "task-7"))


def test_a_run_has_ended_when_its_work_has(make_engine: MakeEngine, work: Recorder) -> None:
    engine = make_engine()
    work.may_end.clear()
    engine.start(1, "task-1")
    wait_until(lambda: work.begun, seconds=LIMIT_SECONDS)

    assert engine.find_ended(["task-1", "task-2"]) == set()
    assert read_ended(database_url(), ["task-1"]) == set()
    work.may_end.set()

    wait_until(lambda: engine.find_ended(["task-1", "task-2"]), seconds=LIMIT_SECONDS)
    assert read_ended(database_url(), ["task-1", "task-2"]) == {"task-1"}


def test_runs_that_began_long_ago_are_forgotten_however_they_ended(
    make_engine: MakeEngine, work: Recorder
) -> None:
    engine = make_engine()
    for number in range(3):
        engine.start(number, f"task-{number}")
    wait_until(partial(have_ended, engine, work), LIMIT_SECONDS)
    in_tables(
        "UPDATE {schema}workflow_status SET status = 'PENDING', executor_id = 'the-dead' "
        "WHERE workflow_uuid = 'task-1'"
    )
    kept = {"task-2"}

    assert engine.prune(timedelta(days=1), kept) == 0
    assert engine.prune(timedelta(seconds=-60), kept) == 2
    assert [run.workflow_id for run in DBOS.list_workflows()] == ["task-2"]
    work.begun = [(2, "task-2")]


def test_nothing_but_ids_is_serialised_and_no_pickle(
    make_engine: MakeEngine, work: Recorder
) -> None:
    engine = make_engine()
    engine.start(7, "task-7")
    wait_until(lambda: engine.find_ended(["task-7"]), seconds=LIMIT_SECONDS)

    (stored,) = in_tables("SELECT inputs FROM {schema}workflow_input")
    assert json.loads(stored) == {"positionalArgs": [7, "task-7"], "namedArgs": {}}
