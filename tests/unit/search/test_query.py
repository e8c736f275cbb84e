"""What a person types, read as words, phrases and prefixes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.errors import InvalidValue
from backend.index.folding import fold_words
from backend.search.query import MOST_WORDS, SHORTEST_PREFIX, Phrase, Query, parse_query


def written(query: Query) -> list[str]:
    """Each term as `word`, `two words`, `prefix*`, with a bar between its ways of writing."""
    return [" | ".join(map(write, term.phrases)) for term in query.terms]


def write(phrase: Phrase) -> str:
    return " ".join(phrase.words) + "*" * phrase.is_prefix


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("light waves", ["light", "waves"]),
        ('"light waves" bend', ["light waves", "bend"]),
        ("„light waves“ «der Fall»", ["light waves", "der fall"]),
        ('bend "light wav', ["bend", "light wav"]),
        ("refract*", ["refract*"]),
        ('"light wav*"', ["light wav*"]),
        ("x*", ["x"]),
        ("don't", ["don t | dont"]),
        ("e-ma*", ["e ma* | ema*"]),
        ('"an e-mail"', ["an e mail | an email"]),
        ("U.S.A. 1,000", ["u s a | usa", "1 000 | 1000"]),
        ("in 1 000 000, 12 3", ["in", "1 000 000 | 1000000", "12", "3"]),
        ("빛이 빛이*", ["빛이 | 빛", "빛이* | 빛"]),
        ("Été été ete", ["ete"]),
        ("東京 x", ["東 京", "x"]),
        ("a OR b NOT c", ["a", "or", "b", "not", "c"]),
        ("NEAR(a b, 5)", ["near a", "b", "5"]),
        ("title:x -y +z ^w", ["title x", "y", "z", "w"]),
        ("* ** \" '' () -- ; \\ : & | ! <->", []),
        ("", []),
    ],
)
def test_words_phrases_and_prefixes_are_told_apart(typed: str, terms: list[str]) -> None:
    assert written(parse_query(typed)) == terms


@pytest.mark.parametrize(
    ("typed", "last"),
    [
        ("light wav", "wav*"),
        ("light wav ", "wav"),
        ('"light wav"', "light wav"),
        ("an e-ma", "e ma* | ema*"),
        ("물 빛이", "빛이* | 빛"),
        ("light w", "w"),
    ],
)
def test_the_last_word_is_a_prefix_while_it_is_being_typed(typed: str, last: str) -> None:
    assert written(parse_query(typed, last_is_prefix=True))[-1] == last


def test_what_stands_in_quotes_is_insisted_on() -> None:
    terms = parse_query('light-waves "light" bend*').terms

    assert [term.typed for term in terms] == ["light-waves", None, "bend"]


def test_too_many_words_are_refused_with_their_number() -> None:
    with pytest.raises(InvalidValue, match=f"{MOST_WORDS} words, and this one has 60"):
        parse_query(" ".join(f"word{number}" for number in range(60)))


@given(st.text(st.sampled_from("ab*\"' é(京-\x00") | st.characters()), st.booleans())
def test_any_input_gives_the_words_that_stand_in_it(typed: str, last_is_prefix: bool) -> None:
    query = parse_query(typed, last_is_prefix=last_is_prefix)

    words = {word for term in query.terms for word in term.phrases[0].words}
    assert words == set(fold_words(typed))
    prefixes = [p for term in query.terms for p in term.phrases if p.is_prefix]
    assert all(len(phrase.words[-1]) >= SHORTEST_PREFIX for phrase in prefixes)
