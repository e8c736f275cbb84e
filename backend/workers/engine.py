"""The port to the job engine: DBOS, on SQLite or PostgreSQL, driven by rows of ours.

A run is one stage of one task. The engine does each at most once, in a thread of its own, and
remembers that it has ended. Nothing but ids goes into its tables. Only what DBOS documents is used
of it (`tests/unit/workers/test_engine.py` sees to that); which run is started where and when is
decided by the rows, see docs/decisions/0008-the-job-engine.md.
"""

import logging
import sqlite3
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID
from sqlalchemy import event

from backend.database.failures import describe, named_database_errors
from backend.database.patience import BUSY_TIMEOUT_SECONDS, POSTGRES_PATIENCE

APPLICATION_VERSION = "1"
"""Without one, DBOS makes it of the code, and keeps a record of every version that ever ran."""

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

    `executor_id` must be new at each start, or the engine would do over what another start did.
    """

    def __init__(self, url: str, executor_id: str, work: Work) -> None:
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
        DBOS(config=config)
        self._run = self._register(work)

    def _share_log(self) -> None:
        """The engine's warnings go where ours go; without a handler it would add its own."""
        engine_logger = logging.getLogger("dbos")
        engine_logger.handlers = [_ToOurLog()]
        engine_logger.propagate = False

    def _register(self, work: Work) -> Callable[[int, str], None]:
        @DBOS.workflow(name="run")
        def run(task_id: int, run_id: str) -> None:
            work(task_id, run_id)

        return run

    def launch(self) -> None:
        """Bring the engine's tables up to date."""
        DBOS.listen_queues([])  # what a former version of ours has left in its queues stays there
        DBOS.launch()

    def start(self, task_id: int, run_id: str) -> None:
        """Begin a run; one that was begun before, by whatever worker, is not begun again."""
        with SetWorkflowID(run_id):
            DBOS.start_workflow(self._run, task_id, run_id)

    def find_ended(self, run_ids: Collection[str]) -> set[str]:
        """Those of the runs that the engine knows to have ended, in whatever way.

        Raises
        ------
        DatabaseError
        """
        where = describe(self._tables.url)
        with named_database_errors(where), self._tables.connect() as connection:
            return _read_ended(connection, run_ids)

    def prune(self, older_than: timedelta, kept: Collection[str]) -> int:
        """Forget the runs that began so long ago, but for those `kept`; returns how many."""
        before = (datetime.now(UTC) - older_than).isoformat()
        n_pruned = 0
        while True:
            begun = DBOS.list_workflows(
                end_time=before,
                limit=PRUNE_BATCH + len(kept),
                load_input=False,
                load_output=False,
            )
            old = [run.workflow_id for run in begun if run.workflow_id not in kept]
            if not old:
                return n_pruned
            DBOS.delete_workflows(old)
            n_pruned += len(old)

    def close(self) -> None:
        """Let go of the database; runs under way are not waited for."""
        DBOS.destroy(destroy_registry=True)
        self._tables.dispose()


def read_ended(database_url: str, run_ids: Collection[str]) -> set[str]:
    """Those of the runs that have ended by the engine's record; for who is not a worker.

    Without the engine's tables nothing is known to have ended.
    """
    tables = _engine_for(engine_url(database_url))
    is_sqlite = tables.dialect.name == "sqlite"
    try:
        if is_sqlite and not Path(str(tables.url.database)).exists():
            return set()
        with tables.connect() as connection:
            schema = None if is_sqlite else SCHEMA
            if not sqlalchemy.inspect(connection).has_table("workflow_status", schema=schema):
                return set()
            return _read_ended(connection, run_ids)
    finally:
        tables.dispose()


def _read_ended(connection: sqlalchemy.Connection, run_ids: Collection[str]) -> set[str]:
    # By the table, which DBOS documents: its client cannot read what a worker has yet to upgrade.
    runs = sqlalchemy.table(
        "workflow_status",
        sqlalchemy.column("workflow_uuid"),
        sqlalchemy.column("status"),
        schema=None if connection.dialect.name == "sqlite" else SCHEMA,
    )
    ended = sqlalchemy.select(runs.c.workflow_uuid).where(
        runs.c.workflow_uuid.in_(run_ids), runs.c.status.not_in(OPEN)
    )
    return set(connection.scalars(ended))


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
