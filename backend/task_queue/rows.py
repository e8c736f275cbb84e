"""How a task row is changed: in a short transaction, by columns that have names and types."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import ColumnElement, Connection, Engine, update

from backend.database.sessions import take_write_lock
from backend.task_queue.states import TASK, TaskValues


@contextmanager
def writing_rows(db: Engine) -> Iterator[Connection]:
    """A transaction whose reads hold until its commit, where they lock the rows that they read."""
    with db.begin() as connection:
        take_write_lock(connection)
        yield connection


def change_rows(connection: Connection, condition: ColumnElement[bool], values: TaskValues) -> int:
    """How many rows were changed."""
    return connection.execute(update(TASK).where(condition).values(dict(values))).rowcount
