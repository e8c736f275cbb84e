"""Reading task rows and worker rows, whatever plain SQL has put into them."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlmodel import Session

from backend import database
from backend.lessons.removal import trash_lesson
from backend.models import Task, TaskStatus
from backend.task_queue import reading
from backend.task_queue.reading import read_page, read_task, read_tasks, read_workers
from tests.unit.task_queue.rows import add_worker, insert_task


@pytest.fixture
def session(each_database: str) -> Iterator[Session]:
    with Session(database.engine) as session:
        yield session


def ids(session: Session, **filters: Any) -> list[int]:
    arguments = {"statuses": None, "lesson_id": None, "limit": 50} | filters
    return [view.id for view in read_page(session, **arguments)]


# --- sound rows ------------------------------------------------------------------------------


def test_a_row_is_read_with_all_its_values(session: Session) -> None:
    moment = datetime(2026, 11, 20, 9, 30, 0, 250_000, tzinfo=UTC)
    task = Task(
        task_type="correction",
        status=TaskStatus.FAILED,
        parameters={"lesson_id": 3, "segments_per_group": 5},
        lesson_id=3,
        priority=-2,
        depends_on=7,
        progress=0.25,
        progress_message="3 of 12 groups",
        attempt=2,
        worker="w1",
        result={"segments": 4},
        error="It failed – wirklich.",
        error_code="bad-key",
        error_facts={"server": "api.example.com"},
        doing={"code": "working"},
        crashes=1,
        created_at=moment,
        start_date=moment,
        end_date=moment,
        duration=1.5,
    )
    session.add(task)
    session.commit()

    view = read_task(session, task.id or 0)

    assert view is not None
    assert view.to_json() == {
        "id": task.id,
        "task_type": "correction",
        "status": "failed",
        "parameters": {"lesson_id": 3, "segments_per_group": 5},
        "lesson_id": 3,
        "lesson_title": None,
        "priority": -2,
        "depends_on": 7,
        "progress": 0.25,
        "progress_message": "3 of 12 groups",
        "attempt": 2,
        "worker": "w1",
        "result": {"segments": 4},
        "error": "It failed – wirklich.",
        "error_code": "bad-key",
        "error_facts": {"server": "api.example.com"},
        "doing": {"code": "working"},
        "crashes": 1,
        "created_at": "2026-11-20T09:30:00.250000+00:00",
        "start_date": "2026-11-20T09:30:00.250000+00:00",
        "end_date": "2026-11-20T09:30:00.250000+00:00",
        "duration": 1.5,
    }


def test_a_row_that_plain_sql_inserted_has_the_defaults(session: Session) -> None:
    task_id = insert_task(session, task_type="summary")

    view = read_task(session, task_id)

    assert view is not None
    assert (view.status, view.parameters, view.priority, view.attempt) == ("pending", {}, 0, 0)
    assert (view.progress, view.lesson_id, view.result) == (0.0, None, None)
    assert (view.error, view.error_code, view.lesson_title) == (None, None, None)
    assert view.created_at is not None
    assert abs((datetime.now(UTC) - view.created_at).total_seconds()) < 3600


def test_a_moment_is_read_whatever_style_and_zone_the_server_writes(
    postgres_url: str, data_dir: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LECTERN_DATABASE_URL", postgres_url)
    with Session(database.engine) as session:
        session.execute(text("SET DateStyle = 'SQL, DMY'"))
        session.execute(text("SET TimeZone = 'Asia/Kolkata'"))
        task_id = insert_task(session, task_type="summary", start_date="2026-11-20 09:30:00+00")
        session.execute(text("SET DateStyle = 'SQL, DMY'"))

        view = read_task(session, task_id)

    assert view is not None
    assert view.start_date == datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


# --- rows that nobody should have written -----------------------------------------------------

BAD_VALUES_SQLITE = [
    ("parameters", "{not json"),
    ("parameters", "[1, 2]"),
    ("parameters", '"lesson_id"'),
    ("parameters", "null"),
    ("parameters", ""),
    ("parameters", b"\xff\xfe\x00"),
    ("parameters", '{"lesson_id": NaN}'),
    ("parameters", "[" * 100_000),
    ("parameters", '{"lesson_id": "three"}'),
    ("parameters", '{"lesson_id": ' + "9" * 5000 + "}"),
    ("parameters", '{"lesson_id": 3, "x": "\\u0000\\ud800"}'),
    ("result", "oops"),
    ("status", "bogus"),
    ("status", b"\xff"),
    ("task_type", "translate \x1b[31m"),
    ("priority", "high"),
    ("priority", 10**18),
    ("attempt", "two"),
    ("crashes", "many"),
    ("progress", "half"),
    ("progress", 7.5),
    ("progress", -1),
    ("progress", "nan"),
    ("lesson_id", "three"),
    ("depends_on", "the first"),
    ("duration", "long"),
    ("duration", float("inf")),
    ("created_at", "yesterday"),
    ("created_at", 5),
    ("start_date", "0000-00-00"),
    ("end_date", "9999-12-31T23:59:59-23:59"),
    ("error", b"\xc3\x28"),
    ("error_code", b"\xc3\x28"),
    ("worker", 5),
]
BAD_VALUES_POSTGRES = [
    ("parameters", "[1, 2]"),
    ("parameters", '"lesson_id"'),
    ("parameters", "null"),
    ("parameters", "5"),
    ("parameters", '{"lesson_id": 3, "x": "\\u0000"}'),
    ("parameters", '{"lesson_id": "three", "lesson_id": []}'),
    ("result", "[]"),
    ("status", "bogus"),
    ("task_type", "translate \x1b[31m"),
    ("progress", "NaN"),
    ("progress", "-Infinity"),
    ("duration", "Infinity"),
    ("created_at", "infinity"),
    ("start_date", "-infinity"),
    ("end_date", "0044-03-15 BC"),
    ("end_date", "20000-01-01"),
]


@pytest.mark.parametrize("each_database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("column", "value"), BAD_VALUES_SQLITE)
def test_no_bad_value_in_sqlite_hides_the_list(
    session: Session, column: str, value: object
) -> None:
    check_that_the_list_is_read(session, column, value)


@pytest.mark.parametrize("each_database", ["postgresql"], indirect=True)
@pytest.mark.parametrize(("column", "value"), BAD_VALUES_POSTGRES)
def test_no_bad_value_in_postgresql_hides_the_list(
    session: Session, column: str, value: object
) -> None:
    check_that_the_list_is_read(session, column, value)


def check_that_the_list_is_read(session: Session, column: str, value: object) -> None:
    good = insert_task(session, task_type="summary", parameters='{"lesson_id": 3}')
    bad = insert_task(session, **{"task_type": "summary", column: value})

    found = {view.id: view for view in read_page(session, None, None, 50)}

    assert list(found) == [bad, good]
    assert 0.0 <= found[bad].progress <= 1.0
    assert isinstance(found[bad].lesson_id, int | None)
    assert json.dumps(found[bad].to_json(), allow_nan=False)
    assert good in ids(session, lesson_id=3)
    assert good in ids(session, statuses=["pending"])


def test_what_cannot_be_understood_is_none_or_the_default(session: Session) -> None:
    task_id = insert_task(session, task_type="summary", parameters="[1]")

    view = read_task(session, task_id)

    assert view is not None
    assert view.parameters is None
    assert view.lesson_id is None


# --- titles ----------------------------------------------------------------------------------


def test_a_task_has_the_title_of_its_lesson_also_before_a_worker_looked(
    session: Session, lesson_of: Callable[..., int]
) -> None:
    first, second = lesson_of(title="Enzymes"), lesson_of(title="Cells")
    insert_task(session, task_type="summary", lesson_id=second)
    insert_task(session, task_type="summary", parameters=json.dumps({"lesson_id": first}))
    insert_task(session, task_type="summary", lesson_id=first)

    titles = [view.lesson_title for view in read_page(session, None, None, 50)]

    assert titles == ["Enzymes", "Enzymes", "Cells"]


def test_a_lesson_that_is_not_there_has_no_title(
    session: Session, lesson_of: Callable[..., int]
) -> None:
    trashed = lesson_of(title="Enzymes")
    trash_lesson(session, trashed, undo_days=7)
    for lesson_id in (trashed, trashed + 1, 0, -1, 10**30):
        insert_task(session, task_type="summary", parameters=json.dumps({"lesson_id": lesson_id}))

    titles = [view.lesson_title for view in read_page(session, None, None, 50)]

    assert titles == [None] * 5


def test_the_texts_of_the_lessons_are_not_read(
    session: Session, lesson_of: Callable[..., int]
) -> None:
    lesson_id = lesson_of(title="Enzymes", transcript=[{"start": 0, "end": 1, "text": "Here."}])
    insert_task(session, task_type="summary", lesson_id=lesson_id)
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    event.listen(session.get_bind(), "before_cursor_execute", note)
    try:
        read_page(session, None, None, 50)
    finally:
        event.remove(session.get_bind(), "before_cursor_execute", note)

    assert any("lesson.title" in statement for statement in said)
    assert not any("transcript" in statement for statement in said)


def test_more_lessons_than_a_statement_may_name_have_their_titles(
    session: Session, monkeypatch: pytest.MonkeyPatch, lesson_of: Callable[..., int]
) -> None:
    monkeypatch.setattr(reading, "TITLES_AT_ONCE", 2)
    for number in range(5):
        insert_task(session, task_type="summary", lesson_id=lesson_of(title=f"Lesson {number}"))

    titles = [view.lesson_title for view in read_page(session, None, None, None)]

    assert titles == [f"Lesson {number}" for number in (4, 3, 2, 1, 0)]


# --- pages -----------------------------------------------------------------------------------


def test_a_page_has_the_newest_first_and_no_more_than_its_limit(session: Session) -> None:
    made = [insert_task(session, task_type="summary") for _ in range(5)]

    assert ids(session, limit=3) == made[:1:-1]
    assert ids(session, limit=None) == made[::-1]
    assert [view.id for view in read_tasks(session, [made[3], made[1], 999])] == [made[1], made[3]]


def test_a_page_can_be_of_some_statuses(session: Session) -> None:
    first = insert_task(session, task_type="summary", status="failed")
    insert_task(session, task_type="summary")
    last = insert_task(session, task_type="summary", status="bogus")

    assert ids(session, statuses=["failed", "bogus"]) == [last, first]
    assert ids(session, statuses=[]) == []


def test_a_page_can_be_of_one_lesson_also_before_a_worker_looked(session: Session) -> None:
    admitted = insert_task(session, task_type="summary", lesson_id=3)
    waiting = insert_task(session, task_type="summary", parameters='{ "lesson_id" : 3 }')
    insert_task(session, task_type="summary", parameters='{"lesson_id": 33}')
    insert_task(session, task_type="summary", parameters='{"lesson_id": 3}', lesson_id=4)

    assert ids(session, lesson_id=3) == [waiting, admitted]
    assert [view.lesson_id for view in read_page(session, None, 3, 50)] == [3, 3]


# --- workers ---------------------------------------------------------------------------------


def test_a_worker_is_alive_until_its_time_is_over(session: Session) -> None:
    add_worker(session, "new", seen_seconds_ago=2, ttl_seconds=15)
    add_worker(session, "old", seen_seconds_ago=60, ttl_seconds=15, stages="correction,summary")

    workers = {worker.id: worker for worker in read_workers(session)}

    assert workers["new"].is_alive
    assert workers["new"].seen_seconds_ago == pytest.approx(2, abs=10)
    assert not workers["old"].is_alive
    assert workers["old"].stages == ("correction", "summary")
