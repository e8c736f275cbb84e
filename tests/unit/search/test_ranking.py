"""The order of what was found, and what is shown of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.search.query import parse_query
from backend.search.ranking import ELLIPSIS, SNIPPET_CHARACTERS, HitPiece, make_snippet, score


def points(typed: str, passage: str, part: str = "segment") -> int:
    return score(parse_query(typed), part, passage)


def shown(typed: str, passage: str) -> str:
    pieces = make_snippet(parse_query(typed), passage)
    return "".join(f"[{piece.text}]" if piece.is_match else piece.text for piece in pieces)


def test_what_says_it_more_often_or_in_fewer_words_comes_first() -> None:
    assert points("light", "Light, light and more light") > points("light", "Light, dark and more")
    assert points("light", "Light bends") > points("light", "Light " + "and so on " * 10)


def test_a_whole_word_comes_before_one_that_only_begins_so() -> None:
    assert points("wave*", "a wave here") > points("wave*", "a waveform here") > 0


def test_a_title_says_more_than_a_sentence() -> None:
    assert points("light", "Light", "title") > points("light", "Light", "segment")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("light", "So the [Light] is [light]-hearted"),
        ("LIGHT hearted", "So the [Light] is [light]-[hearted]"),
        ('"light hearted"', "So the Light is [light-hearted]"),
        ("li*", "So the [Light] is [light]-hearted"),
        ("the light is", "So [the] [Light] [is] [light]-hearted"),
    ],
)
def test_matches_are_told_apart(typed: str, expected: str) -> None:
    assert shown(typed, "So the Light is light-hearted") == expected


def test_matches_keep_their_accents_and_signs_that_touch_are_one() -> None:
    assert shown("ecole", "À l'E\u0301cole, demain") == "À l'[E\u0301cole], demain"
    assert shown("東京", "東京の東") == "[東京]の東"
    assert shown('"a b" "b c"', "a b c d") == "[a b c] d"


def test_markup_in_a_text_is_text() -> None:
    pieces = make_snippet(parse_query("bold"), "<b>bold</b> [x]")

    assert pieces == (HitPiece("<b>", False), HitPiece("bold", True), HitPiece("</b> [x]", False))


def test_of_a_long_text_the_stretch_around_the_first_match_is_shown() -> None:
    text = "word " * 200 + "needle " + "word " * 200

    found = shown("needle", text)

    assert found.startswith(f"{ELLIPSIS}word ")
    assert "[needle]" in found
    assert found.endswith(f"word{ELLIPSIS}")


@given(
    st.text(st.sampled_from("ab cd.<é京\u0301") | st.characters(), max_size=600),
    st.text(st.sampled_from('ab c*"é京') | st.characters(), max_size=12),
)
def test_a_snippet_is_a_stretch_of_the_text_and_no_longer_than_allowed(
    text: str, typed: str
) -> None:
    whole = "".join(piece.text for piece in make_snippet(parse_query(typed), text))

    if len(text) <= SNIPPET_CHARACTERS:
        assert whole == text
    else:
        assert whole.strip(ELLIPSIS) in text
        assert len(whole) <= SNIPPET_CHARACTERS + 2 * len(ELLIPSIS)
