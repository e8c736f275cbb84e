"""10,000 rows that wait are done in the order of their priority and age, within steady memory.

Each is the offline correction of a small lesson of its own, so that the time is that of handing
work over and storing it. Meanwhile another process reads the list of tasks again and again.

How far a row was begun from its place in that order is counted in places: several are under way at
once, so that it need not be 0, but it may not exceed how many a worker does at once by much.
"""

import time
from pathlib import Path
from random import Random

from sqlmodel import Session, select

from backend import database
from backend.models import Lesson, Task
from backend.models.transcript import to_segments
from backend.task_queue.service import list_tasks
from benchmarks.report import Targets, percentile, print_table, say
from benchmarks.workers import DATABASES, library_with_workers
from tests.acceptance.workers import (
    WorkerProcess,
    Workers,
    query,
    spoken,
    worker_settings,
    write_settings,
)

ROWS, QUICK_ROWS = 10_000, 500
PRIORITIES = (0, 0, 0, 1, 5)
AT_ONCE = 4
MAX_PLACES = 5 * AT_ONCE
MAX_GROWTH = 1.1
"""Of memory from a tenth of the way to its end: all that is loaded once is loaded by then."""
MAX_LIST_MILLISECONDS = 50
LOOK_SECONDS = 0.5
STALL_SECONDS = 120


def main(targets: Targets, is_quick: bool) -> None:
    n_rows = QUICK_ROWS if is_quick else ROWS
    rows = []
    for name in DATABASES:
        with library_with_workers(name) as workers:
            found = _drain(workers, n_rows)
        rows.append((name, *found.figures(n_rows)))
        targets.holds(f"{name}: every row is completed", found.n_completed == n_rows)
        targets.at_most(f"{name}: places away from its own", found.most_places, MAX_PLACES)
        targets.at_most(f"{name}: memory at the end against a tenth", found.growth, MAX_GROWTH)
        milliseconds = percentile(found.list_milliseconds, 0.95)
        targets.at_most(f"{name}: task list, p95", milliseconds, MAX_LIST_MILLISECONDS, " ms")
    print_table(
        f"{n_rows} pending rows, one worker, {AT_ONCE} at once",
        ("", "s", "rows a s", "MiB at a tenth", "MiB at the end", "places", "list p50 ms", "p95"),
        rows,
    )


class _Drained:
    """What was seen while the rows were done."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.mebibytes: list[tuple[int, float]] = []
        """How many rows were done, and the worker's memory then."""
        self.list_milliseconds: list[float] = []
        self.n_completed = 0
        self.most_places = 0

    def mebibytes_at(self, n_done: float) -> float:
        return next(mebibytes for done, mebibytes in self.mebibytes if done >= n_done)

    @property
    def growth(self) -> float:
        n_rows = self.mebibytes[-1][0]
        return self.mebibytes[-1][1] / self.mebibytes_at(n_rows / 10)

    def figures(self, n_rows: int) -> list[str]:
        return [
            f"{self.seconds:.0f}",
            f"{n_rows / self.seconds:.0f}",
            f"{self.mebibytes_at(n_rows / 10):.0f}",
            f"{self.mebibytes[-1][1]:.0f}",
            str(self.most_places),
            f"{percentile(self.list_milliseconds, 0.5):.1f}",
            f"{percentile(self.list_milliseconds, 0.95):.1f}",
        ]


def _drain(workers: Workers, n_rows: int) -> _Drained:
    write_settings(worker_settings(worker={"language_tasks": AT_ONCE}))
    _insert(n_rows)
    say(f"  {n_rows} rows are waiting")
    found = _Drained()
    started = time.monotonic()
    (worker,) = workers.start(1)
    _watch(worker, n_rows, found)
    found.seconds = time.monotonic() - started
    ((found.n_completed,),) = query("SELECT count(*) FROM task WHERE status = 'completed'")
    found.most_places = _most_places_away()
    return found


def _insert(n_rows: int) -> None:
    random = Random(0)
    with Session(database.engine) as session:
        segments = to_segments(spoken(3))
        session.add_all(Lesson(title=f"Lesson {n}", transcript=segments) for n in range(n_rows))
        session.commit()
        lessons = session.exec(select(Lesson.id)).all()
        session.add_all(
            Task(
                task_type="correction",
                parameters={"lesson_id": lesson_id},
                priority=random.choice(PRIORITIES),
            )
            for lesson_id in lessons
        )
        session.commit()


def _watch(worker: WorkerProcess, n_rows: int, found: _Drained) -> None:
    n_done, moved_at = 0, time.monotonic()
    while n_done < n_rows:
        time.sleep(LOOK_SECONDS)
        begun = time.perf_counter()
        with Session(database.engine) as session:
            list_tasks(session)
        found.list_milliseconds.append((time.perf_counter() - begun) * 1000)
        before = n_done
        ended = "SELECT count(*) FROM task WHERE status IN ('completed', 'failed', 'cancelled')"
        ((n_done,),) = query(ended)
        found.mebibytes.append((n_done, _mebibytes(worker)))
        moved_at = time.monotonic() if n_done > before else moved_at
        if time.monotonic() - moved_at > STALL_SECONDS:
            raise SystemExit(f"nothing was done for {STALL_SECONDS} s, {n_done} rows are")


def _mebibytes(worker: WorkerProcess) -> float:
    lines = Path(f"/proc/{worker.process.pid}/status").read_text().splitlines()
    fields = dict(line.split(":", 1) for line in lines)
    return int(fields["VmRSS"].split()[0]) / 1024


def _most_places_away() -> int:
    """The farthest that any row was begun from its place by priority and age."""
    in_order = [row.id for row in query("SELECT id FROM task ORDER BY priority DESC, id")]
    begun = [row.id for row in query("SELECT id FROM task ORDER BY start_date, id")]
    place = {task: position for position, task in enumerate(in_order)}
    return max(abs(place[task] - position) for position, task in enumerate(begun))
