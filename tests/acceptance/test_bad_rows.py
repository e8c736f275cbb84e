"""Rows that cannot be done: each fails with its reason, and the worker goes on."""

import shutil
from pathlib import Path

import pytest

from tests.acceptance.workers import (
    AccountingStub,
    MakeLesson,
    ReadLesson,
    Workers,
    WriteConfig,
    assert_completed,
    count_windows,
    execute,
    insert_task,
    make_quiet_recording,
    read_log,
    spoken,
    task_row,
    wait_for_end,
    worker_settings,
)
from tests.stubs.llm_server import serve
from tests.waiting import wait_until

NO_SUCH_ID = 4711


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_quiet_recording(tmp_path_factory.mktemp("audio") / "quiet.flac", windows=4)


def assert_is_sentence(error: str | None, *parts: str) -> None:
    assert error
    assert error.endswith("."), error
    assert "Traceback" not in error
    assert "unexpected" not in error
    for part in parts:
        assert part in error


def insert_bad_rows(lesson_id: int, kind: str) -> dict[int, str]:
    """One row of each kind that cannot be done, and what its error must name."""

    def correction(**parameters: object) -> int:
        return insert_task("correction", {"lesson_id": lesson_id, **parameters})

    rows = {
        insert_task("transcription", []): "JSON object",  # type: ignore[arg-type]
        insert_task("transcription", '"7"'): "JSON object",
        insert_task("transcription", "null"): "JSON object",
        insert_task("translation", {"lesson_id": lesson_id}): "`translation`",
        insert_task("", {"lesson_id": lesson_id}): "``",
        insert_task("summary", {"lesson_id": lesson_id}, status="waiting"): "`waiting`",
        insert_task("summary", {}): "`lesson_id`",
        insert_task("summary", {"lesson_id": str(lesson_id)}): "`lesson_id`",
        insert_task("summary", {"lesson_id": True}): "`lesson_id`",
        insert_task("summary", {"lesson_id": None}): "`lesson_id`",
        insert_task("summary", {"lesson_id": 1.5}): "`lesson_id`",
        insert_task("summary", {"lesson_id": [lesson_id]}): "`lesson_id`",
        insert_task("summary", {"lesson_id": 0}): "`lesson_id`",
        insert_task("summary", {"lesson_id": -lesson_id}): "`lesson_id`",
        insert_task("summary", {"lesson_id": 99_999_999_999}): "`lesson_id`",
        insert_task("summary", '{"lesson_id": 1e400}'): "lesson_id",
        insert_task("summary", {"lesson_id": NO_SUCH_ID}): f"no lesson {NO_SUCH_ID}",
        insert_task("process", {"lesson_id": NO_SUCH_ID}): f"no lesson {NO_SUCH_ID}",
        correction(segments_per_groups=3): "`segments_per_groups`",
        correction(segments_per_group="ten"): "`segments_per_group`",
        correction(segments_per_group=0): "`segments_per_group`",
        correction(max_concurrency=2.5): "`max_concurrency`",
        insert_task("summary", {"lesson_id": lesson_id, "use_corrected": "yes"}): "`use_corrected`",
        insert_task("correction", {"lesson_id": lesson_id}, depends_on=NO_SUCH_ID): str(NO_SUCH_ID),
    }
    if kind == "sqlite":  # PostgreSQL takes no such thing in the first place
        rows |= {
            insert_task("summary", '{"lesson_id": '): "not JSON",
            insert_task("summary", ""): "JSON object",
            insert_bytes("parameters", b"\xff{}"): "not JSON",
            insert_bytes("task_type", b"\xff"): "no type of task",
            insert_bytes("status", b"\xff"): "no status of a task",
            insert_bytes("status", b"pending"): "`lesson_id`",
            insert_bytes("status", b"waiting"): "`waiting`",
        }
    return rows


def insert_bytes(column: str, content: bytes) -> int:
    task = insert_task("summary", {})
    execute(f"UPDATE task SET {column} = :content WHERE id = :id", content=content, id=task)
    return task


def test_every_row_that_cannot_be_done_fails_with_its_reason(
    each_database: str, write_config: WriteConfig, lesson_of: MakeLesson
) -> None:
    with Workers() as workers:
        write_config(worker_settings())
        lesson_id = lesson_of(transcript=spoken(4))
        bad = insert_bad_rows(lesson_id, each_database)
        good = insert_task("correction", {"lesson_id": lesson_id})

        (worker,) = workers.start(1)
        rows = wait_for_end(*bad)

        for row in rows:
            assert row.status == "failed", row
            assert row.start_date is None
            assert_is_sentence(row.error, bad[row.id])
        assert_completed(good)
        # Whatever it has seen, it does the next row as well.
        assert_completed(insert_task("summary", {"lesson_id": lesson_id}))
        assert worker.is_alive
        assert "Traceback" not in read_log()


