"""How the figures are printed: tables, and each target with whether it was met."""

from collections.abc import Sequence
from math import ceil


def say(text: str = "") -> None:
    """A line, at once: a benchmark takes minutes, and a person may be watching."""
    print(text, flush=True)


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """The first column is text, the others are figures; floats should come rounded as text."""
    cells = [list(map(str, row)) for row in (columns, *rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(columns))]
    say(f"\n{title}")
    for row in cells:
        first, *others = (
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        say("  ".join(["", first, *others]))


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of the values do not exceed: one of them, not in between."""
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


class Targets:
    """What was asked for and what was found."""

    def __init__(self) -> None:
        self.n_missed = 0

    def at_most(self, what: str, found: float, allowed: float, unit: str = "") -> None:
        self._note(f"{what}: {found:.3g}{unit}, at most {allowed:.3g}{unit}", found <= allowed)

    def holds(self, what: str, is_met: bool) -> None:
        self._note(what, is_met)

    def _note(self, sentence: str, is_met: bool) -> None:
        say(f"  {'met    ' if is_met else 'NOT MET'}  {sentence}")
        self.n_missed += not is_met
