"""Highlights and notes: they stay on their words, and are never lost."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import text
from sqlmodel import Session, select

from backend import database
from backend.errors import Conflict, InvalidValue, NotFound
from backend.errors.lessons import LessonNotFound, NoTranscript
from backend.lessons.removal import trash_lesson
from backend.models import Colour, Course, Lesson, Note, Theme
from backend.notes.service import (
    NewNote,
    NoteFilter,
    NoteKind,
    add_note,
    delete_removed_notes,
    edit_note,
    get_note,
    list_all_notes,
    list_notes,
    note_json,
    note_version,
    remove_note,
    restore_note,
)
from backend.text.stretches import WordStretch
from tests.unit.lessons.people import SPOKEN, correct, edit, hear, spoken

MakeLesson = Callable[..., int]

DIVIDES_EVERY = NewNote(WordStretch(0, 2, 1, 0), "divides every", Colour.GREEN, "Why?")
STOPS = NewNote(WordStretch(2, 3, 2, 3), "stops")


@pytest.fixture
def lesson_id(each_database: str, lesson_of: MakeLesson) -> int:
    return lesson_of(transcript=spoken(*SPOKEN), language="en")


def add(lesson_id: int, new: NewNote = DIVIDES_EVERY, author: str = "Ann") -> int:
    with Session(database.engine) as session:
        note = add_note(session, lesson_id, new, author=author).note
        assert note.id is not None
        return note.id


def remove(note_id: int, undo_days: float = 7, seen: str | None = None) -> None:
    with Session(database.engine) as session:
        remove_note(session, note_id, undo_days, seen)


def restore(note_id: int) -> None:
    with Session(database.engine) as session:
        restore_note(session, note_id)


def forget(older_than: timedelta) -> int:
    with Session(database.engine) as session:
        return delete_removed_notes(session, older_than)


def listed(lesson_id: int) -> list[Note]:
    with Session(database.engine) as session:
        return [each.note for each in list_notes(session, lesson_id)]


def found(**wanted: object) -> list[int | None]:
    with Session(database.engine) as session:
        page = list_all_notes(session, NoteFilter(**wanted))  # type: ignore[arg-type]
        return [each.note.id for each in page.notes]


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
    told = ("quote", "colour", "text", "author", "lesson_id", "lesson_title")
    assert [fields[name] for name in told] == [
        "divides every",
        "green",
        "Why?",
        "Ann",
        lesson_id,
        "A lesson",
    ]
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
        add(lesson_id, NewNote(WordStretch(*stretch), "divides every"))


def test_what_is_no_note_is_said(lesson_id: int, lesson_of: MakeLesson) -> None:
    with pytest.raises(InvalidValue, match="colour"):
        add(lesson_id, NewNote(DIVIDES_EVERY.stretch, "divides every", "purple"))  # type: ignore[arg-type]
    with pytest.raises(InvalidValue):
        add(lesson_id, author="x" * 300)
    with pytest.raises(LessonNotFound):
        add(77)
    with pytest.raises(NoTranscript):
        add(lesson_of())


def test_a_note_stays_on_its_words_through_an_edit_and_takes_what_replaces_them(
    lesson_id: int,
) -> None:
    add(lesson_id)
    add(lesson_id, STOPS)

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
    note_id = add(lesson_id)

    hear(lesson_id, [{"start": 0, "end": 6, "text": "nothing like it"}])
    (note,) = listed(lesson_id)
    assert note.first_segment is None
    assert note.quote == "divides every"
    with Session(database.engine) as session:
        assert note_json(get_note(session, note_id))["stretch"] is None
    hear(lesson_id, spoken(*SPOKEN))

    (note,) = listed(lesson_id)
    assert (note.first_segment, note.last_segment, note.quote) == (0, 1, "divides every")


def test_a_note_can_be_changed_by_whoever_saw_it_as_it_is(lesson_id: int) -> None:
    note_id = add(lesson_id)
    with Session(database.engine) as session:
        seen = note_version(get_note(session, note_id).note)
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
    remove(note_id, seen=before)
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

    pages = [[each.note.id for each in page.notes] for page in (first, second, third)]
    assert pages == [[ids[4], ids[3]], [ids[2], ids[1]], [ids[0]]]
    assert third.next_before is None


def test_notes_of_a_removed_lesson_are_nowhere(lesson_id: int) -> None:
    note_id = add(lesson_id)

    with Session(database.engine) as session:
        trash_lesson(session, lesson_id, undo_days=7)
        assert list_all_notes(session).notes == []
        for call in (get_note, edit_note, restore_note):
            with pytest.raises(NotFound):
                call(session, note_id)
        with pytest.raises(NotFound):
            remove_note(session, note_id, undo_days=7)
        with pytest.raises(LessonNotFound):
            list_notes(session, lesson_id)


# --- which notes -----------------------------------------------------------------------------


def test_notes_are_narrowed_by_course_theme_lesson_colour_and_kind(
    lesson_id: int, lesson_of: MakeLesson
) -> None:
    with Session(database.engine) as session:
        session.add_all([Course(title="Biology"), Course(title="Physics")])
        session.commit()
        session.add(Theme(title="Cells", course_id=1))
        session.commit()
    cells = lesson_of(transcript=spoken(*SPOKEN), course_id=1, theme_id=1)
    light = lesson_of(transcript=spoken(*SPOKEN), course_id=2)
    nowhere, of_cells, of_light = add(lesson_id), add(cells), add(light, STOPS)

    assert found() == [of_light, of_cells, nowhere]
    assert found(course_ids=(1,)) == [of_cells]
    assert found(course_ids=(1, 2)) == [of_light, of_cells]
    assert found(theme_ids=(1,)) == [of_cells]
    assert found(theme_ids=(7,)) == []
    assert found(lesson_id=light) == [of_light]
    assert found(colour=Colour.GREEN) == [of_cells, nowhere]
    assert found(kind=NoteKind.NOTE) == [of_cells, nowhere]
    assert found(kind=NoteKind.HIGHLIGHT) == [of_light]
    assert found(course_ids=(1, 2), kind=NoteKind.NOTE, words="why") == [of_cells]


def test_notes_are_found_by_how_their_words_begin_whatever_accents_and_case(
    lesson_id: int,
) -> None:
    plain = add(lesson_id)
    marked = add(lesson_id, NewNote(STOPS.stretch, "stops", text="L\u2019Élan vital 100%!"))

    assert found(words="ELAN") == [marked]
    assert found(words="vi él, stops") == [marked]
    assert found(words="lélan vital") == [marked]
    assert found(words="lan") == []
    assert found(words="divides why") == [plain]
    assert found(words="divides élan") == []
    assert found(words="every e") == [plain]
    assert found(words="100%") == [marked]
    assert found(words="%_!") == [marked, plain]


def test_a_note_is_found_by_the_words_that_it_has_now(lesson_id: int) -> None:
    note_id = add(lesson_id)

    with Session(database.engine) as session:
        edit_note(session, note_id, text="Because.")
    edit(lesson_id, 0, "the cell splits")

    assert found(words="because splits every") == [note_id]
    assert found(words="why") == found(words="divides") == []


def test_pages_of_what_is_wanted_are_full_and_miss_nothing(lesson_id: int) -> None:
    ids = [add(lesson_id, each) for each in (STOPS, DIVIDES_EVERY) * 4]
    wanted = NoteFilter(words="stops")

    with Session(database.engine) as session:
        first = list_all_notes(session, wanted, limit=2)
        second = list_all_notes(session, wanted, limit=2, before=first.next_before)

    pages = [[each.note.id for each in page.notes] for page in (first, second)]
    assert pages == [[ids[6], ids[4]], [ids[2], ids[0]]]
    assert second.next_before is None


def test_no_text_of_a_lesson_is_read_for_its_notes(lesson_id: int) -> None:
    add(lesson_id)
    with database.engine.begin() as connection:
        connection.execute(text('UPDATE lesson SET transcript = \'{"no": "list"}\''))
    with Session(database.engine) as session, pytest.raises(ValidationError):
        session.get_one(Lesson, lesson_id)

    assert found() == [listed(lesson_id)[0].id]


# --- removing --------------------------------------------------------------------------------


def test_a_removed_note_is_nowhere_until_it_is_brought_back(lesson_id: int) -> None:
    note_id = add(lesson_id)

    remove(note_id)

    assert (found(), listed(lesson_id)) == ([], [])
    for call in (get_note, edit_note):
        with Session(database.engine) as session, pytest.raises(NotFound):
            call(session, note_id)
    with pytest.raises(NotFound):
        remove(note_id)
    restore(note_id)
    assert found(words="why") == [note_id]
    assert quoted(lesson_id) == ["divides every"]


def test_a_note_is_removed_by_whoever_saw_it_as_it_is(lesson_id: int) -> None:
    note_id = add(lesson_id)

    with pytest.raises(Conflict) as caught:
        remove(note_id, seen="another version")

    assert caught.value.present["lesson_title"] == "A lesson"
    assert found() == [note_id]


def test_bringing_back_a_note_that_is_there_changes_nothing(lesson_id: int) -> None:
    note_id = add(lesson_id)
    with Session(database.engine) as session:
        before = note_json(get_note(session, note_id))
        after = note_json(restore_note(session, note_id))

    assert after == before
    with pytest.raises(NotFound):
        restore(note_id + 1)


def test_a_removed_note_follows_its_words_and_stands_right_when_it_is_back(lesson_id: int) -> None:
    note_id, gone = add(lesson_id), add(lesson_id, STOPS)
    remove(note_id)
    remove(gone)

    hear(lesson_id, [{"start": 0, "end": 4, "text": " ".join(SPOKEN[:2])}])
    restore(note_id)
    restore(gone)

    (note, detached) = listed(lesson_id)
    places = (note.first_segment, note.first_word, note.last_segment, note.last_word)
    assert places == (0, 2, 0, 3)
    assert (detached.first_segment, detached.quote) == (None, "stops")


def test_what_was_removed_long_ago_is_forgotten_and_nothing_else(lesson_id: int) -> None:
    there, lately, long_ago = (add(lesson_id) for _ in range(3))
    remove(lately)
    remove(long_ago)
    with database.engine.begin() as connection:
        connection.execute(
            text("UPDATE note SET removed_at = '2026-01-01 00:00:00+00:00' WHERE id = :id"),
            {"id": long_ago},
        )

    assert forget(timedelta(days=7)) == 1
    assert forget(timedelta(days=7)) == 0

    with Session(database.engine) as session:
        assert session.exec(select(Note.id).order_by(Note.id)).all() == [there, lately]  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        restore(long_ago)


def test_a_note_that_is_being_brought_back_is_not_forgotten(
    data_dir: Path, postgres_url: str, lesson_of: MakeLesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LECTERN_DATABASE_URL", postgres_url)  # SQLite has one writer at a time
    note_id = add(lesson_of(transcript=spoken(*SPOKEN)))
    remove(note_id)

    with Session(database.engine) as session:
        session.connection().execute(
            text("UPDATE note SET removed_at = NULL WHERE id = :id"), {"id": note_id}
        )
        assert forget(timedelta()) == 0
        session.commit()

    assert found() == [note_id]


def test_without_days_to_undo_it_a_removal_is_for_good(lesson_id: int) -> None:
    note_id = add(lesson_id)

    remove(note_id, undo_days=0)

    with pytest.raises(NotFound):
        restore(note_id)


def test_whoever_writes_need_not_give_a_name(lesson_id: int) -> None:
    note_id = add(lesson_id, author=" ")

    with Session(database.engine) as session:
        assert session.get_one(Note, note_id).author == ""
