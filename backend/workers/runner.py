"""What a worker does with a run: claim its row, do the stage, say how it ended."""

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Engine
from sqlmodel import Session

from backend.config.environment import log_dir
from backend.config.settings import Settings
from backend.database.sessions import begin_write
from backend.errors import LecternError, OwnershipLost, UnexpectedError
from backend.errors.storage import PASSING_ERRORS, DatabaseDamaged
from backend.models.notices import Notice
from backend.task_queue.claims import claim_run, end_claim, held_claims, release_claim
from backend.task_queue.dispatching import Run, requeue
from backend.task_queue.states import failed
from backend.tasks.kept_settings import keep_settings, with_kept
from backend.tasks.parameters import ProcessParameters, TaskParameters, read_parameters
from backend.tasks.pipeline import is_stage_due, stage_named
from backend.tasks.stage import StageContext, run_stage
from backend.workers.claim import Claim, retry_passing
from backend.workers.settings import CurrentSettings
from backend.workers.slots import Slots

logger = logging.getLogger("lectern.workers")

Value = TypeVar("Value")

DONE_ALREADY = Notice("done-already", "It was done already.")


class Runner:
    """Does the runs that the engine gives to one worker, each in a thread of the engine's."""

    def __init__(
        self,
        db: Engine,
        worker: str,
        slots: Slots,
        settings: CurrentSettings,
        on_end: Callable[[], None],
    ) -> None:
        self._db = db
        self._worker = worker
        self._slots = slots
        self._settings = settings
        self._on_end = on_end
        self._lock = threading.Lock()
        self._claims: dict[str, Claim] = {}
        self._stopping = threading.Event()

    # --- seen by the other threads -----------------------------------------------------------

    def stop_lost(self) -> None:
        """Stop the runs whose tasks were cancelled or are another worker's now."""
        with self._lock:
            claims = dict(self._claims)
        if claims:
            for token in claims.keys() - held_claims(self._db, claims.keys()):
                claims[token].lose()

    def stop_all(self) -> None:
        """Stop the runs; each hands its task back as soon as its pieces are stored."""
        self._stopping.set()
        with self._lock:
            for claim in self._claims.values():
                claim.stopped.set()

    def abandon(self) -> None:
        """Hand back the tasks of the runs that have not stopped; they write nothing more."""
        with self._lock:
            claims = list(self._claims.values())
        for claim in claims:
            claim.lose()
            release_claim(self._db, claim.claimed.task_id, claim.claimed.token)

    @property
    def is_idle(self) -> bool:
        return not self._claims

    def has_lost(self, worker: str | None, token: str) -> bool:
        """Whether a claim is this worker's and none of its runs is under way with it."""
        return worker == self._worker and token not in self._claims

    # --- a run -------------------------------------------------------------------------------

    def __call__(self, task_id: int, run_id: str) -> None:
        """Do one run to its end, whatever that is; nothing is raised."""
        try:
            self._take(Run.of(task_id, run_id))
        except PASSING_ERRORS as error:
            # The worker was stopped while it waited; the others find the row as it is.
            logger.warning("task %s stays as it is: %s", task_id, error.message)
        except DatabaseDamaged as error:
            logger.error("task %s stays as it is: %s", task_id, error.message)
        except Exception:  # the outer edge of a run: the engine would keep an error for itself
            logger.exception("task %s: its end could not be written; it is handed back", task_id)
        self._on_end()

    def _take(self, run: Run) -> None:
        queue = stage_named(run.stage).queue
        if not self._slots.take(queue):
            self._retry_passing(run.task_id, lambda: requeue(self._db, run))
            return
        try:
            claimed = self._retry_passing(
                run.task_id, lambda: claim_run(self._db, run, self._worker)
            )
            if claimed is not None:  # else it was cancelled or handed back since
                claim = Claim(self._db, claimed)
                with self._registered(claim):
                    self._finish(claim)
        finally:
            self._slots.release(queue)

    def _retry_passing(self, task_id: int, write: Callable[[], Value]) -> Value:
        return retry_passing(write, self._stopping, f"task {task_id}")

    @contextmanager
    def _registered(self, claim: Claim) -> Iterator[None]:
        token = claim.claimed.token
        with self._lock:
            self._claims[token] = claim
        if self._stopping.is_set():
            claim.stopped.set()
        try:
            yield
        finally:
            with self._lock:
                del self._claims[token]

    def _finish(self, claim: Claim) -> None:
        """Do the stage, and write how it ended unless the core has done so with its result."""
        task = claim.claimed
        logger.info("task %s: %s begins", task.task_id, task.stage)
        try:
            retry_passing(lambda: self._do(claim), claim.stopped, f"task {task.task_id}")
            logger.info("task %s: %s is done", task.task_id, task.stage)
        except Exception as error:  # the outer edge of a run
            logger.info("task %s: %s ended early", task.task_id, task.stage, exc_info=True)
            self._end_early(claim, error)

    def _end_early(self, claim: Claim, error: Exception) -> None:
        task = claim.claimed
        if claim.is_lost:
            logger.info("task %s: it is not this worker's any more", task.task_id)
            claim.persist(lambda: end_claim(self._db, task.task_id, task.token))
        elif claim.stopped.is_set():
            logger.info("task %s: handed back", task.task_id)
            release_claim(self._db, task.task_id, task.token)
        else:
            self._fail(claim, error)

    def _fail(self, claim: Claim, error: Exception) -> None:
        task_id = claim.claimed.task_id
        if isinstance(error, LecternError):
            cause = error
            logger.error("task %s failed: %s", task_id, error)
        else:
            cause = UnexpectedError(
                f"An unexpected error ended it ({type(error).__name__}): its full record is in "
                f"{log_dir() / 'lectern.log'} on {socket.gethostname()}.",
                facts={
                    "task": task_id,
                    "kind": type(error).__name__,
                    "log": str(log_dir() / "lectern.log"),
                    "host": socket.gethostname(),
                },
            )
            logger.error("task %s: unexpected error: %s", task_id, error)
        try:
            claim.persist(lambda: claim.change(failed(cause)))
        except OwnershipLost:
            logger.info("task %s: it was cancelled meanwhile", task_id)

    def _do(self, claim: Claim) -> None:
        task = claim.claimed
        # The answer to an earlier commit may have been lost, and the stage be done.
        if not held_claims(self._db, [task.token]):
            claim.lose()
        claim.check()
        parameters = read_parameters(task.task_type, task.parameters)
        settings = self._settings_of(claim)
        if self._is_done(claim, parameters):
            self._pass_over(claim)
            return
        stage = stage_named(task.stage)
        # A `process` goes through each stage with its usual options.
        options = None if isinstance(parameters, ProcessParameters) else parameters
        with Session(self._db) as session:
            context = StageContext(
                parameters.lesson_id,
                session,
                on_progress=claim.tell,
                owner=claim,
                settings=settings,
                accept_lower_quality=parameters.accept_lower_quality,
            )
            run_stage(stage, context, options)

    def _settings_of(self, claim: Claim) -> Settings:
        now = self._settings.read()
        if claim.claimed.settings is None:
            claim.change({"settings": keep_settings(now)})
            return now
        return with_kept(claim.claimed.settings, now)

    def _is_done(self, claim: Claim, parameters: TaskParameters) -> bool:
        """Whether a `process` task finds its stage done already, and still up to date."""
        if not isinstance(parameters, ProcessParameters) or parameters.again:
            return False
        stage = stage_named(claim.claimed.stage)
        return not is_stage_due(self._db, parameters.lesson_id, stage)

    def _pass_over(self, claim: Claim) -> None:
        with Session(self._db) as session:
            begin_write(session)
            claim.store_result(session, {"notices": [DONE_ALREADY.to_json()]})
            session.commit()
