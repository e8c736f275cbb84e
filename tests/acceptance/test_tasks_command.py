"""`lectern tasks`, `lectern restore` and `lectern doctor` as real processes, without a worker.

What a worker would do to a row is done here by SQL.
"""

import json
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.commands import Ended, Library, assert_sentences, wait_for
from tests.waiting import wait_until

HOSTILE = "a\x1b[31mb\x9b32mc\rd\x07e\nf [red]g[/red]"
LIMIT_SECONDS = 60


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """A library with two lessons, to be copied."""
    made = Library(tmp_path_factory.mktemp("template") / "data")
    assert made.run("list").status == 0
    with made.database() as connection:
        connection.executemany(
            "INSERT INTO lesson (id, title, date) VALUES (?, ?, '2026-11-20 09:30:00')",
            [(1, "Optics"), (2, "Waves")],
        )
    return made


@pytest.fixture
def library(template: Library, tmp_path: Path) -> Library:
    shutil.copytree(template.directory, tmp_path / "data")
    return Library(tmp_path / "data")


def change(library: Library, statement: str, *values: Any) -> None:
    with library.database() as connection:
        connection.execute(statement, values)


def add_live_worker(library: Library) -> None:
    change(
        library,
        "INSERT INTO worker (id, host, pid, version, stages, ttl_seconds, started_at, seen_at)"
        " VALUES ('w', 'h', 1, '0.1.0', 'transcription,correction,summary', 3600,"
        " strftime('%Y-%m-%d %H:%M:%f000', 'now'), strftime('%Y-%m-%d %H:%M:%f000', 'now'))",
    )


def task_ids(ended: Ended) -> list[int]:
    return [task["id"] for task in ended.json()]


# --- add -------------------------------------------------------------------------------------


def test_each_lesson_gets_a_task_and_the_missing_worker_is_told(library: Library) -> None:
    ended = library.run("tasks", "add", "process", "1", "2", "--priority", "-3", "--again")

    assert ended.status == 0
    assert ended.output == "Task 1: process of lesson 1\nTask 2: process of lesson 2\n"
    assert ended.errors == "No worker is running: start one with `lectern worker`.\n"
    second, first = library.run("tasks", "list", "--json").json()
    assert first["parameters"] == {"lesson_id": 1, "again": True}
    assert (first["status"], first["priority"]) == ("pending", -3)
    assert second["lesson_id"] == 2


def test_a_live_worker_is_not_missed_and_a_dead_one_is(library: Library) -> None:
    add_live_worker(library)

    assert library.run("tasks", "add", "summary", "1").errors == ""
    change(library, "UPDATE worker SET seen_at = '2026-01-01 00:00:00'")
    assert "No worker" in library.run("tasks", "add", "summary", "2").errors


def test_what_cannot_be_added_is_said_and_the_others_are_added(library: Library) -> None:
    change(library, "INSERT INTO trashed_lesson (lesson_id, removed_at) VALUES (2, '2026-11-27')")

    ended = library.run("tasks", "add", "correction", "2", "9", "1", "--json")

    assert ended.status == 1
    assert [task["lesson_id"] for task in ended.json()] == [1]
    assert "lectern: Lesson 2 is in the trash. Restore it" in ended.errors
    assert "lectern: There is no lesson 9" in ended.errors


@pytest.mark.parametrize("number", ["77", "99999999999999999999"])
def test_a_task_cannot_wait_for_one_that_is_not_there(library: Library, number: str) -> None:
    ended = library.run("tasks", "add", "summary", "1", "--after", number)

    assert ended.status == 1
    assert_sentences(ended.errors, f"There is no task {number}")
    assert library.run("tasks", "list", "--json").json() == []


