"""How soon the first segments of a long recording can be read, and how much of it is read for them.

The database is watched from another process while the recording is transcribed. Of a recording
every byte is read three times: hashed before and after, and decoded once in between. (On systems
that keep no account of what a process reads, that figure is left out.)
"""

from itertools import pairwise
from statistics import mean

from benchmarks.memory import THREADS
from benchmarks.report import Targets, print_table
from benchmarks.runs import FASTER_WHISPER, LECTERN, Job, Measured, run

MAX_WINDOWS = 2.0
"""The first window also loads the voice detector and asks for the language."""
MAX_TIMES_READ = 3.5
"""Three, and what the database reads of itself; decoded twice, it would be four."""


def main(targets: Targets, is_quick: bool) -> None:
    length = "1 h" if is_quick else "3 h"
    for model in ("nano",) if is_quick else ("nano", "tiny"):
        ours = run(Job(LECTERN, model, length, threads=THREADS))
        theirs = run(Job(FASTER_WHISPER, model, length, threads=THREADS))
        stored = ours.rows_stored_after
        window_seconds = mean(after - before for before, after in pairwise(stored))
        first_window_seconds = stored[0] - ours.first_seconds
        print_table(
            f"First segments of {length}, model {model}, wall seconds; Lectern stored "
            f"{len(stored)} windows, the model was ready after {ours.first_seconds:.1f} s",
            ("", "first segments", "all", "share"),
            [
                _row("Lectern", stored[0], ours.wall_seconds),
                _row("faster-whisper", theirs.first_seconds, theirs.wall_seconds),
            ],
        )
        targets.at_most(
            f"{model}: the first window against a usual one of {window_seconds:.2f} s",
            first_window_seconds / window_seconds,
            MAX_WINDOWS,
        )
        _compare_bytes(targets, ours, Job(LECTERN, model, length, threads=THREADS))


def _compare_bytes(targets: Targets, ours: Measured, job: Job) -> None:
    """What reading cost beyond a run on half a minute, which loads the same code and model."""
    baseline = run(Job(LECTERN, job.model, "30 s", threads=THREADS))
    if ours.bytes_read is None or baseline.bytes_read is None:
        return
    times_read = (ours.bytes_read - baseline.bytes_read) / job.recording.stat().st_size
    targets.at_most(
        f"{job.model}: the recording is read, 2 x to hash and 1 x to decode",
        times_read,
        MAX_TIMES_READ,
        " x",
    )


def _row(name: str, first: float, whole: float) -> tuple[str, ...]:
    return (name, f"{first:.1f}", f"{whole:.1f}", f"{first / whole:.1%}")
