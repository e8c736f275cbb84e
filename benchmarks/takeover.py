"""How soon work goes on elsewhere after a kill, stops when it is cancelled, and lets a worker end.

- takeover: from the kill of a worker in mid-run until another worker has claimed its task
- cancel: from the cancel until the worker has let go of the task, and until the last call that
  went out, to a provider that takes a second for each
- exit: from SIGTERM in mid-run until the process has ended
"""

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session

from backend import database
from backend.task_queue.service import cancel_task
from benchmarks.report import Targets, percentile, print_table
from benchmarks.workers import DATABASES, library_with_workers
from tests.acceptance.workers import (
    AccountingStub,
    Workers,
    add_lesson,
    count_answers,
    count_windows,
    insert_task,
    spoken,
    task_row,
    worker_settings,
    write_settings,
)
from tests.audio_files import NANO_LESSON_PATH, repeat_audio
from tests.stubs.llm_server import serve
from tests.waiting import wait_until

TTL_SECONDS = 5.0
MAX_SECONDS = {
    "takeover, correction": TTL_SECONDS + 2,
    "takeover, transcription": TTL_SECONDS + 2,
    "cancel, last call sent": 2.0,
    "cancel, correction let go": 2.0,
    "exit, both under way": 10.0,
}
CALL_SECONDS = 1.0
LIMIT_SECONDS = 120
TIMES, QUICK_TIMES = 5, 2


def main(targets: Targets, is_quick: bool) -> None:
    n_times = QUICK_TIMES if is_quick else TIMES
    rows = []
    for name in DATABASES:
        for what, seconds in _measure(name, n_times).items():
            rows.append((f"{name}, {what}", *_figures(seconds)))
            if what in MAX_SECONDS:
                targets.at_most(f"{name}: {what}, most", max(seconds), MAX_SECONDS[what], " s")
    print_table(
        f"Seconds, {n_times} times each; a worker is taken for dead after {TTL_SECONDS:g} s",
        ("", "p50", "most"),
        rows,
    )


def _measure(name: str, n_times: int) -> dict[str, list[float]]:
    with (
        tempfile.TemporaryDirectory(prefix="lectern-bench-") as directory,
        library_with_workers(name) as workers,
        serve(AccountingStub(CALL_SECONDS)) as stub,
    ):
        write_settings(worker_settings(stub, worker={"takeover_seconds": TTL_SECONDS}))
        recording = Path(directory) / "lesson.flac"
        # Full of speech, so that a window takes seconds.
        repeat_audio(NANO_LESSON_PATH, 6, recording)
        bench = _Bench(workers, stub, recording)
        rounds = [bench.measure() for _ in range(n_times)]
    return {what: [found[what] for found in rounds] for what in rounds[0]}


def _figures(seconds: Sequence[float]) -> list[str]:
    return [f"{percentile(seconds, share):.2f}" for share in (0.5, 1)]


# --- what is measured --------------------------------------------------------------------------


@dataclass
class _Bench:
    """A library with two workers; whoever dies or ends is replaced."""

    workers: Workers
    stub: AccountingStub
    recording: Path
    _cancelled_at: float = 0.0

    def measure(self) -> dict[str, float]:
        """The seconds of each figure, once."""
        found = {
            "takeover, correction": self._take_over(self._begin_correction),
            "takeover, transcription": self._take_over(self._begin_transcription),
            "cancel, transcription let go": self._cancel(self._begin_transcription),
            "cancel, correction let go": self._cancel(self._begin_correction),
        }
        last_call = self.stub.received[-1].arrived_at
        return found | {
            "cancel, last call sent": max(0.0, last_call - self._cancelled_at),
            "exit, both under way": self._exit(),
        }

    def _take_over(self, begin: Callable[[], int]) -> float:
        task = begin()
        holder, claim = self.workers.holder_of(task), task_row(task).claim
        killed = time.monotonic()
        holder.kill()

        def is_taken_over() -> bool:
            row = task_row(task)
            return row.is_claimed and row.claim != claim

        wait_until(is_taken_over, LIMIT_SECONDS)
        seconds = time.monotonic() - killed
        self._cancel_now(task)
        return seconds

    def _cancel(self, begin: Callable[[], int]) -> float:
        return self._cancel_now(begin())

    def _cancel_now(self, task: int) -> float:
        with Session(database.engine) as session:
            cancel_task(session, task)
        self._cancelled_at = time.monotonic()
        wait_until(lambda: task_row(task).claim is None, LIMIT_SECONDS)
        return time.monotonic() - self._cancelled_at

    def _exit(self) -> float:
        """The longer of the two: which worker does which of the two tasks is their affair."""
        tasks = [self._begin_correction(), self._begin_transcription()]
        seconds = []
        for worker in self.workers.alive:
            asked = time.monotonic()
            if worker.stop() != 0:
                raise SystemExit("a worker that was asked to end failed")
            seconds.append(time.monotonic() - asked)
        with Session(database.engine) as session:
            for task in tasks:
                cancel_task(session, task)
        return max(seconds)

    def _begin_correction(self) -> int:
        """A correction, some calls of which are answered."""
        self._replace_workers()
        lesson_id = add_lesson(transcript=spoken(400))
        parameters = {"lesson_id": lesson_id, "segments_per_group": 2, "max_concurrency": 4}
        task = insert_task("correction", parameters)
        wait_until(lambda: count_answers(lesson_id) >= 4, LIMIT_SECONDS)
        return task

    def _begin_transcription(self) -> int:
        """A transcription, the first window of which is stored."""
        self._replace_workers()
        lesson_id = add_lesson(self.recording)
        task = insert_task("transcription", {"lesson_id": lesson_id})
        wait_until(lambda: count_windows(lesson_id) >= 1, LIMIT_SECONDS)
        return task

    def _replace_workers(self) -> None:
        self.workers.start(2 - len(self.workers.alive))
