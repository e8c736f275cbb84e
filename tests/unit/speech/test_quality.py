"""Finding what a recogniser repeated or made up."""

import pytest

from backend.models import Flag, Segment
from backend.speech.quality import (
    Suspicion,
    find_suspicions,
    flag_segments,
    is_better,
    longest_repetition,
    repeats_itself,
)


def segment(text: str, start: float = 0.0, **fields: object) -> Segment:
    return Segment.model_validate({"start": start, "end": start + 2.0, "text": text, **fields})


@pytest.mark.parametrize(
    "text",
    [
        "no problem no problem no problem no problem",
        "No problem. No problem. No problem. No problem.",
        "Thank you. Thank you. Thank you.",
        "ha ha ha ha ha ha ha ha ha ha ha ha",
        "and the the the the the the the end of it was near, as everybody in the room knew",
        "我们 我们 我们 我们 我们 我们",
        "la la la la",
    ],
)
def test_loops_are_found(text: str) -> None:
    assert repeats_itself(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Yes.",
        "No, no, no.",
        "It was the best of times, it was the worst of times, it was the age of wisdom, "
        "it was the age of foolishness, it was the epoch of belief",
        "Two times two is four, two times three is six, two times four is eight.",
        "That that is, is; that that is not, is not.",
        "Sie, die Königin, die die Rosen liebte, ging in den Garten hinaus.",
        "The treaty of Westphalia of sixteen forty-eight ended the Thirty Years' War.",
    ],
)
def test_ordinary_speech_is_not_taken_for_a_loop(text: str) -> None:
    assert not repeats_itself(text)


@pytest.mark.parametrize(
    ("text", "n_words"),
    [
        ("a b c a b c a b c", 9),
        ("x a b a b a b y", 6),
        ("a b a b", 0),
        ("a a a", 3),
        ("", 0),
    ],
)
def test_the_longest_repetition_is_measured_in_words(text: str, n_words: int) -> None:
    assert longest_repetition(text.split()) == n_words


def test_a_sentence_said_three_times_on_end_by_neighbours_is_a_loop() -> None:
    flagged = flag_segments([segment(t) for t in ("Hello.", "I see.", "I see!", "i see", "Bye.")])

    assert [Flag.REPETITION in s.flags for s in flagged] == [False, True, True, True, False]


def test_text_over_silence_and_unsure_text_are_flagged() -> None:
    flagged = flag_segments(
        [
            segment("Thanks for watching.", speech_probability=0.02),
            segment("Something unclear.", speech_probability=0.9, avg_logprob=-1.4),
            segment("Something clear.", speech_probability=0.9, avg_logprob=-0.2),
        ]
    )

    assert [s.flags for s in flagged] == [(Flag.NO_SPEECH,), (Flag.LOW_CONFIDENCE,), ()]


def test_flags_are_renewed_and_not_heaped_up() -> None:
    once = flag_segments([segment("la la la la la la")])

    assert flag_segments(once) == once


def test_neighbouring_suspicious_segments_make_one_stretch() -> None:
    flags = [
        (),
        (Flag.REPETITION,),
        (Flag.NO_SPEECH,),
        (),
        (Flag.LOW_CONFIDENCE,),
        (Flag.REPETITION,),
    ]
    segments = [segment("x", flags=these) for these in flags]

    assert find_suspicions(segments) == [Suspicion(1, 2), Suspicion(5, 5)]


def test_a_second_try_replaces_the_first_only_if_it_is_less_suspicious() -> None:
    loop = [segment("a b a b a b", flags=(Flag.REPETITION,))]
    clean = [segment("a sentence")]

    assert is_better(clean, loop)
    assert not is_better(loop, loop)


def test_silence_is_believed_only_where_no_voice_was_heard() -> None:
    assert is_better([], [segment("Thank you.", flags=(Flag.NO_SPEECH,))])
    assert not is_better([], [segment("no no no no no", flags=(Flag.REPETITION,))])
