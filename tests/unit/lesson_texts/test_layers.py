"""What a rerun replaces is kept once for each layer, and can be restored."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session, select

from backend import database
from backend.errors import NotFound, OwnershipLost
from backend.errors.lessons import LessonNotFound
from backend.errors.storage import UncommittedWrites
from backend.lesson_texts.layers import LessonLayer, restore_layer
from backend.models import FormerLayer, Lesson
from backend.models.columns import LARGEST_ID
from backend.models.transcript import to_segments
from backend.tasks.correction import CORRECTION
from backend.tasks.ownership import Owner
from backend.tasks.stage import StageContext, run_stage
from backend.tasks.summary import SUMMARY
from tests.unit.tasks.owners import LosesTaskAtResult

MakeLesson = Callable[..., int]
ReadLesson = Callable[[int], Lesson]

COLUMNS = (
    "transcript",
    "transcript_metadata",
    "corrected_transcript",
    "correction_metadata",
    "brief",
    "summary",
    "summary_metadata",
)


def spoken(*texts: str) -> list[dict[str, Any]]:
    return [{"start": 2 * n, "end": 2 * n + 2, "text": text} for n, text in enumerate(texts)]


def hear(lesson_id: int, *texts: str) -> None:
    """Put another transcript in the place of the lesson's."""
    with Session(database.engine) as session:
        lesson = session.get(Lesson, lesson_id)
        assert lesson is not None
        lesson.transcript = to_segments(spoken(*texts))
        session.commit()


def correct(lesson_id: int, owner: Owner | None = None) -> None:
    with Session(database.engine) as session:
        run_stage(CORRECTION, StageContext(lesson_id, session, owner=owner or Owner()))


def summarise(lesson_id: int, owner: Owner | None = None) -> None:
    with Session(database.engine) as session:
        run_stage(SUMMARY, StageContext(lesson_id, session, owner=owner or Owner()))


def restore(lesson_id: int, layer: LessonLayer) -> None:
    with Session(database.engine) as session:
        restore_layer(session, lesson_id, layer)


def kept() -> dict[str, dict[str, Any]]:
    """The content of the former layers, by the layer's name."""
    with Session(database.engine) as session:
        rows = session.exec(select(FormerLayer)).all()
        assert len({row.layer for row in rows}) == len(rows)
        return {row.layer: row.content for row in rows}


def columns_of(lesson: Lesson) -> dict[str, Any]:
    return {name: getattr(lesson, name) for name in COLUMNS}


@pytest.mark.usefixtures("each_database")
def test_what_a_rerun_replaces_is_kept_with_what_it_was_made_with(
    lesson_of: MakeLesson, stored_lesson: ReadLesson
) -> None:
    lesson_id = lesson_of(transcript=spoken("the the cell"), language="en")
    correct(lesson_id)
    before = stored_lesson(lesson_id)
    assert kept() == {}

    hear(lesson_id, "a a cat")
    correct(lesson_id)

    assert kept() == {
        "correction": {
            "corrected_transcript": [{"start": 0.0, "end": 2.0, "text": "The cell."}],
            "correction_metadata": before.correction_metadata,
        }
    }


@pytest.mark.usefixtures("each_database")
def test_the_newest_former_layer_takes_the_place_of_an_older_one(lesson_of: MakeLesson) -> None:
    lesson_id = lesson_of(transcript=spoken("one"), language="en")
    for text in ("one", "two", "three"):
        hear(lesson_id, text)
        correct(lesson_id)

    (former,) = kept()["correction"]["corrected_transcript"]
    assert former["text"] == "Two."


@pytest.mark.usefixtures("each_database")
def test_a_rerun_that_says_the_same_drives_nothing_out(lesson_of: MakeLesson) -> None:
    lesson_id = lesson_of(transcript=spoken("one"), language="en")
    correct(lesson_id)
    hear(lesson_id, "two")
    correct(lesson_id)
    before = kept()

    correct(lesson_id)

    assert kept() == before


@pytest.mark.usefixtures("each_database")
def test_a_rerun_touches_no_other_layer_and_no_other_former_layer(
    lesson_of: MakeLesson, stored_lesson: ReadLesson
) -> None:
    lesson_id = lesson_of(transcript=spoken("the the cell divides"), language="en")
    for text in ("the the cell divides", "a a cat sleeps"):
        hear(lesson_id, text)
        correct(lesson_id)
        summarise(lesson_id)
    hear(lesson_id, "birds birds fly")
    before, kept_before = columns_of(stored_lesson(lesson_id)), kept()

    correct(lesson_id)

    after = columns_of(stored_lesson(lesson_id))
    changed = {name for name in COLUMNS if after[name] != before[name]}
    assert changed == {"corrected_transcript", "correction_metadata"}
    assert kept()["summary"] == kept_before["summary"]
    assert kept()["correction"] != kept_before["correction"]


