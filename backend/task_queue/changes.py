"""What changes in the task table, read once for everybody who wants to know."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Engine, select
from sqlmodel import Session, col

from backend.errors import LecternError
from backend.models import Task
from backend.task_queue.reading import TaskView, as_text, read_tasks

RESTING_SHARE = 4.0
"""After a reading the follower rests so many times as long as it took, so that it costs a fifth of
a core at most, however many tasks there are."""

SHORTEST_REST_SECONDS = 0.05
RETRY_SECONDS = 1.0
READ_AT_ONCE = 500

Glance = dict[int, tuple[str | None, ...]]
"""What tells a task's states apart, by the task's id."""

logger = logging.getLogger("lectern.tasks")


class TaskFollower:
    """Calls `on_change` with each task that is new or has changed, soon after the commit.

    States that follow each other faster than it reads are told as one. `on_begin` is called when
    it knows the tasks as they are: what changes from then on is told. `run` is for a thread of its
    own.
    """

    def __init__(
        self,
        engine: Engine,
        on_change: Callable[[TaskView], None],
        on_begin: Callable[[], None],
    ) -> None:
        self._engine = engine
        self._on_change = on_change
        self._on_begin = on_begin
        self._stopped = threading.Event()
        self._may_have_news = threading.Event()

    def _wake(self) -> None:
        self._may_have_news.set()

    def stop(self) -> None:
        self._stopped.set()
        self._wake()

    def run(self) -> None:
        # It loads psycopg, and nobody who waits for the server to start should wait for that.
        from backend.task_queue.watch import TableWatch

        seen = self._begin()
        if seen is None:
            return
        self._on_begin()
        watch = TableWatch(self._engine.url, self._wake)
        threading.Thread(target=watch.run, name="watch", daemon=True).start()
        self._follow(seen)
        watch.stop()

    def _follow(self, seen: Glance) -> None:
        while True:
            self._may_have_news.wait()
            self._may_have_news.clear()
            if self._stopped.is_set():
                return
            try:
                seen = self._tell_changes(seen)
            except LecternError as error:  # the watch calls again once the database is back
                logger.info("the tasks cannot be followed at present: %s", error.message)
                self._stopped.wait(RETRY_SECONDS)
            except Exception:  # the outer edge of a thread that must go on
                logger.exception("the tasks could not be followed this time")
                self._stopped.wait(RETRY_SECONDS)

    def _begin(self) -> Glance | None:
        """The tasks as they are now; None if it was stopped while the database was away."""
        while not self._stopped.is_set():
            try:
                with Session(self._engine) as session:
                    return _glance(session)
            except LecternError as error:
                logger.info("the tasks cannot be followed yet: %s", error.message)
                self._stopped.wait(RETRY_SECONDS)
        return None

    def _tell_changes(self, seen: Glance) -> Glance:
        began = time.monotonic()
        with Session(self._engine) as session:
            present = _glance(session)
            changed = [task for task, state in present.items() if seen.get(task) != state]
            for view in _read_in_parts(session, changed):
                self._on_change(view)
        self._stopped.wait(max(SHORTEST_REST_SECONDS, (time.monotonic() - began) * RESTING_SHARE))
        return present


def _glance(session: Session) -> Glance:
    columns: tuple[Any, ...] = (
        col(Task.id),
        col(Task.status),
        col(Task.progress),
        col(Task.progress_message),
        col(Task.doing),
        col(Task.attempt),
        col(Task.worker),
    )
    statement = select(*(as_text(column) for column in columns))
    rows = session.connection().execute(statement)
    return {int(task_id): tuple(state) for task_id, *state in rows}


def _read_in_parts(session: Session, task_ids: list[int]) -> Iterator[TaskView]:
    for start in range(0, len(task_ids), READ_AT_ONCE):
        yield from read_tasks(session, task_ids[start : start + READ_AT_ONCE])
