"""What changed between two texts, word by word, with the reason of each change that has none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from backend.text.error_rate import compare_runs
from backend.text.guard.explaining import Explainer
from backend.text.guard.tables.limits import (
    MAX_LOOSE_WORDS,
    MAX_REGION_WORDS,
    WORDS_PER_LOOSE_WORD,
)
from backend.text.guard.verdicts import Reason

BLOCKS = (
    (1, 1), (1, 2), (2, 1), (2, 2), (1, 3), (3, 1), (2, 3), (3, 2), (3, 3), (1, 4), (4, 1),
    (1, 5), (5, 1),
)  # fmt: skip
"""How many words may have been taken for how many."""

UNEXPLAINED_REPLACED = 1.5
UNEXPLAINED_MOVED = 1.0
LOOSE_MOVED = 0.3
JOINED = 0.05
"""What each change costs: the cheapest way from one text to the other is taken."""


class Change(NamedTuple):
    """Words and what became of them. Where `reason` is None, the change is explained."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    reason: Reason | None
    is_loose: bool = False


def changes_between(
    before: Sequence[str], after: Sequence[str], explainer: Explainer
) -> list[Change]:
    """All changes that turn `before` into `after`, in order."""
    changes: list[Change] = []
    for run in compare_runs(before, after):
        if not run.is_equal:
            region = _Region(
                before, after, (run.before_start, run.before_end),
                (run.after_start, run.after_end), explainer,
            )  # fmt: skip
            changes.extend(region.changes())
    return _limit_loose(changes, len(before))


def _limit_loose(changes: list[Change], n_words: int) -> list[Change]:
    """Small words may come and go, but not so many that the sentence is another."""
    allowed = max(MAX_LOOSE_WORDS, n_words // WORDS_PER_LOOSE_WORD)
    loose = [change for change in changes if change.is_loose]
    if len(loose) <= allowed:
        return changes
    return [
        change._replace(reason=Reason.LOST if change.before else Reason.ADDED)
        if change.is_loose
        else change
        for change in changes
    ]


class _Step(NamedTuple):
    cost: float
    back: tuple[int, int]
    change: Change | None


@dataclass(frozen=True)
class _Region:
    """A stretch without a common word, with the texts around it."""

    before: Sequence[str]
    after: Sequence[str]
    rows: tuple[int, int]
    columns: tuple[int, int]
    explainer: Explainer

    def changes(self) -> list[Change]:
        longest = max(self.rows[1] - self.rows[0], self.columns[1] - self.columns[0])
        if longest > MAX_REGION_WORDS:
            return self._unaligned()
        return self._trace(self._best_steps())

    def _unaligned(self) -> list[Change]:
        lost, added = self.before[slice(*self.rows)], self.after[slice(*self.columns)]
        protection = self.explainer.lexicon.protection
        return [Change((word,), (), protection(word) or Reason.LOST) for word in lost] + [
            Change((), (word,), protection(word) or Reason.ADDED) for word in added
        ]

    def _best_steps(self) -> dict[tuple[int, int], _Step]:
        steps = {(self.rows[0], self.columns[0]): _Step(0.0, (-1, -1), None)}
        for row in range(self.rows[0], self.rows[1] + 1):
            for column in range(self.columns[0], self.columns[1] + 1):
                here = steps[row, column].cost
                for cost, (down, right), change in self._ways_on(row, column):
                    target = (row + down, column + right)
                    if target not in steps or here + cost < steps[target].cost:
                        steps[target] = _Step(here + cost, (row, column), change)
        return steps

    def _ways_on(self, row: int, column: int) -> Iterator[tuple[float, tuple[int, int], Change]]:
        if row < self.rows[1]:
            yield from self._ways_to_drop(row)
        if column < self.columns[1]:
            reason = self.explainer.added(self.after, column, self.before)
            change = Change((), (self.after[column],), reason, is_loose=reason is None)
            yield UNEXPLAINED_MOVED if reason else LOOSE_MOVED, (0, 1), change
        for down, right in BLOCKS:
            if row + down <= self.rows[1] and column + right <= self.columns[1]:
                yield from self._ways_to_replace(row, column, down, right)

    def _ways_to_drop(self, row: int) -> Iterator[tuple[float, tuple[int, int], Change]]:
        n_droppable = self.explainer.droppable_at(self.before, row)
        if n_droppable and row + n_droppable <= self.rows[1]:
            words = tuple(self.before[row : row + n_droppable])
            yield LOOSE_MOVED, (n_droppable, 0), Change(words, (), None)
        reason = self.explainer.dropped(self.before, row, self.after)
        change = Change((self.before[row],), (), reason, is_loose=reason is None)
        yield UNEXPLAINED_MOVED if reason else LOOSE_MOVED, (1, 0), change

    def _ways_to_replace(
        self, row: int, column: int, down: int, right: int
    ) -> Iterator[tuple[float, tuple[int, int], Change]]:
        words = tuple(self.before[row : row + down])
        others = tuple(self.after[column : column + right])
        reason = self.explainer.replaced(words, others)
        if reason is None:
            yield JOINED * (down + right), (down, right), Change(words, others, None)
        elif down == right == 1:
            yield UNEXPLAINED_REPLACED, (1, 1), Change(words, others, reason)

    def _trace(self, steps: dict[tuple[int, int], _Step]) -> list[Change]:
        place = (self.rows[1], self.columns[1])
        found: list[Change] = []
        while steps[place].change is not None:
            step = steps[place]
            assert step.change
            found.append(step.change)
            place = step.back
        return found[::-1]
