"""What is to be done about uploads without anybody asking: finish them, give them up."""

import logging
import threading

from sqlmodel import Session

from backend import database
from backend.errors import LecternError
from backend.errors.uploads import UploadBusy, UploadNotFound
from backend.uploads.completion import complete, discard, is_lost
from backend.uploads.store import LockedUpload, UploadStore

EVERY_SECONDS = 60.0

logger = logging.getLogger("lectern.uploads")


def look_after(store: UploadStore, session: Session, *, is_start: bool = False) -> None:
    """Make lessons of uploads that are whole and left by a killed process, or that the database or
    the disk had no room for; remove those that are given up.

    `is_start` looks after the lessons of uploads, too, which a power cut may have taken.
    """
    for upload_id in store.ids():
        try:
            with store.locked(upload_id) as upload:
                _look_after_one(upload, session, is_start)
        except UploadBusy:
            continue  # somebody is at it
        except UploadNotFound:
            store.remove_remains(upload_id)
        except LecternError as error:
            logger.warning("upload %s: %s", upload_id, error.message)


def _look_after_one(upload: LockedUpload, session: Session, is_start: bool) -> None:
    state = upload.state
    if state.is_expired:
        discard(upload, session)
        return
    if is_start and state.outcome is not None and is_lost(upload, session):
        upload.save(outcome=None)
    if upload.state.is_whole and not upload.state.is_settled:
        outcome = complete(upload, session)
        logger.info("upload %s is lesson %d", upload.id, outcome.lesson_id)


class Housekeeping:
    """`look_after` now and every minute, until it is stopped; for a thread of the server."""

    def __init__(self, store: UploadStore) -> None:
        self._store = store
        self._stopping = threading.Event()

    def run(self) -> None:
        is_start = True
        while not self._stopping.is_set():
            try:
                with Session(database.engine) as session:
                    look_after(self._store, session, is_start=is_start)
                is_start = False
            except LecternError as error:
                logger.warning("uploads were not looked after this time: %s", error.message)
            except Exception:  # the outer edge of a thread that must go on
                logger.exception("uploads were not looked after this time")
            self._stopping.wait(EVERY_SECONDS)

    def stop(self) -> None:
        self._stopping.set()
