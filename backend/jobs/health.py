"""What `lectern doctor` looks at: each finding says what is so, and how to mend what is wrong.

Nothing is changed and nothing is asked of a network but the database itself. A database that is
away and a config.yaml that is broken are findings like others.
"""

import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from platform import python_version
from typing import Any

from sqlalchemy import ColumnElement, and_, func, inspect, make_url, or_, select, text
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from backend import __version__, database
from backend.config import (
    EngineChoice,
    Provider,
    Settings,
    TranscriptionSettings,
    audio_dir,
    config_path,
    data_dir,
    database_url,
    load_config,
    models_dir,
)
from backend.errors import (
    ConfigError,
    DatabaseAway,
    DatabaseNeedsUpgrade,
    DatabaseTooNew,
    LecternError,
    ModelNotInstalled,
    ProviderNotConfigured,
)
from backend.jobs.reading import WorkerView, as_text, read_workers, span
from backend.lessons.storage import INCOMING_PREFIX, STALE_SECONDS
from backend.llm.provider import ModelChoice
from backend.models import Lesson, Task, TaskStatus, TaskType
from backend.models.columns import seconds_since
from backend.models.task import ACTIVE
from backend.speech.model_store import find_problem, installed_models, resolve_model

PACKAGES = ("dbos", "faster-whisper", "ctranslate2")
"""Those whose version decides what works."""

LOW_DISK_BYTES = 2_000_000_000
FULL_DISK_BYTES = 200_000_000
LARGE_WAL_BYTES = 200_000_000
"""SQLite begins its write-ahead log anew long before, unless somebody reads for hours."""

NAMED_AT_ONCE = 5
"""So many tasks, lessons or files are named; of the others only the number is told."""


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    """It works, and somebody should know."""
    ERROR = "error"
    """Something does not work, or some work is not done by anybody."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `remedy` is empty only where all is well."""

    level: Level
    subject: str
    message: str
    remedy: str = ""


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
        yield from check_settings()
    except OSError as error:
        message = f"{error.filename or directory} cannot be looked at ({error.strerror})."
        yield Finding(Level.ERROR, "data directory", message, "Mend its permissions.")
    yield from check_database()


def check_versions() -> Finding:
    """What is installed, without loading it."""
    found, missing = [f"Lectern {__version__}", f"Python {python_version()}"], []
    for package in PACKAGES:
        try:
            found.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            missing.append(package)
    if missing:
        return Finding(
            Level.ERROR,
            "versions",
            f"{', '.join(missing)} cannot be found in this environment.",
            "Install what `requirements.lock` names, as `make setup` does; then look again.",
        )
    return Finding(Level.OK, "versions", f"{', '.join(found)}.")


# --- the data directory ----------------------------------------------------------------------


def check_disk(directory: Path) -> Finding:
    """The room where the recordings and the SQLite file are."""
    there = next(path for path in (directory, *directory.parents) if path.exists())
    free_bytes = shutil.disk_usage(there).free
    message = f"{_size(free_bytes)} are free for {directory}."
    if free_bytes >= LOW_DISK_BYTES:
        return Finding(Level.OK, "disk", message)
    level = Level.ERROR if free_bytes < FULL_DISK_BYTES else Level.WARNING
    remedy = "Free some space: work waits while the disk is full, and goes on by itself then."
    return Finding(level, "disk", message, remedy)


def check_leftovers(directory: Path) -> Iterator[Finding]:
    """Files that a process which died has left, and copies that were made before an upgrade."""
    partial = [
        path
        for pattern in (f"audio/{INCOMING_PREFIX}*", "models/.*.partial", ".*.partial")
        for path in directory.glob(pattern)
        if _age_seconds(path) > STALE_SECONDS
    ]
    if partial:
        yield Finding(
            Level.WARNING,
            "leftover files",
            f"A copy or a download did not end: {_listed(partial)}.",
            "Delete what is named; a download may also be gone on with, by giving its command "
            "again.",
        )
    if copies := sorted(directory.glob("*.before-upgrade-from-*.db")):
        yield Finding(
            Level.WARNING,
            "leftover files",
            f"Copies from before an upgrade still hold lessons that were removed since: "
            f"{_listed(copies)}.",
            "Delete them once all is well.",
        )


