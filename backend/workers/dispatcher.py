"""The loop that looks after the task rows and hands those that are ready to the engine."""

import logging
import threading
import time

from sqlalchemy import Engine

from backend.errors.storage import PASSING_ERRORS, DatabaseDamaged
from backend.task_queue import dispatching, takeover
from backend.task_queue.dependencies import settle_dependencies
from backend.task_queue.dispatching import Run
from backend.task_queue.takeover import HeldRun
from backend.tasks.pipeline import all_stages, queues, stage_named
from backend.workers import admission
from backend.workers.engine import JobEngine
from backend.workers.runner import Runner
from backend.workers.slots import Slots

LOOK_SECONDS = 1.0
"""The rows are looked at so often even if nothing is heard of a change."""

RECONCILE_SECONDS = 3.0
"""The runs of the rows are compared with the engine's own so often."""

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
            self._engine.enqueue(stage_named(run.stage).queue, run.task_id, run.run_id)
        for queue in self._queues_of(waiting):
            self._engine.ring(queue)

    def _queues_of(self, runs: list[Run]) -> set[str]:
        # A row may name a stage that this version does not know.
        of_stage = {stage.name: stage.queue for stage in all_stages()}
        return {of_stage[run.stage] for run in runs if run.stage in of_stage}

    def _dispatch(self, waiting: list[Run]) -> list[Run]:
        """Choose runs for the free slots; those that wait in the engine already count, too."""
        free: dict[str, int] = {}
        for queue, stages in self._stages.items():
            n_free = self._slots.free(queue) - sum(run.stage in stages for run in waiting)
            if n_free > 0 and dispatching.has_ready(self._db, stages):
                free[queue] = n_free
        return dispatching.dispatch(self._db, free, self._stages) if free else []

    def _reconcile(self, waiting: list[Run]) -> None:
        """Mend what a crash between the row and the engine has left behind.

        Each trouble must be met twice, because a run may just be on its way, or at its end.
        """
        runs = {run.run_id: run for run in waiting}
        unknown = runs.keys() - self._engine.find_open(runs) if runs else set()
        stuck = self._engine.find_stuck(runs) if runs else set()
        for run_id in unknown & self._suspect:
            # Its worker died before the engine had it, or the engine's tables were lost.
            logger.warning("task %s is handed to the engine anew", runs[run_id].task_id)
            dispatching.requeue(self._db, runs[run_id])
        for run_id in stuck & self._suspect:
            logger.warning("task %s is given back to its queue", runs[run_id].task_id)
            self._engine.requeue(run_id)
        ended = self._find_ended()
        for token in ended.keys() & self._suspect:
            logger.warning("task %s is freed: its run has ended", ended[token].task_id)
            takeover.release_ended(self._db, ended[token])
        self._suspect = unknown | stuck | ended.keys()

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
