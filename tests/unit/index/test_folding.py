"""Words as they are compared."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.index.folding import LONGEST_WORD, find_words, fold_readings, fold_words, read_words


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


JOINING = st.sampled_from("aÉ1023빛이는 -'’.,\u200c\u202fｶﾞي")


@given(st.text(JOINING | st.characters()))
def test_folding_what_is_folded_changes_nothing_in_any_reading(text: str) -> None:
    for words in read_words(text):
        place = 0
        for word in words:
            assert fold_words(word.folded) == [word.folded]
            assert place <= word.start < word.end <= len(text)
            place = word.end
    assert fold_readings(text) == [[word.folded for word in words] for words in read_words(text)]


@given(st.text(st.sampled_from("ab1023 -'.,`") | st.characters(codec="ascii")))
def test_a_text_is_read_twice_only_where_its_readings_differ(text: str) -> None:
    first, *others = fold_readings(text)
    assert first == fold_words(text)
    assert len(others) <= 1
    assert first not in others


@pytest.mark.parametrize(
    ("text", "together"),
    [
        ("rock'n'roll", ["rocknroll"]),
        ("l'e-mail, d'U.S.A.", ["l", "email", "d", "usa"]),
        ("2020-21, 3.14, 5'10, 06-12-34", None),
        ("a -- b, a - b, a. b, (a)-b", None),
        ("1,000.50 1,00 1234,567 1,0000 x1,000", ["1000", "50", "1", "00"]),
        ("학생들에게 나이 사과 길로 DNA는 들", ["학생", "나이", "사과", "길", "dna", "들"]),
    ],
)
def test_what_writers_part_at_will_is_together_in_the_second_reading(
    text: str, together: list[str] | None
) -> None:
    second = fold_readings(text)[1:]
    assert second == [] if together is None else second[0][: len(together)] == together


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
