"""Finding passages in all lessons."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, select
from sqlmodel import Session, col

from backend.errors import InvalidValue
from backend.index.passages import lesson_of_passage, passage_table
from backend.models import Lesson
from backend.search.candidates import SearchedLessons, find_candidates
from backend.search.near import ReadAs, find_near
from backend.search.query import Query, parse_query
from backend.search.ranking import HitPiece, make_snippet, score
from backend.search.repeats import without_repeats

__all__ = [
    "MOST_HITS",
    "Hit",
    "ReadAs",
    "SearchRequest",
    "SearchResults",
    "SearchedLessons",
    "search",
]

MOST_HITS = 100
"""On one page."""

_CURSOR = re.compile(r"([0-9]{1,9})-([0-9]{1,19})")


@dataclass(frozen=True)
class SearchRequest:
    """What is asked for; `text` is what `parse_query` reads, `cursor` a former answer's."""

    text: str
    lessons: SearchedLessons = field(default_factory=SearchedLessons)
    limit: int = 20
    cursor: str | None = None
    last_is_prefix: bool = False


@dataclass(frozen=True)
class Hit:
    """A passage that was found. `segment` (counted from 0) and `start` (seconds) are those of a
    segment, and None for a title, brief or summary."""

    lesson_id: int
    lesson_title: str
    lesson_date: datetime
    course_id: int | None
    theme_id: int | None
    part: str
    """`segment`, `title`, `brief` or `summary`."""
    segment: int | None
    start: float | None
    has_recording: bool
    snippet: tuple[HitPiece, ...]


@dataclass(frozen=True)
class SearchResults:
    """A page of hits, best first. `cursor` asks for the next page; None: this is the last.

    `total` counts the hits of all pages. If it is not exact, there are more than were ranked, and
    the pages end with those: a further word finds the others.
    """

    hits: tuple[Hit, ...]
    total: int
    is_total_exact: bool
    cursor: str | None
    read_as: tuple[ReadAs, ...] = ()
    """Where a word finds nothing, the near words that were looked for in its place."""


def search(session: Session, request: SearchRequest) -> SearchResults:
    """The passages that hold all the words that are asked for, or near ones in the place of those
    that no passage has.

    Among equals the newest lesson comes first, and its passages in their order.

    Raises
    ------
    InvalidValue
        Too many words, a limit or a cursor that is none.
    """
    _check(request)
    query = parse_query(request.text, last_is_prefix=request.last_is_prefix)
    if not query.terms:
        return SearchResults((), 0, True, None)
    found = find_candidates(session, query, request.lessons)
    read_as: tuple[ReadAs, ...] = ()
    if not found.rows and (near := find_near(session, query, request.lessons)):
        query, found, read_as = near
    kept = list(without_repeats(session, query, found.rows))
    ranked = sorted(_Ranked.of(query, row) for row, _ in kept)
    left = ranked if request.cursor is None else _after(ranked, request.cursor)
    page = left[: request.limit]
    return SearchResults(
        hits=_make_hits(session, query, page, {row.id: start for row, start in kept}),
        total=len(ranked),
        is_total_exact=found.are_all,
        cursor=page[-1].cursor if len(left) > len(page) else None,
        read_as=read_as,
    )


def _check(request: SearchRequest) -> None:
    if not 1 <= request.limit <= MOST_HITS:
        raise InvalidValue(
            f"A page can have 1 to {MOST_HITS} hits, not {request.limit}: ask for so many, and "
            "for the next page."
        )


# --- order and pages -------------------------------------------------------------------------


class _Ranked(NamedTuple):
    """A candidate in its place. The order is that of the fields, and no two are equal."""

    minus_score: int
    minus_lesson_id: int
    passage_id: int

    @classmethod
    def of(cls, query: Query, row: Row[Any]) -> "_Ranked":
        return cls.at(score(query, row.part, row.text), row.id)

    @classmethod
    def at(cls, points: int, passage_id: int) -> "_Ranked":
        return cls(-points, -lesson_of_passage(passage_id), passage_id)

    @property
    def cursor(self) -> str:
        return f"{-self.minus_score}-{self.passage_id}"


def _after(ranked: list[_Ranked], cursor: str) -> list[_Ranked]:
    """What comes after a cursor, whether or not the hit that it names is still there."""
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise InvalidValue(
            "The cursor is none that a search has given: ask for the first page, without a cursor."
        )
    last = _Ranked.at(int(found[1]), int(found[2]))
    return [one for one in ranked if one > last]


def _make_hits(
    session: Session, query: Query, page: list[_Ranked], starts: dict[int, int]
) -> tuple[Hit, ...]:
    columns = (passage_table.c[name] for name in ("id", "part", "segment", "start", "text"))
    of_lesson = (
        *(col(Lesson.title), col(Lesson.date), col(Lesson.course_id), col(Lesson.theme_id)),
        col(Lesson.filename).is_not(None).label("has_recording"),
    )
    statement = (
        select(*columns, *of_lesson)
        .join(Lesson, col(Lesson.id) == passage_table.c.lesson_id)
        .where(passage_table.c.id.in_([one.passage_id for one in page]))
    )
    found = {row.id: row for row in session.execute(statement)}
    # A lesson may be removed between the two statements.
    rows = (found[one.passage_id] for one in page if one.passage_id in found)
    return tuple(_to_hit(query, row, starts[row.id]) for row in rows)


def _to_hit(query: Query, row: Row[Any], start: int) -> Hit:
    return Hit(
        lesson_id=lesson_of_passage(row.id),
        lesson_title=row.title,
        lesson_date=row.date,
        course_id=row.course_id,
        theme_id=row.theme_id,
        part=row.part,
        segment=row.segment,
        start=row.start,
        has_recording=row.has_recording,
        snippet=make_snippet(query, row.text, start),
    )
