"""What `lectern doctor` looks at: each finding says what is so, and how to mend what is wrong.

Nothing is changed and nothing is asked of a network but the database itself. A database that is
away and a config.yaml that is broken are findings like others.
"""

from collections.abc import Iterator

from sqlalchemy import make_url
from sqlmodel import Session

from backend import database
from backend.config.environment import data_dir, database_url
from backend.database import failures
from backend.doctor.findings import Finding, Level
from backend.doctor.recordings import check_recordings
from backend.doctor.storage import check_storage
from backend.doctor.surroundings import (
    check_disk,
    check_leftovers,
    check_privacy,
    check_settings,
    check_versions,
)
from backend.doctor.work import (
    check_engine,
    check_queues,
    check_running,
    check_statuses,
    check_workers,
)
from backend.errors import LecternError
from backend.errors.settings import ConfigError
from backend.errors.storage import (
    DatabaseAway,
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseNeedsUpgrade,
    DatabaseTooNew,
)
from backend.task_queue.reading import read_workers


def examine() -> Iterator[Finding]:
    """Look at everything, whatever is broken."""
    versions = check_versions()
    yield versions
    if versions.level is Level.ERROR:
        return
    try:
        directory = data_dir()
    except ConfigError as error:
        remedy = "Name another directory in LECTERN_DATA_DIR."
        yield Finding(Level.ERROR, "data directory", error.message, remedy)
        return
    try:
        yield check_disk(directory)
        yield from check_leftovers(directory)
        yield from check_privacy(directory)
        yield from check_settings()
    except OSError as error:
        message = f"{error.filename or directory} cannot be looked at ({error.strerror})."
        yield Finding(Level.ERROR, "data directory", message, "Mend its permissions.")
    yield from check_database()


def check_database() -> Iterator[Finding]:
    """The database and all that is known only from it."""
    try:
        where = failures.describe(make_url(database_url()))
        with failures.named_database_errors(where), Session(database.engine) as session:
            yield from check_storage(session)
            yield check_engine(session)
            workers = read_workers(session)
            yield from check_workers(workers)
            alive = [worker for worker in workers if worker.is_alive]
            yield from check_queues(session, alive)
            yield from check_running(session, alive)
            yield from check_statuses(session)
            yield from check_recordings(session)
    except LecternError as error:
        yield Finding(Level.ERROR, "database", error.message, _database_remedy(error))


def _database_remedy(error: LecternError) -> str:
    if isinstance(error, DatabaseNeedsUpgrade):
        return "Stop the workers, make a backup, and run `lectern db upgrade`."
    if isinstance(error, DatabaseTooNew):
        return "Install the Lectern that the other computers have."
    if isinstance(error, DatabaseAway):
        return (
            "Start the database server or mend the network; workers wait for it and go on by "
            "themselves."
        )
    if isinstance(error, DatabaseDamaged):
        return "Stop the server and the workers, then run `lectern backup restore`."
    if isinstance(error, DatabaseBusy):
        return "Close the program that holds it; workers wait and go on by themselves."
    return "Check LECTERN_DATABASE_URL and the rights on the files."
