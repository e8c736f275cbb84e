"""What a person types, read as words, phrases and prefixes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.errors import InvalidValue
from backend.index.folding import fold_words
from backend.search.query import MOST_WORDS, SHORTEST_PREFIX, Term, parse_query


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("light waves", [Term(("light",)), Term(("waves",))]),
        ('"light waves" bend', [Term(("light", "waves")), Term(("bend",))]),
        ("„light waves“ «der Fall»", [Term(("light", "waves")), Term(("der", "fall"))]),
        ('bend "light wav', [Term(("bend",)), Term(("light", "wav"))]),
        ("refract*", [Term(("refract",), is_prefix=True)]),
        ('"light wav*"', [Term(("light", "wav"), is_prefix=True)]),
        ("don't", [Term(("don", "t"))]),
        ("Été été ete", [Term(("ete",))]),
        ("東京 x", [Term(("東", "京")), Term(("x",))]),
        ("a OR b NOT c", [Term((w,)) for w in ("a", "or", "b", "not", "c")]),
        ("NEAR(a b, 5)", [Term(("near", "a")), Term(("b",)), Term(("5",))]),
        ("title:x -y +z ^w", [Term(("title", "x")), Term(("y",)), Term(("z",)), Term(("w",))]),
        ("* ** \" '' () -- ; \\ : & | ! <->", []),
        ("", []),
    ],
)
def test_words_phrases_and_prefixes_are_told_apart(typed: str, terms: list[Term]) -> None:
    assert list(parse_query(typed).terms) == terms


def test_a_single_letter_begins_too_many_words_to_be_a_prefix() -> None:
    assert parse_query("x*").terms == (Term(("x",)),)


@pytest.mark.parametrize(
    ("typed", "is_prefix"), [("light wav", True), ("light wav ", False), ('"light wav"', False)]
)
def test_the_last_word_is_a_prefix_while_it_is_being_typed(typed: str, is_prefix: bool) -> None:
    assert parse_query(typed, last_is_prefix=True).terms[-1].is_prefix == is_prefix


def test_too_many_words_are_refused_with_their_number() -> None:
    with pytest.raises(InvalidValue, match=f"{MOST_WORDS} words, and this one has 60"):
        parse_query(" ".join(f"word{number}" for number in range(60)))


@given(st.text(st.sampled_from("ab*\"' é(京-\x00") | st.characters()), st.booleans())
def test_any_input_gives_the_words_that_stand_in_it(typed: str, last_is_prefix: bool) -> None:
    query = parse_query(typed, last_is_prefix=last_is_prefix)

    words = {word for term in query.terms for word in term.words}
    assert words == set(fold_words(typed))
    assert all(len(term.words[-1]) >= SHORTEST_PREFIX for term in query.terms if term.is_prefix)
