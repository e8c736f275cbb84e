"""A worker process: it does the tasks that anybody has put into the task table."""

import logging
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import Session

from backend import __version__, database
from backend.config.environment import log_dir
from backend.config.file import known_secrets
from backend.config.settings import Settings
from backend.errors.storage import PASSING_ERRORS
from backend.files import keep_files_private
from backend.lessons.loose import clear_loose
from backend.lessons.removal import empty_trash
from backend.log import set_up_logging
from backend.notes.service import delete_removed_notes
from backend.owner import close_data_dir
from backend.task_queue import service
from backend.task_queue.takeover import held_runs
from backend.task_queue.watch import TableWatch
from backend.tasks.pipeline import all_stages
from backend.uploads.watched import FolderWatcher
from backend.workers.claim import retry_passing
from backend.workers.dispatcher import Dispatcher
from backend.workers.engine import JobEngine, engine_url
from backend.workers.heartbeat import Heartbeat, WorkerFacts
from backend.workers.runner import Runner
from backend.workers.settings import CurrentSettings
from backend.workers.slots import Slots

STOP_SECONDS = 6.0
"""How long running pieces may take to be stored once the worker is told to stop."""

PRUNE_EVERY_SECONDS = 3600.0

logger = logging.getLogger("lectern.worker")


def run_worker(queues: Sequence[str]) -> None:
    """Work on these queues (see `Stage.queue`) until SIGTERM or SIGINT; the process ends with it.

    Raises
    ------
    ConfigError, DatabaseError
        It cannot begin. A database that is merely away or busy is waited for.
    """
    keep_files_private()
    set_up_logging(log_dir(), known_secrets(), logging.INFO)
    if mended := close_data_dir(is_thorough=True):
        logger.warning("%s", mended)
    settings = CurrentSettings()
    stopping = _stop_on_signals()
    try:
        retry_passing(_open_database, stopping, "the worker")
    except PASSING_ERRORS:
        return  # told to stop while it waited
    worker = _Worker(queues, settings)
    try:
        worker.start(stopping)
    except PASSING_ERRORS:
        return  # likewise
    worker.work_until(stopping)
    worker.stop()
    # A decode or a call cannot be interrupted, and Python's own end would wait for its thread, or
    # pull the ground from under a library's.
    logging.shutdown()
    os._exit(0)


def _open_database() -> None:
    with database.engine.connect():
        pass


def _stop_on_signals() -> threading.Event:
    stopping = threading.Event()

    def stop(number: int, frame: object) -> None:
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    return stopping


class _Worker:
    """The parts of a worker, how they begin and how they end."""

    def __init__(self, queues: Sequence[str], settings: CurrentSettings) -> None:
        self._settings = settings
        now = settings.read()
        host = socket.gethostname()
        # New at each start: two of one name would take each other's work.
        self._id = f"{host}-{os.getpid()}-{secrets.token_hex(3)}"
        db = database.engine
        url = db.url.render_as_string(hide_password=False)
        slots = Slots(_sizes(queues, now))
        self._runner = Runner(db, self._id, slots, settings, self._wake)
        self._engine = JobEngine(engine_url(url), self._id, self._runner)
        facts = WorkerFacts(
            id=self._id,
            host=host,
            pid=os.getpid(),
            version=__version__,
            stages=",".join(stage.name for stage in all_stages() if stage.queue in queues),
            ttl_seconds=now.worker.takeover_seconds,
        )
        self._heartbeat = Heartbeat(db, facts)
        self._dispatcher = Dispatcher(db, self._engine, self._runner, slots)
        self._watch = TableWatch(db.url, self._wake)
        self._folder_watcher = FolderWatcher(lambda: settings.read().library)
        self._threads: list[threading.Thread] = []

    def _wake(self) -> None:
        self._dispatcher.wake()

    def start(self, stopping: threading.Event) -> None:
        retry_passing(self._heartbeat.beat, stopping, "the worker")
        self._engine.launch()
        for part in (self._heartbeat, self._dispatcher, self._watch, self._folder_watcher):
            name = type(part).__name__.lower()
            thread = threading.Thread(target=part.run, name=name, daemon=True)
            thread.start()
            self._threads.append(thread)
        logger.info("worker %s is ready", self._id)

    def work_until(self, stopping: threading.Event) -> None:
        """Sleep, but for forgetting what is old, until the worker is to stop."""
        while True:
            try:
                database.require_sound_file()
                self._empty_trash()
                self._clear_loose()
                self._prune()
            except Exception:  # it can wait for the next hour, and the tasks cannot
                logger.exception("nothing old was forgotten this time")
            if stopping.wait(PRUNE_EVERY_SECONDS):
                return

    def _empty_trash(self) -> None:
        undo_time = timedelta(days=self._settings.read().library.undo_days)
        with Session(database.engine) as session:
            n_lessons = empty_trash(session, undo_time)
            n_notes = delete_removed_notes(session, undo_time)
        for number, what in ((n_lessons, "lessons"), (n_notes, "notes")):
            if number:
                logger.info("%d %s that were removed long ago are gone for good", number, what)

    def _clear_loose(self) -> None:
        with Session(database.engine) as session:
            clear_loose(session)

    def _prune(self) -> None:
        keep_days = self._settings.read().worker.keep_days
        if keep_days is None:
            return
        with Session(database.engine) as session:
            n_tasks = service.prune(session, keep_days)
        under_way = {held.run_id for held in held_runs(database.engine)}
        n_runs = self._engine.prune(timedelta(days=keep_days), under_way)
        if n_tasks or n_runs:
            logger.info("forgot %d tasks and %d runs that ended long ago", n_tasks, n_runs)

    def stop(self) -> None:
        """Take nothing more, let what runs store its pieces, hand the rest to others, and end."""
        logger.info("worker %s stops", self._id)
        self._dispatcher.stop()
        self._runner.stop_all()
        deadline = time.monotonic() + STOP_SECONDS
        while not self._runner.is_idle and time.monotonic() < deadline:
            time.sleep(0.05)
        is_idle = self._runner.is_idle
        self._heartbeat.stop()
        self._watch.stop()
        self._folder_watcher.stop()
        try:
            self._runner.abandon()
            self._heartbeat.leave()
        except PASSING_ERRORS as error:
            logger.warning("the others will notice only after a while: %s", error.message)
        if is_idle:
            self._engine.close()
            database.dispose_engines()
        logger.info("worker %s has stopped", self._id)


def _sizes(queues: Sequence[str], settings: Settings) -> dict[str, int]:
    """How many runs of each queue this worker does at once."""
    sizes = {
        "transcription": settings.worker.transcriptions,
        "language": settings.worker.language_tasks,
    }
    return {queue: sizes[queue] for queue in queues}
