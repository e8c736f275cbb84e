"""Edits and notes go where their words are said, and nowhere else."""

from collections.abc import Sequence

from hypothesis import assume, given
from hypothesis import strategies as st

from backend.models.transcript import Flag, Segment, Word
from backend.text.anchors import Decision, EditPart, paint_segment, place_decisions
from backend.text.sentences import display_words, normalise_words
from backend.text.stored_text import StoredText, span_of
from backend.text.stretches import Quotation, WordStretch, follow_stretch, quote
from tests.unit.text.transcripts import SPOKEN_TEXT, transcripts

SAID = "the cell sell divides every day no yes yes it's well-known — 3.5"
WORDS = st.sampled_from(SAID.split())


def cut(words: Sequence[Word], sizes: Sequence[int]) -> list[Segment]:
    """The words in segments of so many each, the rest in the last one."""
    segments, first = [], 0
    for size in [*sizes, len(words)]:
        piece = tuple(words[first : first + size])
        first += size
        if piece:
            text = " ".join(word.text for word in piece)
            segments.append(
                Segment(start=piece[0].start, end=piece[-1].end, text=text, words=piece)
            )
    return segments


def timed(text: str, seconds: float = 0.5) -> list[Word]:
    return [
        Word(text=word, start=number * seconds, end=(number + 0.9) * seconds)
        for number, word in enumerate(text.split())
    ]


def decide(number: int, position: int, segment: Segment, text: str | None) -> Decision:
    start, end = span_of(segment)
    return Decision(number, position, start, end, segment.text, segment.text, text)


def lay(
    decisions: Sequence[Decision], heard: Sequence[Segment], proposed: Sequence[Segment]
) -> tuple[list[Segment], dict[int, tuple[EditPart, ...]]]:
    places = place_decisions(decisions, StoredText.of(heard), StoredText.of(proposed))
    painted = [
        paint_segment(
            proposed[position],
            heard[position],
            [part for parts in places.values() for part in parts if part.segment == position],
        )
        for position in range(len(proposed))
    ]
    return painted, places


def texts(segments: Sequence[Segment]) -> list[str]:
    return [segment.text for segment in segments]


HEARD = "so the sell divides every day it grows"


def one_decision(text: str) -> tuple[list[Word], Decision]:
    """A decision about `the sell divides every day`, the middle of three segments."""
    words = timed(HEARD)
    return words, decide(1, 1, cut(words, [1, 5])[1], text)


# --- edits: where they go --------------------------------------------------------------------


def test_an_edit_stays_on_its_segment_whatever_a_model_makes_of_it() -> None:
    words, decision = one_decision("The cell divides, each day.")
    heard = cut(words, [1, 5])
    proposed = [segment.model_copy(update={"text": "Something else"}) for segment in heard]

    painted, _ = lay([decision], heard, proposed)

    assert texts(painted) == ["Something else", "The cell divides, each day.", "Something else"]


def test_an_edit_keeps_its_place_in_a_longer_segment_and_the_words_around_are_the_models() -> None:
    words, decision = one_decision("the cell divides each day")
    heard = cut(words, [])
    proposed = [heard[0].model_copy(update={"text": "So, the sell divides every day: it grows!"})]

    painted, _ = lay([decision], heard, proposed)

    assert texts(painted) == ["So, the cell divides each day it grows!"]


def test_an_edit_is_parted_where_its_words_are_in_two_segments_now() -> None:
    words, decision = one_decision("the cell divides each day")
    heard = cut(words, [4])

    painted, places = lay([decision], heard, heard)

    assert texts(painted) == ["so the cell divides", "each day it grows"]
    assert [part.text for part in places[1]] == ["the cell divides", "each day"]


def test_an_edit_is_not_parted_within_words_that_it_replaced() -> None:
    words, decision = one_decision("the biology of reproduction day")  # for "sell divides every"
    heard = cut(words, [4])

    painted, places = lay([decision], heard, heard)

    assert places[1] == ()
    assert texts(painted) == texts(heard)


def test_an_edit_does_not_go_where_a_model_changed_the_words_around_its_edge() -> None:
    words, decision = one_decision("the cell divides each day")
    heard = cut(words, [])
    proposed = [heard[0].model_copy(update={"text": "Cells divide daily and grow."})]

    _, places = lay([decision], heard, proposed)

    assert places[1] == ()


def test_the_same_words_at_another_time_are_not_the_edits_words() -> None:
    words, decision = one_decision("the cell divides each day")
    later = [
        word.model_copy(update={"start": word.start + 10, "end": word.end + 10}) for word in words
    ]

    _, places = lay([decision], cut(later, [1, 5]), cut(later, [1, 5]))

    assert places[1] == ()


