"""How soon a search is answered, in a library of 1,000 lessons with 1,000,000 segments.

Each request is a session of its own, as the server makes one, from the text that was typed to the
snippets. Ordinary words are drawn from those of rank 200 to 20,000; the commonest are the first
ten, of which the first stands in more than half of all segments. The library's words are made of
27 syllables, so that the first of them begins words of up to a quarter of all segments: prefixes of
one syllable count among the commonest, those of five letters are ordinary. Near words are those of
ordinary ones with two neighbouring letters swapped, which find nothing.
"""

import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from random import Random

from sqlalchemy import text
from sqlmodel import Session

from backend import database
from backend.models import Lesson
from backend.search.service import SearchedLessons, SearchRequest, search
from benchmarks.big_library import FIRST_DAY, big_library, vocabulary
from benchmarks.report import Targets, percentile, print_table
from benchmarks.workers import DATABASES

LIMITS = {"ordinary": 100, "commonest": 300, "near": 300}
"""Milliseconds."""

REQUESTS, QUICK_REQUESTS = 50, 20

FILTERS = {
    "": SearchedLessons(),
    "course": SearchedLessons(course_ids=(3,)),
    "theme": SearchedLessons(theme_ids=(7,)),
    "oldest": SearchedLessons(until=FIRST_DAY + timedelta(days=7)),
    "half": SearchedLessons(since=FIRST_DAY + timedelta(days=333)),
}
"""Courses have a hundred lessons, themes twenty; the oldest ten lessons are the last to be looked
at."""

SIZES = {
    "sqlite": {
        "passages": "SELECT sum(length(CAST(text AS BLOB)) + length(CAST(words AS BLOB)))"
        " FROM search_passage",
        "index of words": "SELECT sum(length(block)) FROM search_words_data",
        "database": "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
    },
    "postgresql": {
        "passages": "SELECT pg_table_size('search_passage')",
        "index of words": "SELECT pg_relation_size('ix_search_passage_words')",
        "database": "SELECT pg_database_size(current_database())",
    },
}


def main(targets: Targets, is_quick: bool) -> None:
    n_requests = QUICK_REQUESTS if is_quick else REQUESTS
    for kind in DATABASES:
        with big_library(kind):
            _measure(targets, kind, n_requests)
            _print_sizes(kind)


def _measure(targets: Targets, kind: str, n_requests: int) -> None:
    rows: list[tuple[str, ...]] = []
    worst: defaultdict[str, float] = defaultdict(float)
    for name, requests in _make_requests(n_requests).items():
        times = [_milliseconds(request) for request in requests]
        rows.append((name, *(f"{percentile(times, share):.1f}" for share in (0.5, 0.95, 1))))
        group = name.split()[0] if name.startswith(("commonest", "near")) else "ordinary"
        worst[group] = max(worst[group], percentile(times, 0.95))
    print_table(f"{kind}: milliseconds, {n_requests} each", ("", "p50", "p95", "most"), rows)
    for group, limit in LIMITS.items():
        targets.at_most(f"{kind}: {group}, worst p95", worst[group], limit, " ms")


def _milliseconds(request: SearchRequest) -> float:
    started = time.perf_counter()
    with Session(database.engine) as session:
        search(session, request)
    return (time.perf_counter() - started) * 1000


# --- what is asked ---------------------------------------------------------------------------


def _make_requests(n_requests: int) -> dict[str, list[SearchRequest]]:
    """Requests by their kind."""
    random = Random(0)
    words = vocabulary()
    spoken = _spoken_phrases(random, n_requests)
    typed = {
        "words": [_draw(random, words[200:20_000], 1) for _ in range(n_requests)],
        "two words": [_draw(random, words[50:2_000], 2) for _ in range(n_requests)],
        "phrases": [f'"{phrase}"' for phrase in spoken],
        "prefixes": [random.choice(words[200:20_000])[:5] + "*" for _ in range(n_requests)],
        "near words": [_misspell(random, words) for _ in range(n_requests)],
        "commonest words": [words[n % 10] for n in range(n_requests)],
        "commonest pairs": [_draw(random, words[:10], 2) for _ in range(n_requests)],
        "commonest phrases": [f'"{_draw(random, words[:10], 2)}"' for _ in range(n_requests)],
        "commonest prefixes": [words[n % 10][:2] + "*" for n in range(n_requests)],
        "commonest beginnings": [words[60 + n][:3] + "*" for n in range(n_requests)],
        "commonest long phrases": [f'"{_draw(random, words[:6], 4)}"' for _ in range(n_requests)],
    }
    return {
        f"{name}, {chosen}" if chosen else name: [SearchRequest(text, lessons) for text in texts]
        for name, texts in typed.items()
        for chosen, lessons in FILTERS.items()
    }


def _draw(random: Random, words: Sequence[str], n_words: int) -> str:
    return " ".join(random.sample(words, n_words))


def _misspell(random: Random, words: Sequence[str]) -> str:
    """An ordinary word with two letters swapped, which makes no other one."""
    while True:
        word = random.choice(words[200:20_000])
        place = random.randrange(len(word) - 1)
        swapped = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        if swapped not in words:
            return swapped


def _spoken_phrases(random: Random, n_phrases: int) -> list[str]:
    """Three words that were said after each other, each time in another segment."""
    with Session(database.engine) as session:
        lesson = session.get_one(Lesson, 2)
        assert lesson.transcript is not None
        said = [segment.text.split() for segment in lesson.transcript]
    long = [words for words in said if len(words) >= 5]
    return [" ".join(random.choice(long)[1:4]) for _ in range(n_phrases)]


def _print_sizes(kind: str) -> None:
    with Session(database.engine) as session:
        sizes = SIZES[session.connection().dialect.name]
        found = {name: session.execute(text(query)).scalar_one() for name, query in sizes.items()}
    rows = [(name, f"{size / 1e6:.0f}") for name, size in found.items()]
    print_table(f"{kind}: sizes in MB", ("", "MB"), rows)
