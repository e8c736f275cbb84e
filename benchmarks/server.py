"""How soon the server starts and answers: lists, a long transcript, and with 50 event streams.

Lists and the transcript are those of the big library (see big_library.py), asked for one after
another over a connection that stays. The transcript's time is until the last byte has come and was
decompressed. Event streams are read while a worker transcribes; the requests are those of a page
that looks around.
"""

import gzip
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import httpx

from benchmarks.big_library import big_library
from benchmarks.report import Targets, percentile, print_table
from benchmarks.workers import DATABASES, library_with_workers
from tests.acceptance.workers import (
    Workers,
    add_lesson,
    insert_task,
    make_quiet_recording,
    task_row,
    wait_for_end,
    worker_settings,
    write_settings,
)
from tests.api.server import ServerProcess

MAX_LIST_MILLISECONDS = 50
MAX_TRANSCRIPT_MILLISECONDS = 150
MAX_BESIDE_READERS_MILLISECONDS = 200
MAX_START_RATIO = 1.5

LISTS = {
    "lessons": "/api/v1/lessons",
    "lessons of a course, by title": "/api/v1/lessons?course_id=1&sort=title",
    "lessons in a state": "/api/v1/lessons?state=transcribed&limit=200",
    "courses": "/api/v1/courses",
    "tasks": "/api/v1/tasks",
    "notes": "/api/v1/notes",
}
TRANSCRIPT = "/api/v1/lessons/1/transcript"
N_READERS = 50
LIMIT_SECONDS = 60
LOOK_SECONDS = 0.005


def main(targets: Targets, is_quick: bool) -> None:
    _report_start(targets, 3 if is_quick else 9)
    for kind in DATABASES:
        _report_answers(targets, kind, 20 if is_quick else 100)
    for kind in DATABASES:
        _report_beside_readers(targets, kind, 2 if is_quick else 6)


# --- the start -------------------------------------------------------------------------------


def _report_start(targets: Targets, n_times: int) -> None:
    """In turns, so that both meet the same machine."""
    own, bare = [], []
    with tempfile.TemporaryDirectory(prefix="lectern-bench-") as name:
        directory = Path(name)
        _start_own(directory)  # which makes the database
        for _ in range(n_times):
            bare.append(_start_bare(directory))
            own.append(_start_own(directory))
    rows = [
        (name, *(f"{percentile(times, share):.2f}" for share in (0.5, 0, 1)))
        for name, times in (("lectern serve", own), ("FastAPI and SQLModel, bare", bare))
    ]
    print_table("Seconds from the start of the process to the first answer", COLUMNS, rows)
    ratio = percentile(own, 0.5) / percentile(bare, 0.5)
    targets.at_most("start of the server against a bare one", ratio, MAX_START_RATIO)


COLUMNS = ("", "median", "least", "most")


def _start_own(directory: Path) -> float:
    code = "from backend.cli.serve import serve; serve()"
    command = [sys.executable, "-c", code, "--no-worker", "--port"]
    return _time_start(command, "/api/v1/lessons", LECTERN_DATA_DIR=str(directory))


def _start_bare(directory: Path) -> float:
    command = [sys.executable, "-m", "uvicorn", "benchmarks.bare_app:app", "--no-access-log"]
    database = f"sqlite:///{directory / 'bare.db'}"
    return _time_start([*command, "--port"], "/items", BARE_DATABASE=database)


def _time_start(command: Sequence[str], path: str, **environment: str) -> float:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    began = time.perf_counter()
    process = subprocess.Popen(
        [*command, str(port)],
        env=os.environ | environment,
        **quiet,  # type: ignore[call-overload]
    )
    try:
        _wait_for_answer(f"http://127.0.0.1:{port}{path}", began)
        return time.perf_counter() - began
    finally:
        process.terminate()
        process.wait(LIMIT_SECONDS)


def _wait_for_answer(address: str, began: float) -> None:
    with httpx.Client() as client:
        while True:
            try:
                client.get(address).raise_for_status()
            except httpx.ConnectError:
                if time.perf_counter() - began > LIMIT_SECONDS:
                    raise
                time.sleep(LOOK_SECONDS)
            else:
                return


# --- answers ---------------------------------------------------------------------------------


