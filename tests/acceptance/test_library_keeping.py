"""What workers do for the library without a task: the watched folder, and the end of the trash."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import Session, select

from backend import database
from backend.config.environment import audio_dir
from backend.lessons.recordings import trash_dir
from backend.lessons.removal import trash_lesson
from backend.models import Lesson, Note
from tests.acceptance.workers import (
    MakeLesson,
    Workers,
    WriteConfig,
    execute,
    make_quiet_recording,
    query,
    worker_settings,
)
from tests.waiting import wait_until

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_quiet_recording(tmp_path_factory.mktemp("audio") / "one-window.flac", windows=1)


def test_a_recording_put_into_the_watched_folder_becomes_a_lesson_with_a_transcript(
    write_config: WriteConfig, recording: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "incoming"
    (folder / "Physics").mkdir(parents=True)
    watched = {"watch_folder": str(folder), "watch_process": True}
    write_config(worker_settings(library=watched))
    with Workers() as workers:
        # Two watch one folder, and each recording becomes one lesson all the same.
        workers.start(2)
        shutil.copy(recording, folder / "Physics" / "Light waves.flac")
        (folder / "notes.flac").write_text("This is no recording.")

        wait_until(lambda: query("SELECT id FROM task WHERE status = 'completed'"), seconds=120)

        with Session(database.engine) as session:
            (lesson,) = session.exec(select(Lesson)).all()
        assert (lesson.title, lesson.course_id) == ("Light waves", 1)
        assert lesson.transcript
        wait_until(lambda: query("SELECT path FROM watched_file WHERE problem <> ''"), seconds=60)
        assert (folder / "notes.flac").exists()
        assert all(worker.is_alive for worker in workers.started)


def test_what_was_removed_long_ago_is_gone_for_good_once_a_worker_starts(
    write_config: WriteConfig, lesson_of: MakeLesson, recording: Path
) -> None:
    write_config(worker_settings(library={"undo_days": 7}))
    old, recent = lesson_of(recording), lesson_of(title="Of today")
    with Session(database.engine) as session:
        for lesson_id in (old, recent):
            trash_lesson(session, lesson_id, undo_days=7)
        for day in ("2026-01-01", "2999-01-01", None):
            removed_at = None if day is None else datetime.fromisoformat(f"{day}T00:00:00Z")
            note = Note(
                lesson_id=recent,
                start=0,
                end=1,
                quote="Light",
                colour="pink",
                author="Ada",
                removed_at=removed_at,
            )
            session.add(note)
        session.commit()
    execute(
        "UPDATE trashed_lesson SET removed_at = '2026-01-01 00:00:00+00:00' WHERE lesson_id = :id",
        id=old,
    )
    with Workers() as workers:
        workers.start(1)

        wait_until(lambda: not query("SELECT id FROM lesson WHERE id = :id", id=old), seconds=60)
        wait_until(lambda: not list(trash_dir().glob("*")), seconds=60)
        wait_until(lambda: len(query("SELECT id FROM note")) == 2, seconds=60)

    assert [row.id for row in query("SELECT id FROM note ORDER BY id")] == [2, 3]
    assert [row.id for row in query("SELECT id FROM lesson")] == [recent]
    assert list(audio_dir().glob("*.flac")) == []
