"""How a run ends that fails: what the row says of it, for people and for programs."""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlmodel import Session

from backend import database
from backend.task_queue import dispatching
from backend.task_queue.reading import TaskView, read_task
from backend.task_queue.states import TASK
from backend.workers import admission, runner
from backend.workers.runner import Runner
from backend.workers.settings import CurrentSettings
from backend.workers.slots import Slots
from tests.unit.task_queue.rows import insert_task
from tests.waiting import wait_until

MakeLesson = Callable[..., int]
STAGES = {"transcription": {"transcription"}, "language": {"correction", "summary"}}


def run(task_type: str, lesson_id: int, **frozen: Any) -> TaskView:
    """A task as it is when a worker has done with it; `frozen` are the settings that it kept."""
    db = database.engine
    parameters = json.dumps({"lesson_id": lesson_id})
    with Session(db) as session:
        task_id = insert_task(session, task_type=task_type, parameters=parameters)
    admission.admit(db)
    (ready,) = dispatching.dispatch(db, {"transcription": 1, "language": 1}, STAGES)
    if frozen:
        with db.begin() as connection:
            connection.execute(TASK.update().values(settings=frozen))
    slots = Slots({"transcription": 1, "language": 1})
    Runner(db, "w", slots, CurrentSettings(), lambda: None)(ready.task_id, ready.run_id)
    with Session(db) as session:
        view = read_task(session, task_id)
    assert view is not None
    return view


@pytest.mark.usefixtures("each_database")
@pytest.mark.parametrize(
    ("task_type", "code", "words"),
    [
        ("transcription", "audio-missing", "has no recording"),
        ("correction", "no-transcript", "has no transcript"),
    ],
)
def test_a_stage_that_fails_says_its_cause(
    lesson_of: MakeLesson, task_type: str, code: str, words: str
) -> None:
    view = run(task_type, lesson_of())

    assert (view.status, view.error_code) == ("failed", code)
    assert words in str(view.error)


@pytest.mark.usefixtures("each_database")
def test_what_nobody_thought_of_has_a_code_too(lesson_of: MakeLesson) -> None:
    view = run("correction", lesson_of(), nonsense=1)

    assert (view.status, view.error_code) == ("failed", "unexpected-error")
    assert "(KeyError)" in str(view.error)


# --- while another program holds the database --------------------------------------------------


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Another program's write that goes on; nothing of ours waits for it long."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as other:
            other.execute("BEGIN EXCLUSIVE")
            yield
            other.rollback()
    else:
        with psycopg.connect(url.replace("postgresql+psycopg", "postgresql")) as other:
            other.execute("LOCK TABLE task IN ACCESS EXCLUSIVE MODE")
            yield
            other.rollback()


@pytest.fixture
def impatient(each_database: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database at which nobody waits long for a lock; its address."""
    monkeypatch.setattr(database, "BUSY_TIMEOUT_SECONDS", 0.1)
    if each_database == "postgresql":
        with database.engine.begin() as connection:
            name = connection.scalar(text("SELECT current_database()"))
            connection.execute(text(f"ALTER DATABASE \"{name}\" SET lock_timeout = '100ms'"))
        database.dispose_engines()
    return str(database.engine.url.render_as_string(hide_password=False))


@pytest.mark.parametrize("moment", ["claim_run", "failed"])
def test_a_run_waits_for_its_beginning_and_its_end_while_the_database_is_held(
    impatient: str,
    lesson_of: MakeLesson,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    moment: str,
) -> None:
    """It takes hold of the database just before the row is claimed, or told how the run ended."""
    caplog.set_level("INFO")
    about_to, may_end = threading.Event(), threading.Event()
    step = getattr(runner, moment)

    def hold(*arguments: Any) -> Any:
        if not about_to.is_set():
            about_to.set()
            assert may_end.wait(60)
        return step(*arguments)

    monkeypatch.setattr(runner, moment, hold)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run, "transcription", lesson_of())
        assert about_to.wait(60)
        with locked(impatient):
            may_end.set()
            wait_until(lambda: "waits: The database" in caplog.text, seconds=60)
        view = running.result(60)

    assert (view.status, view.error_code) == ("failed", "audio-missing")
    assert "was busy" in caplog.text
