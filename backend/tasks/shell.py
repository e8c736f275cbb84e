"""The thin shell around each core: a session, an owner, the log, and True or False."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial

from sqlmodel import Session

from backend import database
from backend.config.environment import log_dir
from backend.config.file import known_secrets
from backend.errors import LecternError
from backend.errors.storage import UncommittedWrites
from backend.log import set_up_logging
from backend.tasks.ownership import Owner
from backend.tasks.stage import StageContext

logger = logging.getLogger("lectern.tasks")

Work = Callable[[StageContext], object]


def run_logged(
    work: Work,
    lesson_id: int,
    session: Session | None,
    *,
    accept_lower_quality: bool,
    owner: Owner | None = None,
) -> bool:
    """Do the work on a lesson, on the given session or on one of its own; say whether it succeeded.

    A failure is rolled back and logged: its full trace in the log file, one line on the terminal.

    Raises
    ------
    UncommittedWrites
        The given session holds writes: they are left as they are, for their owner to finish.
    """
    set_up_logging(log_dir(), known_secrets())

    def do(used: Session) -> None:
        work(
            StageContext(
                lesson_id,
                used,
                owner=owner or Owner(),
                accept_lower_quality=accept_lower_quality,
            )
        )

    try:
        if session is not None:
            do(session)
        else:
            with Session(database.engine) as own_session:
                do(own_session)
    except UncommittedWrites:
        raise
    except LecternError as error:
        _roll_back(session)
        logger.error("%s", error, exc_info=True)
        return False
    except Exception as error:  # the outer edge
        _roll_back(session)
        logger.error("unexpected error (%s): %s", type(error).__name__, error, exc_info=True)
        return False
    return True


async def run_logged_in_thread(
    work: Work, lesson_id: int, session: Session | None, *, accept_lower_quality: bool
) -> bool:
    """`run_logged` in a thread. Cancelling stops the work: no further call is sent."""
    owner = Owner()
    do = partial(run_logged, accept_lower_quality=accept_lower_quality, owner=owner)
    try:
        return await asyncio.to_thread(do, work, lesson_id, session)
    except asyncio.CancelledError:
        owner.stopped.set()
        raise


def _roll_back(session: Session | None) -> None:
    if session is not None:
        session.rollback()
