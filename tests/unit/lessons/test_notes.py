"""Highlights and notes: they stay on their words, and are never lost."""

from collections.abc import Callable

import pytest
from sqlmodel import Session

from backend import database
from backend.errors import Conflict, InvalidValue, LessonNotFound, NotFound, NoTranscript
from backend.lessons.notes import (
    NewNote,
    add_note,
    edit_note,
    get_note,
    list_all_notes,
    list_notes,
    note_json,
    note_version,
    remove_note,
)
from backend.lessons.removal import trash_lesson
from backend.models import Colour, Note
from backend.text.anchors import Stretch
from tests.unit.lessons.people import SPOKEN, correct, edit, hear, spoken

MakeLesson = Callable[..., int]

DIVIDES_EVERY = NewNote(Stretch(0, 2, 1, 0), "divides every", Colour.GREEN, "Why?")


@pytest.fixture
def lesson_id(each_database: str, lesson_of: MakeLesson) -> int:
    return lesson_of(transcript=spoken(*SPOKEN), language="en")


def add(lesson_id: int, new: NewNote = DIVIDES_EVERY, author: str = "Ann") -> int:
    with Session(database.engine) as session:
        note = add_note(session, lesson_id, new, author=author)
        assert note.id is not None
        return note.id


def listed(lesson_id: int) -> list[Note]:
    with Session(database.engine) as session:
        return list(list_notes(session, lesson_id))


def quoted(lesson_id: int) -> list[str]:
    return [note.quote for note in listed(lesson_id)]


def test_a_note_has_its_words_their_times_and_who_wrote_it(lesson_id: int) -> None:
    note_id = add(lesson_id)

    with Session(database.engine) as session:
        fields = note_json(get_note(session, note_id))
    assert fields["stretch"] == {
        "first_segment": 0,
        "first_word": 2,
        "last_segment": 1,
        "last_word": 0,
    }
    told = ("quote", "colour", "text", "author", "lesson_id")
    assert [fields[name] for name in told] == ["divides every", "green", "Why?", "Ann", lesson_id]
    assert 0 < fields["start"] < 2 < fields["end"] < 4


def test_a_note_on_words_that_are_others_by_now_is_refused_with_what_is_there(
    lesson_id: int,
) -> None:
    edit(lesson_id, 0, "the cell splits")

    with pytest.raises(Conflict) as caught:
        add(lesson_id)

    assert caught.value.present["quote"] == "splits every"
    assert listed(lesson_id) == []


@pytest.mark.parametrize("stretch", [(0, 3, 1, 0), (0, 0, 9, 0), (1, 0, 0, 0), (-1, 0, 0, 0)])
def test_a_stretch_that_is_not_there_is_said(
    lesson_id: int, stretch: tuple[int, int, int, int]
) -> None:
    with pytest.raises(NotFound):
        add(lesson_id, NewNote(Stretch(*stretch), "divides every"))


def test_what_is_no_note_is_said(lesson_id: int, lesson_of: MakeLesson) -> None:
    with pytest.raises(InvalidValue, match="colour"):
        add(lesson_id, NewNote(DIVIDES_EVERY.stretch, "divides every", "purple"))  # type: ignore[arg-type]
    with pytest.raises(InvalidValue):
        add(lesson_id, author=" ")
    with pytest.raises(LessonNotFound):
        add(77)
    with pytest.raises(NoTranscript):
        add(lesson_of())


def test_a_note_stays_on_its_words_through_an_edit_and_takes_what_replaces_them(
    lesson_id: int,
) -> None:
    add(lesson_id)
    add(lesson_id, NewNote(Stretch(2, 3, 2, 3), "stops"))

    edit(lesson_id, 0, "Then the sell splits.")

    assert quoted(lesson_id) == ["splits. every", "stops"]


def test_a_note_stays_on_its_words_through_a_correction_and_a_transcription(
    lesson_id: int,
) -> None:
    add(lesson_id)

    correct(lesson_id, "So the cell divides,", "every day, it grows,", "and then it stops.")
    assert quoted(lesson_id) == ["divides, every"]
    hear(lesson_id, [{"start": 0, "end": 6, "text": " ".join(SPOKEN)}])
    correct(lesson_id, " ".join(SPOKEN))

    (note,) = listed(lesson_id)
    assert (note.first_segment, note.first_word, note.last_segment, note.last_word) == (0, 2, 0, 3)


def test_a_note_whose_words_are_gone_is_detached_and_listed_until_they_are_back(
    lesson_id: int,
) -> None:
    add(lesson_id)

    hear(lesson_id, [{"start": 0, "end": 6, "text": "nothing like it"}])
    (note,) = listed(lesson_id)
    assert note.first_segment is None
    assert note.quote == "divides every"
    assert note_json(note)["stretch"] is None
    hear(lesson_id, spoken(*SPOKEN))

    (note,) = listed(lesson_id)
    assert (note.first_segment, note.last_segment, note.quote) == (0, 1, "divides every")


def test_a_note_can_be_changed_by_whoever_saw_it_as_it_is(lesson_id: int) -> None:
    note_id = add(lesson_id)
    with Session(database.engine) as session:
        seen = note_version(get_note(session, note_id))
        edit_note(session, note_id, text="Because.\n\n\n\nReally.", seen=seen)

    with Session(database.engine) as session, pytest.raises(Conflict) as caught:
        edit_note(session, note_id, colour=Colour.BLUE, seen=seen)

    assert caught.value.present["text"] == "Because.\n\nReally."
    (note,) = listed(lesson_id)
    assert (note.colour, note.text) == ("green", "Because.\n\nReally.")
    with Session(database.engine) as session:
        edit_note(session, note_id, colour=Colour.BLUE, seen=note_version(note))
    assert listed(lesson_id)[0].colour == "blue"


def test_where_a_note_stands_is_not_part_of_its_version(lesson_id: int) -> None:
    note_id = add(lesson_id)
    before = note_version(listed(lesson_id)[0])

    edit(lesson_id, 0, "then the sell divides")

    assert listed(lesson_id)[0].first_word == 3
    with Session(database.engine) as session:
        remove_note(session, note_id, seen=before)
    assert listed(lesson_id) == []


def test_notes_of_all_lessons_come_newest_first_in_pages(
    lesson_id: int, lesson_of: MakeLesson
) -> None:
    other = lesson_of(transcript=spoken(*SPOKEN))
    ids = [add(each) for each in (lesson_id, other, lesson_id, other, lesson_id)]

    with Session(database.engine) as session:
        first = list_all_notes(session, limit=2)
        second = list_all_notes(session, limit=2, before=first.next_before)
        third = list_all_notes(session, limit=2, before=second.next_before)

    pages = [[note.id for note in page.notes] for page in (first, second, third)]
    assert pages == [[ids[4], ids[3]], [ids[2], ids[1]], [ids[0]]]
    assert third.next_before is None


def test_notes_of_a_removed_lesson_are_nowhere(lesson_id: int) -> None:
    note_id = add(lesson_id)

    with Session(database.engine) as session:
        trash_lesson(session, lesson_id, undo_days=7)
        assert list_all_notes(session).notes == []
        for call in (get_note, remove_note, edit_note):
            with pytest.raises(NotFound):
                call(session, note_id)
        with pytest.raises(LessonNotFound):
            list_notes(session, lesson_id)
