"""Searching: filters, order, pages, and any input."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from backend import database
from backend.errors import InvalidValue
from backend.models import Course, Lesson, Theme, TrashedLesson
from backend.models.columns import utc_now
from backend.models.transcript import to_segments
from backend.search import candidates
from backend.search.candidates import MOST_HEADS, MOST_SEGMENTS
from backend.search.service import MOST_HITS, SearchedLessons
from tests.unit.search.library import add_lesson, ask, find, marked, place_of, spoken

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture(params=[candidates.FEW_PASSAGES, 0], ids=["by index", "newest first"])
def each_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test runs in both ways that PostgreSQL is asked in, whatever the number of passages."""
    monkeypatch.setattr(candidates, "FEW_PASSAGES", request.param)


# --- what is found ---------------------------------------------------------------------------


@pytest.mark.usefixtures("each_way")
@pytest.mark.parametrize(
    ("typed", "segments"),
    [
        ("light", [0, 1, 3]),
        ("LÍGHT", [0, 1, 3]),
        ("light waves", [0, 1]),
        ("waves light", [0, 1]),
        ('"light waves"', [0]),
        ('"waves of light"', [1]),
        ("refract*", [2, 3]),
        ("refract", []),
        ('"light refr*"', [3]),
        ("ecole", [4]),
        ("l'école", [4]),
        ("東京", [5]),
        ("京東", []),
        ("العربية", [6]),
        ("light 東京", []),
        ("-", []),
    ],
)
def test_words_phrases_and_prefixes_find_the_same_on_both_databases(
    typed: str, segments: list[int]
) -> None:
    add_lesson(
        "Light waves travel",
        "There are waves of light",
        "Refraction, said Snell",
        "The light: refracted",
        "À l'e\u0301cole",
        "これは東京です",
        "اللُّغَة العَرَبِيَّة",
    )

    assert sorted(place for _, place in find(typed)) == segments


def test_the_word_that_is_being_typed_is_a_prefix_when_asked_for() -> None:
    lesson_id = add_lesson("light refraction")

    assert find("light refr") == []
    assert find("light refr", last_is_prefix=True) == [(lesson_id, 0)]


def test_the_matches_of_a_hit_are_told_apart_and_markup_is_text() -> None:
    add_lesson("<script>alert('Été')</script> & more", title="")

    (hit,) = ask("ete").hits

    assert marked(hit) == "<script>alert('[Été]')</script> & more"


# --- filters ---------------------------------------------------------------------------------


def add_row(row: Course | Theme) -> int:
    with Session(database.engine) as session:
        session.add(row)
        session.commit()
        assert row.id is not None
        return row.id


@pytest.mark.usefixtures("each_way")
def test_course_and_theme_narrow_the_search() -> None:
    optics, history = add_row(Course(title="Optics")), add_row(Course(title="History"))
    prisms = add_row(Theme(title="Prisms", course_id=optics))
    first = add_lesson("light", course_id=optics)
    second = add_lesson("light", course_id=optics, theme_id=prisms)
    third = add_lesson("light", course_id=history)
    add_lesson("light")

    def found(lessons: SearchedLessons) -> set[int]:
        return {lesson_id for lesson_id, _ in find("light", lessons=lessons)}

    assert found(SearchedLessons(course_ids=(optics,))) == {first, second}
    assert found(SearchedLessons(course_ids=(optics, history))) == {first, second, third}
    assert found(SearchedLessons(theme_ids=(prisms,))) == {second}
    assert found(SearchedLessons(course_ids=(history,), theme_ids=(prisms,))) == set()


@pytest.mark.usefixtures("each_way")
def test_dates_narrow_the_search_and_are_themselves_included() -> None:
    days = [datetime(2026, 1, day, 12, tzinfo=UTC) for day in (1, 2, 3)]
    first, second, third = (add_lesson("light", date=day) for day in days)

    def found(since: datetime | None, until: datetime | None) -> list[int]:
        lessons = SearchedLessons(since=since, until=until)
        return sorted(lesson_id for lesson_id, _ in find("light", lessons=lessons))

    assert found(days[1], None) == [second, third]
    assert found(None, days[1]) == [first, second]
    assert found(days[1], days[1].replace(tzinfo=None)) == [second]
    assert found(days[1].astimezone(timezone(timedelta(hours=9))), None) == [second, third]
    assert found(days[1], days[0]) == []


@pytest.mark.usefixtures("each_way")
def test_filters_hold_for_titles_too() -> None:
    course = add_row(Course(title="Optics"))
    lesson_id = add_lesson(title="Light", course_id=course)
    add_lesson(title="Light")

    assert find("light", lessons=SearchedLessons(course_ids=(course,))) == [(lesson_id, "title")]


@pytest.mark.usefixtures("each_way")
def test_a_lesson_in_the_trash_is_found_by_nobody() -> None:
    lesson_id, other = add_lesson("light"), add_lesson("light")
    with Session(database.engine) as session:
        session.add(TrashedLesson(lesson_id=lesson_id, removed_at=utc_now()))
        session.commit()

    assert find("light") == [(other, 0)]


