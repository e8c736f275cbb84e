"""How a run ends that fails: what the row says of it, for people and for programs."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session

from backend import database
from backend.jobs import admission, rows
from backend.jobs.reading import TaskView, read_task
from backend.jobs.runner import Runner
from backend.jobs.settings import CurrentSettings
from backend.jobs.slots import Slots
from tests.unit.jobs.rows import insert_task

MakeLesson = Callable[..., int]
STAGES = {"transcription": {"transcription"}, "language": {"correction", "summary"}}


def run(task_type: str, lesson_id: int, **frozen: Any) -> TaskView:
    """A task as it is when a worker has done with it; `frozen` are the settings that it kept."""
    db = database.engine
    parameters = json.dumps({"lesson_id": lesson_id})
    with Session(db) as session:
        task_id = insert_task(session, task_type=task_type, parameters=parameters)
    admission.admit(db)
    (ready,) = rows.dispatch(db, {"transcription": 1, "language": 1}, STAGES)
    if frozen:
        with db.begin() as connection:
            connection.execute(rows.TASK.update().values(settings=frozen))
    slots = Slots({"transcription": 1, "language": 1})
    Runner(db, "w", slots, CurrentSettings(), lambda: None)(ready.task_id, ready.run_id)
    with Session(db) as session:
        view = read_task(session, task_id)
    assert view is not None
    return view


@pytest.mark.usefixtures("each_database")
@pytest.mark.parametrize(
    ("task_type", "code", "words"),
    [
        ("transcription", "audio-missing", "has no recording"),
        ("correction", "no-transcript", "has no transcript"),
    ],
)
def test_a_stage_that_fails_says_its_cause(
    lesson_of: MakeLesson, task_type: str, code: str, words: str
) -> None:
    view = run(task_type, lesson_of())

    assert (view.status, view.error_code) == ("failed", code)
    assert words in str(view.error)


@pytest.mark.usefixtures("each_database")
def test_what_nobody_thought_of_has_a_code_too(lesson_of: MakeLesson) -> None:
    view = run("correction", lesson_of(), nonsense=1)

    assert (view.status, view.error_code) == ("failed", "unexpected-error")
    assert "(KeyError)" in str(view.error)
