"""Removing lessons so that it can be undone: nobody finds them, and nothing of them is lost."""

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session, SQLModel, select

from backend import database
from backend.config.environment import audio_dir
from backend.editing.segments import edit_segment, segment_history
from backend.errors import NotFound
from backend.errors.lessons import LessonInTrash
from backend.lesson_texts.layers import LessonLayer, read_layer, restore_layer
from backend.lessons import removal
from backend.lessons.loose import loose_dir
from backend.lessons.queries import list_lessons
from backend.lessons.recordings import trash_dir
from backend.lessons.removal import (
    delete_removed,
    empty_trash,
    list_trash,
    restore_lesson,
    trash_lesson,
)
from backend.lessons.service import (
    LessonDetails,
    edit_lesson,
    get_lesson,
    remove_lesson,
)
from backend.models import Lesson, Task, TaskStatus, TrashedLesson
from backend.notes.service import NewNote, add_note, list_notes
from backend.search.service import SearchRequest, search
from backend.tasks.correction import CORRECTION
from backend.tasks.stage import StageContext, run_stage
from backend.tasks.summary import SUMMARY
from backend.text.stretches import WordStretch
from tests.unit.lessons.people import SPOKEN, edit, read, shown, spoken
from tests.unit.task_queue.rows import insert_task

MakeLesson = Callable[..., int]

NOW, WEEK = timedelta(), timedelta(days=7)


@pytest.fixture
def lesson_id(each_database: str, lesson_of: MakeLesson, tmp_path: Path) -> int:
    recording = tmp_path / "lesson.ogg"
    recording.write_bytes(b"sound")
    return lesson_of(recording, transcript=spoken(*SPOKEN), language="en", title="Quokkas")


def trash(lesson_id: int, undo_days: float = 7) -> None:
    with Session(database.engine) as session:
        trash_lesson(session, lesson_id, undo_days, removed_by="Ann")


def restore(lesson_id: int) -> None:
    with Session(database.engine) as session:
        restore_lesson(session, lesson_id)


def empty(older_than: timedelta) -> int:
    with Session(database.engine) as session:
        return empty_trash(session, older_than)


def trashed_ids() -> list[int]:
    with Session(database.engine) as session:
        return [removed.lesson_id for removed in list_trash(session)]


def where_recordings_are() -> list[str]:
    files = [path for path in audio_dir().rglob("*") if path.is_file()]
    files = [path for path in files if path.parent != loose_dir()]
    return sorted(path.relative_to(audio_dir()).as_posix() for path in files)


def n_rows() -> dict[str, int]:
    with database.engine.connect() as connection:
        return {
            name: connection.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0
            for name in SQLModel.metadata.tables
        }


def test_nobody_finds_a_removed_lesson(lesson_id: int) -> None:
    trash(lesson_id)

    with Session(database.engine) as session:
        assert list_lessons(session) == []
        assert search(session, SearchRequest("quokkas")).hits == ()
        assert search(session, SearchRequest("divides")).hits == ()
        calls: list[Callable[[], Any]] = [
            lambda: get_lesson(session, lesson_id),
            lambda: edit_lesson(session, lesson_id, LessonDetails(title="x")),
            lambda: remove_lesson(session, lesson_id),
            lambda: trash_lesson(session, lesson_id, 7),
            lambda: segment_history(session, lesson_id, 0),
            lambda: edit_segment(session, lesson_id, 0, "x", editor="A", seen="?"),
            lambda: add_note(
                session, lesson_id, NewNote(WordStretch(0, 0, 0, 0), "the"), author="A"
            ),
            lambda: run_stage(CORRECTION, StageContext(lesson_id, session)),
            lambda: run_stage(SUMMARY, StageContext(lesson_id, session)),
            lambda: restore_layer(session, lesson_id, LessonLayer.SUMMARY),
            lambda: read_layer(database.engine, lesson_id, prefer_corrected=True),
        ]
        for call in calls:
            with pytest.raises(LessonInTrash, match="is in the trash"):
                call()
    assert read(lesson_id).title == "Quokkas"


def test_a_removed_lesson_comes_back_with_all_that_it_had(lesson_id: int) -> None:
    edit(lesson_id, 0, "the cell divides")
    with Session(database.engine) as session:
        add_note(session, lesson_id, NewNote(WordStretch(0, 1, 0, 1), "cell"), author="Ann")
    before = n_rows()

    trash(lesson_id)
    assert where_recordings_are() == [".trash/lesson.ogg"]
    restore(lesson_id)

    assert n_rows() == before
    assert where_recordings_are() == ["lesson.ogg"]
    assert (shown(lesson_id) or [])[0] == "the cell divides"
    with Session(database.engine) as session:
        assert [listed.id for listed in list_lessons(session)] == [lesson_id]
        assert len(list_notes(session, lesson_id)) == 1
        assert len(search(session, SearchRequest("quokkas")).hits) == 1
        assert [hit.segment for hit in search(session, SearchRequest("cell")).hits] == [0]


