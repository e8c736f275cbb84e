"""What can be done with tasks, on rows alone: no worker runs in these tests."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from backend import database
from backend.database import sessions
from backend.errors.lessons import LessonInTrash
from backend.errors.tasks import TaskEnded, TaskNotFound, TaskNotRetryable
from backend.lessons.removal import restore_lesson, trash_lesson
from backend.models import Task
from backend.task_queue import service
from tests.unit.task_queue.rows import insert_task

DAY_SECONDS = 24 * 3600


@pytest.fixture
def session(each_database: str) -> Iterator[Session]:
    with Session(database.engine) as session:
        yield session


def columns_of(session: Session, task_id: int) -> dict[str, Any]:
    row = session.execute(text("SELECT * FROM task WHERE id = :id"), {"id": task_id})
    values = dict(row.mappings().one())
    session.rollback()
    return values


def insert_running(session: Session, **columns: Any) -> int:
    running = {"task_type": "summary", "status": "running", "run_id": "task-1-1", "attempt": 1}
    task_id = insert_task(session, **(running | {"claim": "c1", "worker": "w1"} | columns))
    session.execute(
        text("UPDATE task SET start_date = created_at, lesson_id = 3 WHERE id = :id"),
        {"id": task_id},
    )
    session.commit()
    return task_id


def ended_days_ago(session: Session, days: float, **columns: Any) -> int:
    task_id = insert_task(session, **({"task_type": "summary", "status": "completed"} | columns))
    moment = {
        "sqlite": "strftime('%Y-%m-%d %H:%M:%f000', 'now', '-' || :seconds || ' seconds')",
        "postgresql": "clock_timestamp() - :seconds * interval '1 second'",
    }[session.connection().dialect.name]
    session.execute(
        text(f"UPDATE task SET end_date = {moment} WHERE id = :id"),
        {"id": task_id, "seconds": days * DAY_SECONDS},
    )
    session.commit()
    return task_id


# --- submit, list, get -----------------------------------------------------------------------


def test_what_is_submitted_waits_with_what_it_was_given(session: Session) -> None:
    first = service.submit(session, "process", {"lesson_id": 3, "again": True})
    assert first.id is not None
    second = service.submit(session, "summary", {"lesson_id": 4}, 5, depends_on=first.id)

    with Session(database.engine) as other:
        views = service.list_tasks(other)
    assert [view.id for view in views] == [second.id, first.id]
    assert (views[0].priority, views[0].depends_on, views[0].status) == (5, first.id, "pending")
    assert views[1].parameters == {"lesson_id": 3, "again": True}


@pytest.mark.parametrize("task_id", [99, 0, -1, 10**12])
def test_what_is_not_there_is_said(session: Session, task_id: int) -> None:
    for act in (service.get_task, service.cancel_task, service.retry_task):
        with pytest.raises(TaskNotFound, match=f"no task {task_id}"):
            act(session, task_id)
    with pytest.raises(TaskNotFound, match=f"no task {task_id}"):
        service.submit(session, "summary", {"lesson_id": 1}, depends_on=task_id)

    assert service.list_tasks(session) == []


def test_the_active_tasks_come_oldest_first_and_all_of_them(session: Session) -> None:
    waiting = [insert_task(session, task_type="summary") for _ in range(60)]
    insert_task(session, task_type="summary", status="failed")
    running = insert_running(session)

    assert [view.id for view in service.list_active(session)] == [*waiting, running]


# --- cancel ----------------------------------------------------------------------------------


def test_a_waiting_task_is_cancelled_before_it_began(session: Session) -> None:
    task_id = insert_task(session, task_type="summary")

    view = service.cancel_task(session, task_id)

    assert (view.status, view.error) == ("cancelled", "Cancelled before it began.")
    assert view.error_code == "task-cancelled"
    assert view.end_date is not None
    assert view.duration is None


def test_a_running_task_is_cancelled_and_its_worker_still_named(session: Session) -> None:
    task_id = insert_running(session)

    view = service.cancel_task(session, task_id)

    assert view.status == "cancelled"
    assert view.error == "Cancelled while it ran; what was stored is kept."
    assert view.error_code == "task-cancelled"
    assert view.duration is not None
    assert view.duration >= 0
    row = columns_of(session, task_id)
    assert (row["claim"], row["worker"], row["run_id"]) == ("c1", "w1", "task-1-1")


def test_a_task_that_waits_again_after_a_crash_was_begun(session: Session) -> None:
    task_id = insert_running(session, claim=None, worker=None)
    session.execute(text("UPDATE task SET status = 'pending'"))
    session.commit()

    assert "while it ran" in str(service.cancel_task(session, task_id).error)


@pytest.mark.parametrize(
    "columns",
    [{"parameters": "[]"}, {"status": "bogus"}, {"task_type": "nonsense"}, {"depends_on": 99}],
)
def test_whatever_is_in_a_row_that_has_not_ended_it_can_be_cancelled(
    session: Session, columns: dict[str, Any]
) -> None:
    task_id = insert_task(session, **({"task_type": "summary"} | columns))

    assert service.cancel_task(session, task_id).status == "cancelled"


@pytest.mark.parametrize(
    ("status", "words"),
    [("completed", "was completed"), ("failed", "failed"), ("cancelled", "was cancelled")],
)
def test_a_task_that_ended_is_left_as_it_is(session: Session, status: str, words: str) -> None:
    task_id = insert_task(session, task_type="summary", status=status, error="As it was.")
    before = columns_of(session, task_id)

    with pytest.raises(TaskEnded, match=f"Task {task_id} {words} already"):
        service.cancel_task(session, task_id)

    assert columns_of(session, task_id) == before


def test_a_task_that_is_completed_at_this_moment_is_not_cancelled(session: Session) -> None:
    """The worker's last transaction is open when the cancelling comes."""
    task_id = insert_running(session)
    outcome: list[str] = []

    def cancel() -> None:
        with Session(database.engine) as own:
            try:
                outcome.append(service.cancel_task(own, task_id).status)
            except TaskEnded as error:
                outcome.append(error.message)

    canceller = threading.Thread(target=cancel)
    with Session(database.engine) as worker:
        sessions.begin_write(worker)
        worker.execute(text("UPDATE task SET status = 'completed' WHERE claim = 'c1'"))
        canceller.start()
        canceller.join(0.2)
        assert outcome == []  # it waits for its turn
        worker.commit()
    canceller.join(60)

    assert outcome == [f"Task {task_id} was completed already, so there is nothing to cancel."]
    assert columns_of(session, task_id)["status"] == "completed"


