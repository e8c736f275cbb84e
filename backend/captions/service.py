"""Captions that were made elsewhere become the transcript of a lesson."""

from dataclasses import dataclass

from sqlmodel import Session

from backend.captions.reading_apart import read_captions_apart
from backend.database.sessions import refuse_uncommitted_writes, writing
from backend.errors.recordings import UnreadableCaptions
from backend.lesson_texts.layers import (
    LessonLayer,
    lock_lesson,
    missing_lesson,
    replace_layer,
    require_possible_id,
)
from backend.lesson_texts.makers import IMPORTED
from backend.models import Lesson
from backend.models.columns import utc_now
from backend.models.notices import Notice
from backend.text.captions_in import Captions, clip_to
from backend.text.wording import clean_title


@dataclass(frozen=True)
class ImportedCaptions:
    """What came of it; `notices` say what was mended."""

    segments: int
    notices: tuple[Notice, ...]


def preview_captions(
    session: Session, lesson_id: int, content: bytes, encoding: str | None = None
) -> Captions:
    """What `import_captions` would make the transcript; nothing is changed.

    Raises
    ------
    LessonNotFound, UnreadableCaptions
    """
    require_possible_id(lesson_id)
    lesson = session.get(Lesson, lesson_id)
    if lesson is None:
        raise missing_lesson(session, lesson_id)
    return _fit(read_captions_apart(content, encoding), lesson)


def import_captions(
    session: Session, lesson_id: int, content: bytes, name: str, encoding: str | None = None
) -> ImportedCaptions:
    """Make the captions of a file (SRT, WebVTT) the transcript of a lesson.

    What was there before is kept as a rerun keeps it. `name` is the file's, for the metadata.

    Raises
    ------
    LessonNotFound, UncommittedWrites
    UnreadableCaptions
        Nothing was changed.
    """
    require_possible_id(lesson_id)
    refuse_uncommitted_writes(session)
    captions = read_captions_apart(content, encoding)
    with writing(session):
        lesson = lock_lesson(session, lesson_id)
        captions = _fit(captions, lesson)
        metadata = {
            "engine": IMPORTED,
            "file": clean_title(name),
            "format": captions.format,
            "encoding": captions.encoding,
            "imported_at": utc_now().isoformat(),
            "duration": lesson.duration,
            "language": lesson.language,
            "notices": [notice.to_json() for notice in captions.notices],
        }
        content_of_layer = {
            "transcript": list(captions.segments),
            "transcript_metadata": metadata,
        }
        replace_layer(session, lesson, LessonLayer.TRANSCRIPT, content_of_layer)
    return ImportedCaptions(len(captions.segments), captions.notices)


def _fit(captions: Captions, lesson: Lesson) -> Captions:
    """The captions as far as the lesson's recording goes."""
    if lesson.duration is None:
        return captions
    within = clip_to(captions, lesson.duration)
    if not within.segments:
        raise UnreadableCaptions(
            f"All captions stand after the end of the recording of lesson {lesson.id} "
            f"({lesson.duration:.0f} s): they are of another one."
        )
    return within
