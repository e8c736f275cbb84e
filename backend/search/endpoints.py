"""Search over HTTP."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from backend.dependencies import SessionDep
from backend.search import service
from backend.search.candidates import SearchedLessons
from backend.search.schemas import HitPublic, PiecePublic, ReadAsPublic, SearchPage
from backend.web.inputs import AnyOfIds, Cursor, Moment, Text, beginning_of, end_of
from backend.web.problems import problems

router = APIRouter(tags=["search"])

LONGEST_SEARCH = 10_000
"""Characters. How many words are too many is the search's own matter."""


@router.get("/search", responses=problems(422))
def search(
    session: SessionDep,
    q: Annotated[
        Text, Query(max_length=LONGEST_SEARCH, description='`word`, `"a phrase"`, `prefix*`.')
    ],
    course_id: AnyOfIds = None,
    theme_id: AnyOfIds = None,
    since: Annotated[date | Moment | None, Query(alias="from")] = None,
    until: Annotated[date | Moment | None, Query(alias="to", description="Included.")] = None,
    typing: Annotated[bool, Query(description="The last word may not be finished.")] = False,
    limit: Annotated[int, Query(ge=1, le=service.MOST_HITS)] = 20,
    cursor: Cursor = None,
) -> SearchPage:
    """Find words in all lessons: in what was said, in titles, briefs and summaries.

    However they are written: without accents, `e-mail` as `email`, `1,000` as `1000`. In the place
    of a word that finds nothing in these lessons near ones are looked for, and `read_as` says so.
    """
    lessons = SearchedLessons(
        tuple(course_id or ()), tuple(theme_id or ()), beginning_of(since), end_of(until)
    )
    found = service.search(session, service.SearchRequest(q, lessons, limit, cursor, typing))
    return SearchPage(
        items=[_hit(hit) for hit in found.hits],
        total=found.total,
        is_total_exact=found.is_total_exact,
        next_cursor=found.cursor,
        read_as=[ReadAsPublic(typed=one.typed, found=list(one.found)) for one in found.read_as],
    )


def _hit(hit: service.Hit) -> HitPublic:
    pieces = [PiecePublic(text=piece.text, is_match=piece.is_match) for piece in hit.snippet]
    return HitPublic(**(vars(hit) | {"snippet": pieces}))
