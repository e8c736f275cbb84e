"""Words as they are compared."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.index.folding import LONGEST_WORD, find_words, fold_words


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("École", "ecole"),
        ("e\u0301cole", "ÉCOLE"),
        ("Łódź", "lodz"),
        ("Straße", "STRASSE"),
        ("İstanbul", "istanbul"),
        ("Ὀδυσσεύς", "ΟΔΥΣΣΕΥΣ"),
        ("مُدَرِّسٌ", "مدرس"),
        ("أحمد", "احمد"),
        ("كتـــاب", "كتاب"),
        ("می\u200cخواهم", "میخواهم"),
        ("שָׁלוֹם", "שלום"),
        ("ﬁlter", "filter"),
        ("co\u00adoperate", "cooperate"),
        ("Œuvre", "oeuvre"),
    ],
)
def test_a_word_is_the_same_however_it_is_written(written: str, typed: str) -> None:
    assert fold_words(written) == fold_words(typed) != []


@pytest.mark.parametrize(("one", "other"), [("が", "か"), ("की", "का"), ("กำ", "กา"), ("ä1", "ä2")])
def test_marks_that_are_no_accents_tell_words_apart(one: str, other: str) -> None:
    assert fold_words(one) != fold_words(other)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't stop-me, please_now!", ["don", "t", "stop", "me", "please", "now"]),
        ("a\x00b", ["a", "b"]),
        ("東京タワー", ["東", "京", "タ", "ワ", "ー"]),
        ("DNA複製", ["dna", "複", "製"]),
        ("한국어 검색", ["한국어", "검색"]),
        ("हिन्दी की किताब", ["हिन्दी", "की", "किताब"]),
        ("… — !? \u0301 \U0001f600", []),
        ("", []),
    ],
)
def test_words_are_what_stands_between_other_characters(text: str, words: list[str]) -> None:
    assert fold_words(text) == words


def test_a_word_of_any_length_is_cut() -> None:
    assert fold_words("x" * 5000) == ["x" * LONGEST_WORD]
    assert fold_words("é" * 5000) == ["e" * LONGEST_WORD]


@given(st.text())
def test_words_stand_where_they_are_said_to_and_are_safe_for_any_database(text: str) -> None:
    place = 0
    for word in find_words(text):
        assert place <= word.start < word.end <= len(text)
        place = word.end
        assert fold_words(text[word.start : word.end]) == [word.folded]
        assert not set(word.folded) & set("\x00 '\"\\*()|&!:<>-^")
        assert 0 < len(word.folded) <= LONGEST_WORD


@given(st.text())
def test_the_quick_way_gives_the_same_words(text: str) -> None:
    assert fold_words(text) == [word.folded for word in find_words(text)]


@given(st.text(st.characters(codec="ascii")))
def test_the_quick_way_gives_the_same_words_in_ascii(text: str) -> None:
    assert fold_words(text) == [word.folded for word in find_words(text)]


@given(st.text(st.characters(categories=["Lu", "Ll"], max_codepoint=0x24F), min_size=1))
def test_case_and_accents_of_latin_letters_are_ignored(text: str) -> None:
    decomposed = unicodedata.normalize("NFD", text.replace("ŉ", ""))
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))

    assert fold_words(text.replace("ŉ", "")) == fold_words(plain.casefold())