def _age_seconds(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:  # at this moment it took its place, or was removed
        return 0.0


# --- settings --------------------------------------------------------------------------------


def check_settings() -> Iterator[Finding]:
    """config.yaml, and what it chooses."""
    try:
        settings = load_config()
    except ConfigError as error:
        remedy = "Mend what is named, or move the file away to go back to the defaults."
        yield Finding(Level.ERROR, "configuration", error.message, remedy)
        return
    where = str(config_path()) if config_path().exists() else "the defaults (there is no file)"
    yield Finding(Level.OK, "configuration", f"The settings are valid: {where}.")
    yield check_recogniser(settings.transcription, models_dir())
    yield from check_models(models_dir())
    yield check_provider(settings)


def check_recogniser(settings: TranscriptionSettings, directory: Path) -> Finding:
    """Whether the configured recogniser can be loaded from `directory`, without loading it."""
    if settings.engine is EngineChoice.POCKETSPHINX:
        return Finding(Level.OK, "recogniser", "The built-in recogniser is chosen.")
    another = "or choose another with `lectern config set transcription.model`."
    try:
        model = resolve_model(settings.model, directory)
    except ModelNotInstalled as error:
        return Finding(Level.ERROR, "recogniser", error.message, f"Install it, {another}")
    download = f"Run `lectern models download {settings.model}`, {another}"
    if not model.is_dir():
        message = f"The Whisper model `{settings.model}` is not installed ({model})."
        if settings.engine is EngineChoice.AUTO and model.parent == directory:
            message += " The built-in recogniser is used, which is rough and knows English only."
            return Finding(Level.WARNING, "recogniser", message, download)
        return Finding(Level.ERROR, "recogniser", message, download)
    if problem := find_problem(model):
        message = f"The Whisper model in {model} cannot be used: {problem}."
        return Finding(Level.ERROR, "recogniser", message, download)
    return Finding(Level.OK, "recogniser", f"The Whisper model in {model} is complete.")


def check_models(directory: Path) -> Iterator[Finding]:
    """The installed models that are broken, whether or not they are chosen."""
    for model in installed_models(directory):
        if model.problem:
            yield Finding(
                Level.WARNING,
                "models",
                f"The Whisper model `{model.name}` cannot be used: {model.problem}.",
                f"Run `lectern models download {model.name.replace('--', '/')}`, or delete "
                f"{model.directory}.",
            )


def check_provider(settings: Settings) -> Finding:
    """Whether the provider could be asked; it is not."""
    if settings.provider is Provider.OFFLINE:
        return Finding(Level.OK, "provider", "Corrections and summaries are made offline.")
    choice = ModelChoice.from_settings(settings, settings.correction)
    try:
        choice.require_usable()
    except ProviderNotConfigured as error:
        remedy = f"Do so on each computer that has a worker (variable {choice.key_variable})."
        return Finding(Level.ERROR, "provider", error.message, remedy)
    return Finding(
        Level.OK, "provider", f"{choice.server} is asked (whether it answers was not tried)."
    )


# --- the database ----------------------------------------------------------------------------


def check_database() -> Iterator[Finding]:
    """The database and all that is known only from it."""
    try:
        where = database.describe(make_url(database_url()))
        with database.named_database_errors(where), Session(database.engine) as session:
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
    return (
        "Check LECTERN_DATABASE_URL and the rights on the files; a damaged file is replaced by a "
        "backup."
    )


def check_storage(session: Session) -> Iterator[Finding]:
    """Version, size and soundness; opening the session has proved that it can be reached."""
    url = session.get_bind().engine.url
    name = f"{database.describe(url)} (version {database.newest_version()})"
    if url.get_backend_name() != "sqlite":
        n_bytes = session.scalar(text("SELECT pg_database_size(current_database())"))
        yield Finding(Level.OK, "database", f"{name}: {_size(n_bytes or 0)}.")
        return
    yield Finding(Level.OK, "database", f"{name}: {_size(_file_bytes(Path(str(url.database))))}.")
    complaints = list(session.scalars(text("PRAGMA quick_check(1)")))
    if complaints != ["ok"]:
        yield Finding(
            Level.ERROR,
            "database",
            f"The file {url.database} is damaged ({complaints[0]}).",
            "Stop every program that uses it, keep the file, and put a backup in its place.",
        )
    wal_bytes = _file_bytes(Path(f"{url.database}-wal"))
    if wal_bytes > LARGE_WAL_BYTES:
        yield Finding(
            Level.WARNING,
            "database",
            f"The write-ahead log {url.database}-wal has {_size(wal_bytes)}: some program has "
            "been reading for long.",
            "Close the programs that have the database open: the last one to close empties it.",
        )


def _file_bytes(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def check_engine(session: Session) -> Finding:
    """Whether the job engine's own tables are where they should be."""
    # DBOS takes longer to load than all the rest of this module.
    from backend.jobs.engine import SCHEMA, engine_url

    url = session.get_bind().engine.url
    if url.get_backend_name() == "sqlite":
        named = make_url(engine_url(url.render_as_string(hide_password=False)))
        place, is_there = f"the file {named.database}", Path(str(named.database)).exists()
    else:
        names = inspect(session.connection()).get_schema_names()
        place, is_there = f"the schema {SCHEMA}", SCHEMA in names
    if is_there:
        return Finding(Level.OK, "engine", f"The job engine's tables are in {place}.")
    if _ids(session, and_(col(Task.status).in_(ACTIVE), col(Task.run_id).is_not(None))):
        return Finding(
            Level.WARNING,
            "engine",
            f"The job engine's tables are gone from {place}, and tasks were handed to it.",
            "Start `lectern worker`: it makes them anew and hands the tasks over again.",
        )
    return Finding(Level.OK, "engine", f"The first worker will make the engine's {place[4:]}.")


# --- workers and tasks -----------------------------------------------------------------------


def check_workers(workers: Sequence[WorkerView]) -> Iterator[Finding]:
    """Who is alive, who is not, and who runs another version."""
    if not workers:
        yield Finding(Level.OK, "workers", "No worker is running.")
    for worker in workers:
        seen = f"was seen {span(worker.seen_seconds_ago)} ago"
        does = ", ".join(worker.stages)
        if worker.is_alive:
            yield Finding(Level.OK, "workers", f"{worker.id} {seen} and does {does}.")
        else:
            yield Finding(
                Level.WARNING,
                "workers",
                f"{worker.id} on {worker.host} {seen}: it was killed, or its host is lost.",
                "A live worker takes its tasks over and forgets it; if there is none, start "
                "`lectern worker`.",
            )
        if worker.version != __version__:
            yield Finding(
                Level.WARNING,
                "workers",
                f"{worker.id} runs Lectern {worker.version}, and this is {__version__}.",
                f"Install the same version on {worker.host}, and start its worker again.",
            )


def check_queues(session: Session, alive: Sequence[WorkerView]) -> Iterator[Finding]:
    """What waits, for how long, and whether anybody does that kind of work."""
    rows = _read_waiting(session)
    if not rows:
        yield Finding(Level.OK, "queue", "No task waits for a worker.")
    for kind, n_waiting, oldest_seconds in rows:
        stage = TaskType.TRANSCRIPTION if kind == TaskType.PROCESS else kind
        is_stage = stage in tuple(TaskType)
        doers = [worker for worker in alive if stage in worker.stages or not is_stage]
        age = "" if oldest_seconds is None else f", the oldest for {span(oldest_seconds)}"
        message = f"{kind}: {_count(n_waiting, 'task')} waiting{age}"
        if doers:
            yield Finding(Level.OK, "queue", f"{message}.")
        else:
            yield Finding(
                Level.ERROR,
                "queue",
                f"{message}, and no live worker does that.",
                "Start `lectern worker`, without `--only` or with the one that does it.",
            )
    if n_dependent := _count_dependent(session):
        yield Finding(
            Level.OK, "queue", f"{_count(n_dependent, 'task')} waiting for another to be completed."
        )


def _read_waiting(session: Session) -> list[Any]:
    """Kind of work, number and age in seconds of the oldest, of what no worker is at."""
    is_between_stages = and_(
        col(Task.status) == TaskStatus.RUNNING, ~_is_held(), col(Task.stage).is_not(None)
    )
    kind = as_text(func.coalesce(Task.stage, Task.task_type)).label("kind")
    age = func.max(seconds_since(col(Task.created_at)))
    statement = (
        select(kind, func.count(), age)
        .where(or_(col(Task.status) == TaskStatus.PENDING, is_between_stages))
        .group_by(kind)
        .order_by(kind)
    )
    return list(session.connection().execute(statement))


def _count_dependent(session: Session) -> int:
    needed = aliased(Task)
    statement = (
        select(func.count())
        .select_from(Task)
        .join(needed, col(needed.id) == col(Task.depends_on))
        .where(col(Task.status) == TaskStatus.PENDING, col(needed.status).in_(ACTIVE))
    )
    return session.connection().scalar(statement) or 0


def check_running(session: Session, alive: Sequence[WorkerView]) -> Iterator[Finding]:
    """The tasks that are said to run, and by whom nobody runs them."""
    is_running = col(Task.status) == TaskStatus.RUNNING
    ids_alive = [worker.id for worker in alive]
    running = _ids(session, and_(is_running, _is_held(), col(Task.worker).in_(ids_alive)))
    yield Finding(Level.OK, "running", f"{_count(len(running), 'task')} running.")
    not_alive = or_(col(Task.worker).is_(None), col(Task.worker).not_in(ids_alive))
    orphaned = and_(is_running, _is_held(), not_alive)
    if ids := _ids(session, orphaned):
        message = f"{_tasks(ids)} held by no live worker."
        yield (
            Finding(
                Level.WARNING,
                "running",
                message,
                "A live worker takes over within seconds: look again; if it stays so, restart one.",
            )
            if alive
            else Finding(
                Level.ERROR, "running", message, "Start `lectern worker`: it takes them over."
            )
        )
    if ids := _ids(session, and_(is_running, ~_is_held(), col(Task.stage).is_(None))):
        first = ids[0]
        yield Finding(
            Level.WARNING,
            "running",
            f"{_tasks(ids)} inserted as `running`, so no worker ever takes them.",
            f"Run `lectern tasks cancel {first}` and `lectern tasks retry {first}`, and so on; "
            "insert tasks as `pending`.",
        )


def _is_held() -> ColumnElement[bool]:
    return or_(col(Task.claim).is_not(None), col(Task.worker).is_not(None))


def check_statuses(session: Session) -> Iterator[Finding]:
    """Rows with a status that does not exist."""
    if ids := _ids(session, col(Task.status).not_in(list(TaskStatus))):
        yield Finding(
            Level.WARNING,
            "queue",
            f"{_tasks(ids)} in a status that does not exist.",
            "A worker will fail them with a sentence; or run `lectern tasks cancel` on each.",
        )


def check_recordings(session: Session) -> Iterator[Finding]:
    """The lessons whose recording is gone."""
    statement = select(col(Lesson.id), col(Lesson.filename)).where(
        col(Lesson.filename).is_not(None)
    )
    directory = audio_dir()
    lessons = list(session.connection().execute(statement))
    missing = [row for row in lessons if not (directory / row.filename).is_file()]
    if not missing:
        message = f"{_count(len(lessons), 'recording')} there, none missing."
        yield Finding(Level.OK, "recordings", message)
    else:
        names = _listed(f"{row.filename} (lesson {row.id})" for row in missing)
        yield Finding(
            Level.WARNING,
            "recordings",
            f"{_count(len(missing), 'recording')} missing from {directory}: {names}.",
            "Put the files back from a backup, or from the computer that has them; or remove the "
            "lessons with `lectern remove`.",
        )


def _ids(session: Session, condition: ColumnElement[bool]) -> list[int]:
    statement = select(col(Task.id)).where(condition).order_by(col(Task.id))
    return [task_id for task_id in session.connection().scalars(statement) if task_id is not None]


# --- words -----------------------------------------------------------------------------------


def _count(n: int, noun: str) -> str:
    return f"{n} {noun} is" if n == 1 else f"{n} {noun}s are"


def _tasks(ids: Sequence[int]) -> str:
    return f"Task {ids[0]} is" if len(ids) == 1 else f"Tasks {_listed(ids)} are"


def _listed(things: Iterable[object]) -> str:
    names = [str(thing) for thing in things]
    left = len(names) - NAMED_AT_ONCE
    return ", ".join(names[:NAMED_AT_ONCE]) + (f" and {left} more" if left > 0 else "")


def _size(n_bytes: int) -> str:
    if n_bytes >= 1e9:
        return f"{n_bytes / 1e9:.1f} GB"
    return f"{n_bytes / 1e6:.1f} MB"
