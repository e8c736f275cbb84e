"""Cancelling a task in each of its states, trying it again, and removing its lesson meanwhile."""

import time
from pathlib import Path

import pytest
from sqlmodel import Session

from backend import database
from backend.lessons.service import remove_lesson
from backend.task_queue.service import cancel_task, retry_task
from tests.acceptance.workers import (
    AccountingStub,
    MakeLesson,
    ReadLesson,
    Workers,
    WriteConfig,
    assert_completed,
    count_answers,
    count_windows,
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

pytestmark = pytest.mark.usefixtures("each_database")

WITHIN_SECONDS = 2.0
"""No call may go out later than this after a cancel."""


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_quiet_recording(tmp_path_factory.mktemp("audio") / "quiet.flac", windows=3)


def cancel(task_id: int) -> None:
    with Session(database.engine) as session:
        cancel_task(session, task_id)


def retry(task_id: int) -> None:
    with Session(database.engine) as session:
        retry_task(session, task_id)


def wait_until_left(task_id: int) -> None:
    """Until the worker has stopped working on a cancelled task."""
    wait_until(lambda: task_row(task_id).claim is None, seconds=60)


def test_a_cancelled_correction_sends_no_further_call_and_a_retry_pays_for_none_again(
    write_config: WriteConfig, lesson_of: MakeLesson, stored_lesson: ReadLesson
) -> None:
    with serve(AccountingStub(latency_seconds=0.3)) as stub, Workers() as workers:
        write_config(worker_settings(stub))
        lesson_id = lesson_of(transcript=spoken(160))
        parameters = {"lesson_id": lesson_id, "segments_per_group": 4, "max_concurrency": 2}
        task = insert_task("correction", parameters)
        workers.begin()
        wait_until(lambda: count_answers(lesson_id) >= 3, seconds=120)

        cancel(task)
        cancelled_at = time.monotonic()
        wait_until_left(task)

        assert stub.call_count < 40, "it was over before it could be cancelled"
        assert all(call.arrived_at < cancelled_at + WITHIN_SECONDS for call in stub.received)
        assert count_answers(lesson_id) == stub.call_count, "a paid answer was not kept"
        row = task_row(task)
        assert row.status == "cancelled"
        assert row.end_date is not None
        assert stored_lesson(lesson_id).corrected_transcript is None

        # That nothing goes on in secret shows when the worker has done something else meanwhile.
        n_calls = stub.call_count
        assert_completed(insert_task("summary", {"lesson_id": lesson_of(transcript=spoken(4))}))
        assert stub.call_count == n_calls + 1
        retry(task)
        assert_completed(task)
        assert stub.call_count == 40 + 1
        assert stub.asked_again() == []
        lesson = stored_lesson(lesson_id)
        assert texts(lesson.corrected_transcript) == [s.upper() for s in texts(lesson.transcript)]
        assert task_row(task).attempt == 2


def test_a_cancelled_transcription_stops_and_a_retry_goes_on_after_its_last_window(
    write_config: WriteConfig, lesson_of: MakeLesson, stored_lesson: ReadLesson, recording: Path
) -> None:
    with Workers() as workers:
        write_config(worker_settings())
        lesson_id = lesson_of(recording)
        task = insert_task("transcription", {"lesson_id": lesson_id})
        workers.begin()
        wait_until(lambda: count_windows(lesson_id) >= 1, seconds=120)

        # By plain SQL this time: the row is the contract.
        execute("UPDATE task SET status = 'cancelled' WHERE id = :id", id=task)
        wait_until_left(task)

        n_stored = count_windows(lesson_id)
        assert 1 <= n_stored < 3
        assert stored_lesson(lesson_id).transcript is None
        assert_completed(insert_task("correction", {"lesson_id": lesson_of(transcript=spoken(2))}))
        assert task_row(task).status == "cancelled"
        assert count_windows(lesson_id) == n_stored

        retry(task)
        assert_completed(task)
        assert stored_lesson(lesson_id).transcript
        assert windows_transcribed_twice() == {}


def test_a_task_that_waits_can_be_cancelled_and_is_never_begun(
    write_config: WriteConfig, lesson_of: MakeLesson
) -> None:
    with serve(AccountingStub(latency_seconds=0.2)) as stub, Workers() as workers:
        write_config(worker_settings(stub))
        lesson_id = lesson_of(transcript=spoken(40))
        parameters = {"lesson_id": lesson_id, "max_concurrency": 1}
        under_way, waiting = (insert_task("correction", parameters) for _ in range(2))
        workers.begin()
        wait_until(lambda: count_answers(lesson_id) >= 1, seconds=120)

        cancel(waiting)
        assert_completed(under_way)
        third = insert_task("summary", {"lesson_id": lesson_id})
        assert_completed(third)

        row = task_row(waiting)
        assert row.status == "cancelled"
        assert row.start_date is None
        assert stub.call_count == 4 + 1


def test_removing_a_lesson_ends_its_tasks_and_leaves_nothing_behind(
    write_config: WriteConfig, lesson_of: MakeLesson, recording: Path
) -> None:
    with serve(AccountingStub(latency_seconds=0.3)) as stub, Workers() as workers:
        write_config(worker_settings(stub))
        recorded, written = lesson_of(recording), lesson_of(transcript=spoken(160))
        other = lesson_of(transcript=spoken(2, "something else"))
        slowly = {"lesson_id": written, "segments_per_group": 2, "max_concurrency": 2}
        tasks = [
            insert_task("transcription", {"lesson_id": recorded}),
            insert_task("correction", slowly),
            insert_task("summary", {"lesson_id": written}),
        ]
        (worker,) = workers.start(1)

        # One after the other: neither may be over while the other is waited for.
        with Session(database.engine) as session:
            wait_until(lambda: count_windows(recorded), seconds=120)
            remove_lesson(session, recorded)
            wait_until(lambda: count_answers(written), seconds=120)
            remove_lesson(session, written)
        for task in tasks:
            wait_until_left(task)

        for task, lesson_id in zip(tasks, (recorded, written, written), strict=True):
            row = task_row(task)
            assert row.status == "cancelled"
            assert f"Lesson {lesson_id} was removed" in (row.error or "")
        assert_completed(insert_task("correction", {"lesson_id": other}))
        removed = {"recorded": recorded, "written": written}
        for table, column in (("lesson", "id"), ("transcript_window", "lesson_id")):
            are_removed = f"{column} IN (:recorded, :written)"
            assert query(f"SELECT * FROM {table} WHERE {are_removed}", **removed) == []
        assert query("SELECT * FROM llm_run WHERE lesson_id = :id", id=written) == []
        orphans = "SELECT * FROM llm_call WHERE run_id NOT IN (SELECT id FROM llm_run)"
        assert query(orphans) == []
        assert worker.is_alive
        assert not worker.has_said("unexpected")
