"""The loop that looks after the task rows and starts those that are ready."""

import logging
import threading
import time

from sqlalchemy import Engine

from backend.errors.storage import PASSING_ERRORS, DatabaseDamaged
from backend.task_queue import dispatching, takeover
from backend.task_queue.dependencies import settle_dependencies
from backend.task_queue.dispatching import Run
from backend.task_queue.takeover import HeldRun
from backend.tasks.pipeline import queues
from backend.workers import admission
from backend.workers.engine import JobEngine
from backend.workers.runner import Runner
from backend.workers.slots import Slots

LOOK_SECONDS = 1.0
"""The rows are looked at so often even if nothing is heard of a change."""

RECONCILE_SECONDS = 3.0
"""Runs that nobody does are looked for so often."""

logger = logging.getLogger("lectern.workers")


class Dispatcher:
    """Moves the rows on whenever it is woken; every worker has one, and they may all be awake."""

    def __init__(self, db: Engine, engine: JobEngine, runner: Runner, slots: Slots) -> None:
        self._db = db
        self._engine = engine
        self._runner = runner
        self._slots = slots
        self._stages = {
            queue: stages for queue, stages in queues().items() if queue in slots.queues
        }
        self._woken = threading.Event()
        self._stopped = threading.Event()
        self._dependencies_due = 0.0
        self._reconcile_due = 0.0
        self._started: set[str] = set()
        """The runs that were begun here, as long as their rows do not say so."""
        self._suspect: set[str] = set()

    def wake(self) -> None:
        """A row may have changed, or a slot become free."""
        self._woken.set()

    def stop(self) -> None:
        self._stopped.set()
        self._woken.set()

    def run(self) -> None:
        """Look after the rows until it is stopped, whatever goes wrong."""
        complaint = ""
        while not self._stopped.is_set():
            self._woken.wait(LOOK_SECONDS)
            self._woken.clear()
            try:
                self.look()
                complaint = ""
            except (*PASSING_ERRORS, DatabaseDamaged) as error:
                if error.message != complaint:
                    logger.warning("the worker waits: %s", error.message)
                complaint = error.message
                self._stopped.wait(LOOK_SECONDS)
            except Exception:  # the outer edge of this thread, without which nothing would start
                logger.exception("the task rows could not be looked after; trying again")
                self._stopped.wait(LOOK_SECONDS)

    def look(self) -> None:
        """One look at the rows, and all that follows from it."""
        self._runner.stop_lost()
        if admission.admit(self._db):
            self.wake()  # what is found right may begin before all the others are looked at
        now = time.monotonic()
        if now >= self._dependencies_due:
            self._dependencies_due = now + LOOK_SECONDS
            settle_dependencies(self._db)
        waiting = dispatching.waiting_runs(self._db)
        if now >= self._reconcile_due:
            self._reconcile_due = now + RECONCILE_SECONDS
            self._reconcile(waiting)
        for run in self._dispatch(waiting):
            self._started.add(run.run_id)
            self._engine.start(run.task_id, run.run_id)

    def _dispatch(self, waiting: list[Run]) -> list[Run]:
        """Choose runs for the free slots; those that are about to take one count, too."""
        coming = [run for run in waiting if run.run_id in self._started]
        self._started = {run.run_id for run in coming}
        free: dict[str, int] = {}
        for queue, stages in self._stages.items():
            n_free = self._slots.free(queue) - sum(run.stage in stages for run in coming)
            if n_free > 0 and dispatching.has_ready(self._db, stages):
                free[queue] = n_free
        return dispatching.dispatch(self._db, free, self._stages) if free else []

    def _reconcile(self, waiting: list[Run]) -> None:
        """Mend what a crash between the row and its run has left behind.

        Each trouble must be met twice, because a run may just be on its way, or at its end.
        """
        runs = {run.run_id: run for run in waiting}
        for run_id in runs.keys() & self._suspect:
            # Its worker died before it claimed the row. Should it live and be slow, then the run
            # finds that the row is not its own any more.
            logger.warning("task %s is dispatched anew: nobody began it", runs[run_id].task_id)
            dispatching.requeue(self._db, runs[run_id])
        ended = self._find_ended()
        for token in ended.keys() & self._suspect:
            logger.warning("task %s is freed: its run has ended", ended[token].task_id)
            takeover.release_ended(self._db, ended[token])
        self._suspect = runs.keys() | ended.keys()

    def _find_ended(self) -> dict[str, HeldRun]:
        """By their tokens, the claims under which nobody works: by the engine's record, or because
        they are this worker's and it does not know of them."""
        held = takeover.held_runs(self._db)
        ended = self._engine.find_ended([each.run_id for each in held]) if held else set()
        return {
            each.token: each
            for each in held
            if each.run_id in ended or self._runner.has_lost(each.worker, each.token)
        }
