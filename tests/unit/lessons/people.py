"""Lessons that people edit, for the tests of what becomes of their edits."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from backend import database
from backend.database.sessions import writing
from backend.editing.segments import EditedSegment, edit_segment
from backend.lesson_texts.layers import LessonLayer, lock_lesson, replace_layer
from backend.lessons.queries import read_segment
from backend.models import Lesson
from backend.models.people import WITH_REMOVED
from backend.models.transcript import to_segments

SPOKEN = ("the sell divides", "every day it grows", "and then it stops")


def spoken(*texts: str) -> list[dict[str, Any]]:
    return [{"start": 2 * n, "end": 2 * n + 2, "text": text} for n, text in enumerate(texts)]


def hear(lesson_id: int, segments: Sequence[dict[str, Any]]) -> None:
    """A transcription ends."""
    content = {
        "transcript": to_segments(segments),
        "transcript_metadata": {"engine": "another"},
    }
    store(lesson_id, LessonLayer.TRANSCRIPT, content)


def correct(lesson_id: int, *texts: str) -> None:
    """A correction ends, in which a model gave the transcript's segments these texts."""
    heard = read(lesson_id).transcript
    assert heard is not None
    corrected = [
        segment.model_copy(update={"text": text})
        for segment, text in zip(heard, texts, strict=True)
    ]
    content = {"corrected_transcript": corrected, "correction_metadata": {"provider": "A model"}}
    store(lesson_id, LessonLayer.CORRECTION, content)


def store(lesson_id: int, layer: LessonLayer, content: dict[str, Any]) -> None:
    with Session(database.engine) as session, writing(session):
        replace_layer(session, lock_lesson(session, lesson_id), layer, content)


def read(lesson_id: int) -> Lesson:
    with Session(database.engine) as session:
        return session.get_one(Lesson, lesson_id, execution_options=WITH_REMOVED)


def shown(lesson_id: int) -> list[str] | None:
    corrected = read(lesson_id).corrected_transcript
    return None if corrected is None else [segment.text for segment in corrected]


def version(lesson_id: int, position: int) -> str:
    with Session(database.engine) as session:
        return read_segment(session, lesson_id, position).version


def edit(lesson_id: int, position: int, text: str, editor: str = "Ann") -> EditedSegment:
    """An edit by somebody who sees what is there."""
    seen = version(lesson_id, position)
    with Session(database.engine) as session:
        return edit_segment(session, lesson_id, position, text, editor=editor, seen=seen)
