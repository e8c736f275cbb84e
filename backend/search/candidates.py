"""The passages that answer a query, as each database finds them best."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnClause,
    ColumnElement,
    CompoundSelect,
    Row,
    Select,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    select,
    table,
    text,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlmodel import Session, col

from backend.index.passages import HEADS_FROM, SLOT_BITS, passage_table
from backend.models import Lesson
from backend.search.query import Phrase, Query, Term

MOST_SEGMENTS, MOST_HEADS = 500, 100
"""So many segments, and so many titles, briefs and summaries, are ranked at most. Of words that
stand nearly everywhere these are the newest lessons', and the others are not read."""

FEW_PASSAGES = 8_000
"""PostgreSQL fetches so many passages by its index about as soon as it comes upon MOST_SEGMENTS of
them when it reads all passages in their order (measured with a million)."""

PHRASE_SHARE = 0.2
"""About so many of the passages that have the words of a phrase have the phrase."""


@dataclass(frozen=True)
class SearchedLessons:
    """Which lessons are searched: all that fit every field that is set.

    Several courses or themes: one of them. `since` and `until` are dates of lessons, themselves
    included; without a zone they are UTC.
    """

    course_ids: tuple[int, ...] = ()
    theme_ids: tuple[int, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


Ids = CompoundSelect[Any]
"""Gives the column `id`."""


@dataclass(frozen=True)
class Candidates:
    """Rows with `id`, `part` and `text`. There may be more, if they are not all."""

    rows: list[Row[Any]]
    are_all: bool


def find_candidates(session: Session, query: Query, lessons: SearchedLessons) -> Candidates:
    """The passages of the newest lessons that answer the query; see MOST_SEGMENTS."""
    ids = _choose_way(session, query)(query, lessons).subquery()
    columns = (passage_table.c[name] for name in ("id", "part", "text"))
    statement = select(*columns).join(ids, ids.c.id == passage_table.c.id)
    rows = list(session.execute(statement))
    n_heads = sum(row.id >= HEADS_FROM for row in rows)
    return Candidates(rows, n_heads < MOST_HEADS and len(rows) - n_heads < MOST_SEGMENTS)


def finds_any(session: Session, query: Query, lessons: SearchedLessons) -> bool:
    """Whether there is any passage that answers the query."""
    ids = _choose_way(session, query)(query, lessons)
    return session.execute(ids.limit(1)).first() is not None


def _choose_way(session: Session, query: Query) -> Callable[[Query, SearchedLessons], Ids]:
    if session.get_bind().dialect.name == "sqlite":
        return _by_full_text_table
    return _by_index if _estimate(session, query) < FEW_PASSAGES else _newest_first


def _heads_and_segments(find: Callable[[int], Select[Any]]) -> Ids:
    """What is found among either: `find` is given what is added to the ids of the one or the
    other, and orders them, the highest first."""
    heads = find(HEADS_FROM).limit(MOST_HEADS).subquery()
    segments = find(0).limit(MOST_SEGMENTS).subquery()
    return union_all(select(heads.c.id), select(segments.c.id))


def _are_searched(lessons: SearchedLessons) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if lessons.course_ids:
        conditions.append(col(Lesson.course_id).in_(lessons.course_ids))
    if lessons.theme_ids:
        conditions.append(col(Lesson.theme_id).in_(lessons.theme_ids))
    if lessons.since is not None:
        conditions.append(col(Lesson.date) >= lessons.since)
    if lessons.until is not None:
        conditions.append(col(Lesson.date) <= lessons.until)
    return conditions


# --- SQLite ----------------------------------------------------------------------------------


def _by_full_text_table(query: Query, lessons: SearchedLessons) -> Ids:
    """FTS5 gives its rows in the order of their ids as it finds them, and stops when told to."""
    rowid: ColumnClause[int] = column("rowid")
    words = table("search_words", rowid)
    match = literal_column("search_words").op("MATCH")(_fts5(query))
    searched = select(col(Lesson.id)).where(*_are_searched(lessons))

    def find(base: int) -> Select[Any]:
        # Without a look at the passage: of a common word there are hundreds of thousands.
        lesson_id = (rowid - base).op(">>")(SLOT_BITS)
        in_range = (rowid >= base, rowid < base + HEADS_FROM)
        found = select(rowid.label("id")).select_from(words)
        return found.where(match, *in_range, lesson_id.in_(searched)).order_by(rowid.desc())

    return _heads_and_segments(find)


def _fts5(query: Query) -> str:
    """In the language of FTS5. A folded word has no quotes, so that none can end early."""

    def write(phrase: Phrase) -> str:
        return '"' + " ".join(phrase.words) + '"' + ("*" if phrase.is_prefix else "")

    def any_of(term: Term) -> str:
        return "(" + " OR ".join(map(write, term.phrases)) + ")"

    return " AND ".join(map(any_of, query.terms))


# --- PostgreSQL ------------------------------------------------------------------------------
#
# Which way is the better one depends on how many passages answer, and the planner, which has to
# weigh filter, order and limit at once, takes ways that last seconds (a GIN scan for each lesson).
# So each of the two ways is written in a form that leaves it no choice.


def _estimate(session: Session, query: Query) -> float:
    """How many passages answer the query, by PostgreSQL's statistics."""
    statement = text(
        "EXPLAIN (FORMAT JSON) SELECT 1 FROM search_passage WHERE words @@ CAST(:query AS tsquery)"
    )
    (plan,) = session.execute(statement, {"query": _tsquery(query)}).scalar_one()
    # They are of words alone.
    share = PHRASE_SHARE if any(map(_has_phrases_only, query.terms)) else 1
    return float(plan["Plan"]["Plan Rows"]) * share


def _has_phrases_only(term: Term) -> bool:
    return all(len(phrase.words) > 1 for phrase in term.phrases)


def _by_index(query: Query, lessons: SearchedLessons) -> Ids:
    """All that answer, and only then those that are searched, in their order."""
    passages = passage_table.c
    found = (
        select(passages.id, passages.lesson_id)
        .where(passages.words.op("@@")(_bound(query)))
        .cte("found")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    searched = select(col(Lesson.id)).where(*_are_searched(lessons))

    def find(base: int) -> Select[Any]:
        in_range = (found.c.id >= base, found.c.id < base + HEADS_FROM)
        those = select(found.c.id).where(*in_range, found.c.lesson_id.in_(searched))
        return those.order_by(found.c.id.desc())

    return _heads_and_segments(find)


def _newest_first(query: Query, lessons: SearchedLessons) -> Ids:
    """Lesson by lesson, until there are enough. The function behind `@@` uses no index."""
    passages = passage_table.c
    matches = func.ts_match_vq(passages.words, _bound(query))

    def find(base: int) -> Select[Any]:
        first = base + cast(col(Lesson.id), BigInteger) * (1 << SLOT_BITS)
        in_range = (passages.id >= first, passages.id < first + (1 << SLOT_BITS))
        of_lesson = select(passages.id).where(*in_range, matches).lateral()
        found = select(of_lesson.c.id).select_from(Lesson).join(of_lesson, true())
        in_order = (col(Lesson.id).desc(), of_lesson.c.id.desc())
        return found.where(*_are_searched(lessons)).order_by(*in_order)

    return _heads_and_segments(find)


def _bound(query: Query) -> ColumnElement[Any]:
    return cast(bindparam(None, _tsquery(query)), TSQUERY)


def _tsquery(query: Query) -> str:
    """In the language of PostgreSQL. A folded word has neither quotes nor backslashes."""

    def write(phrase: Phrase) -> str:
        words = " <-> ".join(f"'{word}'" for word in phrase.words)
        return f"({words}{':*' if phrase.is_prefix else ''})"

    def any_of(term: Term) -> str:
        return "(" + " | ".join(map(write, term.phrases)) + ")"

    return " & ".join(map(any_of, query.terms))
