"""The whole way: which stages are needed, and on whose behalf they run."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import Session

from backend import database
from backend.config.file import load_config
from backend.errors import OwnershipLost, WorkStopped
from backend.errors.lessons import LessonNotFound
from backend.models import Lesson
from backend.tasks.correction import CORRECTION
from backend.tasks.ownership import Owner
from backend.tasks.pipeline import AnyStage, due_stages, is_stage_due, run_process
from backend.tasks.stage import StageContext, run_stage
from backend.tasks.summary import SUMMARY
from backend.tasks.transcribe import TRANSCRIPTION
from tests.audio_files import Pause, Say, speak_nano, write_wav
from tests.unit.tasks.owners import LosesTaskAtResult, TaskOwner

MakeLesson = Callable[..., int]
ReadLesson = Callable[[int], Lesson]

SPOKEN = [{"start": 0, "end": 2, "text": "the the cell divides"}]


@pytest.fixture
def short_recording(tmp_path: Path) -> Path:
    speech = speak_nano([piece for n in range(3) for piece in (Pause(0.5), Say(n))])
    return write_wav(tmp_path / "short.wav", speech.waveform)


def needed(lesson_id: int) -> list[AnyStage]:
    return due_stages(database.engine, lesson_id, again=False)


def run(lesson_id: int, stage: AnyStage) -> None:
    with Session(database.engine) as session:
        run_stage(stage, StageContext(lesson_id, session))


def change(lesson_id: int, **fields: object) -> None:
    with Session(database.engine) as session:
        lesson = session.get(Lesson, lesson_id)
        assert lesson is not None
        for name, value in fields.items():
            setattr(lesson, name, value)
        session.commit()


@pytest.mark.usefixtures("each_database")
def test_a_stage_is_needed_until_its_layer_is_made_from_what_is_there(
    lesson_of: MakeLesson,
) -> None:
    lesson_id = lesson_of(language="en")
    assert needed(lesson_id) == [TRANSCRIPTION, CORRECTION, SUMMARY]

    change(lesson_id, transcript=SPOKEN)
    assert needed(lesson_id) == [CORRECTION, SUMMARY]
    run(lesson_id, CORRECTION)
    assert needed(lesson_id) == [SUMMARY]
    run(lesson_id, SUMMARY)
    assert needed(lesson_id) == []

    change(lesson_id, transcript=[{"start": 0, "end": 2, "text": "a cat"}])
    assert needed(lesson_id) == [CORRECTION]


@pytest.mark.usefixtures("each_database")
@pytest.mark.parametrize("lesson_id", [77, 0, 10**30, None])
def test_no_stage_is_needed_of_a_lesson_that_is_not_there(lesson_id: int) -> None:
    with pytest.raises(LessonNotFound):
        is_stage_due(database.engine, lesson_id, SUMMARY)


@pytest.mark.usefixtures("nano_config", "each_database")
def test_owner_and_settings_hold_for_all_three_stages(
    lesson_of: MakeLesson,
    stored_lesson: ReadLesson,
    short_recording: Path,
    write_config: Callable[[str], None],
) -> None:
    lesson_id, settings, owner = lesson_of(short_recording), load_config(), TaskOwner()
    results = []
    write_config("provider: no such provider")

    with Session(database.engine) as session:
        for stage in run_process(StageContext(lesson_id, session, owner=owner, settings=settings)):
            results.append((stage, sorted(owner.task.result or {})))

    assert results == [
        (TRANSCRIPTION, ["duration", "language", "notices", "segments"]),
        (CORRECTION, ["changed_segments", "failed_groups", "notices", "segments"]),
        (SUMMARY, ["notices", "words"]),
    ]
    assert stored_lesson(lesson_id).summary


@pytest.mark.usefixtures("each_database")
def test_the_way_ends_where_the_task_is_lost(
    lesson_of: MakeLesson, stored_lesson: ReadLesson
) -> None:
    lesson_id = lesson_of(transcript=SPOKEN, language="en")

    with Session(database.engine) as session, pytest.raises(OwnershipLost):
        list(run_process(StageContext(lesson_id, session, owner=LosesTaskAtResult())))

    lesson = stored_lesson(lesson_id)
    assert (lesson.corrected_transcript, lesson.summary) == (None, None)


@pytest.mark.usefixtures("each_database")
@pytest.mark.parametrize("stage", [CORRECTION, SUMMARY])
def test_offline_work_that_was_stopped_saves_nothing(
    stage: AnyStage, lesson_of: MakeLesson, stored_lesson: ReadLesson
) -> None:
    lesson_id, owner = lesson_of(transcript=SPOKEN, language="en"), Owner()
    owner.stopped.set()

    with Session(database.engine) as session, pytest.raises(WorkStopped):
        run_stage(stage, StageContext(lesson_id, session, owner=owner))

    lesson = stored_lesson(lesson_id)
    assert (lesson.corrected_transcript, lesson.summary) == (None, None)
