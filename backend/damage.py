"""A damaged SQLite file: how it is told, and the note beside it that keeps all processes from it.

SQLite itself goes on writing to a file with broken pages, and each write may break more. Whoever
meets damage leaves a note beside the file, which every process looks for before it uses a
connection. A file that is found sound again (another was put in its place) has its note removed.
"""

import logging
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from backend.errors.storage import DatabaseDamaged
from backend.files import write_whole

MAGIC = b"SQLite format 3\x00"
HEADER_BYTES = 100
"""Of an SQLite file; where its numbers stand: https://www.sqlite.org/fileformat2.html."""

PATIENCE_MILLISECONDS = 30_000
"""How long a look waits while another process has the file for itself."""

SIDE_FILES = ("-wal", "-shm", "-journal")
"""The endings of what SQLite keeps beside a file; they belong to that one content of it."""

logger = logging.getLogger("lectern.database")


def is_damage(error: BaseException | None) -> bool:
    """Whether SQLite says that its file is broken, or none of its own."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def note_of(file: Path) -> Path:
    """Where it is written down that a file is damaged, and how."""
    return file.with_name(f"{file.name}.damaged")


def note_damage(file: Path, reason: str) -> DatabaseDamaged:
    """Keep all processes from a file from now on; returns what to raise."""
    logger.info("the database %s is damaged: %s", file, reason)
    with suppress(OSError):  # a full disk: then each process finds out by itself
        write_whole(note_of(file), reason + "\n", is_private=True)
    return _damaged(file, reason)


def refuse_damaged(file: Path) -> None:
    """Raises `DatabaseDamaged` for a file that has a note."""
    with suppress(FileNotFoundError):
        raise _damaged(file, note_of(file).read_text(encoding="utf-8").strip())


def require_sound(file: Path) -> None:
    """Raises `DatabaseDamaged` where a look at the file's head, or a note, is borne out by SQLite.

    It costs next to nothing for a file that looks sound.
    """
    has_note = note_of(file).exists()
    if not has_note and _looks_whole(file):
        return
    if reason := find_damage(file):
        raise note_damage(file, reason)
    note_of(file).unlink(missing_ok=True)


def find_damage(file: Path) -> str | None:
    """What is broken in a file, by reading all of it; None: nothing."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True)) as reader:
            reader.execute(f"PRAGMA busy_timeout={PATIENCE_MILLISECONDS}")
            (found,) = reader.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        return str(error)
    if found == "ok" and not _looks_whole(file):
        return "it is shorter than it says"
    return None if found == "ok" else " ".join(str(found).split())


def _looks_whole(file: Path) -> bool:
    """Whether the file begins as SQLite's do, and is as long as it says."""
    wal = file.with_name(f"{file.name}-wal")
    if wal.exists() and wal.stat().st_size:
        return True  # what the file lacks may be there
    with file.open("rb") as content:
        header = content.read(HEADER_BYTES)
        length = content.seek(0, 2)
    if header[: len(MAGIC)] != MAGIC:
        return False
    page_size = int.from_bytes(header[16:18], "big")
    n_pages = int.from_bytes(header[28:32], "big")
    return length >= n_pages * (65536 if page_size == 1 else page_size)


def _damaged(file: Path, reason: str) -> DatabaseDamaged:
    return DatabaseDamaged(
        f"The database {file} is damaged ({reason}), so nothing more is written into it."
    )
