"""Who a core works for: it may be stopped, and what it writes may be refused."""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from sqlmodel import Session

from backend.errors import WorkStopped

T = TypeVar("T")


class Owner:
    """The caller of a core. This one, of a direct call, owns whatever the core writes.

    A worker's owner (`backend.workers.claim.Claim`) holds its task only until it is cancelled or
    taken over. `note_receipt` and the two `store_` methods are called within the transaction
    that they speak of, before its commit; the `store_` methods raise `OwnershipLost` to have it
    rolled back. By then the transaction holds the lesson's lock, so a task's row is always
    locked after its lesson's.
    """

    def __init__(self) -> None:
        self.stopped = threading.Event()
        """Set by whoever wants the work to stop: at the next piece, or sooner."""

    def check(self) -> None:
        """Raise `WorkStopped` once the work is to stop."""
        if self.stopped.is_set():
            raise WorkStopped

    def persist(self, write: Callable[[], T]) -> T:
        """Call `write`, which is one transaction, and return what it returns.

        A worker's claim calls it again for as long as the database is away or the disk full. So
        `write` must do no harm when it is repeated, even where the commit went through and only
        the word of it was lost.
        """
        return write()

    def note_receipt(self, session: Session) -> None:
        """A paid reply is kept in this transaction.

        A worker's claim notes that its task got on. It never refuses: paid is paid, whoever
        holds the task by now.
        """

    def store_piece(self, session: Session) -> None:
        """A window is stored in this transaction."""

    def store_result(self, session: Session, result: dict[str, Any]) -> None:
        """The stage's result is stored in this transaction: with its commit the stage is done.

        `result` says in a few JSON values what came of the stage, for people.
        """
