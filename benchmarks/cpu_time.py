"""Processor time of a transcription against faster-whisper with the same model and options.

One thread for both, in turns; the least of the attempts counts, because other work on the machine
makes a run dearer and nothing makes it cheaper. Word times are on for both: the same work. The
imports are done before the clock starts; the last column has the whole process.
"""

from benchmarks.report import Targets, print_table, say
from benchmarks.runs import FASTER_WHISPER, LECTERN, Job, Measured, run

MAX_RATIO = 1.05

LENGTHS = {"nano": "1 h", "tiny": "30 min"}


def main(targets: Targets, is_quick: bool) -> None:
    n_attempts = 2 if is_quick else 3
    for model in ("nano",) if is_quick else ("nano", "tiny"):
        length = LENGTHS[model]
        ours, theirs = _alternate(model, length, n_attempts)
        rows = [_row("Lectern", ours), _row("faster-whisper", theirs)]
        if model == "nano" and not is_quick:
            bare = Job(FASTER_WHISPER, model, length, is_mixed=True, has_words=False)
            rows.append(_row("faster-whisper, no word times", [run(bare)]))
        print_table(
            f"CPU seconds for {length}, model {model}, beam 5, one thread",
            ("", "least", "most", "whole process"),
            rows,
        )
        ratio = _least(ours) / _least(theirs)
        targets.at_most(f"{model}: against faster-whisper with word times", ratio, MAX_RATIO)
        if len(rows) > 2:
            bare_ratio = _least(ours) / run(bare).cpu_seconds
            say(f"           for information: {bare_ratio:.3f} against it without word times")


def _alternate(model: str, length: str, n_attempts: int) -> tuple[list[Measured], list[Measured]]:
    attempts: dict[str, list[Measured]] = {LECTERN: [], FASTER_WHISPER: []}
    for attempt in range(n_attempts):
        for system, measured in attempts.items():
            measured.append(
                run(Job(system, model, length, is_mixed=model == "nano", attempt=attempt))
            )
    return attempts[LECTERN], attempts[FASTER_WHISPER]


def _least(attempts: list[Measured]) -> float:
    return min(measured.cpu_seconds for measured in attempts)


def _row(name: str, attempts: list[Measured]) -> tuple[str, ...]:
    most = max(measured.cpu_seconds for measured in attempts)
    whole = min(measured.whole_cpu_seconds for measured in attempts)
    return (name, f"{_least(attempts):.1f}", f"{most:.1f}", f"{whole:.1f}")
