from itertools import pairwise

import pytest
from hypothesis import given

from backend.text.error_rate import Operation, diff_words, word_error_rate
from tests.unit.text.transcripts import SPOKEN_TEXT


@pytest.mark.parametrize(
    ("reference", "heard", "errors", "reference_words"),
    [
        ("the cat sat", "The cat sat.", 0, 3),
        ("the cat sat", "the hat sat", 1, 3),
        ("the cat sat", "the sat", 1, 3),
        ("the cat sat", "the black cat sat down", 2, 3),
        ("où est-il", "ou est il", 1, 3),
        ("", "something", 1, 0),
        ("", "", 0, 0),
    ],
)
def test_errors_are_counted_in_words(
    reference: str, heard: str, errors: int, reference_words: int
) -> None:
    result = word_error_rate(reference, heard)

    assert result == (errors, reference_words)
    assert result.rate == pytest.approx(errors / max(1, reference_words))


def test_a_difference_names_what_was_replaced_put_in_and_left_out() -> None:
    changes = diff_words("so um the force is small um", "So the force is very small")

    assert [(change.operation, change.before, change.after) for change in changes] == [
        (Operation.REPLACE, ("so", "um"), ("So",)),
        (Operation.EQUAL, ("the", "force", "is"), ("the", "force", "is")),
        (Operation.INSERT, (), ("very",)),
        (Operation.EQUAL, ("small",), ("small",)),
        (Operation.DELETE, ("um",), ()),
    ]


@given(before=SPOKEN_TEXT, after=SPOKEN_TEXT)
def test_a_difference_holds_both_texts(before: str, after: str) -> None:
    changes = diff_words(before, after)

    assert [word for change in changes for word in change.before] == before.split()
    assert [word for change in changes for word in change.after] == after.split()
    assert all(first.operation != second.operation for first, second in pairwise(changes))
