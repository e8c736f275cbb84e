"""Hearing of changes to the task rows, without asking for the rows themselves."""

import logging
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing

import psycopg
from sqlalchemy import URL

from backend.database.patience import POSTGRES_PATIENCE

LOOK_SECONDS = 0.02
"""SQLite is asked so often whether its file has changed, which costs less than one per cent of
a core; PostgreSQL tells by itself."""

LISTEN_SECONDS = 1.0
RECONNECT_SECONDS = 1.0
CHANNEL = "lectern_task"
"""Where the trigger of the migration `0002_workers` notifies."""

logger = logging.getLogger("lectern.tasks")


class TableWatch:
    """Calls `on_change` soon after any process has committed a change.

    It may call without need. While the database is away it tries again, and calls once it is back.
    """

    def __init__(self, url: URL, on_change: Callable[[], None]) -> None:
        self._url = url
        self._on_change = on_change
        self._stopped = threading.Event()

    def stop(self) -> None:
        self._stopped.set()

    def run(self) -> None:
        is_sqlite = self._url.get_backend_name() == "sqlite"
        while not self._stopped.is_set():
            try:
                if is_sqlite:
                    self._watch_file()
                else:
                    self._listen()
            except (sqlite3.Error, psycopg.Error) as error:
                # The dispatcher meets the same trouble and says it in words.
                logger.info("no changes are heard of: %s", error)
                self._stopped.wait(RECONNECT_SECONDS)

    def _watch_file(self) -> None:
        with closing(sqlite3.connect(str(self._url.database))) as connection:
            version = None
            while not self._stopped.wait(LOOK_SECONDS):
                (current,) = connection.execute("PRAGMA data_version").fetchone()
                if current != version:
                    version = current
                    self._on_change()

    def _listen(self) -> None:
        address = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True, **POSTGRES_PATIENCE) as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            self._on_change()
            while not self._stopped.is_set():
                if any(True for _ in connection.notifies(timeout=LISTEN_SECONDS, stop_after=1)):
                    self._on_change()
