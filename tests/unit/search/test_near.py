"""Near words in the place of those that find nothing, on both databases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session

from backend import database
from backend.index.passages import compact, rebuild
from backend.models import Course, Lesson, TrashedLesson
from backend.models.columns import utc_now
from backend.search.service import SearchedLessons
from tests.unit.search.library import add_lesson, ask, find, marked

pytestmark = pytest.mark.usefixtures("each_database")


def read_as(typed: str, lessons: SearchedLessons | None = None) -> dict[str, tuple[str, ...]]:
    return {one.typed: one.found for one in ask(typed, lessons).read_as}


def vocabulary() -> set[str]:
    with database.engine.connect() as connection:
        return set(connection.scalars(text("SELECT word FROM search_word")))


def test_a_word_with_a_slip_finds_near_ones_which_are_said_as_they_are_written() -> None:
    add_lesson(
        "Refraction bends light",
        "of refraction",
        "Élèves et élèves",
        "an e-mail of light",
        "de l’eau",
        "빛의 굴절",
        "электрон",
        "the interference pattern",
        "light 1234",
        title="",
    )
    expected = {
        "refracton light": {"refracton": ("Refraction",)},
        "lihgt": {"lihgt": ("light",)},
        "ligt*": {"ligt": ("light",)},
        "xlight": {"xlight": ("light",)},
        "kight": {"kight": ("light",)},
        "eleevs": {"eleevs": ("Élèves",)},
        "e-mial, ligth": {"e-mial": ("e-mail",), "ligth": ("light",)},
        "l'eua": {"l'eua": ("l’eau",)},
        "굴젤": {"굴젤": ("굴절",)},
        "электорн": {"электорн": ("электрон",)},
        "intreferance": {"intreferance": ("interference",)},
        # Two slips in a short word, three in a long one, a number, less than three letters.
        "lgihtx": {},
        "interfrnc": {},
        "1243": {},
        "fo": {},
        # It is found, or is insisted on, or the others are not found beside it.
        "light": {},
        '"lihgt"': {},
        "lihgt zebra": {},
        "lihgt pattern": {},
    }
    assert {typed: read_as(typed) for typed in expected} == expected
    assert [marked(hit) for hit in ask("intreferance").hits] == ["the [interference] pattern"]
    assert ask("lihgt pattern").total == ask('"lihgt"').total == 0


def test_a_near_word_is_offered_only_where_it_is_found() -> None:
    with Session(database.engine) as session:
        session.add(Course(id=1, title="Physics"))
        session.commit()
    add_lesson("refraction", title="", date=datetime(2026, 1, 1, tzinfo=UTC))
    trashed = add_lesson("refractions", title="")
    add_lesson("retraction", title="", course_id=1)
    with Session(database.engine) as session:
        session.add(TrashedLesson(lesson_id=trashed, removed_at=utc_now()))
        session.commit()
    end_of_2026 = datetime(2026, 2, 1, tzinfo=UTC)

    assert read_as("refracton") == {"refracton": ("refraction",)}
    assert read_as("refracton", SearchedLessons(until=end_of_2026)) == {
        "refracton": ("refraction",)
    }
    # Not as near, but there.
    assert read_as("refracton", SearchedLessons(course_ids=(1,))) == {"refracton": ("retraction",)}
    assert read_as("refracton", SearchedLessons(theme_ids=(1,))) == {}


def test_the_pages_of_near_words_together_are_the_whole() -> None:
    lesson_id = add_lesson(*["light"] * 5, title="")
    first = ask("lihgt", limit=3)
    second = ask("lihgt", limit=3, cursor=first.cursor)

    assert (first.total, second.total, second.cursor) == (5, 5, None)
    assert [hit.segment for hit in first.hits + second.hits] == [0, 1, 2, 3, 4]
    assert first.read_as == second.read_as != ()
    assert {hit.lesson_id for hit in first.hits} == {lesson_id}


def test_the_vocabulary_is_that_of_the_texts_and_forgets_those_that_are_removed() -> None:
    kept = add_lesson("light e-mails", title="")
    removed = add_lesson("light darkness", title="")
    assert vocabulary() == {"light", "mails", "emails", "darkness"}

    with Session(database.engine) as session:
        session.delete(session.get_one(Lesson, removed))
        session.commit()
        compact(session)
    assert vocabulary() == {"light", "mails", "emails"}

    with Session(database.engine) as session:
        session.execute(text("DELETE FROM search_word"))
        session.commit()
        assert list(rebuild(session)) == [kept]
    assert vocabulary() == {"light", "mails", "emails"}
    assert find("ligth") == [(kept, 0)]
