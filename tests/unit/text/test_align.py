from hypothesis import given
from hypothesis import strategies as st

from backend.models.transcript import Segment, Word
from backend.text.align import carry_word_times
from tests.unit.text.transcripts import SPOKEN_TEXT, segments_at


def timed_segment(
    *words: tuple[str, float, float], start: float = 0.0, end: float = 10.0
) -> Segment:
    timed = tuple(Word(text=text, start=s, end=e, probability=0.9) for text, s, e in words)
    return Segment(start=start, end=end, text=" ".join(word[0] for word in words), words=timed)


def times_of(words: tuple[Word, ...] | None) -> list[tuple[str, float, float]]:
    return [(word.text, word.start, word.end) for word in words or ()]


def test_a_word_that_changed_in_case_and_punctuation_keeps_its_time_and_probability() -> None:
    heard = timed_segment((" hello", 1, 2), ("world", 3, 4))

    words = carry_word_times(heard, "Hello, World!")

    assert times_of(words) == [("Hello,", 1, 2), ("World!", 3, 4)]
    assert [word.probability for word in words or ()] == [0.9, 0.9]


def test_words_that_replace_others_share_their_time_by_length() -> None:
    heard = timed_segment(("the", 0, 1), ("for", 2, 4), ("sis", 4, 6), ("is", 7, 8))

    words = carry_word_times(heard, "the big forces is")

    assert times_of(words) == [("the", 0, 1), ("big", 2, 3.333), ("forces", 3.333, 6), ("is", 7, 8)]
    assert [word.probability for word in words or ()] == [0.9, None, None, 0.9]


def test_words_put_in_take_the_silence_between_their_neighbours() -> None:
    heard = timed_segment(("one", 1, 2), ("three", 5, 6), start=0.5, end=8)

    words = carry_word_times(heard, "zero one two three four")

    assert times_of(words) == [
        ("zero", 0.5, 1),
        ("one", 1, 2),
        ("two", 2, 5),
        ("three", 5, 6),
        ("four", 6, 8),
    ]


def test_a_word_put_in_where_there_is_no_silence_moves_nobody() -> None:
    heard = timed_segment(("one", 1, 2), ("three", 2, 3))

    assert times_of(carry_word_times(heard, "one two three"))[1] == ("two", 2, 2)


def test_a_removed_stutter_leaves_the_other_words_where_they_were() -> None:
    heard = timed_segment(("the", 0, 1), ("the", 1, 2), ("cat", 2, 3))

    assert times_of(carry_word_times(heard, "The cat"))[1] == ("cat", 2, 3)


def test_words_that_left_their_segment_are_brought_back() -> None:
    heard = timed_segment(("one", 1, 4), ("two", 3, 12), ("three", 11, 15), start=2, end=10)

    assert times_of(carry_word_times(heard, "one two three")) == [
        ("one", 2, 4),
        ("two", 4, 10),
        ("three", 10, 10),
    ]


def test_without_word_times_there_is_nothing_to_carry() -> None:
    assert carry_word_times(Segment(start=0, end=1, text="hello"), "Hello.") is None


@given(heard=segments_at(3.0), corrected=SPOKEN_TEXT)
def test_every_corrected_word_is_timed_within_the_segment_and_times_rise(
    heard: Segment, corrected: str
) -> None:
    words = carry_word_times(heard, corrected)

    if words is None:
        assert not heard.words
        return
    assert " ".join(word.text for word in words).split() == corrected.split()
    times = [heard.start, *(time for word in words for time in (word.start, word.end)), heard.end]
    assert times == sorted(times)


@given(heard=segments_at(3.0), mark=st.sampled_from(["", ".", "!", ","]))
def test_only_case_and_marks_changed_means_that_no_time_changes(heard: Segment, mark: str) -> None:
    shouted = " ".join(word.upper() + mark for word in heard.text.split() if word.isalpha())
    plain = tuple(word for word in heard.words or () if word.text.isalpha())

    words = carry_word_times(heard.model_copy(update={"words": plain or None}), shouted)

    assert [(w.start, w.end) for w in words or ()] == [(w.start, w.end) for w in plain]
