"""Errors of lessons and their texts."""

from backend.errors import LecternError, NotFound


class LessonNotFound(NotFound):
    """There is no such lesson."""

    def __init__(self, lesson_id: object) -> None:
        super().__init__(f"There is no lesson {lesson_id}.")


class LessonInTrash(LessonNotFound):
    """The lesson is in the trash."""

    def __init__(self, lesson_id: int) -> None:
        NotFound.__init__(self, f"Lesson {lesson_id} is in the trash.", facts={"lesson": lesson_id})


class AudioMissing(NotFound):
    """The lesson has no recording."""


class NoTranscript(LecternError):
    """The lesson has no transcript yet."""

    status_code = 409


class NoSummary(LecternError):
    """The lesson has no summary yet."""

    status_code = 409


class InputChanged(LecternError):
    """The input changed while the work ran, so its result was not saved: start it again."""

    status_code = 409


class LowerQuality(LecternError):
    """A text would be replaced by a worse one, so nothing was changed."""

    status_code = 409


class CannotUndo(LecternError):
    """The edit cannot be undone, because its words are not a segment of their own any more."""

    status_code = 409


class PdfNotMade(LecternError):
    """The PDF could not be made: export the lesson as DOCX, and report this as a bug."""