def test_other_words_at_the_same_time_are_not_the_edits_words() -> None:
    words, decision = one_decision("the cell divides each day")
    others = [word.model_copy(update={"text": "hm"}) for word in words]

    _, places = lay([decision], cut(others, [1, 5]), cut(others, [1, 5]))

    assert places[1] == ()


def test_words_that_are_said_twice_at_about_the_same_time_are_not_chosen_from() -> None:
    said_once = decide(1, 0, cut(timed("yes"), [])[0], "Yes!")
    twice = cut(timed("well yes yes", seconds=0.4), [])

    _, places = lay([said_once], twice, twice)

    assert places[1] == ()


def test_segments_of_the_same_words_at_the_same_time_keep_each_its_own_edit() -> None:
    heard = [Segment(start=1, end=2, text="yes") for _ in range(2)]
    decisions = [decide(n, n, segment, f"Yes {n}!") for n, segment in enumerate(heard)]

    assert texts(lay(decisions, heard, heard)[0]) == ["Yes 0!", "Yes 1!"]


def test_recognisers_that_are_a_second_apart_mean_the_same_words() -> None:
    words, decision = one_decision("the cell divides each day")
    shifted = [
        word.model_copy(update={"start": word.start + 1, "end": word.end + 1}) for word in words
    ]

    painted, _ = lay([decision], cut(shifted, []), cut(shifted, []))

    assert texts(painted) == ["so the cell divides each day it grows"]


def test_a_segment_in_which_nothing_was_heard_keeps_what_a_person_wrote() -> None:
    silent = Segment(start=1, end=2, text="")
    decision = decide(1, 0, silent, "Silence is golden.")
    before = Segment(start=0, end=1, text="before")

    painted, _ = lay([decision], [before, silent], [before, silent])

    assert texts(painted) == ["before", "Silence is golden."]


def test_a_decision_that_nothing_was_said_empties_its_segment_and_nothing_else() -> None:
    words, decision = one_decision("")

    assert texts(lay([decision], *[cut(words, [1, 5])] * 2)[0]) == ["so", "", "it grows"]
    assert texts(lay([decision], *[cut(words, [])] * 2)[0]) == ["so it grows"]
    assert texts(lay([decision], *[cut(words, [4])] * 2)[0]) == ["so", "it grows"]


def test_of_two_decisions_about_the_same_words_the_newer_one_holds() -> None:
    heard = cut(timed("the sell"), [])
    older, newer = decide(1, 0, heard[0], "the shell"), decide(2, 0, heard[0], "the cell")

    painted, places = lay([older, newer], heard, heard)

    assert texts(painted) == ["the cell"]
    assert places[1] == ()


def test_whoever_edits_a_segment_has_looked_at_it() -> None:
    heard = [cut(timed("la la la"), [])[0].model_copy(update={"flags": (Flag.REPETITION,)})]

    painted, _ = lay([decide(1, 0, heard[0], "La, la, la.")], heard, heard)

    assert painted[0].flags == ()


def test_the_edited_words_have_times() -> None:
    heard = cut(timed("the sell divides"), [])

    painted, _ = lay([decide(1, 0, heard[0], "the cell divides")], heard, heard)

    assert painted[0].words is not None
    assert [(word.text, word.start) for word in painted[0].words] == [
        ("the", 0.0),
        ("cell", 0.5),
        ("divides", 1.0),
    ]


# --- edits: what holds for all of them -------------------------------------------------------


@given(transcripts(), st.data())
def test_on_the_same_segments_every_edit_is_exactly_in_its_place(
    heard: list[Segment], data: st.DataObject
) -> None:
    decided = [data.draw(SPOKEN_TEXT) for _ in heard]
    proposed = [s.model_copy(update={"text": data.draw(SPOKEN_TEXT)}) for s in heard]
    decisions = [
        decide(n, n, segment, text)
        for n, (segment, text) in enumerate(zip(heard, decided, strict=True))
    ]

    painted, places = lay(decisions, heard, proposed)

    assert all([part.segment for part in parts] == [n] for n, parts in places.items())
    assert [display_words(text) for text in texts(painted)] == [display_words(t) for t in decided]


@given(st.lists(WORDS, min_size=1, max_size=25), st.data())
def test_however_the_words_are_cut_anew_each_edit_is_in_the_text_in_order_or_nowhere(
    said: list[str], data: st.DataObject
) -> None:
    words = timed(" ".join(said))
    sizes = st.lists(st.integers(1, 6), max_size=10)
    old, new = cut(words, data.draw(sizes)), cut(words, data.draw(sizes))
    decided = [data.draw(st.none() | st.lists(WORDS, max_size=6).map(" ".join)) for _ in old]
    decisions = [decide(n, n, old[n], text) for n, text in enumerate(decided) if text is not None]

    painted, places = lay(decisions, new, new)

    expected = [
        (decided[n] or "") if places.get(n) else segment.text for n, segment in enumerate(old)
    ]
    assert normalise_words(" ".join(texts(painted))) == normalise_words(" ".join(expected))


