"""A long correction against what the provider's latency allows.

`correct_transcript` on 5,000 segments: 500 groups, ten at a time, to a stub in another process that
takes 100 ms for each: at best 5 s. Everything is imported before, by a correction of one group.
Each attempt is a fresh process, and the least counts: other work on the machine slows a run and
nothing speeds it up.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.report import Targets, print_table
from benchmarks.runs import child_environment
from tests.stubs.fast_server import serve_in_process

GROUPS = 500
SEGMENTS_PER_GROUP = 10
CONCURRENCY = 10
LATENCY_SECONDS = 0.1
IDEAL_SECONDS = GROUPS / CONCURRENCY * LATENCY_SECONDS
MAX_RATIO = 1.4

TEXT = "so the mitochondria is the power house of the cell as you all know"


def main(targets: Targets, is_quick: bool) -> None:
    rows: list[tuple[str, ...]] = []
    least: dict[str, float] = {}
    for provider in ("OpenAI",) if is_quick else ("OpenAI", "Anthropic"):
        attempts = [_measure(provider) for _ in range(1 if is_quick else 3)]
        walls = sorted(wall for wall, _ in attempts)
        least[provider] = walls[0] / IDEAL_SECONDS
        cpu = min(cpu for _, cpu in attempts) * 1000 / GROUPS
        ratio = f"{least[provider]:.2f}"
        rows.append((provider, f"{walls[0]:.2f}", f"{walls[-1]:.2f}", ratio, f"{cpu:.1f}"))
    print_table(
        f"{GROUPS} groups, {CONCURRENCY} at a time, {LATENCY_SECONDS * 1000:.0f} ms each: "
        f"ideally {IDEAL_SECONDS:.0f} s",
        ("", "least s", "most s", "x ideal", "CPU ms a group"),
        rows,
    )
    for provider, times_ideal in least.items():
        targets.at_most(f"{provider}: against the ideal", times_ideal, MAX_RATIO)


def _measure(provider: str) -> tuple[float, float]:
    """Wall and CPU seconds of one correction in a fresh process."""
    with (
        tempfile.TemporaryDirectory(prefix="lectern-bench-") as directory,
        serve_in_process(provider.lower(), LATENCY_SECONDS) as base_url,
    ):
        settings = {"provider": provider, "api_key": "benchmark", "base_url": base_url}
        (Path(directory) / "config.yaml").write_text(json.dumps(settings))
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.correction"],
            check=True,
            capture_output=True,
            text=True,
            env=child_environment(Path(directory), threads=1),
        )
    wall, cpu = json.loads(done.stdout.splitlines()[-1])
    return wall, cpu


def correct_here() -> tuple[float, float]:
    """Correct one group, then 500; the wall and CPU seconds of the latter."""
    from backend.tasks import correct_transcript

    first, long = _add_lesson(SEGMENTS_PER_GROUP), _add_lesson(GROUPS * SEGMENTS_PER_GROUP)
    assert correct_transcript(first)
    wall, cpu = time.perf_counter(), time.process_time()
    assert correct_transcript(long, SEGMENTS_PER_GROUP, CONCURRENCY)
    return time.perf_counter() - wall, time.process_time() - cpu


def _add_lesson(n_segments: int) -> int:
    from sqlmodel import Session

    from backend.database import engine
    from backend.models import Lesson, Segment

    segments = [
        Segment(start=4.0 * number, end=4.0 * number + 3.5, text=f"{TEXT}, part {number}")
        for number in range(n_segments)
    ]
    with Session(engine) as session:
        lesson = Lesson(title="measured", language="en", transcript=segments)
        session.add(lesson)
        session.commit()
        assert lesson.id is not None
        return lesson.id


if __name__ == "__main__":
    print(json.dumps(correct_here()))