@pytest.mark.usefixtures("each_database")
@pytest.mark.parametrize("layer", LessonLayer)
def test_restoring_swaps_the_two_and_restoring_again_swaps_them_back(
    layer: LessonLayer, lesson_of: MakeLesson, stored_lesson: ReadLesson
) -> None:
    lesson_id = lesson_of(transcript=spoken("the the cell divides"), language="en")
    correct(lesson_id)
    summarise(lesson_id)
    first = columns_of(stored_lesson(lesson_id))
    hear(lesson_id, "a a cat sleeps")
    correct(lesson_id)
    summarise(lesson_id)
    keep_transcript(lesson_id, first["transcript"])
    second = columns_of(stored_lesson(lesson_id))

    restore(lesson_id, layer)
    once = columns_of(stored_lesson(lesson_id))
    restore(lesson_id, layer)

    own = {name for name in COLUMNS if once[name] != second[name]}
    assert own
    assert {name: once[name] for name in own} == {name: first[name] for name in own}
    assert columns_of(stored_lesson(lesson_id)) == second


def keep_transcript(lesson_id: int, segments: list[Any]) -> None:
    """A former transcript, as a transcription leaves one (see test_transcribe.py)."""
    with Session(database.engine) as session:
        content = {
            "transcript": [segment.model_dump(exclude_defaults=True) for segment in segments],
            "transcript_metadata": None,
        }
        session.add(FormerLayer(lesson_id=lesson_id, layer="transcript", content=content))
        session.commit()


@pytest.mark.usefixtures("each_database")
def test_a_summary_that_gave_way_to_none_can_be_restored(
    lesson_of: MakeLesson, stored_lesson: ReadLesson
) -> None:
    lesson_id = lesson_of(transcript=[], summary="Cells divide.", brief="Cells.")
    summarise(lesson_id)
    assert stored_lesson(lesson_id).summary is None

    restore(lesson_id, LessonLayer.SUMMARY)

    lesson = stored_lesson(lesson_id)
    assert (lesson.brief, lesson.summary, lesson.summary_metadata) == (
        "Cells.",
        "Cells divide.",
        None,
    )


@pytest.mark.usefixtures("each_database")
def test_a_callers_session_sees_what_was_restored(lesson_of: MakeLesson) -> None:
    lesson_id = lesson_of(transcript=[], summary="Cells divide.", brief="Cells.")
    summarise(lesson_id)
    with Session(database.engine) as session:
        lesson = session.get(Lesson, lesson_id)
        assert lesson is not None
        assert lesson.summary is None

        restore_layer(session, lesson_id, LessonLayer.SUMMARY)

        assert lesson.summary == "Cells divide."


@pytest.mark.usefixtures("each_database")
def test_where_nothing_older_is_kept_this_is_said_and_nothing_is_changed(
    lesson_of: MakeLesson, stored_lesson: ReadLesson
) -> None:
    lesson_id = lesson_of(transcript=spoken("one"), summary="As it is.")

    with Session(database.engine) as session:
        with pytest.raises(NotFound, match=f"no older summary of lesson {lesson_id}"):
            restore_layer(session, lesson_id, LessonLayer.SUMMARY)

        correct(lesson_id)  # the session holds no lock that another would wait for
    assert stored_lesson(lesson_id).summary == "As it is."


@pytest.mark.usefixtures("each_database")
@pytest.mark.parametrize("lesson_id", [77, 0, -1, LARGEST_ID + 1, 10**30, "1", None])
def test_a_lesson_that_is_not_there_has_nothing_to_restore(lesson_id: int) -> None:
    with pytest.raises(LessonNotFound):
        restore(lesson_id, LessonLayer.TRANSCRIPT)


@pytest.mark.usefixtures("each_database")
def test_a_session_with_uncommitted_writes_is_refused_and_left_as_it_is(
    lesson_of: MakeLesson,
) -> None:
    lesson_id = lesson_of(transcript=[], summary="Cells divide.")
    summarise(lesson_id)
    with Session(database.engine) as session:
        lesson = session.get(Lesson, lesson_id)
        assert lesson is not None
        lesson.title = "Not yet saved"

        with pytest.raises(UncommittedWrites):
            restore_layer(session, lesson_id, LessonLayer.SUMMARY)

        assert lesson.title == "Not yet saved"


@pytest.mark.usefixtures("each_database")
@pytest.mark.parametrize("stage", [correct, summarise])
def test_a_task_that_was_lost_changes_no_layer_and_keeps_no_former_one(
    stage: Callable[[int, Owner], None], lesson_of: MakeLesson, stored_lesson: ReadLesson
) -> None:
    lesson_id = lesson_of(
        transcript=spoken("the the cell divides"),
        corrected_transcript=spoken("By hand."),
        summary="By hand.",
        language="en",
    )
    before = columns_of(stored_lesson(lesson_id))
    owner = LosesTaskAtResult()

    with pytest.raises(OwnershipLost):
        stage(lesson_id, owner)

    assert columns_of(stored_lesson(lesson_id)) == before
    assert kept() == {}
    assert owner.task.result is None
