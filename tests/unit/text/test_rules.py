import re
from collections import Counter

import pytest
from hypothesis import given, settings

from backend.models.transcript import Segment, Word
from backend.text.rules import correct_offline, mend_text
from backend.text.sentences import base_language
from backend.text.word_lists import STUTTERED
from tests.unit.text.transcripts import LANGUAGES, make_transcript, texts_of, transcripts


def corrected(*texts: str, language: str | None = "en", gap: float = 1.0) -> list[str]:
    return texts_of(correct_offline(make_transcript(*texts, gap=gap), language))


# --- sentences -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "heard", "expected"),
    [
        ("en", "so i think the force is small", "So I think the force is small."),
        ("fr", "c'est la force", "C'est la force."),
        ("it", "è una forza", "È una forza."),
        ("es", "qué es la fuerza", "Qué es la fuerza."),
        ("de", "über die kraft reden wir", "Über die kraft reden wir."),
        ("en-US", "the end", "The end."),
    ],
)
def test_bare_text_gets_a_capital_and_a_full_stop(language: str, heard: str, expected: str) -> None:
    assert corrected(heard, language=language) == [expected]


def test_a_short_gap_continues_the_sentence_and_a_long_one_ends_it() -> None:
    segments = [
        Segment(start=0, end=2, text="the force"),
        Segment(start=2.3, end=4, text="is mass times acceleration"),
        Segment(start=4.4, end=6, text="now the second law"),
    ]

    assert texts_of(correct_offline(segments, "en")) == [
        "The force",
        "is mass times acceleration.",
        "Now the second law.",
    ]


def test_the_gap_is_between_the_words_where_their_times_are_known() -> None:
    said = (Word(text="done", start=0, end=1),)
    segments = [
        Segment(start=0, end=2, text="done", words=said),
        Segment(start=2, end=4, text="next"),
    ]

    assert texts_of(correct_offline(segments, "en")) == ["Done.", "Next."]


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("en", "this is because of the", "second law"),
        ("fr", "on parle de l'", "école"),
        ("it", "questo è il", "punto"),
        ("es", "hablamos de la", "fuerza"),
        ("de", "das ist wegen der", "kraft"),
    ],
)
def test_a_sentence_does_not_end_after_an_article(language: str, first: str, second: str) -> None:
    texts = corrected(first, second, language=language, gap=3.0)

    assert texts == [first[0].upper() + first[1:], second + "."]


def test_text_with_case_or_punctuation_keeps_them() -> None:
    texts = ["So what we see Here", "is that, perhaps", "the force", "It is small"]

    assert corrected(*texts) == [
        "So what we see Here",
        "is that, perhaps",
        "the force.",
        "It is small",
    ]


def test_a_bare_segment_does_not_end_before_one_that_goes_on() -> None:
    assert corrected("what we see", "is mass, and time.") == ["What we see", "is mass, and time."]


def test_addresses_and_numbers_are_not_capitalised_or_changed() -> None:
    assert corrected("example.com is the site", "3.5 is the value at 9:30") == [
        "example.com is the site.",
        "3.5 is the value at 9:30.",
    ]


def test_an_empty_segment_stays_empty_and_parts_nothing() -> None:
    times = [(0.0, 2.0, "hello"), (2.0, 2.1, ""), (2.1, 3.0, "world")]
    segments = [Segment(start=start, end=end, text=text) for start, end, text in times]

    assert texts_of(correct_offline(segments, "en")) == ["Hello", "", "world."]


# --- spacing ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "heard", "expected"),
    [
        ("en", "  Hello ,\n world .  Yes ?", "Hello, world. Yes?"),
        ("en", "Look ( here ) now ,please .", "Look (here) now, please."),
        ("en", "First,second and the end.The next", "First, second and the end. The next"),
        (
            "fr",
            "Vraiment ?  Oui\u00a0! « Bien » , dit-il :  va .",
            "Vraiment ? Oui\u00a0! « Bien », dit-il : va.",
        ),
        ("fr", "Oui!", "Oui!"),
        ("it", "Davvero ? Sì !", "Davvero? Sì!"),
        ("es", "¿ Qué tal ? ¡ Bien !", "¿Qué tal? ¡Bien!"),
        ("de", "Wirklich ? Ja !", "Wirklich? Ja!"),
        ("pt", "a  b ,c ; the the", "a b ,c ; the the"),
        (None, " a\tb\u00a0: the the", "a b\u00a0: the the"),
    ],
)
def test_spaces_stand_where_the_language_puts_them(
    language: str | None, heard: str, expected: str
) -> None:
    assert corrected(heard, language=language) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "Wait ... what …",
        "See https://example.com/a,b?c:d and x@y.org.",
        "It costs 1,000.50 at 9:30, i.e. 3 : 4 or 1 , 2.",
        "Call console.Log and f(x,y) on N,N-dimethyl, e.g. U.S.A. .5 :)",
        "x != y and a ... b.",
    ],
)
def test_what_only_looks_like_bad_spacing_is_untouched(text: str) -> None:
    assert corrected(text) == [text]


