"""The texts of a lesson as a job reads them: frozen at its start, checked at its end."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, select

from backend.database import Bind, begin_write
from backend.errors import InputChanged, LessonNotFound, NoTranscript
from backend.models import Lesson, Segment
from backend.models.columns import LARGEST_ID
from backend.models.transcript import transcript_hash

TRANSCRIPT = "transcript"
CORRECTED = "corrected_transcript"


@dataclass(frozen=True)
class Layer:
    """One of a lesson's texts. `hash` tells whether it changed meanwhile."""

    lesson_id: int
    name: str
    segments: Sequence[Segment]
    language: str | None
    hash: str


def require_possible_id(lesson_id: object) -> None:
    """Raise `LessonNotFound` for what cannot be an id, and no database can be asked for."""
    is_number = isinstance(lesson_id, int) and not isinstance(lesson_id, bool)
    if not is_number or not 0 < lesson_id <= LARGEST_ID:  # type: ignore[operator]
        raise LessonNotFound(lesson_id)


def read_layer(bind: Bind, lesson_id: int, *, prefer_corrected: bool) -> Layer:
    """The corrected transcript if there is one and it is preferred, else the transcript.

    Raises
    ------
    LessonNotFound, NoTranscript
    """
    require_possible_id(lesson_id)
    statement = select(Lesson).where(Lesson.id == lesson_id)
    with Session(bind) as session:
        lesson = session.exec(statement).first()
        if lesson is None:
            raise LessonNotFound(lesson_id)
        name = TRANSCRIPT
        if prefer_corrected and lesson.corrected_transcript is not None:
            name = CORRECTED
        segments = getattr(lesson, name)
        if segments is None:
            raise NoTranscript(
                f"Lesson {lesson_id} has no transcript yet: run `lectern transcribe {lesson_id}` "
                "first."
            )
        return Layer(
            lesson_id, name, tuple(segments), lesson.spoken_language, transcript_hash(segments)
        )


def lock_unchanged(session: Session, layer: Layer) -> Lesson:
    """The lesson, locked for writing until the commit, whose layer is still what was read.

    Raises
    ------
    LessonNotFound
        It was removed meanwhile.
    InputChanged
    """
    begin_write(session)
    lesson = session.get(Lesson, layer.lesson_id, populate_existing=True, with_for_update=True)
    if lesson is None:
        raise LessonNotFound(layer.lesson_id)
    segments = getattr(lesson, layer.name)
    if segments is None or transcript_hash(segments) != layer.hash:
        raise InputChanged(
            f"The {layer.name.replace('_', ' ')} of lesson {layer.lesson_id} was replaced while "
            "it was being worked on, so the result was not saved: start again."
        )
    return lesson
