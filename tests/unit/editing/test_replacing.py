"""Several segments written at once, as replacing words does it: all, or none; and undone so."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session

from backend import database
from backend.editing.segments import (
    NewSegmentText,
    RewrittenSegment,
    Undoing,
    edit_segments,
    find_places,
    segment_history,
    undo_edits,
)
from backend.errors import Conflict, InvalidValue
from backend.search.service import SearchRequest, search
from backend.text.replacing import Replacement
from tests.unit.lessons.people import correct, edit, read, shown, spoken, version

MakeLesson = Callable[..., int]
TEXTS = ("the prison bends light", "a prison, a prison", "and then it stops")


@pytest.fixture
def lesson_id(each_database: str, lesson_of: MakeLesson) -> int:
    return lesson_of(transcript=spoken(*TEXTS), language="en")


def replace(lesson_id: int, words: str, new_words: str) -> list[RewrittenSegment]:
    with Session(database.engine) as session:
        found = find_places(session, lesson_id, Replacement(words, new_words, whole_words=True))
        changes = [
            NewSegmentText(
                places.segment.position,
                "".join(p.text if p.new_text is None else p.new_text for p in places.pieces),
                places.segment.version,
            )
            for places in found
        ]
        return edit_segments(session, lesson_id, changes, editor="Ann")


def undo(lesson_id: int, written: list[RewrittenSegment]) -> None:
    undoings = [
        Undoing(each.edit_id, each.segment.version) for each in written if each.edit_id is not None
    ]
    with Session(database.engine) as session:
        undo_edits(session, lesson_id, undoings, editor="Bob")


def hits(words: str) -> list[int | None]:
    with Session(database.engine) as session:
        return [hit.segment for hit in search(session, SearchRequest(words)).hits]


def test_replaced_words_are_edits_of_a_person_and_found_at_once(lesson_id: int) -> None:
    written = replace(lesson_id, "prison", "prism")

    assert shown(lesson_id) == ["the prism bends light", "a prism, a prism", TEXTS[2]]
    assert sorted(hits("prism"), key=str) == [0, 1]
    assert hits("prison") == []
    with Session(database.engine) as session:
        history = segment_history(session, lesson_id, 1)
    assert [(each.editor, each.before) for each in history] == [("Ann", TEXTS[1])]
    assert [each.segment.version for each in written] == [version(lesson_id, n) for n in (0, 1)]


def test_a_replacement_is_undone_as_a_whole_and_edits_before_it_stay(lesson_id: int) -> None:
    correct(lesson_id, *(text.capitalize() for text in TEXTS))
    edit(lesson_id, 1, "One prison, one prison")
    written = replace(lesson_id, "prison", "prism")

    undo(lesson_id, written)

    assert shown(lesson_id) == [
        "The prison bends light",
        "One prison, one prison",
        "And then it stops",
    ]
    assert hits("prism") == []
    correct(lesson_id, *(f"{text}!" for text in TEXTS))
    assert shown(lesson_id) == [f"{TEXTS[0]}!", "One prison, one prison", f"{TEXTS[2]}!"]


def test_nothing_is_written_where_one_of_the_segments_was_changed(lesson_id: int) -> None:
    old = [version(lesson_id, n) for n in (0, 1)]
    edit(lesson_id, 1, "a prison cell")

    changes = [NewSegmentText(n, "new", seen) for n, seen in enumerate(old)]
    with Session(database.engine) as session, pytest.raises(Conflict) as raised:
        edit_segments(session, lesson_id, changes, editor="Ann")

    present: Any = raised.value.present
    assert [(each["segment"], each["text"]) for each in present["segments"]] == [
        (1, "a prison cell")
    ]
    assert shown(lesson_id) == [TEXTS[0], "a prison cell", TEXTS[2]]


def test_nothing_is_undone_where_one_of_the_segments_was_changed(lesson_id: int) -> None:
    written = replace(lesson_id, "prison", "prism")
    edit(lesson_id, 0, "the prism splits light")

    with pytest.raises(Conflict):
        undo(lesson_id, written)

    assert shown(lesson_id) == ["the prism splits light", "a prism, a prism", TEXTS[2]]


def test_a_segment_that_is_named_twice_is_refused(lesson_id: int) -> None:
    seen = version(lesson_id, 0)

    changes = [NewSegmentText(0, "one", seen), NewSegmentText(0, "two", seen)]
    with Session(database.engine) as session, pytest.raises(InvalidValue, match="twice"):
        edit_segments(session, lesson_id, changes, editor="Ann")

    assert read(lesson_id).corrected_transcript is None


def test_what_stands_there_already_makes_no_edit(lesson_id: int) -> None:
    with Session(database.engine) as session:
        change = NewSegmentText(0, TEXTS[0], version(lesson_id, 0))
        [written] = edit_segments(session, lesson_id, [change], editor="Ann")

    assert written.edit_id is None
    assert read(lesson_id).corrected_transcript is None
