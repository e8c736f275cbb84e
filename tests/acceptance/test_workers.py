"""Rows of the task table get done by real workers, in the right order, whoever inserted them."""

from pathlib import Path

import pytest
from sqlmodel import Session

from backend import database
from backend.models import Task
from tests.acceptance.workers import (
    AccountingStub,
    MakeLesson,
    ReadLesson,
    Workers,
    WriteConfig,
    assert_completed,
    execute,
    insert_task,
    make_quiet_recording,
    query,
    spoken,
    task_row,
    texts,
    wait_for_end,
    worker_settings,
)
from tests.stubs.llm_server import serve
from tests.waiting import wait_until

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_quiet_recording(tmp_path_factory.mktemp("audio") / "one-window.flac", windows=1)


def insert_with_sqlmodel(task_type: str, parameters: dict[str, object]) -> int:
    with Session(database.engine) as session:
        task = Task(task_type=task_type, status="pending", parameters=parameters)
        session.add(task)
        session.commit()
        assert task.id is not None
        return task.id


def test_rows_that_python_or_plain_sql_inserted_are_done(
    write_config: WriteConfig, lesson_of: MakeLesson, stored_lesson: ReadLesson, recording: Path
) -> None:
    with serve(AccountingStub()) as stub, Workers() as workers:
        write_config(worker_settings(stub))
        recorded, written = lesson_of(recording), lesson_of(transcript=spoken(20))
        workers.begin()

        tasks = [
            insert_with_sqlmodel("transcription", {"lesson_id": recorded}),
            insert_with_sqlmodel(
                "correction",
                {"lesson_id": written, "segments_per_group": 5, "max_concurrency": 10},
            ),
            insert_task("summary", {"lesson_id": written, "use_corrected": True}),
        ]
        assert_completed(*tasks)
        # The engine's runs and everything else stay as usable as they were at the start.
        tasks += [
            insert_task("correction", {"lesson_id": recorded}),
            insert_with_sqlmodel("summary", {"lesson_id": recorded}),
        ]
        assert_completed(*tasks)

        lesson = stored_lesson(written)
        assert texts(lesson.corrected_transcript) == [s.upper() for s in texts(lesson.transcript)]
        assert (lesson.correction_metadata or {})["segments_per_group"] == 5
        assert (lesson.summary_metadata or {})["layer"] == "corrected_transcript"
        lesson = stored_lesson(recorded)
        assert len(lesson.transcript or []) >= 3
        assert lesson.corrected_transcript
        assert lesson.summary == "It says something."
        for row in map(task_row, tasks):
            assert row.progress == 1
            assert row.attempt == 1
            assert row.worker == workers.started[0].id
            assert row.claim is None
            assert row.error is None
            assert row.result
            assert row.duration is not None
            assert row.duration >= 0


def test_each_stage_of_a_process_finds_a_worker_of_its_kind(
    write_config: WriteConfig, lesson_of: MakeLesson, stored_lesson: ReadLesson, recording: Path
) -> None:
    with serve(AccountingStub()) as stub, Workers() as workers:
        write_config(worker_settings(stub))
        lesson_id = lesson_of(recording)
        task = insert_task("process", {"lesson_id": lesson_id})

        workers.start(1, "--only", "transcription")
        wait_until(lambda: stored_lesson(lesson_id).transcript is not None, seconds=120)
        row = task_row(task)
        assert (row.status, row.claim) == ("running", None), "it waits for the other kind"
        assert row.worker is None
        (other,) = workers.start(1, "--only", "language")

        assert_completed(task)
        row = task_row(task)
        assert row.worker == other.id
        lesson = stored_lesson(lesson_id)
        assert texts(lesson.corrected_transcript) == [s.upper() for s in texts(lesson.transcript)]
        assert lesson.summary == "It says something."