# --- retry -----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_a_retried_task_is_as_nobody_has_looked_at_it(session: Session, status: str) -> None:
    task_id = insert_running(
        session,
        status=status,
        parameters='{"lesson_id": 3}',
        attempt=2,
        crashes=3,
        stage="summary",
        settings='{"a": 1}',
        result='{"b": 1}',
        error="It failed.",
        error_code="bad-key",
        error_facts='{"server": "s"}',
        doing='{"code": "working"}',
        progress=0.5,
        progress_message="Half.",
        duration=3.5,
        priority=7,
    )

    view = service.retry_task(session, task_id)

    assert view.status == "pending"
    row = columns_of(session, task_id)
    emptied = (
        *("run_id", "claim", "worker", "settings", "stage", "lesson_id", "result", "error"),
        *(
            "error_code",
            "error_facts",
            "doing",
            "progress_message",
            "start_date",
            "end_date",
            "duration",
        ),
    )
    assert {name: row[name] for name in emptied} == dict.fromkeys(emptied)
    kept = {name: row[name] for name in ("attempt", "priority", "progress", "crashes")}
    assert kept == {"attempt": 2, "priority": 7, "progress": 0.0, "crashes": 0}
    assert view.parameters == {"lesson_id": 3}


def test_a_task_that_would_have_made_a_text_worse_may_do_so_when_it_is_told(
    session: Session,
) -> None:
    task_id = insert_task(
        session, task_type="summary", status="failed", parameters='{"lesson_id": 3}'
    )

    view = service.retry_task(session, task_id, accept_lower_quality=True)

    assert view.parameters == {"lesson_id": 3, "accept_lower_quality": True}


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("pending", "waits for a worker already"),
        ("running", "is running"),
        ("completed", "was completed"),
        ("bogus", "no task should have"),
    ],
)
def test_only_what_failed_or_was_cancelled_is_retried(
    session: Session, status: str, words: str
) -> None:
    task_id = insert_task(session, task_type="summary", status=status)
    before = columns_of(session, task_id)

    with pytest.raises(TaskNotRetryable, match=words):
        service.retry_task(session, task_id)

    assert columns_of(session, task_id) == before