def _report_answers(targets: Targets, kind: str, n_times: int) -> None:
    with big_library(kind), ServerProcess("--no-worker") as server, server.client() as client:
        found = {name: _times(client, path, n_times) for name, path in LISTS.items()}
        first = _milliseconds(lambda: client.get(TRANSCRIPT))
        transcript = _times(client, TRANSCRIPT, n_times)
        sizes = _sizes(client)
    rows = [(name, *_figures(times)) for name, times in found.items()]
    rows.append(("a transcript of 10,000 segments", *_figures(transcript)))
    title = f"Milliseconds of an answer, {n_times} times, 1,000 lessons on {kind}"
    print_table(title, ("", "p50", "p95", "most"), rows)
    print_table(
        f"The transcript on {kind}", ("", "figure"), [("first time, ms", f"{first:.0f}"), *sizes]
    )
    for name, times in found.items():
        p95 = percentile(times, 0.95)
        targets.at_most(f"{kind}: {name}, p95", p95, MAX_LIST_MILLISECONDS, " ms")
    p95 = percentile(transcript, 0.95)
    targets.at_most(f"{kind}: transcript, p95", p95, MAX_TRANSCRIPT_MILLISECONDS, " ms")


def _times(client: httpx.Client, path: str, n_times: int) -> list[float]:
    client.get(path).raise_for_status()
    return [_milliseconds(lambda: client.get(path)) for _ in range(n_times)]


def _milliseconds(ask: Callable[[], httpx.Response]) -> float:
    began = time.perf_counter()
    ask().raise_for_status()
    return (time.perf_counter() - began) * 1000


def _figures(times: Sequence[float]) -> tuple[str, ...]:
    return tuple(f"{percentile(times, share):.0f}" for share in (0.5, 0.95, 1))


def _sizes(client: httpx.Client) -> list[tuple[str, str]]:
    with client.stream("GET", TRANSCRIPT, headers={"Accept-Encoding": "gzip"}) as answer:
        sent = b"".join(answer.iter_raw())
    return [
        ("MB", f"{len(gzip.decompress(sent)) / 1e6:.1f}"),
        ("MB sent", f"{len(sent) / 1e6:.1f}"),
    ]


# --- beside event streams --------------------------------------------------------------------


def _report_beside_readers(targets: Targets, kind: str, n_windows: int) -> None:
    with library_with_workers(kind) as workers, ServerProcess("--no-worker") as server:
        beside, n_events = _ask_beside_readers(server, workers, n_windows)
    title = f"Milliseconds of an answer beside {N_READERS} event streams and a worker, on {kind}"
    print_table(title, ("", "p50", "p95", "most"), [("lessons and tasks", *_figures(beside))])
    print_table("Events", ("", "figure"), [("told to each reader", n_events)])
    p95 = percentile(beside, 0.95)
    targets.at_most(f"{kind}: beside readers, p95", p95, MAX_BESIDE_READERS_MILLISECONDS, " ms")


def _ask_beside_readers(
    server: ServerProcess, workers: Workers, n_windows: int
) -> tuple[list[float], int]:
    write_settings(worker_settings())
    with tempfile.TemporaryDirectory() as directory:
        recording = make_quiet_recording(Path(directory) / "long.flac", n_windows)
        lesson_id = add_lesson(recording)
    workers.start(1)
    with server.client() as client, _readers(server) as counts:
        task = insert_task("transcription", {"lesson_id": lesson_id})
        times = []
        while task_row(task).status in ("pending", "running"):
            times.append(_milliseconds(lambda: client.get("/api/v1/lessons")))
            times.append(_milliseconds(lambda: client.get("/api/v1/tasks")))
        wait_for_end(task)
        time.sleep(1)  # for the last events
    return times, min(counts)


@contextmanager
def _readers(server: ServerProcess) -> Iterator[list[int]]:
    """So many event streams that are read; gives how many events each has had."""
    counts = [0] * N_READERS
    with ExitStack() as stack:
        client = stack.enter_context(
            httpx.Client(
                base_url=server.address or "",
                timeout=LIMIT_SECONDS,
                limits=httpx.Limits(max_connections=N_READERS),
            )
        )
        for place in range(N_READERS):
            answer = stack.enter_context(client.stream("GET", "/api/v1/events"))
            thread = threading.Thread(target=_count, args=(answer, counts, place), daemon=True)
            thread.start()
        yield counts


def _count(answer: httpx.Response, counts: list[int], place: int) -> None:
    try:
        for line in answer.iter_lines():
            counts[place] += line.startswith("event: task")
    except (httpx.HTTPError, httpx.StreamError):
        return  # the benchmark has closed it