def test_the_trash_says_what_is_in_it_the_last_removed_first(
    lesson_id: int, lesson_of: MakeLesson
) -> None:
    other = lesson_of(title="Wombats", duration=90.0)
    trash(other)
    trash(lesson_id)

    with Session(database.engine) as session:
        removed = list_trash(session)

    assert [(each.title, each.duration, each.removed_by) for each in removed] == [
        ("Quokkas", None, "Ann"),
        ("Wombats", 90.0, "Ann"),
    ]


@pytest.mark.parametrize("missing", [77, 0, 10**30])
def test_what_is_not_in_the_trash_cannot_come_back(lesson_id: int, missing: int) -> None:
    with pytest.raises(NotFound):
        restore(missing)
    with pytest.raises(NotFound, match="not in the trash"):
        restore(lesson_id)


def insert_tasks(lesson_id: int) -> list[int]:
    """Tasks of a lesson in all the ways that they can be: one that runs, one that waits, and those
    that no worker has looked at, by us and by another program."""
    by_another = f'{{"again": true, "lesson_id" :{lesson_id} }}'
    all_columns: list[dict[str, Any]] = [
        {"status": "running", "lesson_id": lesson_id, "claim": "c", "worker": "w"},
        {"stage": "correction", "lesson_id": lesson_id},
        {"parameters": f'{{"lesson_id": {lesson_id}}}'},
        {"task_type": "process", "parameters": by_another},
    ]
    with Session(database.engine) as session:
        return [
            insert_task(session, **{"task_type": "correction"} | columns) for columns in all_columns
        ]


def test_its_tasks_are_cancelled_and_stay_so(lesson_id: int) -> None:
    task_ids = insert_tasks(lesson_id)
    trash(lesson_id)
    task_ids += insert_tasks(lesson_id)
    restore(lesson_id)

    with Session(database.engine) as session:
        tasks = [session.get_one(Task, task_id) for task_id in task_ids]
    assert [task.status for task in tasks] == [TaskStatus.CANCELLED] * 8
    assert {task.error for task in tasks} == {
        f"Lesson {lesson_id} was removed, so its task was cancelled."
    }
    assert {task.error_code for task in tasks} == {"lesson-removed"}


def test_what_was_removed_long_ago_is_removed_for_good_and_nothing_of_it_stays(
    lesson_id: int,
) -> None:
    edit(lesson_id, 0, "the cell divides")
    with Session(database.engine) as session:
        add_note(session, lesson_id, NewNote(WordStretch(0, 1, 0, 1), "cell"), author="Ann")
        run_stage(CORRECTION, StageContext(lesson_id, session))
        run_stage(SUMMARY, StageContext(lesson_id, session))
    trash(lesson_id)

    assert empty(WEEK) == 0
    assert trashed_ids() == [lesson_id]
    assert empty(NOW) == 1

    assert trashed_ids() == []
    assert {name: n for name, n in n_rows().items() if n} == {}
    assert where_recordings_are() == []


def test_only_what_was_removed_long_ago_goes_for_good(
    lesson_id: int, lesson_of: Callable[..., int]
) -> None:
    young = lesson_of(title="Young")
    trash(lesson_id)
    trash(young)
    with Session(database.engine) as session:
        session.get_one(TrashedLesson, lesson_id).removed_at -= 2 * WEEK
        session.commit()

    assert empty(WEEK) == 1

    assert trashed_ids() == [young]


def test_a_lesson_that_was_brought_back_while_the_trash_is_emptied_stays(
    lesson_id: int, lesson_of: Callable[..., int]
) -> None:
    other = lesson_of(title="Other")
    trash(other)

    with Session(database.engine) as session:  # it was among the expired when they were listed
        assert removal._remove_for_good(session, lesson_id, NOW) == []

    assert trashed_ids() == [other]
    with Session(database.engine) as session:
        assert get_lesson(session, lesson_id).title == "Quokkas"


def test_a_removed_lesson_is_deleted_at_once_where_somebody_says_so(lesson_id: int) -> None:
    trash(lesson_id)

    with Session(database.engine) as session:
        delete_removed(session, lesson_id)

    assert trashed_ids() == []
    assert {name: n for name, n in n_rows().items() if n and name != "task"} == {}
    assert where_recordings_are() == []


