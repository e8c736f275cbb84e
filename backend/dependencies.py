"""What the endpoints are given."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends
from sqlmodel import Session

from backend import database


def open_session() -> Iterator[Session]:
    """The session of one request, closed before the answer goes out."""
    with Session(database.engine) as session:
        yield session


SessionDep = Annotated[Session, Depends(open_session, scope="function")]
