"""Finding words to replace them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.text.replacing import Replacement, cut_at_places


def replaced(text: str, wanted: Replacement) -> str:
    pieces = cut_at_places(text, wanted)
    return "".join(p.text if p.new_text is None else p.new_text for p in pieces) or text


@pytest.mark.parametrize(
    ("text", "words", "whole", "places"),
    [
        ("A prison, imprisoned. Prison!", "prison", False, ["prison", "prison", "Prison"]),
        ("A prison, imprisoned. Prison!", "prison", True, ["prison", "Prison"]),
        ("Élève, eleve, l’élève", "élève", True, ["Élève", "élève"]),
        ("l’élève", "l'élève", True, ["l’élève"]),
        ("où ou oú", "ou", True, ["ou"]),
        ("שלום, השלום", "שלום", True, ["שלום"]),
        ("שָׁלוֹם", "ש", False, []),  # its letter has points
        ("हिन्दी हिन्द", "हिन्द", True, ["हिन्द"]),  # a vowel sign belongs to the word
        ("این\u200cها این", "این", True, ["این"]),  # a joiner does not part words
        ("光棱镜折射光", "棱镜", True, ["棱镜"]),
        (
            "white\u00a0light white  light",
            "white light",
            True,
            ["white\u00a0light", "white  light"],
        ),
        ("a.b a+b axb", "a.b", False, ["a.b"]),  # no pattern
        ("(a+)+$ aaaa", "(a+)+$", False, ["(a+)+$"]),
        ("anything", "  ", False, []),
        ("aaa", "aa", False, ["aa"]),
    ],
)
def test_places_are_found_as_a_person_means_them(
    text: str, words: str, whole: bool, places: list[str]
) -> None:
    pieces = cut_at_places(text, Replacement(words, "x", whole_words=whole))

    assert [piece.text for piece in pieces if piece.new_text is not None] == places


def test_accents_count_however_they_are_written() -> None:
    decomposed = unicodedata.normalize("NFD", "Un élève et un eleve")

    assert replaced(decomposed, Replacement("élève", "étudiant")) == "Un étudiant et un eleve"


def test_case_counts_where_it_is_asked_for() -> None:
    assert replaced("Prison prison", Replacement("prison", "prism", match_case=True)) == (
        "Prison prism"
    )


def test_a_capital_at_the_beginning_of_a_sentence_stays() -> None:
    assert replaced("Prison, a prison", Replacement("prison", "prism")) == "Prism, a prism"
    assert replaced("prison", Replacement("prison", "Prism")) == "Prism"
    assert replaced("Prison", Replacement("Prison", "prism")) == "prism"


@given(st.text(max_size=60), st.text(max_size=4), st.booleans(), st.booleans())
def test_the_pieces_are_the_text_and_every_place_is_what_was_asked_for(
    text: str, words: str, whole: bool, case: bool
) -> None:
    pieces = cut_at_places(text, Replacement(words, "new", whole, case))

    assert "".join(piece.text for piece in pieces) in ("", unicodedata.normalize("NFC", text))
    if case and words.strip() and not set(words) & set("'’ʼ‘"):
        wanted = unicodedata.normalize("NFC", words).split()
        places = [piece.text.split() for piece in pieces if piece.new_text is not None]
        assert all(place == wanted for place in places)
