"""The database: engine, pragmas, session helpers and the way to the current schema.

`from backend.database import engine` gives the engine of the configured database. Its first
connection brings the schema up to date: an SQLite file is created or upgraded (a copy is kept
first), a PostgreSQL database is filled when empty and otherwise left to `lectern db upgrade`.
"""

import json
import re
import sqlite3
import threading
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, Engine, event, make_url

from backend.config.environment import data_dir, database_url
from backend.damage import find_damage, note_damage, refuse_damaged
from backend.database.failures import name_errors
from backend.database.patience import BUSY_TIMEOUT_SECONDS, POSTGRES_PATIENCE
from backend.database.schema import ensure_schema, make_directory
from backend.in_use import Use, use_with_others
from backend.readable import readable, readable_json

UNREADABLE_ESCAPE = re.compile(r"\\u(?:00[01789]|d[89a-f]|fff[ef])|\\[bfr]|\x7f")
"""How JSON writes what `readable` leaves out; at worst it finds too much."""


engine: Engine
"""The engine of the configured database (made on first access, see `__getattr__`)."""


def __getattr__(name: str) -> Any:
    # Importing this module must neither read the settings nor touch the disk.
    if name == "engine":
        return engine_for(database_url())
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@cache
def engine_for(url: str) -> Engine:
    """The engine of one database; its first connection brings the schema up to date."""
    # Here, so that whoever writes lessons has it, and importing this module loads no tables.
    from backend.index.notes import keep_notes_in_step
    from backend.index.passages import keep_in_step
    from backend.models.people import hide_removed_lessons

    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        built = _sqlite_engine(parsed)
    else:
        built = sqlalchemy.create_engine(
            parsed,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args=POSTGRES_PATIENCE,
            json_serializer=write_json,
        )
    _keep_readable(built)
    _prepare_before_first_connection(built)
    name_errors(built)
    keep_in_step(built)
    keep_notes_in_step()
    hide_removed_lessons()
    _engines.append(built)
    return built


def dispose_engines() -> None:
    """Close every connection of this process; the next use opens the database anew."""
    for built in _engines:
        built.dispose()
    _engines.clear()
    while _uses:
        _uses.pop().let_go()
    engine_for.cache_clear()


_engines: list[Engine] = []


_uses: list[Use] = []
"""What keeps others from putting another library in the place of the one that is open."""


def require_sound_file() -> None:
    """Read all of an SQLite file; raises `DatabaseDamaged`, and keeps every process from it."""
    url = engine_for(database_url()).url
    file = Path(str(url.database))
    if url.get_backend_name() == "sqlite" and (reason := find_damage(file)):
        raise note_damage(file, reason)


def _sqlite_engine(url: sqlalchemy.URL) -> Engine:
    # sqlite3 begins a transaction at the first write, and IMMEDIATE makes that write wait for
    # its turn. Reads run outside of transactions, so that a session which read something long
    # ago can still write (with BEGIN DEFERRED it would fail at once: SQLITE_BUSY_SNAPSHOT).
    built = sqlalchemy.create_engine(
        url,
        connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "isolation_level": "IMMEDIATE"},
        hide_parameters=True,
        json_serializer=write_json,
    )

    @event.listens_for(built, "connect")
    def set_up(connection: sqlite3.Connection, record: object) -> None:
        # Other programs may write bytes that are no text: they must not hide their whole row.
        connection.text_factory = lambda content: content.decode(errors="replace")
        connection.execute("PRAGMA foreign_keys=ON")
        # A commit is in the WAL; a power cut may lose the last ones but never breaks the file.
        connection.execute("PRAGMA synchronous=NORMAL")
        # What is deleted is overwritten: a removed lesson is gone from the file, too.
        connection.execute("PRAGMA secure_delete=ON")

    file = Path(url.database or "")

    @event.listens_for(built, "checkout")
    def look(*arguments: object) -> None:
        refuse_damaged(file)

    return built


def _prepare_before_first_connection(built: Engine) -> None:
    lock = threading.Lock()
    prepared = False

    @event.listens_for(built, "do_connect")
    def prepare(*arguments: object) -> None:
        nonlocal prepared
        with lock:
            if not prepared:
                make_directory(data_dir())
                use = use_with_others(data_dir())
                try:
                    ensure_schema(built.url)
                except BaseException:
                    use.let_go()
                    raise
                _uses.append(use)
                prepared = True


def write_json(value: Any) -> str:
    """As it is stored: `readable_json`."""
    written = json.dumps(value)
    return json.dumps(readable_json(value)) if UNREADABLE_ESCAPE.search(written) else written


def _keep_readable(built: Engine) -> None:
    """Whoever writes a text, and by whatever way: what is stored is `readable`.

    The ways in make their texts so themselves, because what they go on with must be what is
    stored. This is for all the others: a script that assigns a title, the words of a library's
    error, a tag of a recording.
    """

    @event.listens_for(built, "before_cursor_execute", retval=True)
    def clean(
        connection: Connection, cursor: Any, statement: str, parameters: Any, *rest: Any
    ) -> tuple[str, Any]:
        return statement, _readable_parameters(parameters)


def _readable_parameters(parameters: Any) -> Any:
    """Of one statement, by name or by place, or of many."""
    if isinstance(parameters, str):
        return readable(parameters)
    if isinstance(parameters, dict):
        return {name: _readable_parameters(value) for name, value in parameters.items()}
    if isinstance(parameters, list | tuple):
        return type(parameters)(map(_readable_parameters, parameters))
    return parameters
