"""The database as it is at one moment, as an SQLite file; and such a file's rows in PostgreSQL.

An SQLite database is copied by SQLite itself while others write. Of a PostgreSQL database the rows
are read in one transaction that sees one moment. So a backup has one form, and can be put into
either. The search index of a PostgreSQL database is left out: it is made anew from the texts.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Engine,
    Table,
    Text,
    bindparam,
    cast,
    func,
    insert,
    select,
    text,
)
from sqlmodel import SQLModel

from backend.damage import find_damage, note_damage, refuse_damaged
from backend.database import schema
from backend.database.patience import BUSY_TIMEOUT_SECONDS
from backend.index.passages import index_lesson
from backend.models import Lesson, Task, TaskStatus, Worker
from backend.models.task import ACTIVE

BATCH_ROWS = 200

TABLES = [table for table in SQLModel.metadata.sorted_tables if table.name != Worker.__tablename__]
"""What is kept, in an order in which no row refers to one that is not there yet. Which workers run
is no part of a library."""


def take_snapshot(engine: Engine, target: Path) -> None:
    """Write the database as it is now to a new SQLite file.

    Raises
    ------
    DatabaseDamaged, DatabaseError
    sqlite3.OperationalError
        The file could not be written.
    """
    if engine.dialect.name == "sqlite":
        _copy_sqlite(Path(str(engine.url.database)), target)
    else:
        _copy_postgres(engine, target)
    # One file, without what SQLite keeps beside it.
    with closing(sqlite3.connect(target)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def _copy_sqlite(source: Path, target: Path) -> None:
    refuse_damaged(source)
    with (
        closing(sqlite3.connect(source, timeout=BUSY_TIMEOUT_SECONDS)) as reader,
        closing(sqlite3.connect(target)) as writer,
    ):
        reader.backup(writer)
    # It copies page by page, the broken ones as well.
    if reason := find_damage(target):
        raise note_damage(source, reason)


def _copy_postgres(engine: Engine, target: Path) -> None:
    prepare_sqlite(target)
    writer = sqlalchemy.create_engine(sqlite_url(target))
    try:
        with (
            engine.connect().execution_options(isolation_level="REPEATABLE READ") as reader,
            writer.begin() as connection,
        ):
            for table in TABLES:
                _copy_rows(reader, connection, table)
            for table in _numbered_tables():
                highest = reader.scalar(text(_LAST_VALUE), {"table": f'"{table.name}"'})
                _set_last_sqlite_id(connection, table, highest)
    finally:
        writer.dispose()


def prepare_sqlite(file: Path) -> None:
    """Bring an SQLite file that nobody uses to this program's version; a new one is made."""
    schema.ensure_schema(sqlite_url(file))
    for left in file.parent.glob(f"{file.stem}.before-upgrade-from-*{file.suffix}"):
        left.unlink()
    file.with_name(f"{file.name}.upgrade-lock").unlink(missing_ok=True)


def sqlite_url(file: Path) -> sqlalchemy.URL:
    return sqlalchemy.URL.create("sqlite", database=str(file))


# --- into PostgreSQL -------------------------------------------------------------------------


def load_into_postgres(snapshot: Path, connection: Connection) -> None:
    """Put the rows of a snapshot in the place of all that a PostgreSQL database has, within the
    caller's transaction. The job engine's tables go."""
    from backend.workers.engine import SCHEMA  # which loads the engine itself

    names = ", ".join(f'"{table.name}"' for table in [*TABLES, SQLModel.metadata.tables["worker"]])
    connection.execute(
        text(f"TRUNCATE {names}, search_passage, search_word RESTART IDENTITY CASCADE")
    )
    connection.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))
    reader = sqlalchemy.create_engine(sqlite_url(snapshot))
    try:
        with reader.connect() as source:
            for table in TABLES:
                _copy_rows(source, connection, table)
            for table in _numbered_tables():
                highest = source.scalar(text(_SQLITE_SEQUENCE), {"table": table.name})
                _set_last_postgres_id(connection, table, highest)
    finally:
        reader.dispose()
    for lesson_id in connection.scalars(select(_table(Lesson).c.id)).all():
        index_lesson(connection, lesson_id)


def clear_work_under_way(connection: Connection) -> None:
    """Tasks that were under way are done by whoever is free; they go on from what is stored."""
    connection.execute(sqlalchemy.delete(SQLModel.metadata.tables["worker"]))
    tasks = _table(Task)
    waiting = {"status": TaskStatus.PENDING, "run_id": None, "claim": None, "worker": None}
    connection.execute(tasks.update().where(tasks.c.status.in_(ACTIVE)).values(waiting))


# --- rows ------------------------------------------------------------------------------------


def _table(model: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(model.__tablename__)]


def _copy_rows(reader: Connection, writer: Connection, table: Table) -> None:
    # JSON goes as the text that it is: what another program wrote need not have our form.
    columns = [cast(c, Text).label(c.name) if _is_json(c) else c for c in table.c]
    statement = insert(table).values({c.name: _value_of(c, writer) for c in table.c})
    for rows in _batches(reader, select(*columns)):
        writer.execute(statement, rows)


def _batches(reader: Connection, statement: Any) -> Iterator[list[dict[str, Any]]]:
    options = {"stream_results": True, "yield_per": BATCH_ROWS}
    with reader.execution_options(**options).execute(statement) as result:
        for rows in result.mappings().partitions():
            yield [{f"p_{name}": value for name, value in row.items()} for row in rows]


def _value_of(column: Column[Any], writer: Connection) -> Any:
    name = f"p_{column.name}"
    if not _is_json(column):
        return bindparam(name, type_=column.type)
    plain = bindparam(name, type_=Text())
    return cast(plain, JSON) if writer.dialect.name == "postgresql" else plain


def _is_json(column: Column[Any]) -> bool:
    implementation = getattr(column.type, "impl_instance", column.type)
    return isinstance(implementation, JSON)


# --- ids that are never given twice -----------------------------------------------------------

_LAST_VALUE = "SELECT pg_sequence_last_value(pg_get_serial_sequence(:table, 'id')::regclass)"
_SQLITE_SEQUENCE = "SELECT seq FROM sqlite_sequence WHERE name = :table"


def _numbered_tables() -> list[Table]:
    return [
        table
        for table in TABLES
        if "id" in table.c and table.c.id.primary_key and table.c.id.autoincrement
    ]


def _set_last_sqlite_id(connection: Connection, table: Table, highest: int | None) -> None:
    values = {"seq": highest, "name": table.name}
    if highest is not None and table.dialect_options["sqlite"]["autoincrement"]:
        connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), values)
        statement = "INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)"
        connection.execute(text(statement), values)


def _set_last_postgres_id(connection: Connection, table: Table, highest: int | None) -> None:
    largest = max(highest or 0, connection.scalar(select(func.max(table.c.id))) or 0)
    if largest:
        statement = "SELECT setval(pg_get_serial_sequence(:table, 'id')::regclass, :largest)"
        connection.execute(text(statement), {"table": f'"{table.name}"', "largest": largest})