def test_a_task_can_wait_for_another(library: Library) -> None:
    library.run("tasks", "add", "correction", "1")

    (added,) = library.run("tasks", "add", "summary", "1", "--after", "1", "--json").json()

    assert added["depends_on"] == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["add", "translation", "1"],
        ["add", "summary"],
        ["add", "summary", "one"],
        ["add", "summary", "1", "--again"],
        ["add", "summary", "1", "--priority", "high"],
        ["list", "--status", "lost"],
        ["list", "--limit", "0"],
        ["show"],
        ["cancel"],
        ["retry", "x"],
    ],
)
def test_wrong_usage_ends_with_2_and_touches_nothing(arguments: list[str], tmp_path: Path) -> None:
    library = Library(tmp_path / "data")

    ended = library.run("tasks", *arguments)

    assert ended.status == 2
    assert ended.output == ""
    assert "Usage: lectern tasks" in ended.errors
    assert not library.directory.exists()


# --- list and show ---------------------------------------------------------------------------


def test_a_list_shows_how_far_each_task_is(library: Library) -> None:
    library.run("tasks", "add", "process", "1", "2")
    change(
        library,
        "UPDATE task SET status = 'running', progress = 0.354, progress_message = ? WHERE id = 1",
        "Transcribing: 3:00 of 9:00.",
    )
    change(library, "UPDATE task SET status = 'failed', error = ? WHERE id = 2", "No. " + "x" * 500)

    heading, failed, running = library.run("tasks", "list").output.splitlines()

    assert heading.split() == ["ID", "TYPE", "LESSON", "STATUS", "DONE", "AGE", "MESSAGE"]
    assert running.split()[:5] == ["1", "process", "1", "running", "35%"]
    assert running.endswith("Transcribing: 3:00 of 9:00.")
    assert failed.endswith("x…")
    assert len(failed) < 150


def test_a_list_can_be_narrowed(library: Library) -> None:
    library.run("tasks", "add", "summary", "1", "2", "1", "2")
    change(library, "UPDATE task SET status = 'failed' WHERE id = 2")
    change(library, "UPDATE task SET status = 'cancelled' WHERE id = 3")

    def listed(*options: str) -> list[int]:
        return task_ids(library.run("tasks", "list", "--json", *options))

    assert listed() == [4, 3, 2, 1]
    assert listed("--status", "failed", "--status", "cancelled") == [3, 2]
    assert listed("--lesson", "2") == [4, 2]
    assert listed("--limit", "1") == [4]
    cut = library.run("tasks", "list", "--limit", "1")
    assert "newest 1" in cut.errors


def test_no_database_is_asked_for_a_number_that_none_can_have(library: Library) -> None:
    ended = library.run("tasks", "list", "--lesson", "99999999999999999999")

    assert ended.status == 1
    assert_sentences(ended.errors, "There is no lesson 99999999999999999999")


def test_one_bad_row_hides_no_other(library: Library) -> None:
    library.run("tasks", "add", "summary", "1")
    change(
        library,
        "INSERT INTO task (task_type, status, parameters, created_at, priority, error)"
        " VALUES (?, 'bogus', '{broken', 'yesterday', 'high', ?)",
        HOSTILE,
        HOSTILE,
    )

    listed = library.run("tasks", "list")
    shown = library.run("tasks", "show", "2")

    assert (listed.status, shown.status) == (0, 0)
    assert len(listed.output.splitlines()) == 3
    assert "not a JSON object" in shown.output
    assert task_ids(library.run("tasks", "list", "--json")) == [2, 1]


def test_a_task_is_shown_with_what_is_known_about_it(library: Library) -> None:
    library.run("tasks", "add", "summary", "1")
    change(
        library,
        "UPDATE task SET status = 'completed', attempt = 2, worker = 'host-1', duration = 75,"
        " start_date = '2026-11-20 09:30:00', result = ?, progress = 1",
        json.dumps({"words": 120}),
    )

    shown = library.run("tasks", "show", "1")

    assert shown.output.startswith("Task 1: completed\n")
    for line in (
        'Parameters: {"lesson_id": 1}',
        "Attempts:   2",
        "Worker:     host-1",
        "Started:    2026-11-20 09:30:00 UTC",
        "Took:       1:15",
        'Result:     {"words": 120}',
    ):
        assert f"   {line}\n" in shown.output
    assert library.run("tasks", "show", "1", "--json").json()["result"] == {"words": 120}
    assert_sentences(library.run("tasks", "show", "2").errors, "There is no task 2")


