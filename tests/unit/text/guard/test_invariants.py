"""What holds of the guard for any text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.text.guard import Surroundings, Verdict, judge, sift
from backend.text.guard.sounds import distance, sounds_of
from backend.text.guard.tables.registry import LANGUAGES

CODES = st.sampled_from([*LANGUAGES, "pt", None])
WORDS = st.lists(
    st.sampled_from(
        [
            "the",
            "cell",
            "water",
            "light",
            "divides",
            "in",
            "and",
            "of",
            "because",
            "energy",
            "heat",
            "plant",
            "leaf",
            "rock",
        ]
    ),
    min_size=4,
    max_size=15,
)


@given(st.text(), st.text(), CODES)
def test_no_text_makes_it_fail(original: str, proposed: str, language: str | None) -> None:
    judgement = judge(original, proposed, Surroundings(language, original, proposed, proposed))

    assert (judgement.verdict is Verdict.ACCEPT) == (not judgement.reasons)


@given(st.text(), CODES)
def test_what_changes_nothing_is_accepted(text: str, language: str | None) -> None:
    assert judge(text, text, Surroundings(language)).verdict is Verdict.ACCEPT


@given(WORDS, CODES)
def test_case_and_punctuation_alone_are_accepted(words: list[str], language: str | None) -> None:
    text = " ".join(words)

    proposed = ", ".join(words).capitalize() + "."

    assert judge(text, proposed, Surroundings(language)).verdict is Verdict.ACCEPT


@given(WORDS, st.data(), st.sampled_from(["not", "never", "no", "42", "seven", "may", "some"]))
def test_what_decides_the_meaning_can_neither_go_nor_come(
    words: list[str], data: st.DataObject, deciding: str
) -> None:
    place = data.draw(st.integers(0, len(words)))
    with_it = " ".join([*words[:place], deciding, *words[place:]])
    without = " ".join(words)

    for original, proposed in ((with_it, without), (without, with_it)):
        assert judge(original, proposed, Surroundings("en")).verdict is not Verdict.ACCEPT


@given(st.text(max_size=20), st.text(max_size=20), CODES)
def test_sounds_are_as_far_apart_one_way_as_the_other(
    first: str, second: str, language: str | None
) -> None:
    one, other = sounds_of(first, language or ""), sounds_of(second, language or "")

    assert distance(one, other) == pytest.approx(distance(other, one))
    assert 0 <= distance(one, other) <= 1


@given(st.lists(st.text(max_size=30), min_size=1, max_size=6), st.data())
def test_each_proposal_is_accepted_or_refused(texts: list[str], data: st.DataObject) -> None:
    positions = st.integers(0, len(texts) - 1)
    proposals = data.draw(st.dictionaries(positions, st.text(max_size=30)))

    sifted = sift(texts, proposals)

    refused = {each.segment: each.proposed for each in sifted.refused}
    assert {**sifted.accepted, **refused} == proposals
    assert not sifted.accepted.keys() & refused.keys()
    assert all(each.original == texts[each.segment] for each in sifted.refused)
