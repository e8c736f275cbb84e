from itertools import pairwise

import pytest
from hypothesis import given

from backend.text.sentences import (
    display_words,
    normalise_words,
    sentence_spans,
    split_sentences,
)
from tests.unit.text.transcripts import LANGUAGES, SPOKEN_TEXT


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "en",
            [
                "I came; I saw.",
                "Dr. Smith says 3.5 is right, see e.g. Fig. 4.",
                "Visit www.example.com.",
                "It is 9:30 a.m. on Monday.",
                "Really?!",
                "Well... no.",
            ],
        ),
        (
            "fr",
            [
                "M. Dupont et Mme. Curie arrivent.",
                "C'est vrai ?",
                "« Bonjour. »",
                "Il est parti.",
                "Rome brûle en 50 av. J.-C. selon le Pr. Martin.",
            ],
        ),
        (
            "it",
            ["Il sig. Rossi è qui.", "L'avv. Neri parla, ecc.", "Poi andiamo.", "È vero?", "Sì!"],
        ),
        (
            "es",
            [
                "El Sr. García llegó a EE. UU. ayer.",
                "¿Qué tal?",
                "¡Muy bien!",
                "La Dra. López habla.",
            ],
        ),
        (
            "de",
            [
                "Am 3. Oktober kam Prof. Dr. Weber im 19. Jahrhundert an.",
                "Er sagt: „Ja.“",
                "Dann geht er z. B. nach Berlin.",
                "Ende.",
            ],
        ),
        ("ja", ["今日はいい天気です。", "明日は雨です。"]),
        ("ar", ["هل هذا صحيح؟", "نعم."]),
        (None, ["One thing.", "Another thing."]),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(
    language: str | None, sentences: list[str]
) -> None:
    assert split_sentences(" ".join(sentences), language) == sentences


def test_a_blank_line_ends_a_sentence() -> None:
    assert split_sentences("no full stop\n \nnext", "en") == ["no full stop", "next"]


def test_a_region_does_not_change_the_language() -> None:
    assert split_sentences("Mme. Curie arrive. Bien.", "fr-CA") == ["Mme. Curie arrive.", "Bien."]


@given(text=SPOKEN_TEXT, language=LANGUAGES)
def test_sentences_hold_every_character_once_and_in_order(text: str, language: str | None) -> None:
    spans = sentence_spans(text, language)

    assert all(span.start < span.end for span in spans)
    assert all(first.end <= second.start for first, second in pairwise(spans))
    joined = "".join(text[span.start : span.end] for span in spans)
    assert "".join(joined.split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don’t shout, PLEASE!", ["don't", "shout", "please"]),
        ("L’École où l'eau bout à 99,5 °C.", ["l'école", "où", "l'eau", "bout", "à", "99,5", "c"]),
        ("Straße – well-known…", ["strasse", "well", "known"]),
        ("yes...no at 9:30", ["yes", "no", "at", "9:30"]),
        ("नमस्ते", ["नमस्ते"]),
        ("今日は。", ["今", "日", "は"]),
        ("« » — ! …", []),
    ],
)
def test_words_are_compared_as_they_are_heard(text: str, words: list[str]) -> None:
    assert normalise_words(text) == words


@given(text=SPOKEN_TEXT)
def test_normalised_words_are_their_own_normal_form(text: str) -> None:
    words = normalise_words(text)

    assert normalise_words(" ".join(words)) == words


def test_a_lone_mark_belongs_to_the_word_beside_it() -> None:
    words = display_words("« Bonjour » dit-il : vraiment\u00a0? 3 = 3")

    assert words == ["« Bonjour »", "dit-il :", "vraiment\u00a0?", "3", "=", "3"]


def test_a_space_alone_is_no_word() -> None:
    assert display_words("one \u00a0 two\u00a0") == ["one", "two"]


@given(text=SPOKEN_TEXT)
def test_display_words_joined_are_the_text(text: str) -> None:
    assert " ".join(display_words(text)).split() == text.split()
