"""What a worker costs while there is nothing to do: its share of one core.

Once just started, and once after it has done a task of each kind, with all that is loaded then.
User and system time of the process, from /proc (Linux).
"""

import os
import tempfile
import time
from pathlib import Path

from benchmarks.report import Targets, print_table
from benchmarks.workers import on_each_database
from tests.acceptance.workers import (
    WorkerProcess,
    Workers,
    add_lesson,
    assert_completed,
    insert_task,
    make_quiet_recording,
    worker_settings,
    write_settings,
)

MAX_PERCENT = 4.0
SETTLE_SECONDS = 5.0
"""After its start or its last task a worker looks around for a moment."""
SECONDS, QUICK_SECONDS = 30.0, 10.0


def main(targets: Targets, is_quick: bool) -> None:
    seconds = QUICK_SECONDS if is_quick else SECONDS
    found = on_each_database(lambda workers: _measure(workers, seconds))
    print_table(
        f"Per cent of a core over {seconds:.0f} s, one idle worker",
        ("", "just started", "after work"),
        [(name, *(f"{percent:.2f}" for percent in percents)) for name, percents in found.items()],
    )
    for name, percents in found.items():
        targets.at_most(f"{name}: the dearer of the two", max(percents), MAX_PERCENT, " %")


def _measure(workers: Workers, seconds: float) -> list[float]:
    write_settings(worker_settings(worker={"takeover_seconds": 15}))
    (worker,) = workers.start(1)
    just_started = _idle_percent(worker, seconds)
    with tempfile.TemporaryDirectory(prefix="lectern-bench-") as directory:
        lesson_id = add_lesson(make_quiet_recording(Path(directory) / "lesson.flac", windows=1))
        assert_completed(insert_task("process", {"lesson_id": lesson_id}))
    return [just_started, _idle_percent(worker, seconds)]


def _idle_percent(worker: WorkerProcess, seconds: float) -> float:
    time.sleep(SETTLE_SECONDS)
    before = _cpu_seconds(worker.process.pid)
    time.sleep(seconds)
    return (_cpu_seconds(worker.process.pid) - before) / seconds * 100


def _cpu_seconds(pid: int) -> float:
    # The name in parentheses may hold anything; the fields after it are numbers.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user_ticks, system_ticks = int(fields[11]), int(fields[12])
    return (user_ticks + system_ticks) / os.sysconf("SC_CLK_TCK")
