"""A worker's hold on a row: what the cores write through it."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session

from backend import database
from backend.errors import OwnershipLost
from backend.jobs import admission, rows
from backend.jobs.claim import Claim
from backend.models import Task
from tests.unit.jobs.rows import insert_task

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def claim(each_database: str, lesson_of: Callable[..., int]) -> Claim:
    """Of a summary that two workers have died at."""
    with Session(database.engine) as session:
        parameters = f'{{"lesson_id": {lesson_of()}}}'
        insert_task(session, task_type="summary", parameters=parameters)
    admission.admit(database.engine)
    (run,) = rows.dispatch(database.engine, {"language": 1}, {"language": {"summary"}})
    claimed = rows.claim(database.engine, run, "worker")
    assert claimed is not None
    claim = Claim(database.engine, claimed)
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
    rows.hand_back(
        database.engine, claim.claimed.task_id, claim.claimed.token, "It was handed back."
    )

    with Session(database.engine) as session, pytest.raises(OwnershipLost):
        claim.store_piece(session)

    assert claim.is_lost
    with pytest.raises(OwnershipLost):
        claim.check()
