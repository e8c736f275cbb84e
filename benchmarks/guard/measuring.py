"""`python -m benchmarks guard`: the tables, the targets and the speed."""

import csv
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from backend.text.guard import Surroundings, Verdict, judge, sift
from benchmarks.report import Targets, print_table, say

CORPUS = Path(__file__).with_name("corpus.tsv")

MIN_CAUGHT = 0.98
MAX_REFUSED = 0.03
MAX_SECONDS = 3.0
SEGMENTS = 10_000
SHOWN_FAILURES = 20


@dataclass(frozen=True)
class Edit:
    """A row of the corpus."""

    language: str
    is_harmful: bool
    kind: str
    batch: str
    original: str
    edit: str

    @property
    def is_held_back(self) -> bool:
        return sha256((self.language + self.original).encode()).digest()[0] % 2 == 1

    def is_accepted(self) -> bool:
        judgement = judge(self.original, self.edit, Surroundings(language=self.language))
        return judgement.verdict is Verdict.ACCEPT


@dataclass(frozen=True)
class Judged:
    """An edit and what the guard made of it."""

    edit: Edit
    is_accepted: bool

    @property
    def is_wrong(self) -> bool:
        return self.is_accepted == self.edit.is_harmful


def main(targets: Targets, is_quick: bool) -> None:
    judged = [Judged(edit, edit.is_accepted()) for edit in read_corpus()]
    for name, is_held_back in (("tuned on", False), ("held back", True)):
        half = [each for each in judged if each.edit.is_held_back is is_held_back]
        _print_half(name, half)
        if is_held_back:
            _check(targets, half)
    _print_tuning_failures(judged)
    _measure_speed(targets, [each.edit for each in judged], is_quick)


def read_corpus() -> list[Edit]:
    with CORPUS.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [
            Edit(
                row["language"], row["label"] == "H", row["kind"], row["batch"],
                row["original"], row["edit"],
            )
            for row in rows
        ]  # fmt: skip


def _print_half(name: str, half: Sequence[Judged]) -> None:
    for label, is_harmful, what in (("harmful", True, "missed"), ("good", False, "refused")):
        edits = [each for each in half if each.edit.is_harmful is is_harmful]
        rows = [
            *_rows(edits, lambda edit: edit.kind),
            *_rows(edits, lambda edit: f"language {edit.language}"),
            *_rows(edits, lambda edit: f"batch {edit.batch}"),
            *_rows(edits, lambda edit: "all"),
        ]
        print_table(f"{name}: {label} edits", ("", "edits", what, "share"), rows)


def _rows(
    judged: Iterable[Judged], group: Callable[[Edit], str]
) -> list[tuple[str, int, int, str]]:
    edits: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for each in judged:
        edits[group(each.edit)] += 1
        wrong[group(each.edit)] += each.is_wrong
    return [
        (name, edits[name], wrong[name], f"{wrong[name] / edits[name]:.1%}")
        for name in sorted(edits)
    ]


def _share_wrong(judged: Iterable[Judged], *, is_harmful: bool) -> float:
    wrong = [each.is_wrong for each in judged if each.edit.is_harmful is is_harmful]
    return sum(wrong) / len(wrong)


def _check(targets: Targets, half: Sequence[Judged]) -> None:
    caught = 1 - _share_wrong(half, is_harmful=True)
    refused = _share_wrong(half, is_harmful=False)
    targets.holds(
        f"held back: {caught:.1%} caught, at least {MIN_CAUGHT:.0%}", caught >= MIN_CAUGHT
    )
    targets.at_most("held back: refused", refused * 100, MAX_REFUSED * 100, " %")


def _print_tuning_failures(judged: Sequence[Judged]) -> None:
    """Of the half that is tuned on alone."""
    failures = [each.edit for each in judged if each.is_wrong and not each.edit.is_held_back]
    say(f"\nwrong in the half that is tuned on: {len(failures)}")
    for edit in failures[:SHOWN_FAILURES]:
        label = "missed" if edit.is_harmful else "refused"
        say(f"  {edit.language} {label} {edit.kind}: {edit.original} -> {edit.edit}")


def _measure_speed(targets: Targets, edits: Sequence[Edit], is_quick: bool) -> None:
    """A transcript in which every segment has a proposal, one in three of them from the corpus.

    The others change nothing but case and punctuation, which is what models do most.
    """
    n = SEGMENTS // 10 if is_quick else SEGMENTS
    english = [edit for edit in edits if edit.language == "en"]
    lesson = [english[number % len(english)] for number in range(n)]
    originals = [f"{edit.original} {number}" for number, edit in enumerate(lesson)]
    proposals = {
        number: f"{original.capitalize()}." if number % 3 else f"{lesson[number].edit} {number}"
        for number, original in enumerate(originals)
    }
    started = time.process_time()
    sift(originals, proposals, language="en")
    seconds = (time.process_time() - started) * SEGMENTS / n
    targets.at_most(f"{SEGMENTS:,} segments, each with a proposal", seconds, MAX_SECONDS, " s")
