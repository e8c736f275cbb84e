"""Lessons for the tests of search, and what is found in them."""

from typing import Any

from sqlmodel import Session

from backend import database
from backend.models import Lesson
from backend.search.service import Hit, SearchedLessons, SearchRequest, SearchResults, search


def spoken(*texts: str) -> list[dict[str, Any]]:
    """A transcript with a segment every two seconds."""
    return [
        {"start": 2.0 * number, "end": 2.0 * number + 1, "text": text}
        for number, text in enumerate(texts)
    ]


def add_lesson(*texts: str, **fields: Any) -> int:
    """A lesson in which this is said, as any script makes one."""
    with Session(database.engine) as session:
        lesson = Lesson(**({"transcript": spoken(*texts)} | fields))
        session.add(lesson)
        session.commit()
        assert lesson.id is not None
        return lesson.id


def ask(text: str, lessons: SearchedLessons | None = None, **options: Any) -> SearchResults:
    with Session(database.engine) as session:
        return search(session, SearchRequest(text, lessons or SearchedLessons(), **options))


def find(text: str, **options: Any) -> list[tuple[int, str | int]]:
    """Lesson and segment (or part) of each hit, in their order."""
    return [(hit.lesson_id, place_of(hit)) for hit in ask(text, **options).hits]


def place_of(hit: Hit) -> str | int:
    return hit.part if hit.segment is None else hit.segment


def marked(hit: Hit) -> str:
    """The snippet with its matches in brackets."""
    return "".join(f"[{piece.text}]" if piece.is_match else piece.text for piece in hit.snippet)
