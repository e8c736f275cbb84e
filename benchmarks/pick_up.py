"""How soon an idle worker begins with a row after its commit.

Rows are inserted by plain SQL, one after another, each when the worker has been idle for a moment
of chance length. The time counts from the insert's commit until another process can read that the
task is running, which is looked for every two milliseconds.
"""

import time
from random import Random

from benchmarks.report import Targets, percentile, print_table
from benchmarks.workers import on_each_database
from tests.acceptance.workers import (
    Workers,
    add_lesson,
    assert_completed,
    has_status,
    insert_task,
    spoken,
    worker_settings,
    write_settings,
)

MAX_MILLISECONDS = 250
ROWS, QUICK_ROWS = 60, 12
IDLE_SECONDS = (0.5, 2.0)
LOOK_SECONDS = 0.002
LIMIT_SECONDS = 60


def main(targets: Targets, is_quick: bool) -> None:
    n_rows = QUICK_ROWS if is_quick else ROWS
    found = on_each_database(lambda workers: _measure(workers, n_rows))
    print_table(
        f"Milliseconds from a row's commit until it is running, {n_rows} rows, one worker",
        ("", "p50", "p95", "most"),
        [
            (name, *(f"{percentile(times, share):.0f}" for share in (0.5, 0.95, 1)))
            for name, times in found.items()
        ],
    )
    for name, times in found.items():
        targets.at_most(f"{name}: p95", percentile(times, 0.95), MAX_MILLISECONDS, " ms")


def _measure(workers: Workers, n_rows: int) -> list[float]:
    write_settings(worker_settings())
    lesson_id = add_lesson(transcript=spoken(2))
    workers.start(1)
    # The first task imports what all others use.
    assert_completed(insert_task("correction", {"lesson_id": lesson_id}))
    random = Random(0)
    return [_pick_up_milliseconds(lesson_id, random) for _ in range(n_rows)]


def _pick_up_milliseconds(lesson_id: int, random: Random) -> float:
    time.sleep(random.uniform(*IDLE_SECONDS))
    task = insert_task("correction", {"lesson_id": lesson_id})
    committed = time.perf_counter()
    while has_status(task, "pending"):
        if time.perf_counter() - committed > LIMIT_SECONDS:
            raise SystemExit(f"task {task} was not begun within {LIMIT_SECONDS} s")
        time.sleep(LOOK_SECONDS)
    seconds = time.perf_counter() - committed
    assert_completed(task)
    return seconds * 1000