@pytest.mark.parametrize("missing", [99, 10**30])
def test_only_what_is_in_the_trash_is_deleted_there(lesson_id: int, missing: int) -> None:
    for each in (lesson_id, missing):
        with Session(database.engine) as session, pytest.raises(NotFound):
            delete_removed(session, each)

    with Session(database.engine) as session:
        assert get_lesson(session, lesson_id).title == "Quokkas"


def test_without_days_to_undo_it_a_lesson_is_removed_at_once(lesson_id: int) -> None:
    trash(lesson_id, undo_days=0)

    assert trashed_ids() == []
    assert where_recordings_are() == []
    with Session(database.engine) as session:
        assert session.exec(select(Lesson)).all() == []


def test_a_recording_that_two_lessons_share_stays_for_the_one_that_is_there(
    lesson_id: int, lesson_of: MakeLesson
) -> None:
    other = lesson_of(filename="lesson.ogg")

    trash(lesson_id)
    assert where_recordings_are() == ["lesson.ogg"]
    trash(other)
    assert where_recordings_are() == [".trash/lesson.ogg"]
    restore(lesson_id)
    assert where_recordings_are() == ["lesson.ogg"]
    empty(NOW)
    assert where_recordings_are() == ["lesson.ogg"]
    with Session(database.engine) as session:
        remove_lesson(session, lesson_id)

    assert where_recordings_are() == []


def test_a_lesson_without_a_recording_of_the_library_can_be_removed_and_brought_back(
    each_database: str, lesson_of: MakeLesson, data_dir: Path
) -> None:
    precious = data_dir / "precious.ogg"
    trash_dir().mkdir(parents=True)
    for path in (precious, audio_dir() / "folder" / "precious.ogg"):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"sound")
    outside = ("../precious.ogg", str(precious), "folder/precious.ogg", "..", ".")
    for filename in (None, "", "missing.ogg", *outside):
        lesson_id = lesson_of(filename=filename)
        trash(lesson_id)
        restore(lesson_id)
        trash(lesson_id)
    with Session(database.engine) as session:
        remove_lesson(session, lesson_of(filename="../precious.ogg"))
    empty(NOW)

    assert precious.exists()
    assert (audio_dir() / "folder" / "precious.ogg").exists()


# --- killed in between -----------------------------------------------------------------------

KILLED = """
import os, sys
from datetime import timedelta
from sqlmodel import Session
from backend.database import engine
from backend.lessons import removal

lesson_id, what, moment, name = int(sys.argv[1]), *sys.argv[2:]
step = getattr(removal, name)

def die(*arguments):
    if moment == "after":
        step(*arguments)
    os._exit(9)

setattr(removal, name, die)
with Session(engine) as session:
    if what == "trash":
        removal.trash_lesson(session, lesson_id, 7)
    elif what == "restore":
        removal.restore_lesson(session, lesson_id)
    else:
        removal.empty_trash(session, timedelta())
"""


def be_killed(lesson_id: int, what: str, moment: str, step: str) -> None:
    """A process ends, as by kill -9, before or after a step of what it does."""
    arguments = [sys.executable, "-c", KILLED, str(lesson_id), what, moment, step]
    assert subprocess.run(arguments, check=False, timeout=120).returncode == 9


def test_killed_before_the_recording_was_moved_away_it_is_moved_later(lesson_id: int) -> None:
    be_killed(lesson_id, "trash", "before", "settle_recording")
    assert trashed_ids() == [lesson_id]
    assert where_recordings_are() == ["lesson.ogg"]

    empty(WEEK)

    assert where_recordings_are() == [".trash/lesson.ogg"]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_before_the_return_was_committed_it_can_be_done_again(
    lesson_id: int, moment: str
) -> None:
    trash(lesson_id)
    be_killed(lesson_id, "restore", moment, "bring_back")
    assert trashed_ids() == [lesson_id]

    empty(WEEK)
    assert where_recordings_are() == [".trash/lesson.ogg"]
    restore(lesson_id)

    assert where_recordings_are() == ["lesson.ogg"]
    assert trashed_ids() == []


def test_killed_before_the_recording_of_what_expired_was_removed_it_goes_later(
    lesson_id: int,
) -> None:
    trash(lesson_id)
    be_killed(lesson_id, "empty", "before", "purge_deleted")
    assert trashed_ids() == []
    assert where_recordings_are() == [".trash/lesson.ogg"]

    empty(WEEK)

    assert where_recordings_are() == []


def test_a_recording_that_was_never_moved_goes_with_its_lesson_when_it_expires(
    lesson_id: int,
) -> None:
    be_killed(lesson_id, "trash", "before", "settle_recording")

    empty(NOW)

    assert where_recordings_are() == []
    assert trash_dir().parent == audio_dir()