# --- order and pages -------------------------------------------------------------------------


@pytest.mark.usefixtures("each_way")
def test_the_best_come_first_and_of_equals_the_newest_lesson_in_its_order() -> None:
    older = add_lesson("the light", "the light", title="light")
    newer = add_lesson("light and light", "the light and so on and on", "the light")

    assert find("light") == [
        (older, "title"),
        (newer, 0),
        (newer, 2),
        (older, 0),
        (older, 1),
        (newer, 1),
    ]


@pytest.mark.usefixtures("each_way")
def test_the_pages_together_are_the_whole() -> None:
    for number in range(3):
        add_lesson(*["light"] * 7, "light and so on", title=f"light {number}")
    whole = find("light", limit=MOST_HITS)

    paged, cursor, pages = [], None, 0
    while pages == 0 or cursor is not None:
        results = ask("light", limit=4, cursor=cursor)
        assert (results.total, results.is_total_exact) == (27, True)
        paged += [(hit.lesson_id, place_of(hit)) for hit in results.hits]
        cursor, pages = results.cursor, pages + 1

    assert paged == whole
    assert (len(whole), pages) == (27, 7)


def test_a_page_goes_on_where_the_last_one_ended_when_its_last_hit_is_gone() -> None:
    first = add_lesson("light", "light", "light", "light")
    results = ask("light", limit=2)
    with Session(database.engine) as session:
        lesson = session.get(Lesson, first)
        assert lesson is not None
        lesson.transcript = to_segments(spoken("light", "dark", "light", "light"))
        session.commit()

    assert find("light", cursor=results.cursor) == [(first, 2), (first, 3)]


@pytest.mark.usefixtures("each_way")
def test_of_a_word_that_is_everywhere_the_newest_lessons_are_ranked() -> None:
    add_lesson(*["light"] * 10)
    newest = add_lesson(*["light"] * (MOST_SEGMENTS + 5), title="light")

    results = ask("light", limit=MOST_HITS)

    assert (results.total, results.is_total_exact) == (MOST_SEGMENTS + 1, False)
    assert {hit.lesson_id for hit in results.hits} == {newest}
    assert results.hits[0].part == "title"


@pytest.mark.usefixtures("each_way")
def test_of_a_word_of_every_title_the_newest_titles_are_ranked_and_segments_too() -> None:
    segment = (add_lesson("light"), 0)
    with Session(database.engine) as session:
        session.add_all(Lesson(title="light") for _ in range(MOST_HEADS + 1))
        session.commit()

    results = ask("light", limit=MOST_HITS)
    rest = ask("light", limit=MOST_HITS, cursor=results.cursor)

    assert (results.total, results.is_total_exact) == (MOST_HEADS + 1, False)
    assert [(hit.lesson_id, hit.segment) for hit in rest.hits] == [segment]


@pytest.mark.parametrize("cursor", ["", "x", "1", "1-", "-1-2", "1-2-3", "٣-٣", "1-2\n", "9" * 50])
def test_a_cursor_that_is_none_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidValue, match="cursor"):
        ask("light", cursor=cursor)


@pytest.mark.parametrize("limit", [0, -1, MOST_HITS + 1])
def test_a_page_of_no_hits_or_too_many_is_refused(limit: int) -> None:
    with pytest.raises(InvalidValue, match=f"1 to {MOST_HITS}"):
        ask("light", limit=limit)


# --- any input -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        '"',
        "'",
        "''; DROP TABLE lesson; --",
        'light" OR "a',
        "NEAR(light waves, 2)",
        "light AND NOT (waves",
        "words : light",
        "{words} : light",
        "^light",
        "light + waves",
        "light <-> waves",
        "light:*A",
        "!light",
        "light | waves & ",
        "\\",
        "light\x00waves",
        "\x00",
        "\ud800 light",
        "*" * 1000,
        '"' * 999,
        "x" * 10_000,
        "!?" * 5_000,
        "京" * 50,
        "é\u0301\u0302\u0303 \u0301",
        "العَرَبِيَّة",
        "%s %(x)s :x ? $1 {0}",
        "\U0001f600 \u200b \u2028",
        "light " * 1_666,
    ],
)
def test_any_input_gives_an_answer(typed: str) -> None:
    add_lesson("The light waves")

    for last_is_prefix in (False, True):
        assert ask(typed, last_is_prefix=last_is_prefix).total <= 2


@pytest.mark.parametrize("typed", ["京" * 10_000, "".join(f"w{n} " for n in range(2_000))])
def test_more_words_than_a_search_can_have_are_refused(typed: str) -> None:
    with pytest.raises(InvalidValue, match="leave some out"):
        ask(typed)


@pytest.mark.usefixtures("each_way")
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.sampled_from("ab\"'*()&|!:<->\\^-+{}é京 \x00") | st.characters(), max_size=40))
def test_any_text_at_all_gives_an_answer(typed: str) -> None:
    assert ask(typed, last_is_prefix=True).total == 0
