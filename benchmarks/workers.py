"""What the benchmarks of background work share: libraries on both databases, and their workers."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from tests.acceptance.workers import Workers, empty_library
from tests.postgres import running_server

DATABASES = ("SQLite", "PostgreSQL")


@contextmanager
def library_with_workers(database: str) -> Iterator[Workers]:
    """An empty library on one of DATABASES, and nothing running yet."""
    if database == "SQLite":
        with empty_library(None), Workers() as workers:
            yield workers
    else:
        with running_server() as server, empty_library(server), Workers() as workers:
            yield workers


def on_each_database(measure: Callable[[Workers], Sequence[float]]) -> dict[str, Sequence[float]]:
    """What was measured in a library of its own on each database."""
    found = {}
    for database in DATABASES:
        with library_with_workers(database) as workers:
            found[database] = measure(workers)
    return found
