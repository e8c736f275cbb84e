"""The port to the job engine: DBOS, on SQLite or PostgreSQL, driven by rows of ours.

A run is one stage of one task. The engine keeps which runs there are, hands each to one worker at
a time, and gives those of a dead worker to another. Nothing but ids goes into its tables.

Some things of DBOS 3.4.0 are used that it does not document (the version is pinned exactly, and
`tests/unit/workers/test_engine.py` holds them): its queue loop, run here with a bell in place of a
clock and this worker's own limit in place of the stored one; its list of the runs under way; the
re-enqueuing of a dead executor's runs and of a single one; the look-up of many runs at once; and
how it asks SQLite for the time.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, Queue, SetWorkflowID
from dbos._queue import queue_worker_thread
from dbos._sys_db import WorkflowStatusInternal
from dbos._utils import INTERNAL_QUEUE_NAME
from sqlalchemy import event

from backend.database.patience import BUSY_TIMEOUT_SECONDS, POSTGRES_PATIENCE
from backend.workers.bell import Bell
from backend.workers.slots import Slots

APPLICATION_VERSION = "1"
"""Bumped only when a run of the former version cannot be gone on with: runs of another version
are left to workers of that version."""

SCHEMA = "lectern_engine"
"""Where the engine's tables are on PostgreSQL."""

OPEN = ("ENQUEUED", "PENDING")
"""The engine's words for a run that waits or is under way."""

PRUNE_BATCH = 500

Work = Callable[[int, str], None]
"""Does the run with this task id and run id. It never raises: the task row says what went wrong."""

logger = logging.getLogger("lectern.workers")


class _ToOurLog(logging.Handler):
    """Hands the engine's records to our log, whose own handlers may change meanwhile."""

    def emit(self, record: logging.LogRecord) -> None:
        logger.handle(record)


class JobEngine:
    """The engine within one worker process; there can be one per process.

    It takes runs of the queues of `slots`, as many as there are free places; those of the other
    queues are left to other workers. `executor_id` must be new at each start.
    """

    def __init__(self, url: str, executor_id: str, slots: Slots, work: Work) -> None:
        self._tables = _engine_for(url)
        config: DBOSConfig = {
            "name": "lectern",
            "system_database_engine": self._tables,
            "system_database_url": url.replace("postgresql+psycopg", "postgresql"),
            "dbos_system_schema": SCHEMA,
            "executor_id": executor_id,
            "application_version": APPLICATION_VERSION,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "WARNING",
        }
        self._share_log()
        self._dbos = DBOS(config=config)
        self._executor_id = executor_id
        self._slots = slots
        self._queues: dict[str, Queue] = {}
        self._bells: dict[str, Bell] = {}
        self._loops: list[threading.Thread] = []
        self._run = self._register(work)

    def _share_log(self) -> None:
        """The engine's warnings go where ours go; without a handler it would add its own."""
        engine_logger = logging.getLogger("dbos")
        engine_logger.handlers = [_ToOurLog()]
        engine_logger.propagate = False

    def _register(self, work: Work) -> Callable[[int, str], None]:
        @DBOS.step(name="stage")
        def stage(task_id: int, run_id: str) -> None:
            work(task_id, run_id)

        @DBOS.workflow(name="run", max_recovery_attempts=None)
        def run(task_id: int, run_id: str) -> None:
            stage(task_id, run_id)

        return run

    def launch(self) -> None:
        """Bring the engine's tables up to date and begin to take runs."""
        DBOS.listen_queues([])  # its own loops would look at the clock
        DBOS.launch()
        for name in self._slots.queues:
            queue = self._queues[name] = DBOS.register_queue(name)
            queue.database_backed_queue = False  # its limit is this worker's and is not reloaded
            bell = self._bells[name] = Bell()
            loop = threading.Thread(
                target=queue_worker_thread,
                args=(bell, self._dbos, queue),
                name=f"queue-{name}",
                daemon=True,
            )
            loop.start()
            self._loops.append(loop)

    def enqueue(self, queue: str, task_id: int, run_id: str) -> None:
        """Hand a run over; a run that is there already stays as it is."""
        with SetWorkflowID(run_id):
            DBOS.enqueue_workflow(queue, self._run, task_id, run_id)
        self.ring(queue)

    def ring(self, name: str) -> None:
        """There may be a run to take: have the queue's loop look, if there is a free place."""
        if name not in self._bells or not self._slots.free(name):
            return
        # A run counts as under way for the engine until its end is recorded, some moments after
        # its place has become free.
        n_active = self._dbos._active_workflows_set.count_for_queue(name)
        self._queues[name]._worker_concurrency = n_active + self._slots.free(name)
        self._bells[name].ring()

    def recover(self, executor_id: str) -> None:
        """Give the runs of a dead executor back to their queues."""
        DBOS._recover_pending_workflows([executor_id])

    def requeue(self, run_id: str) -> None:
        """Put a run of this worker's back into its queue, because nobody here is doing it."""
        self._dbos._sys_db.reenqueue_for_recovery(run_id, [self._executor_id], INTERNAL_QUEUE_NAME)

    def find_open(self, run_ids: Collection[str]) -> set[str]:
        """Those of the runs that wait or are under way."""
        return {status["workflow_uuid"] for status in self._open(run_ids)}

    def find_stuck(self, run_ids: Collection[str]) -> set[str]:
        """Those of the runs that this worker took and is not doing: it could not begin them."""
        active = set(self._dbos._active_workflows_set.activeList())
        return {
            status["workflow_uuid"]
            for status in self._open(run_ids)
            if status["status"] == "PENDING"
            and status["executor_id"] == self._executor_id
            and status["workflow_uuid"] not in active
        }

    def find_ended(self, run_ids: Collection[str]) -> set[str]:
        """Those of the runs that the engine knows to have ended, in whatever way."""
        statuses = self._dbos._sys_db.get_workflow_statuses(list(run_ids))
        return {status["workflow_uuid"] for status in statuses if status["status"] not in OPEN}

    def _open(self, run_ids: Collection[str]) -> list[WorkflowStatusInternal]:
        statuses = self._dbos._sys_db.get_workflow_statuses(list(run_ids))
        return [status for status in statuses if status["status"] in OPEN]

    def prune(self, older_than: timedelta) -> int:
        """Forget the runs that ended so long ago; returns how many."""
        before = (datetime.now(UTC) - older_than).isoformat()
        n_pruned = 0
        while True:
            ended = DBOS.list_workflows(
                completed_before=before,
                status=["SUCCESS", "ERROR", "CANCELLED"],
                limit=PRUNE_BATCH,
                load_input=False,
                load_output=False,
            )
            if not ended:
                return n_pruned
            DBOS.delete_workflows([workflow.workflow_id for workflow in ended])
            n_pruned += len(ended)

    def stop_taking(self) -> None:
        """Take no further run."""
        for bell in self._bells.values():
            bell.set()

    def close(self, patience_seconds: float) -> None:
        """Let go of the database; runs under way are not waited for."""
        self.stop_taking()
        deadline = time.monotonic() + patience_seconds
        for loop in self._loops:
            loop.join(max(0.0, deadline - time.monotonic()))
        DBOS.destroy(destroy_registry=True)
        self._tables.dispose()


