"""`lectern search`."""

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner, Result
from sqlmodel import Session

from backend import database
from backend.cli.search import search
from backend.errors import InvalidValue, NotFound
from backend.models import Course, Theme
from tests.unit.search.library import add_lesson

pytestmark = pytest.mark.usefixtures("data_dir")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(search, arguments)


def test_a_hit_is_shown_with_its_lesson_and_its_second() -> None:
    lesson_id = add_lesson(*["and so on"] * 40, "The light\nbends", title="Optics")

    done = run("light", "bends")

    assert done.exit_code == 0
    assert done.stdout == f"Lesson {lesson_id}, 1:20  Optics\n    The light bends\n"
    assert done.stderr == ""


def test_a_title_is_shown_as_such() -> None:
    lesson_id = add_lesson(title="Optics")

    assert run("optics").stdout == f"Lesson {lesson_id}, title  Optics\n    Optics\n"


def test_json_has_all_of_a_hit() -> None:
    date = datetime(2026, 11, 22, 10, tzinfo=UTC)
    lesson_id = add_lesson("The <b>Light</b>", title="Optics", date=date)

    found = json.loads(run("light", "--json").stdout)

    assert found == {
        "total": 1,
        "is_total_exact": True,
        "hits": [
            {
                "lesson_id": lesson_id,
                "lesson_title": "Optics",
                "lesson_date": "2026-11-22T10:00:00+00:00",
                "course_id": None,
                "theme_id": None,
                "part": "segment",
                "segment": 0,
                "start": 0.0,
                "has_recording": False,
                "snippet": [
                    {"text": "The <b>", "is_match": False},
                    {"text": "Light", "is_match": True},
                    {"text": "</b>", "is_match": False},
                ],
            }
        ],
        "read_as": [],
    }


def test_near_words_are_said_and_can_be_refused() -> None:
    add_lesson("The refraction of light", title="")

    done = run("refracton")
    assert "The refraction of light" in done.stdout
    assert done.stderr.startswith("Nothing has “refracton”; these have “refraction”.")
    read_as = json.loads(run("refracton", "--json").stdout)["read_as"]
    assert read_as == [{"typed": "refracton", "found": ["refraction"]}]
    assert run('"refracton"').stdout == "No results.\n"


def test_a_phrase_stands_in_quotes_that_the_shell_left_alone() -> None:
    add_lesson("waves of light", "light waves")

    assert "0:02" in run('"light waves"').stdout
    assert "0:00" not in run('"light waves"').stdout
    assert "0:00" in run("light waves").stdout


def test_course_theme_and_days_narrow_the_search() -> None:
    with Session(database.engine) as session:
        session.add(Course(id=1, title="Physics"))
        session.commit()
        session.add(Theme(id=1, title="Optics", course_id=1))
        session.add(Theme(id=2, title="Optics"))
        session.commit()
    day = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)
    add_lesson("light", course_id=1, theme_id=1, date=day)
    add_lesson("light", theme_id=2, date=day.replace(year=2025))
    add_lesson("light", date=day.replace(year=2024))

    def lessons(*options: str) -> list[int]:
        hits = json.loads(run("light", "--json", *options).stdout)["hits"]
        return sorted(hit["lesson_id"] for hit in hits)

    assert lessons("--course", "Physics") == [1]
    assert lessons("--theme", "Optics") == [1, 2]
    assert lessons("--since", "2025-11-22", "--until", "2025-11-22") == [2]
    assert lessons("--until", "9999-12-31", "--since", "0001-01-01") == [1, 2, 3]


def test_what_is_not_there_or_cannot_be_asked_is_named() -> None:
    add_lesson("light")

    assert isinstance(run("light", "--course", "No such").exception, NotFound)
    assert isinstance(run("light", "--theme", "No such").exception, NotFound)
    assert isinstance(run(" ".join(map(str, range(99)))).exception, InvalidValue)
    for wrong in ((), ("light", "--rebuild"), ("light", "--limit", "0"), ("x", "--since", "y")):
        assert run(*wrong).exit_code == 2
    assert run("--", "-").stdout == "No results.\n"


def test_hits_that_are_not_shown_are_counted() -> None:
    add_lesson(*["light"] * 5)

    done = run("light", "--limit", "2")

    assert len(done.stdout.splitlines()) == 4
    assert done.stderr.startswith("2 of 5 results")


def test_control_characters_of_a_text_do_not_reach_the_terminal() -> None:
    add_lesson("light \x1b[31mred\x07", title="A\x1b[2Jtitle")

    assert "\x1b" not in run("light").stdout + run("title").stdout


def test_the_index_is_made_anew_on_demand() -> None:
    add_lesson("light")
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM search_passage")
    assert run("light").stdout == "No results.\n"

    assert run("--rebuild").stdout == "The search index was rebuilt for 1 lessons.\n"
    assert json.loads(run("--rebuild", "--json").stdout) == {"lessons": 1}

    assert "light" in run("light").stdout
