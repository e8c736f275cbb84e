"""People edit summaries: none of it is lost, and it is known when one is older than the text."""

from collections.abc import Callable

import pytest
from sqlmodel import Session

from backend import database
from backend.editing.summaries import (
    edit_summary,
    edited_summary,
    summary_history,
    summary_version,
    undo_summary_edit,
)
from backend.errors import Conflict, InvalidValue, NotFound
from backend.errors.lessons import NoSummary
from backend.lesson_texts.layers import LessonLayer, restore_layer
from backend.lesson_texts.summaries import is_older_than_text
from backend.models import SummaryPart
from backend.search.service import SearchRequest, search
from backend.tasks.pipeline import is_stage_due
from backend.tasks.stage import StageContext, run_stage
from backend.tasks.summary import SUMMARY
from tests.unit.lessons.people import edit, read, spoken

MakeLesson = Callable[..., int]

TEXTS = (
    "The prison separates the colours of the light.",
    "Every colour changes its direction by another amount.",
    "Drops of water do the same, and make the rainbow.",
)


@pytest.fixture
def lesson_id(each_database: str, lesson_of: MakeLesson) -> int:
    made = lesson_of(transcript=spoken(*TEXTS), language="en")
    summarise(made)
    return made


def summarise(lesson_id: int) -> None:
    with Session(database.engine) as session:
        run_stage(SUMMARY, StageContext(lesson_id, session))


def version(lesson_id: int) -> str:
    lesson = read(lesson_id)
    return summary_version(lesson.brief, lesson.summary)


def write(lesson_id: int, editor: str = "Ada", seen: str = "", **texts: str) -> None:
    decided = {SummaryPart(part): text for part, text in texts.items()}
    with Session(database.engine) as session:
        edit_summary(session, lesson_id, decided, editor=editor, seen=seen or version(lesson_id))


def undo(lesson_id: int, edit_id: int) -> None:
    with Session(database.engine) as session:
        undo_summary_edit(session, lesson_id, edit_id, editor="Ada", seen=version(lesson_id))


def is_older(lesson_id: int) -> bool:
    with Session(database.engine) as session:
        return is_older_than_text(session, lesson_id)


def n_found(words: str) -> int:
    with Session(database.engine) as session:
        return search(session, SearchRequest(words)).total


def test_an_edit_is_seen_found_and_survives_a_rerun(lesson_id: int) -> None:
    by_machine = read(lesson_id).brief

    write(lesson_id, summary="A prism separates white light.")
    summarise(lesson_id)

    assert read(lesson_id).summary == "A prism separates white light."
    assert read(lesson_id).brief == by_machine
    assert n_found("prism") > 0


def test_its_sentences_keep_the_moments_of_those_they_came_from(lesson_id: int) -> None:
    text = read(lesson_id).summary
    assert text is not None
    moments = (read(lesson_id).summary_metadata or {})["moments"]

    write(lesson_id, summary=text.replace("prison", "prism") + " And this is new.")

    edited = (read(lesson_id).summary_metadata or {})["moments"]
    assert [each["start"] for each in edited] == [*(each["start"] for each in moments), None]
    assert [each["segments"] for each in edited[:-1]] == [each["segments"] for each in moments]
    assert "prism" in " ".join(each["text"] for each in edited)


def test_an_edit_is_undone_to_what_the_machine_says_now(lesson_id: int) -> None:
    before = read(lesson_id)
    write(lesson_id, brief="Mine.", summary="Mine.")
    with Session(database.engine) as session:
        edits = summary_history(session, lesson_id)

    for each in edits:
        undo(lesson_id, each.id)

    after = read(lesson_id)
    assert (after.brief, after.summary) == (before.brief, before.summary)
    assert after.summary_metadata == before.summary_metadata
    with Session(database.engine) as session:
        assert edited_summary(session, lesson_id) == []
        assert len(summary_history(session, lesson_id)) == 4


def test_the_history_says_who_wrote_what_and_what_stood_there(lesson_id: int) -> None:
    machine = read(lesson_id).brief
    write(lesson_id, brief="One.", editor="Ada")
    write(lesson_id, brief="Two.", editor="Ben")

    with Session(database.engine) as session:
        told = [
            (each.editor, each.before, each.before_by_person, each.text)
            for each in summary_history(session, lesson_id)
        ]

    assert told == [("Ben", "One.", True, "Two."), ("Ada", machine, False, "One.")]


def test_what_was_changed_meanwhile_is_not_written_over(lesson_id: int) -> None:
    seen = version(lesson_id)
    write(lesson_id, brief="One.")

    with pytest.raises(Conflict) as caught:
        write(lesson_id, brief="Two.", seen=seen)

    assert caught.value.present["brief"] == "One."
    assert read(lesson_id).brief == "One."


def test_what_is_there_already_is_no_edit(lesson_id: int) -> None:
    write(lesson_id, brief=read(lesson_id).brief or "")

    with Session(database.engine) as session:
        assert summary_history(session, lesson_id) == []


def test_the_summary_is_older_once_the_text_is_edited_until_it_is_made_anew(
    lesson_id: int,
) -> None:
    made = is_older(lesson_id)
    edit(lesson_id, 0, "The prism separates the colours of the light.")
    edited = is_older(lesson_id)
    summarise(lesson_id)

    assert (made, edited, is_older(lesson_id)) == (False, True, False)


def test_a_person_who_edits_both_parts_has_brought_it_up_to_date(lesson_id: int) -> None:
    edit(lesson_id, 0, "The prism separates the colours of the light.")
    write(lesson_id, brief="A prism.")
    half = is_older(lesson_id)
    write(lesson_id, summary="A prism.")
    whole = is_older(lesson_id)
    edit(lesson_id, 1, "Every colour bends.")

    assert (half, whole, is_older(lesson_id)) == (True, False, True)
    assert not is_stage_due(database.engine, lesson_id, SUMMARY)


def test_restoring_an_older_summary_leaves_what_a_person_wrote(lesson_id: int) -> None:
    edit(lesson_id, 0, "Birds fly over the city and the sea.")
    summarise(lesson_id)
    write(lesson_id, summary="Mine.")

    with Session(database.engine) as session:
        restore_layer(session, lesson_id, LessonLayer.SUMMARY)

    assert read(lesson_id).summary == "Mine."


def test_a_summary_that_another_program_assigned_is_what_is_there(lesson_id: int) -> None:
    write(lesson_id, brief="Mine.")
    with Session(database.engine) as session:
        lesson = session.get_one(type(read(lesson_id)), lesson_id)
        lesson.brief, lesson.summary = "Theirs.", "Theirs, too."
        session.commit()

    write(lesson_id, summary="Mine, too.")

    assert read(lesson_id).summary == "Mine, too."


def test_what_cannot_be_is_refused(lesson_id: int, lesson_of: MakeLesson) -> None:
    other = lesson_of(transcript=spoken("one"))

    with pytest.raises(NoSummary):
        write(other, brief="Mine.")
    with pytest.raises(InvalidValue):
        write(lesson_id, brief="x" * 30_000)
    with pytest.raises(NotFound):
        undo(lesson_id, 12345)