@pytest.mark.usefixtures("each_database")
def test_tasks_that_wait_for_each_other_fail(
    write_config: WriteConfig, lesson_of: MakeLesson
) -> None:
    with Workers() as workers:
        write_config(worker_settings())
        lesson_id = lesson_of(transcript=spoken(4))
        parameters = {"lesson_id": lesson_id}
        circle = [insert_task("correction", parameters, depends_on=NO_SUCH_ID) for _ in range(3)]
        for task, needed in zip(circle, [*circle[1:], circle[0]], strict=True):
            set_dependency(task, needed)
        itself = insert_task("correction", parameters, depends_on=NO_SUCH_ID)
        set_dependency(itself, itself)
        beside = insert_task("correction", parameters, depends_on=circle[0])

        workers.begin()
        rows = wait_for_end(*circle, itself, beside)

        # The first of a circle that fails is reason enough for those that waited for it.
        assert {row.status for row in rows} <= {"failed", "cancelled"}
        assert rows[3].status == "failed"
        assert_is_sentence(rows[3].error, "waits for itself")
        assert "failed" in [row.status for row in rows[:3]]
        for row in rows:
            assert_is_sentence(row.error)
        assert_completed(insert_task("correction", parameters))


def set_dependency(task: int, needed: int) -> None:
    execute("UPDATE task SET depends_on = :needed WHERE id = :task", task=task, needed=needed)


@pytest.mark.usefixtures("each_database")
def test_a_recording_that_is_deleted_or_replaced_meanwhile_fails_its_task_alone(
    data_dir: Path,
    write_config: WriteConfig,
    lesson_of: MakeLesson,
    stored_lesson: ReadLesson,
    recording: Path,
    tmp_path: Path,
) -> None:
    with Workers() as workers:
        write_config(worker_settings(worker={"transcriptions": 2}))
        copies = [
            shutil.copy(recording, tmp_path / f"{name}.flac") for name in ("deleted", "replaced")
        ]
        lessons = [lesson_of(Path(copy)) for copy in copies]
        other = make_quiet_recording(tmp_path / "other.flac", windows=1, seed=1)
        tasks = [insert_task("transcription", {"lesson_id": lesson_id}) for lesson_id in lessons]
        workers.begin()
        wait_until(lambda: all(count_windows(lesson_id) for lesson_id in lessons), seconds=120)

        (data_dir / "audio" / "deleted.flac").unlink()
        other.replace(data_dir / "audio" / "replaced.flac")
        deleted, replaced = wait_for_end(*tasks)

        assert [deleted.status, replaced.status] == ["failed", "failed"]
        assert_is_sentence(deleted.error, "deleted.flac")
        assert_is_sentence(replaced.error, f"lesson {lessons[1]}", "replaced")
        assert [stored_lesson(lesson_id).transcript for lesson_id in lessons] == [None, None]

        # What took its place is a recording like any other.
        again = insert_task("transcription", {"lesson_id": lessons[1]})
        assert_completed(again)
        assert len(stored_lesson(lessons[1]).transcript or []) >= 3
        assert task_row(tasks[0]).attempt == 1


def test_settings_that_break_while_a_worker_runs_leave_the_last_good_ones(
    data_dir: Path, write_config: WriteConfig, lesson_of: MakeLesson, stored_lesson: ReadLesson
) -> None:
    with serve(AccountingStub()) as stub, Workers() as workers:
        write_config(worker_settings(stub))
        first, second = lesson_of(transcript=spoken(4)), lesson_of(transcript=spoken(4))
        (worker,) = workers.start(1)

        write_config("provider: [OpenAI\n")
        assert_completed(insert_task("correction", {"lesson_id": first}))

        assert stub.call_count == 1, "the last good settings name the provider"
        wait_until(lambda: "config.yaml" in read_log(), seconds=60)
        assert "line 2" in read_log() or "line 1" in read_log()

        write_config("{}\n")  # the defaults: offline
        assert_completed(insert_task("correction", {"lesson_id": second}))
        assert (stored_lesson(second).correction_metadata or {})["provider"] == "Offline"
        assert stub.call_count == 1
        assert worker.is_alive


NONSENSE = {
    "priority": "high",
    "progress": "half",
    "progress_message": b"\xff",
    "attempt": "many",
    "crashes": "few",
    "worker": "nobody",
    "claim": "mine",
    "run_id": "task-1",
    "lesson_id": "seven",
    "settings": "{",
    "result": "{",
    "error": b"\xff",
    "created_at": "yesterday",
    "start_date": "soon",
    "end_date": "later",
    "duration": "long",
}
"""What SQLite takes as the value of a column that a client has no business to write."""


def test_a_row_with_nonsense_in_its_other_columns_is_done_all_the_same(
    data_dir: Path, write_config: WriteConfig, lesson_of: MakeLesson
) -> None:
    with Workers() as workers:
        write_config(worker_settings())
        tasks = {
            column: insert_task("correction", {"lesson_id": lesson_of(transcript=spoken(2))})
            for column in NONSENSE
        }
        for column, value in NONSENSE.items():
            execute(f"UPDATE task SET {column} = :v WHERE id = :id", v=value, id=tasks[column])
        good = insert_task("correction", {"lesson_id": lesson_of(transcript=spoken(2))})

        (worker,) = workers.start(1)
        assert_completed(good, *tasks.values())
        assert worker.is_alive
