"""The database and its files."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import text
from sqlmodel import Session

from backend.database import failures, schema
from backend.doctor.findings import Finding, Level, size

LARGE_WAL_BYTES = 200_000_000
"""SQLite begins its write-ahead log anew long before, unless somebody reads for hours."""


def check_storage(session: Session) -> Iterator[Finding]:
    """Version, size and soundness; opening the session has proved that it can be reached."""
    url = session.get_bind().engine.url
    name = f"{failures.describe(url)} (version {schema.newest_version()})"
    if url.get_backend_name() != "sqlite":
        n_bytes = session.scalar(text("SELECT pg_database_size(current_database())"))
        yield Finding(Level.OK, "database", f"{name}: {size(n_bytes or 0)}.")
        return
    complaints = list(session.scalars(text("PRAGMA quick_check(1)")))
    if complaints == ["ok"]:
        n_bytes = _file_bytes(Path(str(url.database)))
        yield Finding(Level.OK, "database", f"{name}: {size(n_bytes)}.")
    else:
        yield Finding(
            Level.ERROR,
            "database",
            f"The file {url.database} is damaged ({complaints[0]}).",
            "Stop the server and the workers, then run `lectern backup restore`.",
        )
    wal_bytes = _file_bytes(Path(f"{url.database}-wal"))
    if wal_bytes > LARGE_WAL_BYTES:
        yield Finding(
            Level.WARNING,
            "database",
            f"The write-ahead log {url.database}-wal has {size(wal_bytes)}: some program has "
            "been reading for long.",
            "Close the programs that have the database open: the last one to close empties it.",
        )


def _file_bytes(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