@given(transcripts(), transcripts(), st.data())
def test_in_any_other_text_an_edit_is_in_its_place_or_nowhere(
    old: list[Segment], heard: list[Segment], data: st.DataObject
) -> None:
    proposed = [s.model_copy(update={"text": data.draw(SPOKEN_TEXT)}) for s in heard]
    decided = {n: data.draw(SPOKEN_TEXT) for n in range(len(old))}
    decisions = [decide(n, n, old[n], text) for n, text in decided.items()]

    painted, places = lay(decisions, heard, proposed)

    for number, parts in places.items():
        assert not parts or words_in(" ".join(p.text or "" for p in parts)) == words_in(
            decided[number]
        )
        for part in parts:
            assert part.text is not None
            assert " ".join(display_words(part.text)) in " ".join(
                display_words(painted[part.segment].text)
            )
            assert painted[part.segment].start <= old[number].end + 2
            assert painted[part.segment].end >= old[number].start - 2
    touched = {part.segment for parts in places.values() for part in parts}
    assert all(painted[n] == proposed[n] for n in range(len(proposed)) if n not in touched)


def words_in(text: str) -> list[str]:
    return display_words(text)


# --- notes -----------------------------------------------------------------------------------


def follow(stretch: WordStretch, old: list[Segment], new: list[Segment]) -> str | None:
    before, after = StoredText.of(old), StoredText.of(new)
    quoted = quote(before, stretch)
    assert quoted is not None
    found = follow_stretch(stretch, quoted, before, after)
    if found is None:
        return None
    present = quote(after, found)
    assert present is not None
    return present.text


def test_a_note_stays_on_words_that_are_corrected() -> None:
    old = cut(timed("so the sell divides every day"), [3])
    new = [old[0].model_copy(update={"text": "So, the cell"}), old[1]]

    assert follow(WordStretch(0, 2, 1, 0), old, new) == "cell divides"
    assert follow(WordStretch(0, 2, 0, 2), old, new) == "cell"
    assert follow(WordStretch(0, 0, 0, 0), old, new) == "So,"


def test_a_note_on_words_that_are_gone_is_nowhere() -> None:
    old = cut(timed("um the cell"), [])
    new = [old[0].model_copy(update={"text": "the cell"})]

    assert follow(WordStretch(0, 0, 0, 0), old, new) is None


def test_a_note_follows_its_words_into_other_segments() -> None:
    words = timed("so the cell divides every day")

    assert follow(WordStretch(0, 2, 1, 0), cut(words, [3]), cut(words, [1, 4])) == "cell divides"


def test_a_note_is_nowhere_in_a_text_without_its_words() -> None:
    old, new = cut(timed("the cell divides"), []), cut(timed("nothing like it at all"), [])

    assert follow(WordStretch(0, 1, 0, 1), old, new) is None


def test_a_detached_note_finds_its_words_again() -> None:
    text = StoredText.of(cut(timed("so the cell divides"), [2]))

    found = follow_stretch(None, Quotation("cell divides", 1.0, 1.95), None, text)

    assert found == WordStretch(1, 0, 1, 1)


def test_a_stretch_that_is_not_there_has_no_words() -> None:
    text = StoredText.of(cut(timed("the cell divides"), [2]))

    for stretch in ((0, 2, 1, 0), (0, 0, 2, 0), (1, 0, 0, 0), (0, 1, 0, 0), (-1, 0, 0, 0)):
        assert quote(text, WordStretch(*stretch)) is None
    assert quote(text, WordStretch(0, 1, 1, 0)) == Quotation("cell divides", 0.5, 1.45)


@given(transcripts(), transcripts(), st.data())
def test_a_note_is_on_a_stretch_of_the_new_text_or_nowhere(
    old: list[Segment], new: list[Segment], data: st.DataObject
) -> None:
    places = [(n, w) for n, s in enumerate(old) for w in range(len(display_words(s.text)))]
    assume(places)
    first, last = sorted([data.draw(st.sampled_from(places)), data.draw(st.sampled_from(places))])
    stretch = WordStretch(*first, *last)
    before, after = StoredText.of(old), StoredText.of(new)
    quoted = quote(before, stretch)
    assert quoted is not None

    found = follow_stretch(stretch, quoted, before, after)

    assert found is None or quote(after, found) is not None
    assert follow_stretch(stretch, quoted, before, before) == stretch