# --- cancel and retry ------------------------------------------------------------------------


def test_tasks_are_cancelled_once_and_the_others_all_the_same(library: Library) -> None:
    library.run("tasks", "add", "summary", "1", "2")
    change(
        library,
        "UPDATE task SET status = 'running', start_date = created_at, claim = 'c' WHERE id = 2",
    )

    ended = library.run("tasks", "cancel", "1", "7", "2")
    again = library.run("tasks", "cancel", "1", "--json")

    assert ended.status == 1
    assert ended.output.splitlines() == [
        "Task 1: Cancelled before it began.",
        "Task 2: Cancelled while it ran; what was stored is kept.",
    ]
    assert_sentences(ended.errors, "There is no task 7")
    assert again.status == 1
    assert again.json() == []
    assert_sentences(again.errors, "Task 1 was cancelled already")


def test_a_retry_says_which_tasks_it_leaves_cancelled(library: Library) -> None:
    library.run("tasks", "add", "transcription", "1")
    library.run("tasks", "add", "correction", "1", "--after", "1")
    library.run("tasks", "add", "summary", "1", "--after", "2")
    change(library, "UPDATE task SET status = 'cancelled'")
    change(library, "UPDATE task SET status = 'failed' WHERE id = 1")

    alone = library.run("tasks", "retry", "1")
    all_of_them = library.run("tasks", "retry", "3", "2", "--json")

    assert alone.output == "Task 1 is waiting again.\n"
    assert "lectern tasks retry 2 3" in alone.errors
    assert "No worker is running" in alone.errors
    assert task_ids(all_of_them) == [2, 3]
    assert "depend" not in all_of_them.errors
    assert_sentences(
        library.run("tasks", "retry", "1").errors.splitlines()[0], "waits for a worker"
    )


# --- watch -----------------------------------------------------------------------------------


def test_watching_prints_each_change_and_ends_with_the_tasks(
    library: Library, tmp_path: Path
) -> None:
    library.run("tasks", "add", "summary", "1", "2")
    add_live_worker(library)
    watched = tmp_path / "watched"

    def seen(line: str) -> Callable[[], bool]:
        return lambda: line in watched.read_text()

    with watched.open("wb") as output:
        process = library.start("tasks", "watch", stdout=output)
        wait_until(seen("Task 2: summary pending 0%\n"), LIMIT_SECONDS)
        change(library, "UPDATE task SET status = 'running', progress = 0.5 WHERE id = 1")
        wait_until(seen("Task 1: summary running 50%\n"), LIMIT_SECONDS)
        change(library, "UPDATE task SET status = 'completed', progress = 1 WHERE id = 1")
        wait_until(seen("Task 1: summary completed 100%\n"), LIMIT_SECONDS)
        assert process.poll() is None
        change(library, "INSERT INTO task (task_type) VALUES ('correction')")
        wait_until(seen("Task 3: correction pending 0%\n"), LIMIT_SECONDS)
        change(library, "UPDATE task SET status = 'completed' WHERE id > 1")
        ended = wait_for(process)

    assert (ended.status, ended.errors) == (0, "")
    lines = watched.read_text().splitlines()
    assert len(lines) == len(set(lines)) == 7


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_watching_ends_with_1_unless_all_were_completed(library: Library, status: str) -> None:
    library.run("tasks", "add", "summary", "1", "2", "1")
    change(library, "UPDATE task SET status = 'completed'")
    change(library, "UPDATE task SET status = ?, error = 'It was so.' WHERE id = 2", status)

    ended = library.run("tasks", "watch", "2", "1", "--json")

    assert ended.status == 1
    views = [json.loads(line) for line in ended.output.splitlines()]
    assert [(view["id"], view["status"]) for view in views] == [(2, status), (1, "completed")]
    assert library.run("tasks", "watch", "1", "3").status == 0


