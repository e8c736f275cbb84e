"""Fixtures of the API's tests."""

from collections.abc import Iterator

import httpx
import pytest

from backend.owner import renew_token
from tests.api.server import LIMIT_SECONDS, running_app


@pytest.fixture
def client(each_database: str) -> Iterator[httpx.Client]:
    """The owner's client of a server with an empty library, on SQLite and on PostgreSQL."""
    with running_app() as address, _owners_client(address) as client:
        yield client


@pytest.fixture
def sqlite_client(data_dir: object) -> Iterator[httpx.Client]:
    """The same on SQLite alone, where the database makes no difference."""
    with running_app() as address, _owners_client(address) as client:
        yield client


def _owners_client(address: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {renew_token()}"}
    return httpx.Client(base_url=address, headers=headers, timeout=LIMIT_SECONDS)
