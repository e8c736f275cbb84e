"""Another program holds the database for longer than anybody waits: workers go on by themselves."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from backend.config.environment import data_dir, database_url
from backend.doctor.examination import check_database
from backend.workers.engine import read_ended
from tests.acceptance import workers as acceptance
from tests.acceptance.workers import (
    AccountingStub,
    MakeLesson,
    ReadLesson,
    Workers,
    WriteConfig,
    assert_completed,
    begin_both,
    execute,
    insert_task,
    make_quiet_recording,
    query,
    spoken,
    task_row,
    texts,
    windows_transcribed_twice,
    worker_settings,
)
from tests.stubs.llm_server import serve
from tests.waiting import wait_until

CALLS = {"segments_per_group": 4, "max_concurrency": 3}
SEGMENTS = 160

IMPATIENT = (
    "from backend import database; database.BUSY_TIMEOUT_SECONDS = 1;"
    "from backend.cli import main; main()"
)
"""A worker that gives up waiting for a lock after a second, where others wait for half a minute."""


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_quiet_recording(tmp_path_factory.mktemp("audio") / "quiet.flac", windows=3)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acceptance, "LECTERN", (sys.executable, "-c", IMPATIENT))


@contextmanager
def locked_by_another_program() -> Iterator[None]:
    """As by a backup tool, or by a browser of databases with a change that was not saved."""
    if (url := database_url()).startswith("sqlite"):
        with closing(sqlite3.connect(data_dir() / "lectern.db", isolation_level=None)) as other:
            other.execute("PRAGMA busy_timeout = 60000")
            other.execute("BEGIN EXCLUSIVE")
            yield
            other.execute("ROLLBACK")
    else:
        with psycopg.connect(url.replace("postgresql+psycopg", "postgresql")) as other:
            other.execute("LOCK TABLE task, transcript_window, llm_call IN ACCESS EXCLUSIVE MODE")
            yield
            other.rollback()


def have_lock_timeout() -> None:
    """On PostgreSQL nobody gives up a lock unless its administrator wants it so."""
    if not database_url().startswith("sqlite"):
        with psycopg.connect(database_url().replace("postgresql+psycopg", "postgresql")) as other:
            name = other.info.dbname
            other.execute(f"ALTER DATABASE \"{name}\" SET lock_timeout = '1s'")


@pytest.mark.usefixtures("each_database", "impatient")
def test_workers_go_on_after_another_program_held_the_database(
    write_config: WriteConfig,
    lesson_of: MakeLesson,
    stored_lesson: ReadLesson,
    recording: Path,
) -> None:
    with serve(AccountingStub(latency_seconds=0.3)) as stub, Workers() as workers:
        write_config(worker_settings(stub))
        recorded, written = lesson_of(recording), lesson_of(transcript=spoken(SEGMENTS))
        have_lock_timeout()
        (worker,) = workers.start(1)
        tasks = begin_both(stub, recorded, written, CALLS)
        tasks.append(insert_task("summary", {"lesson_id": written}))

        with locked_by_another_program():
            waits = [f"task {task} waits: .* was busy" for task in tasks[:2]]
            wait_until(lambda: all(map(worker.has_said, waits)), seconds=60)
        assert_completed(*tasks)

        assert windows_transcribed_twice() == {}
        assert stub.asked_again() == []
        assert stub.lost_calls() == 0, "an answer that was paid for was not kept"
        assert stored_lesson(recorded).transcript
        lesson = stored_lesson(written)
        assert texts(lesson.corrected_transcript) == [s.upper() for s in texts(lesson.transcript)]
        assert [task_row(task).attempt for task in tasks] == [1, 1, 1]
        assert worker.is_alive


@pytest.mark.usefixtures("each_database")
def test_a_task_whose_run_has_ended_is_freed_and_done(
    write_config: WriteConfig, lesson_of: MakeLesson, stored_lesson: ReadLesson
) -> None:
    """As when the end could not be written to the row: the engine knows of it, and nobody else."""
    with serve(AccountingStub()) as stub, Workers() as workers:
        write_config(worker_settings(stub))
        written = lesson_of(transcript=spoken(8))
        (worker,) = workers.start(1)
        task = insert_task("correction", {"lesson_id": written})
        assert_completed(task)

        ((run_id,),) = query("SELECT run_id FROM task WHERE id = :id", id=task)
        wait_until(lambda: bool(read_ended(database_url(), [run_id])), seconds=60)
        worker.pause()  # or it would free the task before anybody has looked
        execute(
            "UPDATE task SET status = 'running', claim = 'lost', end_date = NULL WHERE id = :id",
            id=task,
        )
        assert any(f"Task {task} is said to run" in finding.message for finding in check_database())
        worker.go_on()
        later = insert_task("summary", {"lesson_id": written})
        assert_completed(task, later)

        assert task_row(task).attempt == 2
        assert stored_lesson(written).summary
        assert worker.is_alive


def test_a_worker_that_is_started_while_another_program_holds_the_database_waits(
    data_dir: Path, write_config: WriteConfig, impatient: None, lesson_of: MakeLesson
) -> None:
    with Workers() as workers:
        write_config(worker_settings())
        written = lesson_of(transcript=spoken(8))
        task = insert_task("summary", {"lesson_id": written})

        with locked_by_another_program():
            worker = workers.begin()
            wait_until(lambda: worker.has_said("the worker waits: .* was busy"), seconds=60)

        assert_completed(task)
