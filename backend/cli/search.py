"""search."""

import re
from dataclasses import asdict
from datetime import UTC, datetime, time
from typing import Any

import click
from sqlmodel import Session, select

from backend.cli.terminal import json_option, notice, one_line, open_session, print_json
from backend.clock import clock
from backend.errors import NotFound
from backend.index.passages import rebuild
from backend.log import printable
from backend.models import Course, Theme
from backend.search.ranking import HitPiece
from backend.search.service import MOST_HITS, Hit, SearchedLessons, SearchRequest, SearchResults
from backend.search.service import search as find_passages

DATE = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("words", metavar="[WORDS...]", nargs=-1)
@click.option("--course", metavar="TITLE", help="Only lessons in this course.")
@click.option("--theme", metavar="TITLE", help="Only lessons in this theme.")
@click.option("--since", metavar="DATE", type=DATE, help="Only lessons from this day on (UTC).")
@click.option("--until", metavar="DATE", type=DATE, help="Only lessons up to this day (UTC).")
@click.option(
    "--limit",
    metavar="N",
    type=click.IntRange(1, MOST_HITS),
    default=20,
    show_default=True,
    help="Maximum number of results.",
)
@click.option(
    "--rebuild", "is_rebuild", is_flag=True, help="Rebuild the search index instead of searching."
)
@json_option
def search(
    words: tuple[str, ...],
    course: str | None,
    theme: str | None,
    since: datetime | None,
    until: datetime | None,
    limit: int,
    is_rebuild: bool,
    as_json: bool,
) -> None:
    """Search the texts of all lessons.

    A passage is found if it has all the words, whatever their case and accents, and however they
    are written (e-mail, email). A phrase stands in quotes, which the shell must leave alone:
    '"light waves"'. With an asterisk, WORDS are found that only begin so: 'refract*'. For a word
    that finds nothing, near ones are looked for, but not if it stands in quotes.
    """
    if is_rebuild == bool(words):
        raise click.UsageError("Say what to look for: WORDS; or --rebuild, alone.")
    with open_session() as session:
        if is_rebuild:
            _rebuild(session, as_json)
            return
        lessons = SearchedLessons(
            course_ids(session, course),
            theme_ids(session, theme),
            since and since.replace(tzinfo=UTC),
            until and datetime.combine(until, time.max, UTC),
        )
        results = find_passages(session, SearchRequest(" ".join(words), lessons, limit))
    if as_json:
        print_json(_to_json(results))
    else:
        _print(results)


def _rebuild(session: Session, as_json: bool) -> None:
    n_lessons = sum(1 for _ in rebuild(session))
    if as_json:
        print_json({"lessons": n_lessons})
    else:
        click.echo(f"The search index was rebuilt for {n_lessons} lessons.")


def course_ids(session: Session, title: str | None) -> tuple[int, ...]:
    courses = session.exec(select(Course).where(Course.title == title))
    return _require("course", title, [course.id for course in courses])


def theme_ids(session: Session, title: str | None) -> tuple[int, ...]:
    themes = session.exec(select(Theme).where(Theme.title == title))
    return _require("theme", title, [theme.id for theme in themes])


def _require(kind: str, title: str | None, ids: list[int | None]) -> tuple[int, ...]:
    """Those of one title, which may be several: each course may have a theme of that name."""
    if title is not None and not ids:
        raise NotFound(f"There is no {kind} `{title}`: write its title as it was given.")
    return tuple(number for number in ids if number is not None)


def _to_json(results: SearchResults) -> dict[str, Any]:
    return {
        "total": results.total,
        "is_total_exact": results.is_total_exact,
        "hits": [
            asdict(hit)
            | {
                "lesson_date": hit.lesson_date.isoformat(),
                "snippet": [piece._asdict() for piece in hit.snippet],
            }
            for hit in results.hits
        ],
        "read_as": [asdict(one) for one in results.read_as],
    }


def _print(results: SearchResults) -> None:
    for one in results.read_as:
        found = " or ".join(f"“{one_line(word)}”" for word in one.found)
        typed = one_line(one.typed)
        notice(f"Nothing has “{typed}”; these have {found}. To insist on it: '\"{typed}\"'.")
    if not results.hits:
        click.echo("No results.")
    for hit in results.hits:
        click.echo(f"{_place(hit)}  {one_line(hit.lesson_title)}")
        click.echo(f"    {''.join(map(_show, hit.snippet))}")
    if results.total > len(results.hits):
        total = results.total if results.is_total_exact else f"more than {results.total}"
        notice(f"{len(results.hits)} of {total} results shown. Use --limit to see more.")


def _place(hit: Hit) -> str:
    place = hit.part if hit.start is None else clock(hit.start)
    return f"Lesson {hit.lesson_id}, {place}"


def _show(piece: HitPiece) -> str:
    text = re.sub(r"\s+", " ", printable(piece.text))
    return click.style(text, bold=True) if piece.is_match else text
