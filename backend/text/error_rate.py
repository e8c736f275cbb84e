"""How far two texts are apart, counted in words."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from backend.text.sentences import normalise_words


class WordErrorRate(NamedTuple):
    """Words substituted, left out or put in, against the words of the reference."""

    errors: int
    reference_words: int

    @property
    def rate(self) -> float:
        """Errors per reference word: 0 is perfect, and above 1 is possible.

        An empty reference counts as one word, so that words heard in silence are errors.
        """
        return self.errors / max(self.reference_words, 1)


def word_error_rate(reference: str, heard: str) -> WordErrorRate:
    """Compare what was heard with what was said, by `normalise_words`."""
    from rapidfuzz.distance import Levenshtein

    reference_words = normalise_words(reference)
    errors = Levenshtein.distance(reference_words, normalise_words(heard))
    return WordErrorRate(errors, len(reference_words))


class Operation(StrEnum):
    """What happened to a run of words."""

    EQUAL = "equal"
    REPLACE = "replace"
    INSERT = "insert"
    DELETE = "delete"


class WordChange(NamedTuple):
    """One run of a comparison: its words before and after."""

    operation: Operation
    before: tuple[str, ...]
    after: tuple[str, ...]


class AlignmentRun(NamedTuple):
    """One run of a comparison: `before[before_start:before_end]` became `after[…]`."""

    is_equal: bool
    before_start: int
    before_end: int
    after_start: int
    after_end: int


def compare_runs(before: Sequence[str], after: Sequence[str]) -> list[AlignmentRun]:
    """The runs that turn `before` into `after`, equal and changed ones in turn."""
    from rapidfuzz.distance import Levenshtein

    runs: list[AlignmentRun] = []
    for code in Levenshtein.opcodes(before, after):
        is_equal = code.tag == "equal"
        run = AlignmentRun(is_equal, code.src_start, code.src_end, code.dest_start, code.dest_end)
        if runs and runs[-1].is_equal == is_equal:
            first = runs.pop()
            run = AlignmentRun(
                is_equal, first.before_start, run.before_end, first.after_start, run.after_end
            )
        runs.append(run)
    return runs


def diff_words(before: str, after: str) -> list[WordChange]:
    """What changed between two texts, word by word as written: case and punctuation count.

    Joined, the words before are those of `before`, and the words after those of `after`.
    """
    old, new = before.split(), after.split()
    return [
        WordChange(
            _name_operation(run),
            tuple(old[run.before_start : run.before_end]),
            tuple(new[run.after_start : run.after_end]),
        )
        for run in compare_runs(old, new)
    ]


def _name_operation(run: AlignmentRun) -> Operation:
    if run.is_equal:
        return Operation.EQUAL
    if run.before_start == run.before_end:
        return Operation.INSERT
    if run.after_start == run.after_end:
        return Operation.DELETE
    return Operation.REPLACE
