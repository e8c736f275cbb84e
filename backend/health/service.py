"""What a server needs to do its work."""

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from backend import database
from backend.config.environment import data_dir
from backend.config.file import load_config
from backend.database import schema
from backend.errors import Fact, FactName, LecternError
from backend.errors.storage import DatabaseChanged, DataUnwritable, StorageFull

LEAST_FREE_BYTES = 200_000_000
"""With less on the disk `lectern doctor` finds an error, too."""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at; `reason` says what is wrong, `code` and `facts` the same for
    whoever has words of their own."""

    name: str
    is_ok: bool
    reason: str | None = None
    code: str | None = None
    facts: Mapping[FactName, Fact] | None = None


def check_readiness() -> list[Check]:
    """Look at everything, whatever is broken."""
    looks: dict[str, Callable[[], None]] = {
        "database": _look_at_database,
        "disk": _look_at_disk,
        "settings": _look_at_settings,
    }
    return [_check(name, look) for name, look in looks.items()]


def _check(name: str, look: Callable[[], None]) -> Check:
    try:
        look()
    except LecternError as error:
        return Check(name, False, error.message, error.code, error.facts or None)
    except OSError as error:
        reason = f"{error.filename or 'It'} cannot be looked at ({error.strerror})."
        return Check(name, False, reason)
    return Check(name, True)


def _look_at_database() -> None:
    """Reachable, and of this program's version (the first connection sees to that)."""
    with database.engine.connect() as connection:
        version = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if version != schema.newest_version():
        raise DatabaseChanged(
            f"The database is of version {version}, and this server of "
            f"{schema.newest_version()}: restart the server."
        )


def _look_at_disk() -> None:
    directory = _nearest(data_dir())
    free_bytes = shutil.disk_usage(directory).free
    if free_bytes < LEAST_FREE_BYTES:
        raise StorageFull(
            f"The disk of {directory} has only {free_bytes / 1e6:.0f} MB left.",
            facts={"folder": str(directory)},
        )
    if not os.access(directory, os.W_OK):
        raise DataUnwritable(
            f"The data directory {directory} cannot be written to: mend its permissions.",
            facts={"folder": str(directory)},
        )


def _nearest(directory: Path) -> Path:
    """The directory, or the one that it will be made in."""
    return next(path for path in (directory, *directory.parents) if path.exists())


def _look_at_settings() -> None:
    load_config()
