"""Captions that were made elsewhere become the transcript of a lesson."""

from dataclasses import dataclass

from sqlmodel import Session

from backend.database import refuse_uncommitted_writes, writing
from backend.errors import UnreadableCaptions
from backend.lessons.wording import clean_title
from backend.models.columns import utc_now
from backend.tasks.layers import LessonLayer, lock_lesson, replace_layer, require_possible_id
from backend.tasks.makers import IMPORTED
from backend.text.captions_in import clip_to, read_captions


@dataclass(frozen=True)
class ImportedCaptions:
    """What came of it; `notices` say what was mended, in sentences."""

    segments: int
    notices: tuple[str, ...]


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
    captions = read_captions(content, encoding)
    with writing(session):
        lesson = lock_lesson(session, lesson_id)
        if lesson.duration is not None:
            captions = clip_to(captions, lesson.duration)
        if not captions.segments:
            raise UnreadableCaptions(
                f"All captions stand after the end of the recording of lesson {lesson_id} "
                f"({lesson.duration:.0f} s): they are of another one."
            )
        metadata = {
            "engine": IMPORTED,
            "file": clean_title(name),
            "format": captions.format,
            "imported_at": utc_now().isoformat(),
            "duration": lesson.duration,
            "language": lesson.language,
            "notices": list(captions.notices),
        }
        content_of_layer = {
            "transcript": list(captions.segments),
            "transcript_metadata": metadata,
        }
        replace_layer(session, lesson, LessonLayer.TRANSCRIPT, content_of_layer)
    return ImportedCaptions(len(captions.segments), captions.notices)