# --- words -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "heard", "expected"),
    [
        ("en", "So the the the cat, and And we we go.", "So the cat, and And we go."),
        ("en", "The the cat.", "The cat."),
        ("fr", "Alors le le chat et et moi.", "Alors le chat et moi."),
        ("it", "Poi il il gatto e e noi.", "Poi il gatto e noi."),
        ("es", "Luego el el gato y y yo.", "Luego el gato y yo."),
        ("de", "Dann und und wir wir gehen.", "Dann und wir gehen."),
    ],
)
def test_a_stutter_is_said_once(language: str, heard: str, expected: str) -> None:
    assert corrected(heard, language=language) == [expected]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "He had had a very very good day, no no, I know that that is is so."),
        ("en", "Two two three, the, the band The The, see the The Hague, look at at the end."),
        ("en", "Take vitamin a a day and thank you you all."),
        ("fr", "Nous nous voyons, vous vous levez, la la la, un un deux, de de Gaulle."),
        ("it", "Piano piano, così così, due due tre, una una."),
        ("es", "El coche para para salir, muy muy bien, no no, uno uno."),
        ("de", "Die die das tun, dass sie sie sah, Ursula von von der Leyen, einer einer Gruppe."),
        ("pt", "O o gato."),
    ],
)
def test_a_doubling_that_may_be_meant_stays(language: str, text: str) -> None:
    assert corrected(text, language=language) == [text]


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        (
            "Then i think i'm right, and i’ve known, you and i.",
            "Then I think I'm right, and I’ve known, you and I.",
        ),
        ("The index i runs, where i equals one.", "The index i runs, where i equals one."),
        (
            "Indices i and j, or x i, i = 1, i.e. (i) for i in range.",
            "Indices i and j, or x i, i = 1, i.e. (i) for i in range.",
        ),
    ],
)
def test_the_speaker_is_written_large_and_the_variable_small(heard: str, expected: str) -> None:
    assert corrected(heard) == [expected]


def test_other_languages_have_no_english_pronoun() -> None:
    assert corrected("Vedo i gatti.", language="it") == ["Vedo i gatti."]


def test_word_times_are_carried_to_the_corrected_words() -> None:
    heard = [("the", 0, 1), ("the", 1, 2), ("cat", 2, 3)]
    words = tuple(Word(text=text, start=start, end=end) for text, start, end in heard)
    segment = Segment(start=0, end=3, text="the the cat", words=words)

    (result,) = correct_offline([segment], "en")

    assert result.text == "The cat."
    assert [word.text for word in result.words or ()] == ["The", "cat."]
    assert result.words is not None
    assert result.words[1].start == 2


# --- what must hold for every transcript -----------------------------------------------------


@settings(max_examples=300)
@given(segments=transcripts(), language=LANGUAGES)
def test_correcting_the_corrected_changes_nothing(
    segments: list[Segment], language: str | None
) -> None:
    once = correct_offline(segments, language)

    assert correct_offline(once, language) == once


@settings(max_examples=300)
@given(segments=transcripts(), language=LANGUAGES)
def test_segments_times_numbers_and_words_are_kept(
    segments: list[Segment], language: str | None
) -> None:
    result = correct_offline(segments, language)

    assert [(s.start, s.end) for s in result] == [(s.start, s.end) for s in segments]
    for before, after in zip(segments, result, strict=True):
        assert re.findall(r"\d+", after.text) == re.findall(r"\d+", before.text)
        lost = letters_of_words(before.text) - letters_of_words(after.text)
        assert set(lost) <= STUTTERED.get(base_language(language), frozenset())
        assert not letters_of_words(after.text) - letters_of_words(before.text)


def letters_of_words(text: str) -> Counter[str]:
    return Counter(re.findall(r"[^\W_]+(?:['’][^\W_]+)*", text.casefold()))


def test_mending_needs_no_neighbours() -> None:
    assert mend_text("the  the cat", "en") == "the cat"
