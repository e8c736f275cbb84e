"""A worker's hold on a row: what the cores write through it."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session

from backend import database
from backend.errors import OwnershipLost
from backend.models import Task
from backend.task_queue.claims import claim_run, release_claim
from backend.task_queue.dispatching import dispatch
from backend.tasks.progress import Progress
from backend.workers import admission
from backend.workers.claim import TELL_SECONDS, Claim
from tests.unit.task_queue.rows import insert_task

pytestmark = pytest.mark.usefixtures("each_database")


MakeLesson = Callable[..., int]


def claim_of(task_type: str, stage: str, lesson_id: int) -> Claim:
    with Session(database.engine) as session:
        parameters = f'{{"lesson_id": {lesson_id}}}'
        insert_task(session, task_type=task_type, parameters=parameters)
    admission.admit(database.engine)
    return claim_next(stage)


def claim_next(stage: str) -> Claim:
    (run,) = dispatch(database.engine, {"any": 1}, {"any": {stage}})
    claimed = claim_run(database.engine, run, "worker")
    assert claimed is not None
    return Claim(database.engine, claimed)


@pytest.fixture
def claim(lesson_of: MakeLesson) -> Claim:
    """Of a summary that two workers have died at."""
    claim = claim_of("summary", "summary", lesson_of())
    claim.change({"crashes": 2})
    return claim


def task_of(claim: Claim) -> Task:
    with Session(database.engine) as session:
        return session.get_one(Task, claim.claimed.task_id)


def store_piece(claim: Claim, session: Session) -> None:
    claim.store_piece(session)


def note_receipt(claim: Claim, session: Session) -> None:
    claim.note_receipt(session)


@pytest.mark.parametrize("write", [store_piece, note_receipt])
def test_whatever_gets_on_has_not_crashed(claim: Claim, write: Callable[..., Any]) -> None:
    assert task_of(claim).crashes == 2

    with Session(database.engine) as session:
        write(claim, session)
        session.commit()

    assert task_of(claim).crashes == 0


def test_a_piece_of_a_row_that_is_another_workers_is_not_stored(claim: Claim) -> None:
    release_claim(database.engine, claim.claimed.task_id, claim.claimed.token)

    with Session(database.engine) as session, pytest.raises(OwnershipLost):
        claim.store_piece(session)

    assert claim.is_lost
    with pytest.raises(OwnershipLost):
        claim.check()


def store_result(claim: Claim, result: dict[str, Any]) -> Task:
    with Session(database.engine) as session:
        claim.store_result(session, result)
        session.commit()
    return task_of(claim)


def test_how_far_a_stage_is_can_be_read_off_its_row(claim: Claim) -> None:
    claim.tell(Progress("summary", 1, 4, "parts"))

    task = task_of(claim)
    assert (task.progress, task.progress_message) == (0.25, "Summarising: 1 of 4 parts.")
    assert task.doing == {
        "code": "working",
        "stage": "summary",
        "done": 1,
        "total": 4,
        "unit": "parts",
        "seconds_left": None,
    }


def test_progress_is_told_at_once_and_at_the_end_and_not_all_the_time_between(
    claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr("backend.workers.claim.time.monotonic", lambda: now)
    seen = []

    for seconds, done in ((0.0, 1), (TELL_SECONDS - 0.1, 2), (2.5, 3), (0.0, 4), (0.0, 5)):
        now += seconds
        claim.tell(Progress("summary", done, 4, "parts"))
        seen.append((task_of(claim).progress, (task_of(claim).doing or {})["seconds_left"]))

    # Three seconds for the two parts after the first, and more parts than were promised.
    left = round(1 * (TELL_SECONDS - 0.1 + 2.5) / 2, 1)
    assert seen == [(0.25, None), (0.25, None), (0.75, left), (1.0, 0.0), (1.0, 0.0)]


def test_how_much_there_is_to_do_need_not_be_known(claim: Claim) -> None:
    claim.tell(Progress("summary", 3, None, "parts"))

    assert task_of(claim).progress == 0.0
    assert task_of(claim).progress_message == "Summarising: 3 parts."


def test_each_stage_of_a_whole_task_has_its_share_and_its_result(lesson_of: MakeLesson) -> None:
    first = claim_of("process", "transcription", lesson_of())
    first.tell(Progress("transcription", 1, 2, "s"))
    halfway = task_of(first).progress
    between = store_result(first, {"segments": 3})
    second = claim_next("correction")
    second.tell(Progress("correction", 1, 2, "segments"))
    later = task_of(second).progress
    store_result(second, {"groups": 1})
    ended = store_result(claim_next("summary"), {"parts": 2})

    assert (halfway, between.progress, later, ended.progress) == (0.35, 0.7, 0.8, 1.0)
    assert (between.status, between.stage) == ("running", "correction")
    assert ended.status == "completed"
    assert ended.result == {
        "transcription": {"segments": 3},
        "correction": {"groups": 1},
        "summary": {"parts": 2},
    }


def test_who_tells_of_a_row_that_is_another_workers_must_stop(claim: Claim) -> None:
    release_claim(database.engine, claim.claimed.task_id, claim.claimed.token)

    with pytest.raises(OwnershipLost):
        claim.tell(Progress("summary", 1, 4, "parts"))

    assert claim.stopped.is_set()
    assert (task_of(claim).doing or {})["code"] == "worker-stopped"