def test_watching_nothing_ends_at_once(library: Library) -> None:
    assert library.run("tasks", "watch") == Ended(0, "", "")
    assert_sentences(library.run("tasks", "watch", "5").errors, "There is no task 5")


def test_watching_is_stopped_by_ctrl_c(library: Library) -> None:
    library.run("tasks", "add", "summary", "1")

    process = library.start("tasks", "watch", "1", "--json")
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    ended = wait_for(process)

    assert ended.status == 130
    assert "Traceback" not in ended.errors


def test_on_a_terminal_watching_is_a_table(library: Library) -> None:
    library.run("tasks", "add", "summary", "1", "2")
    change(library, "UPDATE task SET status = 'completed', progress_message = ?", HOSTILE)

    status, written = library.run_on_terminal("tasks", "watch", "1", "2")

    text = written.decode()
    assert status == 0
    assert "MESSAGE" in text
    assert "completed" in text
    assert "[red]" in text
    assert not [part for part in ("\x1b[31m", "\x9b", "\x07") if part in text]


# --- restore ---------------------------------------------------------------------------------


def test_what_a_rerun_replaced_is_brought_back_and_back_again(library: Library) -> None:
    change(library, "UPDATE lesson SET brief = 'New.', summary = 'New text.' WHERE id = 1")
    change(
        library,
        "INSERT INTO former_layer (lesson_id, layer, content, replaced_at)"
        " VALUES (1, 'summary', ?, '2026-11-20 09:30:00')",
        json.dumps({"brief": "Old.", "summary": "Old text.", "summary_metadata": None}),
    )

    ended = library.run("restore", "1", "summary")
    shown = library.run("show", "1", "--json").json()
    again = library.run("restore", "1", "summary", "--json")

    assert ended.output == "Lesson 1: Optics: the earlier summary is restored.\n"
    assert (shown["brief"], shown["summary"]) == ("Old.", "Old text.")
    assert again.json()["summary"] == "New text."
    missing = library.run("restore", "2", "transcript")
    assert missing.status == 1
    assert_sentences(missing.errors, "no older transcript of lesson 2")
    assert library.run("restore", "1", "title").status == 2


# --- doctor ----------------------------------------------------------------------------------


def test_the_doctor_names_what_is_wrong_and_how_to_mend_it(library: Library) -> None:
    sound = library.run("doctor")
    library.run("tasks", "add", "summary", "1")
    unserved = library.run("doctor")
    add_live_worker(library)
    served = library.run("doctor")

    assert (sound.status, unserved.status, served.status) == (0, 1, 0)
    error, remedy = (
        unserved.output.splitlines()[n : n + 2]
        for n, line in enumerate(unserved.output.splitlines())
        if line.startswith("error")
    ).__next__()
    assert error.startswith("error    queue: summary: 1 task is waiting")
    assert remedy.startswith("         Start `lectern worker`")


@pytest.mark.parametrize(
    ("config", "environment", "subject"),
    [
        ("sumary: 1\n", {}, "configuration"),
        ("{", {}, "configuration"),
        ("", {"LECTERN_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x"}, "database"),
        ("", {"LECTERN_DATABASE_URL": "nonsense"}, "database"),
        ("", {"LECTERN_DATA_DIR": "/tmp/what?"}, "data directory"),
        ("", {"LECTERN_DATA_DIR": "/dev/null/x"}, "database"),
        ("provider: OpenAI\n", {}, "provider"),
    ],
)
def test_the_doctor_works_where_nothing_else_does(
    library: Library, config: str, environment: dict[str, str], subject: str
) -> None:
    library.write_config(config)

    ended = library.run("doctor", "--json", **environment)

    assert ended.status == 1
    assert "Traceback" not in ended.errors
    assert "unexpected" not in ended.errors
    assert subject in {f["subject"] for f in ended.json() if f["level"] == "error"}
    assert all(f["remedy"] for f in ended.json() if f["level"] != "ok")
