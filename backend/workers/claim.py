"""A worker's hold on a task: what it may write, how far it is, and when it must stop."""

import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from sqlalchemy import Engine
from sqlmodel import Session, select

from backend.database.sessions import begin_write
from backend.errors import OwnershipLost
from backend.errors.storage import PASSING_ERRORS
from backend.models import Task
from backend.models.task import PROCESS
from backend.task_queue.claims import ClaimedTask, change_claimed
from backend.task_queue.states import Doing, Json, TaskValues, between_stages, completed
from backend.tasks.ownership import Owner
from backend.tasks.pipeline import share_of, stage_after, stage_named
from backend.tasks.progress import Progress

TELL_SECONDS = 0.5
"""Progress is written at most so often: each time is a write to the database."""

LEAST_SECONDS = 2.0
"""A pace that was measured for less says nothing."""

FIRST_WAIT_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 5.0
"""Between two attempts to write while the database is away or busy, or the disk is full."""

logger = logging.getLogger("lectern.workers")

Value = TypeVar("Value")


@dataclass(frozen=True)
class StagePace:
    """Where a stage stood when it was first heard of; what a former attempt stored took no time."""

    done: float
    at: float
    """By the monotonic clock."""

    def seconds_left(self, progress: Progress, now: float) -> float | None:
        """How long the stage still takes if it goes on as it has; None: nobody can say yet."""
        done, passed = progress.done - self.done, now - self.at
        if not progress.total or done <= 0 or passed < LEAST_SECONDS:
            return None
        return round(max(0.0, progress.total - progress.done) * passed / done, 1)


class Claim(Owner):
    """The owner on whose behalf a worker calls a core.

    Every write of the core checks within its own transaction that the row still has this claim;
    once it has not, the work stops and nothing more is written.
    """

    def __init__(self, db: Engine, claimed: ClaimedTask) -> None:
        super().__init__()
        self.claimed = claimed
        self._stage = stage_named(claimed.stage)
        self._db = db
        self._told_at = -math.inf
        self._is_lost = False
        self._pace: StagePace | None = None

    @property
    def is_lost(self) -> bool:
        return self._is_lost

    def lose(self) -> None:
        """The row has another claim, or none: stop, and write nothing more."""
        self._is_lost = True
        self.stopped.set()

    def check(self) -> None:
        if self._is_lost:
            raise OwnershipLost
        super().check()

    def tell(self, progress: Progress) -> None:
        """Write how far the stage is to the row, and stop if the row is not ours any more."""
        self.check()
        is_end = progress.total is not None and progress.done >= progress.total
        if not is_end and time.monotonic() - self._told_at < TELL_SECONDS:
            return
        self._told_at = time.monotonic()
        self._pace = self._pace or StagePace(progress.done, self._told_at)
        try:
            self.change(
                {
                    "progress": self._share(progress),
                    "progress_message": f"{self._stage.doing.en}: {progress.amount}.",
                    "doing": {
                        "code": Doing.WORKING,
                        **asdict(progress),
                        "seconds_left": self._pace.seconds_left(progress, self._told_at),
                    },
                }
            )
        except PASSING_ERRORS as error:
            # What is worth keeping is written by `persist`, which waits.
            logger.warning("the progress of task %s is not shown: %s", self.claimed.task_id, error)

    def _share(self, progress: Progress) -> float:
        done = min(1.0, progress.done / progress.total) if progress.total else 0.0
        if self.claimed.task_type != PROCESS:
            return round(done, 4)
        start, end = share_of(self._stage)
        return round(start + done * (end - start), 4)

    def persist(self, write: Callable[[], Value]) -> Value:
        """Write, again and again while the database is away or busy, or the disk is full."""
        return retry_passing(write, self.stopped, f"task {self.claimed.task_id}")

    def note_receipt(self, session: Session) -> None:
        change_claimed(
            session.connection(), self.claimed.task_id, self.claimed.token, {"crashes": 0}
        )

    def store_piece(self, session: Session) -> None:
        self._change_on(session, {"crashes": 0})

    def store_result(self, session: Session, result: dict[str, Any]) -> None:
        statement = select(Task.result).where(Task.id == self.claimed.task_id)
        former = session.exec(statement).first()
        self._change_on(session, self._after_stage(dict(former or {}), result))

    def _after_stage(self, former: Json, result: Json) -> TaskValues:
        """What the row becomes when its stage is done: completed, or ready for the next stage."""
        if self.claimed.task_type != PROCESS:
            return completed(result)
        results = {**former, self._stage.name: result}
        following = stage_after(self._stage)
        if following is None:
            return completed(results)
        progress = share_of(self._stage)[1]
        return between_stages(self._stage.name, following.name, results, progress)

    def change(self, values: TaskValues) -> None:
        """Change the row in a transaction of its own.

        Raises
        ------
        OwnershipLost
        """
        with Session(self._db) as session:
            begin_write(session)
            self._change_on(session, values)
            session.commit()

    def _change_on(self, session: Session, values: TaskValues) -> None:
        if not change_claimed(
            session.connection(), self.claimed.task_id, self.claimed.token, values
        ):
            self.lose()
            raise OwnershipLost


def retry_passing(write: Callable[[], Value], stopped: threading.Event, what: str) -> Value:
    """Do what needs the database, again and again while it is away or busy, or its disk is full.

    Raises
    ------
    DatabaseAway, DatabaseBusy, StorageFull
        It was still so when `stopped` was set.
    """
    wait_seconds = 0.0
    while True:
        try:
            value = write()
        except PASSING_ERRORS as error:
            if not wait_seconds:
                logger.warning("%s waits: %s", what, error.message)
            wait_seconds = min(max(FIRST_WAIT_SECONDS, 2 * wait_seconds), LONGEST_WAIT_SECONDS)
            if stopped.wait(wait_seconds):
                raise
        else:
            if wait_seconds:
                logger.warning("%s goes on.", what)
            return value