def test_a_task_waits_for_the_one_it_depends_on_and_falls_with_it(
    write_config: WriteConfig, lesson_of: MakeLesson, recording: Path
) -> None:
    with Workers() as workers:
        write_config(worker_settings())
        lesson_id, without_recording = lesson_of(recording), lesson_of()
        transcription = insert_task("transcription", {"lesson_id": lesson_id})
        # Of another lesson, so that it does not have to wait anyway.
        elsewhere = lesson_of(transcript=spoken(3))
        correction = insert_task("correction", {"lesson_id": elsewhere}, depends_on=transcription)
        hopeless = insert_task("transcription", {"lesson_id": without_recording})
        second = insert_task("correction", {"lesson_id": elsewhere}, depends_on=hopeless)
        third = insert_task("summary", {"lesson_id": elsewhere}, depends_on=second)

        workers.begin()
        assert_completed(transcription, correction)
        failed, *fallen = wait_for_end(hopeless, second, third)

        assert task_row(correction).start_date >= task_row(transcription).end_date
        assert failed.status == "failed"
        assert "no recording" in (failed.error or "")
        assert [row.status for row in fallen] == ["cancelled", "cancelled"]
        assert f"Task {hopeless}" in (fallen[0].error or "")
        assert f"Task {second}" in (fallen[1].error or "")
        assert [row.start_date for row in fallen] == [None, None]


def test_tasks_are_begun_by_priority_and_then_by_age(
    write_config: WriteConfig, lesson_of: MakeLesson
) -> None:
    with Workers() as workers:
        write_config(worker_settings(worker={"language_tasks": 1}))
        priorities = (0, 5, -3, 5, 0, 9)
        tasks = {
            insert_task(
                "correction", {"lesson_id": lesson_of(transcript=spoken(2))}, priority=priority
            ): priority
            for priority in priorities
        }

        workers.begin()
        assert_completed(*tasks)

        begun = [row.id for row in query("SELECT id FROM task ORDER BY start_date")]
        assert begun == sorted(tasks, key=lambda task: (-tasks[task], task))


def test_work_on_one_lesson_is_one_task_at_a_time(
    write_config: WriteConfig, lesson_of: MakeLesson
) -> None:
    with serve(AccountingStub(latency_seconds=0.2)) as stub, Workers() as workers:
        write_config(worker_settings(stub))
        one, other = lesson_of(transcript=spoken(40)), lesson_of(transcript=spoken(40, "more"))
        parameters = {"segments_per_group": 10, "max_concurrency": 1}
        first, second, beside = (
            insert_task("correction", {"lesson_id": lesson_id, **parameters})
            for lesson_id in (one, one, other)
        )

        workers.begin()
        workers.begin()
        assert_completed(first, second, beside)

        assert task_row(second).start_date >= task_row(first).end_date
        assert task_row(beside).start_date < task_row(first).end_date
        # The second is a deliberate rerun: it asks anew.
        assert stub.call_count == 12


def test_llm_max_concurrency_holds_for_all_tasks_of_a_worker(
    write_config: WriteConfig, lesson_of: MakeLesson
) -> None:
    with serve(AccountingStub(latency_seconds=0.1)) as stub, Workers() as workers:
        write_config(worker_settings(stub, llm={"max_concurrency": 3}))
        tasks = [
            insert_task(
                "correction",
                {"lesson_id": lesson_of(transcript=spoken(20, about)), "segments_per_group": 2},
            )
            for about in ("one thing", "another", "a third")
        ]

        workers.begin()
        assert_completed(*tasks)

        assert stub.call_count == 30
        assert stub.most_at_once == 3


def test_a_row_that_gets_the_id_of_a_deleted_one_is_done_as_any_other(
    write_config: WriteConfig, lesson_of: MakeLesson
) -> None:
    with Workers() as workers:
        write_config(worker_settings())
        parameters = {"lesson_id": lesson_of(transcript=spoken(2))}
        workers.begin()
        first = insert_task("correction", parameters)
        assert_completed(first)
        execute("DELETE FROM task")

        # SQLite gives it the same id, and the engine knows a run of that name.
        assert_completed(insert_task("correction", parameters))


def test_a_row_whose_run_nobody_began_is_begun_anew(
    each_database: str, lesson_of: MakeLesson, write_config: WriteConfig
) -> None:
    """Its worker died between choosing it and starting it, or had left it to the engine's queue."""
    with Workers() as workers:
        write_config(worker_settings())
        lesson_id = lesson_of(transcript=spoken(2))
        task = insert_task("correction", {"lesson_id": lesson_id})
        execute(
            "UPDATE task SET lesson_id = :lesson, stage = 'correction', attempt = 1, "
            "run_id = 'task-0-1-correction' WHERE id = :task",
            lesson=lesson_id,
            task=task,
        )

        workers.begin()

        assert_completed(task)
        assert task_row(task).attempt == 2