def read_ended(database_url: str, run_ids: Collection[str]) -> set[str]:
    """Those of the runs that have ended by the engine's record; for who is not a worker.

    Without the engine's tables nothing is known to have ended.
    """
    tables = _engine_for(engine_url(database_url))
    schema = None if tables.dialect.name == "sqlite" else SCHEMA
    try:
        if tables.dialect.name == "sqlite" and not Path(str(tables.url.database)).exists():
            return set()
        with tables.connect() as connection:
            if not sqlalchemy.inspect(connection).has_table("workflow_status", schema=schema):
                return set()
            runs = sqlalchemy.table(
                "workflow_status",
                sqlalchemy.column("workflow_uuid"),
                sqlalchemy.column("status"),
                schema=schema,
            )
            ended = sqlalchemy.select(runs.c.workflow_uuid).where(
                runs.c.workflow_uuid.in_(run_ids), runs.c.status.not_in(OPEN)
            )
            return set(connection.scalars(ended))
    finally:
        tables.dispose()


def engine_url(database_url: str) -> str:
    """Where the engine's tables are: their own file beside ours, or their own schema."""
    url = sqlalchemy.make_url(database_url)
    if url.get_backend_name() == "sqlite":
        url = url.set(database=f"{str(url.database).removesuffix('.db')}-engine.db")
    return url.render_as_string(hide_password=False)


def _engine_for(url: str) -> sqlalchemy.Engine:
    parsed = sqlalchemy.make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return sqlalchemy.create_engine(
            parsed,
            pool_pre_ping=True,
            pool_size=5,
            max_overflow=20,
            connect_args=POSTGRES_PATIENCE,
        )
    built = sqlalchemy.create_engine(parsed, connect_args={"timeout": BUSY_TIMEOUT_SECONDS})

    @event.listens_for(built, "connect")
    def set_up(connection: sqlite3.Connection, record: object) -> None:
        # As the engine sets them where it makes the connection itself, and as for our own file.
        connection.isolation_level = "IMMEDIATE"
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")
        # From Python 3.12 on DBOS asks SQLite for parts of seconds, whatever SQLite there is: one
        # from before 3.42, as in Debian 12, answers NULL, and no worker could begin.
        connection.create_function("unixepoch", -1, _unix_seconds)

    return built


def _unix_seconds(*modifiers: str) -> float:
    """SQLite's own function of this name, as far as DBOS uses it."""
    now = time.time()
    return round(now, 3) if "subsec" in modifiers else int(now)
