"""The same sentence of one lesson is one hit, on both databases."""

import pytest

from tests.unit.search.library import add_lesson, ask, find, marked

pytestmark = pytest.mark.usefixtures("each_database")

SENTENCE = "The light bends when it enters the water."


def test_what_was_said_is_shown_and_not_those_that_quote_it() -> None:
    whole = add_lesson(
        f"Yes. {SENTENCE}", title="", brief=SENTENCE, summary=f"Waves slow down.\n{SENTENCE}"
    )
    parted = add_lesson(
        "So, the light bends when it", "enters the water. Now", title="", brief=SENTENCE
    )

    found = ask("light")
    assert [(hit.lesson_id, hit.part, hit.start) for hit in found.hits] == [
        (parted, "segment", 0.0),
        (whole, "segment", 0.0),
    ]
    assert (found.total, found.is_total_exact) == (2, True)
    assert set(find("water")) == {(whole, 0), (parted, 1)}
    # No one segment has both.
    assert set(find("bends water")) == {(whole, 0), (parted, "brief")}


def test_without_a_moment_the_brief_is_shown_and_not_the_summary() -> None:
    lesson_id = add_lesson(title="", brief=SENTENCE, summary=f"First things. {SENTENCE}")

    assert find("light") == [(lesson_id, "brief")]
    assert find("things") == [(lesson_id, "summary")]


def test_a_summary_that_says_more_is_shown_from_there_on() -> None:
    add_lesson(SENTENCE, title="Light", summary=f"{SENTENCE}\nRed light is slower.")

    assert {(hit.part, marked(hit)) for hit in ask("light").hits} == {
        ("title", "[Light]"),
        ("segment", "The [light] bends when it enters the water."),
        ("summary", "…Red [light] is slower."),
    }


def test_what_only_resembles_it_or_is_said_twice_or_elsewhere_is_a_hit_of_its_own() -> None:
    first = add_lesson(
        SENTENCE, "The light", SENTENCE, title="", summary="The light bends in the air, too."
    )
    other = add_lesson(title="", brief=SENTENCE)

    found = set(find("light"))
    assert found == {(first, 0), (first, 1), (first, 2), (first, "summary"), (other, "brief")}


def test_the_pages_count_a_repeated_sentence_once() -> None:
    for _ in range(3):
        add_lesson(SENTENCE, "light", title="", brief=SENTENCE, summary=SENTENCE)

    places, cursor = [], None
    while True:
        results = ask("light", limit=2, cursor=cursor)
        assert results.total == 6
        places += [hit.part for hit in results.hits]
        if (cursor := results.cursor) is None:
            break
    assert places == ["segment"] * 6
