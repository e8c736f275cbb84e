"""Recordings that may come to belong to nobody: a note of each, while it can happen.

A recording is a file and a lesson is a row, and no commit writes both. Before a process puts a
recording into the library, or removes the lesson of one, it leaves a note with the recording's name
beside them; once file and row are as they should be, the note goes. A note that stays was left by a
process that was killed in between, or that never heard whether its commit was done.

So what is cleared is certain, and not guessed from files that no lesson has: those may have been
put there by a person, or belong to lessons that an older copy of the database does not know. A note
must be a day old, and the lessons are looked for under a lock that whoever adds one takes, too:
whoever was held up for so long finds its recording gone before it commits.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlmodel import Session

from backend.config.environment import audio_dir
from backend.errors import LecternError
from backend.errors.recordings import MediaError
from backend.files import flush_directory
from backend.lessons.recordings import settle_recording, trash_dir
from backend.lessons.storage import (
    STALE_SECONDS,
    StoredRecording,
    library_name,
    remove_stale_copies,
    store_recording,
)

logger = logging.getLogger("lectern.lessons")


def loose_dir() -> Path:
    """Where the notes lie, as files without content that have the recordings' names."""
    return audio_dir() / ".loose"


def note_loose(filename: str | None) -> None:
    """Note, safely on the disk, that a recording may come to belong to nobody.

    Raises
    ------
    MediaError
    """
    if not filename or Path(filename).name != filename:
        return  # not a file of the library
    try:
        loose_dir().mkdir(parents=True, exist_ok=True)
        (loose_dir() / filename).touch()
        flush_directory(loose_dir())
    except OSError as error:
        raise MediaError(
            f"Nothing can be written to {audio_dir()} ({error.strerror}): free some space, or mend "
            "its permissions. Nothing was changed."
        ) from error


def clear_loose_note(filename: str | None) -> None:
    """The recording and its lesson are both there, or both gone."""
    if filename and Path(filename).name == filename:
        with suppress(OSError):  # then it is looked at once more, and found right
            (loose_dir() / filename).unlink()


@contextmanager
def adopting(session: Session, source: Path) -> Iterator[StoredRecording]:
    """A copy of a recording in the library, of which the block makes a lesson.

    If the block fails the copy is removed, unless it has a lesson all the same; where the database
    is away nobody knows, and the note stays.

    Raises
    ------
    StorageFull, MediaError
        Nothing is left behind.
    """
    filename = library_name(source)
    note_loose(filename)
    try:
        yield store_recording(source, audio_dir(), filename)
    except BaseException:
        with suppress(LecternError):
            session.rollback()
            settle_recording(session, filename, with_nobody_adding=True)
            clear_loose_note(filename)
        raise
    clear_loose_note(filename)


def clear_loose(session: Session, older_than_seconds: float = STALE_SECONDS) -> list[str]:
    """Remove the recordings that belong to nobody because a process was killed so long ago, and
    unfinished copies; returns the names of the recordings.

    What is not certain stays, see the module's docstring.
    """
    with suppress(OSError):  # it is tried again
        remove_stale_copies(audio_dir(), older_than_seconds)
    cleared = [name for name in old_notes(older_than_seconds) if _clear(session, name)]
    for name in cleared:
        logger.warning("the recording %s, which a killed process left, was removed", name)
    return cleared


def old_notes(older_than_seconds: float = STALE_SECONDS) -> list[str]:
    """The recordings whose notes are so old."""
    names = []
    for note in sorted(loose_dir().glob("*")):
        with suppress(FileNotFoundError):  # at this moment it was forgotten
            if time.time() - note.stat().st_mtime >= older_than_seconds:
                names.append(note.name)
    return names


def _clear(session: Session, filename: str) -> bool:
    """Whether the recording was there, and no lesson has it."""
    places = [audio_dir() / filename, trash_dir() / filename]
    was_there = any(place.is_file() for place in places)
    try:
        settle_recording(session, filename, with_nobody_adding=True)
    except MediaError as error:
        logger.warning("%s", error.message)
        return False
    clear_loose_note(filename)
    return was_there and not any(place.is_file() for place in places)
