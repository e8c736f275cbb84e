"""Where the recording of a lesson lies: with the others, or in the trash with its lesson."""

from pathlib import Path

from sqlalchemy import text
from sqlmodel import Session, col, select

from backend.config.environment import audio_dir
from backend.database.sessions import writing
from backend.errors.recordings import MediaError
from backend.files import flush_directory, is_plain_name, make_private_directory
from backend.models import Lesson, TrashedLesson
from backend.models.people import WITH_REMOVED


def trash_dir() -> Path:
    """Where the recordings of removed lessons lie. It is within the folder of the recordings, so
    that a move is a rename, also where several hosts share that folder."""
    return audio_dir() / ".trash"


def settle_recording(
    session: Session, filename: str | None, *, with_nobody_adding: bool = False
) -> None:
    """Put a recording where it belongs: into `audio/` while a lesson that is there has it, into the
    trash while only removed ones have it, and away where none has it.

    One transaction; doing it again changes nothing, so that whoever finds a recording where it
    does not belong, because a process was killed, may call this. `with_nobody_adding` waits for
    lessons that are being added, and holds off others: one of them may be the recording's.

    Raises
    ------
    MediaError
    """
    if not filename or not is_plain_name(filename):
        return  # not a file of the library: see `backend.tasks.transcribe.audio_path`
    with writing(session):
        if with_nobody_adding:
            _hold_off_lessons(session)
        # Their locks hold off whoever removes one of them, or brings one back.
        statement = select(Lesson.id).where(Lesson.filename == filename).order_by(col(Lesson.id))
        locked = statement.with_for_update().execution_options(**WITH_REMOVED)
        lesson_ids = session.exec(locked).all()
        trashed = select(TrashedLesson.lesson_id).where(
            col(TrashedLesson.lesson_id).in_(lesson_ids)
        )
        n_trashed = len(session.exec(trashed).all())
        if not lesson_ids:
            _remove(filename)
        elif n_trashed == len(lesson_ids):
            _move(audio_dir() / filename, trash_dir())
        else:
            bring_back(filename)


def _hold_off_lessons(session: Session) -> None:
    """On SQLite the lock for writing does so."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE lesson IN SHARE ROW EXCLUSIVE MODE"))


def bring_back(filename: str | None) -> None:
    """Move a recording out of the trash, if it is there.

    Raises
    ------
    MediaError
    """
    if filename and is_plain_name(filename):
        _move(trash_dir() / filename, audio_dir())


def _move(path: Path, directory: Path) -> None:
    if not path.is_file():
        return
    try:
        make_private_directory(directory)
        path.rename(directory / path.name)
        flush_directory(directory)
        flush_directory(path.parent)
    except OSError as error:
        raise MediaError(
            f"The recording {path} could not be moved to {directory} ({error.strerror}): mend the "
            "permissions of both. Nothing is lost."
        ) from error


def _remove(filename: str) -> None:
    for directory in (audio_dir(), trash_dir()):
        path = directory / filename
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise MediaError(
                f"The lesson was removed, but its recording {path} could not be "
                f"({error.strerror}): remove that file by hand."
            ) from error