def test_no_task_of_a_lesson_in_the_trash_is_retried(
    session: Session, lesson_of: Callable[..., int]
) -> None:
    lesson_id = lesson_of()
    task_id = insert_task(session, task_type="summary", parameters=f'{{"lesson_id": {lesson_id}}}')
    trash_lesson(session, lesson_id, undo_days=7)

    with pytest.raises(LessonInTrash):
        service.retry_task(session, task_id)
    session.rollback()
    assert columns_of(session, task_id)["status"] == "cancelled"

    restore_lesson(session, lesson_id)
    assert service.retry_task(session, task_id).status == "pending"


def test_those_that_were_cancelled_with_a_task_are_found_and_left(session: Session) -> None:
    failed = insert_task(session, task_type="summary", status="failed")
    child = insert_task(session, task_type="summary", status="cancelled", depends_on=failed)
    grandchild = insert_task(session, task_type="summary", status="cancelled", depends_on=child)
    insert_task(session, task_type="summary", status="completed", depends_on=failed)

    service.retry_task(session, failed)

    assert service.cancelled_dependents(session, failed) == [child, grandchild]
    assert service.get_task(session, child).status == "cancelled"


def test_a_circle_of_cancelled_tasks_has_an_end(session: Session) -> None:
    first = insert_task(session, task_type="summary", status="cancelled")
    second = insert_task(session, task_type="summary", status="cancelled", depends_on=first)
    session.execute(text(f"UPDATE task SET depends_on = {second} WHERE id = {first}"))
    session.commit()

    assert service.cancelled_dependents(session, first) == [second]


# --- prune -----------------------------------------------------------------------------------


def test_tasks_that_ended_long_ago_are_forgotten_and_no_others(session: Session) -> None:
    old = [ended_days_ago(session, 40, status=s) for s in ("completed", "failed", "cancelled")]
    young = ended_days_ago(session, 20)
    waiting = ended_days_ago(session, 40, status="pending")
    running = ended_days_ago(session, 40, status="running")

    assert service.prune(session, keep_days=30) == len(old)

    assert [view.id for view in service.list_tasks(session)] == [running, waiting, young]
    assert service.prune(session, keep_days=30) == 0


def test_what_a_remaining_task_depends_on_stays(session: Session) -> None:
    for_a_waiting_one = ended_days_ago(session, 40)
    waiting = insert_task(session, task_type="summary", depends_on=for_a_waiting_one)
    for_one_that_may_be_retried = ended_days_ago(session, 40)
    failed = ended_days_ago(session, 1, status="failed", depends_on=for_one_that_may_be_retried)
    for_an_old_one = ended_days_ago(session, 41)
    ended_days_ago(session, 40, depends_on=for_an_old_one)

    assert service.prune(session, keep_days=30) == 2

    left = {for_a_waiting_one, waiting, for_one_that_may_be_retried, failed}
    assert {view.id for view in service.list_tasks(session)} == left


def test_old_tasks_that_wait_for_each_other_are_forgotten(session: Session) -> None:
    first = ended_days_ago(session, 40, status="failed")
    second = ended_days_ago(session, 40, status="failed", depends_on=first)
    session.execute(text(f"UPDATE task SET depends_on = {second} WHERE id = {first}"))
    session.commit()

    assert service.prune(session, keep_days=30) == 2


def test_many_are_forgotten_batch_by_batch(session: Session) -> None:
    for _ in range(service.PRUNED_AT_ONCE + 20):
        session.add(Task(task_type="summary", status="completed"))
    session.commit()
    session.execute(text("UPDATE task SET end_date = '2020-01-01 00:00:00'"))
    session.commit()

    assert service.prune(session, keep_days=0.5) == service.PRUNED_AT_ONCE + 20


def test_a_row_whose_end_cannot_be_read_is_no_obstacle(data_dir: object) -> None:
    with Session(database.engine) as session:
        odd = insert_task(session, task_type="summary", status="failed", end_date="yesterday")
        ended_days_ago(session, 40)

        assert service.prune(session, keep_days=30) == 1
        assert [view.id for view in service.list_tasks(session)] == [odd]
