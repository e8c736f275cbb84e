"""Recordings that nobody owns: wherever a process is killed, in the end file and lesson agree."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from backend import database
from backend.config.environment import audio_dir
from backend.errors.recordings import MediaError
from backend.errors.storage import StorageFull
from backend.lessons.loose import adopting, clear_loose, loose_dir, note_loose
from backend.lessons.removal import empty_trash, trash_lesson
from backend.lessons.service import LessonDetails, add_recording, add_stored, remove_lesson
from backend.models import Lesson
from backend.models.people import WITH_REMOVED
from backend.uploads.watched import FolderWatch
from tests.audio_files import tone, write_wav
from tests.killing import killed_at_each_step

pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")

DAY_SECONDS = 24 * 3600


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "watched" / "lesson.wav"
    path.parent.mkdir()
    write_wav(path, tone(0.2))
    return path


def session() -> Session:
    return Session(database.engine)


def add(source: Path) -> int:
    with session() as s:
        lesson_id = add_recording(s, source, LessonDetails()).lesson.id
        assert lesson_id is not None
        return lesson_id


def age_notes() -> None:
    """A day goes by."""
    for path in [*loose_dir().glob("*"), *audio_dir().glob(".incoming-*")]:
        then = time.time() - DAY_SECONDS - 1
        os.utime(path, (then, then))


def recordings() -> set[str]:
    return {path.name for path in audio_dir().rglob("*") if path.is_file()}


def recordings_of_lessons() -> set[str]:
    """Of those in the trash, too."""
    every = select(Lesson).execution_options(**WITH_REMOVED)
    with session() as s:
        return {str(lesson.filename) for lesson in s.exec(every)}


def look_after() -> list[str]:
    """What the worker does every hour."""
    with session() as s:
        empty_trash(s, timedelta(days=7))
        return clear_loose(s)


def assert_in_step_after_a_day() -> None:
    age_notes()
    look_after()
    assert recordings() == recordings_of_lessons()
    assert list(loose_dir().glob("*")) == []


# --- killed ----------------------------------------------------------------------------------


def test_killed_anywhere_while_it_is_added_a_recording_has_a_lesson_or_goes(
    data_dir: Path, source: Path
) -> None:
    add(source)
    n_left = 0

    for _ in killed_at_each_step(lambda: add(source), data_dir):
        before = recordings()
        with session() as s:
            assert clear_loose(s) == [], "it may be in the middle of being added"
        assert recordings() == before
        n_left += {path.name for path in audio_dir().glob("[!.]*")} != recordings_of_lessons()
        assert_in_step_after_a_day()

    assert n_left, "it was never killed between the file and its lesson"
    assert_in_step_after_a_day()


def test_killed_anywhere_while_it_is_removed_a_lesson_keeps_its_recording_or_both_go(
    data_dir: Path, source: Path
) -> None:
    def remove() -> None:
        with session() as s:
            remove_lesson(s, lesson_id)

    lesson_id = add(source)
    other = add(source)
    for _ in killed_at_each_step(remove, data_dir):
        assert_in_step_after_a_day()
        if lesson_id not in {lesson.id for lesson in _lessons()}:
            lesson_id = add(source)

    assert_in_step_after_a_day()
    assert [lesson.id for lesson in _lessons()] == [other]


def _lessons() -> list[Lesson]:
    with session() as s:
        return list(s.exec(select(Lesson)))


def test_killed_anywhere_while_a_file_of_the_watched_folder_is_taken(
    data_dir: Path, source: Path
) -> None:
    def scan() -> None:
        with session() as s:
            watch = FolderWatch(rest_seconds=0)
            watch.scan_once(s, source.parent)

    with session():
        pass
    for step in killed_at_each_step(scan, data_dir):
        assert_in_step_after_a_day()
        write_wav(source, tone(0.2 + step / 100))

    assert_in_step_after_a_day()
    assert _lessons()


def test_killed_anywhere_while_the_trash_is_emptied(data_dir: Path, source: Path) -> None:
    def empty() -> None:
        with session() as s:
            empty_trash(s, timedelta())

    def throw_away() -> None:
        lesson_id = add(source)
        with session() as s:
            trash_lesson(s, lesson_id, undo_days=7)

    throw_away()
    for _ in killed_at_each_step(empty, data_dir):
        age_notes()
        look_after()
        assert recordings() == recordings_of_lessons()
        throw_away()

    assert_in_step_after_a_day()


# --- what is certain -------------------------------------------------------------------------


@pytest.mark.usefixtures("each_database")
def test_what_was_left_a_day_ago_is_cleared_and_told(
    source: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept = add(source)
    note_loose("left.wav")
    (audio_dir() / "left.wav").write_bytes(b"sound")
    note_loose(str(_lessons()[0].filename))
    age_notes()

    assert look_after() == ["left.wav"]

    assert "left.wav" in caplog.text
    assert [lesson.id for lesson in _lessons()] == [kept]
    assert recordings() == recordings_of_lessons()


def test_a_file_that_no_lesson_has_is_left_alone_without_a_note(data_dir: Path) -> None:
    """A person may have put it there, or the database be an older copy."""
    audio_dir().mkdir(parents=True)
    (audio_dir() / "0123456789abcdef.wav").write_bytes(b"sound")
    os.utime(audio_dir() / "0123456789abcdef.wav", (0, 0))

    assert look_after() == []

    assert recordings() == {"0123456789abcdef.wav"}


@pytest.mark.usefixtures("each_database")
def test_who_was_held_up_for_a_day_finds_the_recording_gone_and_makes_no_lesson(
    source: Path,
) -> None:
    def add_slowly() -> None:
        with session() as s, adopting(s, source) as stored:
            age_notes()
            with session() as other:
                assert clear_loose(other) == [stored.filename]
            add_stored(s, stored, 1.0, LessonDetails())

    with pytest.raises(MediaError, match="add it again"):
        add_slowly()

    assert _lessons() == []
    assert recordings() == set()


def test_the_lesson_is_kept_whose_maker_fails_after_its_commit(
    data_dir: Path, source: Path
) -> None:
    def add_and_fail() -> None:
        with session() as s, adopting(s, source) as stored:
            add_stored(s, stored, 1.0, LessonDetails())
            raise StorageFull

    with pytest.raises(StorageFull):
        add_and_fail()

    assert recordings() == recordings_of_lessons() != set()
