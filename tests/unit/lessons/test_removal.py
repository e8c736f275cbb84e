"""Removing a lesson: nothing of it stays, and its tasks end."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from backend import database
from backend.errors.lessons import LessonNotFound
from backend.lessons.service import remove_lesson
from backend.models import FormerLayer, Lesson, Task, TaskStatus
from backend.models.columns import utc_now
from backend.tasks.correction import CORRECTION
from backend.tasks.ownership import Owner
from backend.tasks.pipeline import AnyStage
from backend.tasks.stage import StageContext, run_stage
from backend.tasks.summary import SUMMARY
from tests.unit.tasks.owners import TaskOwner
from tests.waiting import wait_until

MakeLesson = Callable[..., int]

SPOKEN = [{"start": 0, "end": 2, "text": "the the cell divides"}]


def remove(lesson_id: int) -> None:
    with Session(database.engine) as session:
        remove_lesson(session, lesson_id)


def add_task(**fields: Any) -> int:
    with Session(database.engine) as session:
        task = Task(**({"task_type": "correction"} | fields))
        session.add(task)
        session.commit()
        assert task.id is not None
        return task.id


def read_task(task_id: int) -> Task:
    with Session(database.engine) as session:
        task = session.get(Task, task_id)
        assert task is not None
        return task


@pytest.mark.usefixtures("each_database")
def test_tasks_of_a_removed_lesson_that_have_not_ended_are_cancelled(
    lesson_of: MakeLesson,
) -> None:
    lesson_id = lesson_of()
    pending = add_task(lesson_id=lesson_id)
    not_looked_at = add_task(parameters={"lesson_id": lesson_id})
    running = add_task(
        lesson_id=lesson_id,
        status=TaskStatus.RUNNING,
        claim="mine",
        worker="w",
        start_date=utc_now(),
    )

    remove(lesson_id)

    for task_id in (pending, not_looked_at, running):
        task = read_task(task_id)
        assert task.status == "cancelled"
        assert task.error == f"Lesson {lesson_id} was removed, so its task was cancelled."
        assert task.error_code == "lesson-removed"
        assert task.end_date is not None
        assert abs((task.end_date - utc_now()).total_seconds()) < 60
    assert read_task(pending).duration is None
    assert 0 <= (read_task(running).duration or 0) < 60
    assert read_task(running).claim == "mine"  # for its worker to notice and to clear


@pytest.mark.usefixtures("each_database")
def test_other_tasks_stay_as_they_are(lesson_of: MakeLesson) -> None:
    lesson_id, other = lesson_of(), lesson_of()
    untouched = {
        add_task(lesson_id=lesson_id, status=status): (status, error)
        for status, error in (("completed", None), ("failed", None), ("cancelled", None))
    }
    untouched[add_task(lesson_id=other)] = ("pending", None)
    untouched[add_task(lesson_id=other, status="running")] = ("running", None)
    untouched[add_task(parameters={"lesson_id": other})] = ("pending", None)
    untouched[add_task(parameters={"lesson_id": 10 * lesson_id})] = ("pending", None)

    remove(lesson_id)

    found = {task_id: read_task(task_id) for task_id in untouched}
    assert {task_id: (t.status, t.error) for task_id, t in found.items()} == untouched


@pytest.mark.usefixtures("each_database")
def test_a_lesson_that_is_not_there_cancels_nothing(lesson_of: MakeLesson) -> None:
    task_id = add_task(lesson_id=77)

    with pytest.raises(LessonNotFound):
        remove(77)

    assert read_task(task_id).status == "pending"


class RemovesTheLesson(Owner):
    """The lesson is removed just before the result is stored."""

    def __init__(self, lesson_id: int) -> None:
        super().__init__()
        self.lesson_id = lesson_id

    def check(self) -> None:
        remove(self.lesson_id)


@pytest.mark.usefixtures("each_database")
@pytest.mark.parametrize("stage", [CORRECTION, SUMMARY])
def test_work_on_a_lesson_that_was_removed_ends_and_makes_nothing_anew(
    stage: AnyStage, lesson_of: MakeLesson
) -> None:
    lesson_id = lesson_of(transcript=SPOKEN, language="en")

    with Session(database.engine) as session, pytest.raises(LessonNotFound):
        run_stage(stage, StageContext(lesson_id, session, owner=RemovesTheLesson(lesson_id)))

    with Session(database.engine) as session:
        assert session.exec(select(Lesson)).all() == []


def test_removal_and_a_result_that_is_being_stored_do_not_wait_for_each_other(
    postgres_url: str, lesson_of: MakeLesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LECTERN_DATABASE_URL", postgres_url)
    lesson_id = lesson_of(transcript=SPOKEN, language="en")

    class MeetsRemoval(TaskOwner):
        """Its row is written only when the removal already waits for the lesson's lock."""

        def store_result(self, session: Session, result: dict[str, Any]) -> None:
            removal.start()
            wait_until(is_one_waiting, seconds=60)
            super().store_result(session, result)

    owner = MeetsRemoval()
    with Session(database.engine) as session:
        task = session.get(Task, owner.task_id)
        assert task is not None
        task.lesson_id = lesson_id
        session.commit()
    removal = threading.Thread(target=remove, args=(lesson_id,))

    with Session(database.engine) as session:
        run_stage(CORRECTION, StageContext(lesson_id, session, owner=owner))
    removal.join(60)

    assert owner.task.result is not None
    with Session(database.engine) as session:
        assert session.exec(select(Lesson)).all() == []


def is_one_waiting() -> bool:
    with database.engine.connect() as connection:
        return bool(connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


def test_the_text_of_a_former_layer_is_in_no_byte_of_the_data_directory(
    data_dir: Path, lesson_of: MakeLesson
) -> None:
    lesson_id = lesson_of(transcript=[], summary="Xylographic quokkas divide.")
    with Session(database.engine) as session:
        run_stage(SUMMARY, StageContext(lesson_id, session))
    with Session(database.engine) as session:
        assert "quokkas" in session.exec(select(FormerLayer)).one().content["summary"]

    remove(lesson_id)

    with Session(database.engine) as session:
        assert session.exec(select(FormerLayer)).all() == []
    database.dispose_engines()
    files = [path for path in data_dir.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if b"quokkas" in path.read_bytes()]
