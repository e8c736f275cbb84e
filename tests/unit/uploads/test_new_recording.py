"""Another recording takes the place of a lesson's: what is made anew, and what is kept."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import Session, select

from backend import database
from backend.config.environment import audio_dir
from backend.lesson_texts.layers import LessonLayer, restore_layer
from backend.lessons.queries import list_lessons
from backend.lessons.removal import list_trash, restore_lesson
from backend.lessons.storage import StoredRecording, store_recording
from backend.models import Task
from backend.models.transcript import to_segments
from backend.notes.service import NewNote, add_note, list_notes
from backend.tasks.pipeline import due_stages
from backend.tasks.transcribe import TRANSCRIPTION
from backend.text.stretches import WordStretch
from backend.uploads.new_recording import NewRecording, replace_recording
from tests.unit.lessons.people import SPOKEN, correct, edit, hear, read, shown, spoken

MakeLesson = Callable[..., int]


@pytest.fixture
def lesson_id(lesson_of: MakeLesson, tmp_path: Path, each_database: str) -> int:
    source = tmp_path / "first.wav"
    source.write_bytes(b"the beginning")
    lesson_id = lesson_of(source, title="Cells", transcript=to_segments(spoken(*SPOKEN)))
    hear(lesson_id, spoken(*SPOKEN))
    return lesson_id


def give(lesson_id: int, content: bytes, tmp_path: Path, *, process: bool = False) -> NewRecording:
    source = tmp_path / "new.wav"
    source.write_bytes(content)
    stored: StoredRecording = store_recording(source, audio_dir(), f"{len(content)}.wav")
    with Session(database.engine) as session:
        return replace_recording(session, lesson_id, stored, 9.0, process=process)


def tasks() -> list[tuple[str, str, str | None]]:
    with Session(database.engine) as session:
        rows = session.exec(select(Task).order_by(Task.id))  # type: ignore[arg-type]
        return [(task.task_type, task.status, task.error_code) for task in rows]


def test_texts_are_made_anew_and_people_keep_their_edits_and_notes(
    lesson_id: int, tmp_path: Path
) -> None:
    correct(lesson_id, "The sell divides.", "Every day it grows.", "And then it stops.")
    edit(lesson_id, 0, "The cell divides.")
    with Session(database.engine) as session:
        add_note(session, lesson_id, NewNote(WordStretch(1, 0, 1, 1), "Every day"), author="Ann")

    new = give(lesson_id, b"the beginning and the end", tmp_path)

    assert new.set_aside is None  # the former is within the new one
    assert tasks() == [("transcription", "pending", None), ("correction", "pending", None)]
    assert due_stages(database.engine, lesson_id, again=False)[0] is TRANSCRIPTION
    assert shown(lesson_id) == ["The cell divides.", "Every day it grows.", "And then it stops."]

    hear(lesson_id, spoken(*SPOKEN, "at the end"))
    correct(lesson_id, "The sell divides.", "Each day it grows.", "And then it stops.", "At last.")
    assert shown(lesson_id) == [
        *("The cell divides.", "Each day it grows.", "And then it stops.", "At last."),
    ]
    assert TRANSCRIPTION not in due_stages(database.engine, lesson_id, again=False)
    with Session(database.engine) as session:
        [note] = list_notes(session, lesson_id)
        assert note.note.quote == "Each day"
        restore_layer(session, lesson_id, LessonLayer.TRANSCRIPT)
    assert due_stages(database.engine, lesson_id, again=False)[0] is TRANSCRIPTION


def test_captions_that_a_person_brought_in_stay(lesson_id: int, tmp_path: Path) -> None:
    with Session(database.engine) as session:
        lesson = session.merge(read(lesson_id))
        lesson.transcript_metadata = {"engine": "imported", "notices": []}
        session.commit()

    give(lesson_id, b"the beginning and the end", tmp_path)

    assert tasks() == []
    metadata = read(lesson_id).transcript_metadata or {}
    assert [notice["code"] for notice in metadata["notices"]] == ["earlier-recording"]
    assert TRANSCRIPTION not in due_stages(database.engine, lesson_id, again=False)


def test_work_on_the_former_recording_is_stopped_and_asked_for_anew(
    lesson_id: int, tmp_path: Path
) -> None:
    with Session(database.engine) as session:
        task = Task(task_type="process", status="running", parameters={"lesson_id": lesson_id})
        task.lesson_id = lesson_id
        session.add(task)
        session.commit()

    give(lesson_id, b"the beginning and the end", tmp_path)

    assert tasks() == [("process", "cancelled", "input-changed"), ("process", "pending", None)]


def test_a_recording_that_is_not_in_the_new_one_can_be_brought_back_with_its_texts(
    lesson_id: int, tmp_path: Path
) -> None:
    new = give(lesson_id, b"something else", tmp_path, process=True)

    with Session(database.engine) as session:
        [former] = list_trash(session)
        assert former.lesson_id == new.set_aside
        restore_lesson(session, former.lesson_id)
        assert len(list_lessons(session)) == 2
    lesson = read(former.lesson_id)
    assert (audio_dir() / str(lesson.filename)).read_bytes() == b"the beginning"
    assert [segment.text for segment in lesson.transcript or ()] == list(SPOKEN)


@pytest.mark.parametrize(
    ("former", "is_kept"),
    [(b"sound\0\0\0", False), (b"so", False), (b"sound!", True), (b"so\0nd", True)],
)
def test_what_a_copy_had_not_filled_yet_is_not_kept(
    former: bytes, is_kept: bool, lesson_of: MakeLesson, tmp_path: Path
) -> None:
    source = tmp_path / "first.wav"
    source.write_bytes(former)

    new = give(lesson_of(source), b"sound and more", tmp_path)

    assert (new.set_aside is not None) == is_kept
