"""What the job engine's own queues would cost, beside what we do instead: start runs directly.

The queues as DBOS documents them: one for each kind of work, in order of priority, one run at a
time in each partition (a lesson), looked at by the clock. Each way in a process of its own, on
SQLite: the share of a core when nothing is to be done, and the milliseconds from handing a run
over until it has begun, one after another. `docs/decisions/0008-the-job-engine.md` rests on it.
"""

import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from random import Random

from dbos import DBOS, DBOSConfig, SetEnqueueOptions

from benchmarks.report import Targets, percentile, print_table

INTERVALS_SECONDS = (0.05, 0.2, 1.0)
QUEUES = ("transcription", "language")
IDLE_SECONDS, QUICK_IDLE_SECONDS = 20.0, 5.0
RUNS, QUICK_RUNS = 40, 10
GAP_SECONDS = (0.1, 0.5)
LIMIT_SECONDS = 60


def main(targets: Targets, is_quick: bool) -> None:
    ways = {"started directly": 0.0} | {
        f"queues, every {interval:g} s": interval for interval in INTERVALS_SECONDS
    }
    rows = []
    for name, interval in ways.items():
        options = [str(interval), str(int(is_quick))]
        command = [sys.executable, "-m", "benchmarks.engine_queues", *options]
        answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        percent, times = json.loads(answer.stdout)
        figures = (f"{percentile(times, share):.0f}" for share in (0.5, 0.95, 1))
        rows.append((name, f"{percent:.1f}", *figures))
    print_table(
        "Per cent of a core when idle; milliseconds until a run has begun",
        ("", "idle", "p50", "p95", "most"),
        rows,
    )


def measure(interval_seconds: float, is_quick: bool) -> tuple[float, list[float]]:
    """The idle share of a core in per cent, and each run's milliseconds; 0: without queues."""
    begun = threading.Event()

    @DBOS.workflow(name="run")
    def run(number: int) -> None:
        begun.set()

    DBOS.listen_queues(QUEUES if interval_seconds else [])
    DBOS.launch()
    for name in QUEUES if interval_seconds else ():
        DBOS.register_queue(name, partition_concurrency=1, polling_interval_sec=interval_seconds)
    idle_seconds = QUICK_IDLE_SECONDS if is_quick else IDLE_SECONDS
    time.sleep(2.0)  # the engine notices new queues by the clock, too
    before = time.process_time()
    time.sleep(idle_seconds)
    percent = (time.process_time() - before) / idle_seconds * 100
    random = Random(0)
    times = []
    for number in range(QUICK_RUNS if is_quick else RUNS):
        time.sleep(random.uniform(*GAP_SECONDS))
        begun.clear()
        started = time.perf_counter()
        if interval_seconds:
            with SetEnqueueOptions(priority=1, queue_partition_key=f"lesson-{number}"):
                handle = DBOS.enqueue_workflow("language", run, number)
        else:
            handle = DBOS.start_workflow(run, number)
        if not begun.wait(LIMIT_SECONDS):
            raise SystemExit(f"run {number} was not begun within {LIMIT_SECONDS} s")
        times.append((time.perf_counter() - started) * 1000)
        handle.get_result()  # its end is recorded before the next one, and the file is left, too
    return percent, times


def _main() -> None:
    with tempfile.TemporaryDirectory(prefix="lectern-bench-") as directory:
        config: DBOSConfig = {
            "name": "bench",
            "system_database_url": f"sqlite:///{Path(directory) / 'engine.db'}",
            "log_level": "ERROR",
        }
        DBOS(config=config)
        found = measure(float(sys.argv[1]), bool(int(sys.argv[2])))
        DBOS.destroy()
    print(json.dumps(found))


if __name__ == "__main__":
    _main()
