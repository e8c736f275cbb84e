"""Owners for tests of the cores: they hold a task's row, lose it, or lose the database."""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import update
from sqlmodel import Session, col

from backend import database
from backend.errors import OwnershipLost
from backend.errors.storage import DatabaseError
from backend.models import Task
from backend.tasks.ownership import Owner

T = TypeVar("T")


class TaskOwner(Owner):
    """Writes to a task's row within the core's own transactions, as a worker does.

    The row counts the pieces in `attempt`, and takes the result.
    """

    def __init__(self) -> None:
        super().__init__()
        with Session(database.engine) as session:
            task = Task(task_type="process")
            session.add(task)
            session.commit()
            self.task_id = task.id

    def store_piece(self, session: Session) -> None:
        self.write(session, {"attempt": col(Task.attempt) + 1})

    def store_result(self, session: Session, result: dict[str, Any]) -> None:
        self.write(session, {"result": result})

    def write(self, session: Session, values: dict[str, Any]) -> None:
        session.execute(update(Task).where(col(Task.id) == self.task_id).values(values))

    @property
    def task(self) -> Task:
        """The row as it was committed."""
        with Session(database.engine) as session:
            task = session.get(Task, self.task_id)
            assert task is not None
            return task


class LosesTaskAtPiece(TaskOwner):
    """Is told at the first window that its task is another's, after it has written to the row."""

    def store_piece(self, session: Session) -> None:
        super().store_piece(session)
        raise OwnershipLost


class LosesTaskAtResult(TaskOwner):
    """The same at the result."""

    def store_result(self, session: Session, result: dict[str, Any]) -> None:
        super().store_result(session, result)
        raise OwnershipLost


class LosesAnswerOfCommit(TaskOwner):
    """Each commit goes through, but the word of it is lost: it is done once more."""

    def persist(self, write: Callable[[], T]) -> T:
        write()
        return write()


class LosesDatabase(TaskOwner):
    """The database goes away before the first commit of a piece and of the result, and comes
    back: what was not committed is written again."""

    def __init__(self, take_away: Callable[[Session], None]) -> None:
        super().__init__()
        self.n_failures = 0
        self._take_away = take_away
        self._was_away: set[str] = set()

    def persist(self, write: Callable[[], T]) -> T:
        try:
            return write()
        except DatabaseError:
            self.n_failures += 1
            return write()

    def store_piece(self, session: Session) -> None:
        self._lose_once(session, "piece")
        super().store_piece(session)

    def store_result(self, session: Session, result: dict[str, Any]) -> None:
        self._lose_once(session, "result")
        super().store_result(session, result)

    def _lose_once(self, session: Session, what: str) -> None:
        if what not in self._was_away:
            self._was_away.add(what)
            self._take_away(session)
