"""Peak memory of a transcription: does it grow with the recording?

Each figure is the peak of a fresh process. What the model itself needs is what faster-whisper
holds at most when it loads the model and transcribes half a minute. The peer is faster-whisper
with the same options; for 3 hours it takes some 10 GiB.
"""

from benchmarks.report import Targets, print_table
from benchmarks.runs import FASTER_WHISPER, LECTERN, Job, run

MAX_GROWTH = 1.10
MAX_ABOVE_MODEL_MEBIBYTES = 700
THREADS = 2


def main(targets: Targets, is_quick: bool) -> None:
    short, long = ("30 min", "1 h") if is_quick else ("30 min", "3 h")
    for model in ("nano",) if is_quick else ("nano", "tiny"):
        needed = _peak(FASTER_WHISPER, model, "30 s")
        ours = _peak(LECTERN, model, short), _peak(LECTERN, model, long)
        theirs = _peak(FASTER_WHISPER, model, short), _peak(FASTER_WHISPER, model, long)
        print_table(
            f"Peak memory in MiB, model {model}, which itself needs {needed:.0f}",
            ("", short, long, "growth", "above the model"),
            [_row("Lectern", ours, needed), _row("faster-whisper", theirs, needed)],
        )
        targets.at_most(f"{model}: {long} against {short}", ours[1] / ours[0], MAX_GROWTH)
        above = ours[1] - needed
        targets.at_most(f"{model}: above the model", above, MAX_ABOVE_MODEL_MEBIBYTES, " MiB")


def _peak(system: str, model: str, length: str) -> float:
    return run(Job(system, model, length, threads=THREADS)).peak_mebibytes


def _row(name: str, peaks: tuple[float, float], needed: float) -> tuple[str, ...]:
    short, long = peaks
    return (name, f"{short:.0f}", f"{long:.0f}", f"{long / short:.2f}", f"{long - needed:.0f}")
