"""The task rows as the workers move them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session

from backend import database
from backend.lessons.removal import trash_lesson
from backend.task_queue import dependencies, dispatching, takeover
from backend.task_queue.claims import (
    ClaimedTask,
    change_claimed,
    claim_run,
    held_claims,
    release_claim,
)
from backend.task_queue.dispatching import Run
from backend.task_queue.states import TASK
from backend.tasks.pipeline import queues
from backend.workers import admission
from backend.workers.claim import Claim
from tests.unit.task_queue.rows import insert_task

pytestmark = pytest.mark.usefixtures("each_database")

MakeLesson = Callable[..., int]
ALL_STAGES = queues()


@pytest.fixture
def db(each_database: str) -> Engine:
    return database.engine


def add(db: Engine, task_type: str = "summary", lesson_id: int = 1, **columns: Any) -> int:
    parameters = json.dumps({"lesson_id": lesson_id})
    with Session(db) as session:
        return insert_task(session, task_type=task_type, **({"parameters": parameters} | columns))


def plain(stored: Any) -> Any:
    """A column of JSON, which SQLite gives as text."""
    return json.loads(stored) if isinstance(stored, str) else stored


def row(db: Engine, task_id: int) -> Any:
    with db.connect() as connection:
        found = connection.execute(text("SELECT * FROM task WHERE id = :id"), {"id": task_id})
        return found.mappings().one()


def change(db: Engine, task_id: int, **columns: Any) -> None:
    changes = ", ".join(f"{name} = :{name}" for name in columns)
    with db.begin() as connection:
        connection.execute(
            text(f"UPDATE task SET {changes} WHERE id = :id"), columns | {"id": task_id}
        )


def dispatch(db: Engine, **free: int) -> list[int]:
    admission.admit(db)
    dependencies.settle_dependencies(db)
    return [run.task_id for run in dispatching.dispatch(db, free, ALL_STAGES)]


def end_stage(db: Engine, claimed: ClaimedTask, result: dict[str, Any]) -> None:
    with Session(db) as session:
        Claim(db, claimed).store_result(session, result)
        session.commit()


def claim_next(db: Engine, worker: str = "w") -> ClaimedTask:
    admission.admit(db)
    (run,) = dispatching.dispatch(
        db, {"transcription": 1, "language": 0}, ALL_STAGES
    ) or dispatching.dispatch(db, {"language": 1}, ALL_STAGES)
    claimed = claim_run(db, run, worker)
    assert claimed is not None
    return claimed


# --- admission -------------------------------------------------------------------------------


def test_a_right_row_is_admitted_with_its_lesson_and_stage(
    db: Engine, lesson_of: MakeLesson
) -> None:
    lesson_id = lesson_of()
    task_id = add(db, "correction", lesson_id, error="It failed.", error_code="bad-key")

    admission.admit(db)

    found = row(db, task_id)
    assert (found["status"], found["lesson_id"], found["stage"]) == (
        "pending",
        lesson_id,
        "correction",
    )
    assert (found["error"], found["error_code"]) == (None, None)


@pytest.mark.parametrize(
    ("columns", "part", "code"),
    [
        ({"task_type": "translation"}, "is no type of task", "invalid-value"),
        ({"parameters": "[]"}, "not a JSON object", "invalid-value"),
        ({"parameters": "{}"}, "`lesson_id` is missing", "invalid-value"),
        ({"parameters": '{"lesson_id": 4711}'}, "There is no lesson 4711", "lesson-not-found"),
        (
            {"task_type": "process", "parameters": '{"lesson_id": 4711}'},
            "There is no lesson 4711",
            "lesson-not-found",
        ),
        ({"status": "waiting"}, "`waiting` is no status", "invalid-value"),
        ({"status": "PENDING"}, "`PENDING` is no status", "invalid-value"),
    ],
)
def test_a_wrong_row_fails_with_a_sentence_and_the_next_is_admitted(
    db: Engine, lesson_of: MakeLesson, columns: dict[str, Any], part: str, code: str
) -> None:
    wrong = add(db, **columns)
    right = add(db, "summary", lesson_of())

    admission.admit(db)

    assert row(db, wrong)["status"] == "failed"
    assert part in row(db, wrong)["error"]
    assert row(db, wrong)["error_code"] == code
    assert row(db, wrong)["end_date"] is not None
    assert row(db, right)["stage"] == "summary"


@pytest.mark.parametrize("task_type", ["transcription", "process"])
def test_a_row_for_a_lesson_in_the_trash_fails_and_says_so(
    db: Engine, lesson_of: MakeLesson, task_type: str
) -> None:
    lesson_id = lesson_of()
    with Session(db) as session:
        trash_lesson(session, lesson_id, undo_days=7)
    task_id = add(db, task_type, lesson_id)

    admission.admit(db)

    assert row(db, task_id)["status"] == "failed"
    assert f"Lesson {lesson_id} is in the trash." in row(db, task_id)["error"]
    assert row(db, task_id)["error_code"] == "lesson-in-trash"


def test_what_sqlite_takes_for_a_number_does_no_harm(
    db: Engine, lesson_of: MakeLesson, each_database: str
) -> None:
    if each_database != "sqlite":
        pytest.skip("PostgreSQL refuses it by itself")
    lesson_id = lesson_of()
    odd = add(db, "summary", lesson_id, priority="high", attempt="x", crashes="y", progress="most")
    broken = add(db, parameters='{"lesson_id":')

    assert dispatch(db, language=1) == [odd]
    assert (row(db, odd)["priority"], row(db, odd)["attempt"]) == (0, 1)
    assert "not JSON" in row(db, broken)["error"]


def test_a_process_begins_with_the_first_stage_that_is_needed(
    db: Engine, lesson_of: MakeLesson
) -> None:
    new = add(db, "process", lesson_of())
    transcribed = lesson_of(transcript=[{"start": 0, "end": 1, "text": "Here."}])
    begun = add(db, "process", transcribed)
    again = add(db, "process", parameters=json.dumps({"lesson_id": transcribed, "again": True}))

    admission.admit(db)

    stages = [row(db, task_id)["stage"] for task_id in (new, begun, again)]
    assert stages == ["transcription", "correction", "transcription"]


# --- order -----------------------------------------------------------------------------------


def test_rows_go_by_priority_and_then_by_age(db: Engine, lesson_of: MakeLesson) -> None:
    ids = [add(db, "summary", lesson_of(), priority=p) for p in (0, 5, -1, 5, 0)]

    assert dispatch(db, language=9) == [ids[1], ids[3], ids[0], ids[4], ids[2]]


def test_only_so_many_are_dispatched_as_there_are_free_slots_of_their_queue(
    db: Engine, lesson_of: MakeLesson
) -> None:
    summaries = [add(db, "summary", lesson_of()) for _ in range(3)]
    recordings = [add(db, "transcription", lesson_of()) for _ in range(2)]

    assert dispatch(db, transcription=1, language=2) == [recordings[0], *summaries[:2]]


def test_one_task_of_a_lesson_at_a_time(db: Engine, lesson_of: MakeLesson) -> None:
    lesson_id = lesson_of()
    first, second = add(db, "summary", lesson_id), add(db, "transcription", lesson_id)

    assert dispatch(db, transcription=5, language=5) == [first]
    assert dispatch(db, transcription=5, language=5) == []
    change(db, first, status="completed")
    assert dispatch(db, transcription=5, language=5) == [second]


def test_a_later_task_of_a_lesson_does_not_pass_one_whose_queue_is_full(
    db: Engine, lesson_of: MakeLesson
) -> None:
    lesson_id = lesson_of()
    first, second = add(db, "transcription", lesson_id), add(db, "correction", lesson_id)
    urgent = add(db, "summary", lesson_id, priority=1)

    assert dispatch(db, transcription=0, language=5) == [urgent]
    change(db, urgent, status="completed")
    assert dispatch(db, transcription=0, language=5) == []
    assert dispatch(db, transcription=1, language=5) == [first]
    change(db, first, status="completed")
    assert dispatch(db, transcription=0, language=5) == [second]


def test_a_task_that_waits_for_a_later_one_of_its_lesson_lets_it_pass(
    db: Engine, lesson_of: MakeLesson
) -> None:
    lesson_id = lesson_of()
    first, second = add(db, "summary", lesson_id), add(db, "correction", lesson_id)
    change(db, first, depends_on=second)

    assert dispatch(db, language=5) == [second]
    change(db, second, status="completed")
    assert dispatch(db, language=5) == [first]


def test_a_task_between_two_stages_keeps_its_lesson(db: Engine, lesson_of: MakeLesson) -> None:
    lesson_id = lesson_of()
    first = add(db, "process", lesson_id)
    second = add(db, "summary", lesson_id)
    claimed = claim_next(db)
    end_stage(db, claimed, {"segments": 3})

    found = row(db, first)
    assert (found["status"], found["stage"], found["worker"]) == ("running", "correction", None)
    assert dispatch(db, language=5) == [first]
    assert row(db, first)["run_id"] == f"task-{first}-1-correction"
    assert row(db, second)["status"] == "pending"


# --- dependencies ----------------------------------------------------------------------------


def test_a_row_waits_for_the_one_that_it_depends_on(db: Engine, lesson_of: MakeLesson) -> None:
    first = add(db, "summary", lesson_of())
    second = add(db, "summary", lesson_of(), depends_on=first, priority=9)

    assert dispatch(db, language=5) == [first]
    change(db, first, status="running")
    assert dispatch(db, language=5) == []
    change(db, first, status="completed")
    assert dispatch(db, language=5) == [second]


@pytest.mark.parametrize(("status", "how"), [("failed", "failed"), ("cancelled", "was cancelled")])
def test_a_row_is_cancelled_when_what_it_waits_for_cannot_be_completed(
    db: Engine, lesson_of: MakeLesson, status: str, how: str
) -> None:
    first = add(db, "summary", lesson_of(), status=status)
    second = add(db, "summary", lesson_of(), depends_on=first)
    third = add(db, "summary", lesson_of(), depends_on=second)

    assert dispatch(db, language=5) == []
    assert dispatch(db, language=5) == []

    assert row(db, second)["status"] == "cancelled"
    assert f"Task {first}, which it waited for, {how}" in row(db, second)["error"]
    assert row(db, second)["error_code"] == "dependency-not-completed"
    assert row(db, third)["status"] == "cancelled"
    assert f"Task {second}, which it waited for, was cancelled" in row(db, third)["error"]


def test_rows_that_wait_for_each_other_fail_and_one_that_waits_for_them_is_cancelled(
    db: Engine, lesson_of: MakeLesson
) -> None:
    ids = [add(db, "summary", lesson_of()) for _ in range(4)]
    for task_id, needed in zip(ids, [ids[1], ids[2], ids[0], ids[0]], strict=True):
        change(db, task_id, depends_on=needed)

    assert dispatch(db, language=5) == []
    assert dispatch(db, language=5) == []

    assert [row(db, task_id)["status"] for task_id in ids] == ["failed"] * 3 + ["cancelled"]
    assert "waits for this one" in row(db, ids[0])["error"]
    assert row(db, ids[0])["error_code"] == "circular-dependency"


def test_a_row_that_waits_for_itself_or_for_nothing_fails(
    db: Engine, lesson_of: MakeLesson
) -> None:
    itself = add(db, "summary", lesson_of())
    change(db, itself, depends_on=itself)
    nothing = add(db, "summary", lesson_of(), depends_on=4711)

    assert dispatch(db, language=5) == []

    assert "waits for itself" in row(db, itself)["error"]
    assert row(db, itself)["error_code"] == "circular-dependency"
    assert "waits for task 4711, and there is none" in row(db, nothing)["error"]
    assert row(db, nothing)["error_code"] == "dependency-missing"


# --- claims ----------------------------------------------------------------------------------


def test_a_run_is_claimed_once(db: Engine, lesson_of: MakeLesson) -> None:
    task_id = add(db, "summary", lesson_of())
    admission.admit(db)
    (run,) = dispatching.dispatch(db, {"language": 1}, ALL_STAGES)

    claimed = claim_run(db, run, "first")

    assert claimed is not None
    assert claim_run(db, run, "second") is None
    found = row(db, task_id)
    assert (found["status"], found["worker"], found["attempt"]) == ("running", "first", 1)
    assert found["start_date"] is not None


@pytest.mark.parametrize("status", ["cancelled", "completed", "failed"])
def test_a_run_whose_row_has_ended_is_not_claimed(
    db: Engine, lesson_of: MakeLesson, status: str
) -> None:
    task_id = add(db, "summary", lesson_of())
    admission.admit(db)
    (run,) = dispatching.dispatch(db, {"language": 1}, ALL_STAGES)
    change(db, task_id, status=status)

    assert claim_run(db, run, "w") is None
    assert row(db, task_id)["status"] == status


def test_a_run_of_an_earlier_attempt_is_not_claimed(db: Engine, lesson_of: MakeLesson) -> None:
    task_id = add(db, "summary", lesson_of())
    admission.admit(db)
    (first,) = dispatching.dispatch(db, {"language": 1}, ALL_STAGES)
    dispatching.requeue(db, first)
    (second,) = dispatching.dispatch(db, {"language": 1}, ALL_STAGES)

    assert claim_run(db, first, "w") is None
    assert claim_run(db, second, "w") is not None
    assert (first.run_id, second.run_id) == (
        f"task-{task_id}-1-summary",
        f"task-{task_id}-2-summary",
    )


@pytest.mark.parametrize(
    "columns", [{"status": "cancelled"}, {"claim": "another"}, {"status": "failed"}]
)
def test_nothing_is_written_for_a_task_that_is_not_held_any_more(
    db: Engine, lesson_of: MakeLesson, columns: dict[str, str]
) -> None:
    task_id = add(db, "summary", lesson_of())
    claimed = claim_next(db)
    change(db, task_id, **columns)

    with db.begin() as connection:
        assert not change_claimed(connection, task_id, claimed.token, {"progress": 0.5})

    assert row(db, task_id)["progress"] == 0
    assert held_claims(db, [claimed.token]) == set()


def test_a_completed_stage_ends_its_task_with_the_result(db: Engine, lesson_of: MakeLesson) -> None:
    add(db, "summary", lesson_of())
    claimed = claim_next(db)

    end_stage(db, claimed, {"words": 3})

    with Session(db) as session:
        ended = session.connection().execute(TASK.select()).mappings().one()
    assert (ended["status"], ended["result"], ended["progress"]) == (
        "completed",
        {"words": 3},
        1.0,
    )
    assert ended["duration"] >= 0
    assert ended["claim"] is None


def test_a_process_goes_through_its_stages_and_keeps_their_results(
    db: Engine, lesson_of: MakeLesson
) -> None:
    task_id = add(db, "process", lesson_of())
    progress = []
    for number in range(3):
        end_stage(db, claim_next(db), {"number": number})
        progress.append(row(db, task_id)["progress"])

    assert row(db, task_id)["status"] == "completed"
    assert progress == [0.7, 0.9, 1.0]
    assert plain(row(db, task_id)["result"]) == {
        "transcription": {"number": 0},
        "correction": {"number": 1},
        "summary": {"number": 2},
    }


# --- handing back and taking over ------------------------------------------------------------


def test_a_task_that_is_handed_back_goes_on_as_a_new_attempt(
    db: Engine, lesson_of: MakeLesson
) -> None:
    task_id = add(db, "summary", lesson_of())
    claimed = claim_next(db)

    release_claim(db, task_id, claimed.token)

    assert row(db, task_id)["status"] == "pending"
    assert row(db, task_id)["crashes"] == 0
    assert plain(row(db, task_id)["doing"]) == {"code": "worker-stopped"}
    assert dispatch(db, language=1) == [task_id]
    assert row(db, task_id)["attempt"] == 2


def test_the_task_of_a_dead_worker_goes_on_as_a_new_attempt(
    db: Engine, lesson_of: MakeLesson
) -> None:
    task_id = add(db, "summary", lesson_of())
    claimed = claim_next(db, "the-dead")

    assert takeover.release_dead(db, "another") == []
    assert takeover.release_dead(db, "the-dead") == [task_id]
    assert takeover.release_dead(db, "the-dead") == []

    found = row(db, task_id)
    assert (found["status"], found["claim"], found["crashes"]) == ("pending", None, 1)
    assert plain(found["doing"]) == {"code": "worker-died", "worker": "the-dead"}
    assert held_claims(db, [claimed.token]) == set()
    assert claim_run(db, Run.new(task_id, 1, "summary"), "the-dead") is None
    assert claim_next(db, "the-living").task_id == task_id
    assert row(db, task_id)["attempt"] == 2


def test_a_task_over_which_three_workers_died_fails(db: Engine, lesson_of: MakeLesson) -> None:
    task_id = add(db, "summary", lesson_of())
    for worker in ("w1", "w2", "w3"):
        claim_next(db, worker)
        takeover.release_dead(db, worker)

    found = row(db, task_id)
    assert found["status"] == "failed"
    assert "died 3 times" in found["error"]
    assert found["error_code"] == "worker-died"
    assert plain(found["error_facts"]) == {"times": 3, "task": task_id}
    assert found["doing"] is None
    assert dispatch(db, language=1) == []


def test_a_stored_piece_makes_the_deaths_before_it_forgotten(
    db: Engine, lesson_of: MakeLesson
) -> None:
    task_id = add(db, "summary", lesson_of())
    claim_next(db, "w1")
    takeover.release_dead(db, "w1")
    claimed = claim_next(db, "w2")
    with db.begin() as connection:
        change_claimed(connection, task_id, claimed.token, {"crashes": 0})
    takeover.release_dead(db, "w2")
    claim_next(db, "w3")
    takeover.release_dead(db, "w3")

    assert row(db, task_id)["status"] == "pending"
    assert row(db, task_id)["crashes"] == 2
