"""Lessons whose recordings are gone, and recordings that no lesson has."""

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sqlmodel import Session, col, select

from backend.config.environment import audio_dir
from backend.doctor.findings import Finding, Level, count, listed
from backend.lessons.loose import old_notes
from backend.lessons.recordings import trash_dir
from backend.lessons.storage import STALE_SECONDS
from backend.models import Lesson


def check_recordings(session: Session) -> Iterator[Finding]:
    """Files without a lesson, and lessons without a file."""
    statement = select(col(Lesson.id), col(Lesson.filename)).where(
        col(Lesson.filename).is_not(None)
    )
    lessons = list(session.connection().execute(statement))
    missing = [
        f"{row.filename} (lesson {row.id})" for row in lessons if not _is_there(row.filename)
    ]
    if missing:
        yield Finding(
            Level.WARNING,
            "recordings",
            f"{count(len(missing), 'recording')} missing from {audio_dir()}: {listed(missing)}.",
            "Put the files back from a backup, or from the computer that has them; or remove the "
            "lessons with `lectern remove`.",
        )
    else:
        message = f"{count(len(lessons), 'recording')} there, none missing."
        yield Finding(Level.OK, "recordings", message)
    yield from _check_unowned({row.filename for row in lessons})


def _is_there(filename: str) -> bool:
    """The recording of a removed lesson lies in the trash."""
    return any((directory / filename).is_file() for directory in (audio_dir(), trash_dir()))


def _check_unowned(owned: set[str]) -> Iterator[Finding]:
    unowned = {path.name for path in audio_dir().glob("[!.]*") if _rests(path)} - owned
    left = unowned & set(old_notes())
    if left:
        yield Finding(
            Level.WARNING,
            "recordings",
            f"{count(len(left), 'recording')} without a lesson, left in {audio_dir()} by a "
            f"process that was killed: {listed(sorted(left))}.",
            "A worker removes them by itself within the hour: start `lectern worker` if there is "
            "none.",
        )
    if others := sorted(unowned - left):
        yield Finding(
            Level.WARNING,
            "recordings",
            f"{count(len(others), 'file')} in {audio_dir()} without a lesson: {listed(others)}.",
            "Nothing removes them, because they may be wanted: add them with `lectern add`, or "
            "delete them.",
        )


def _rests(path: Path) -> bool:
    """Whether a file came at least a day ago: a younger one may be in the middle of being added."""
    with suppress(FileNotFoundError):
        return path.is_file() and time.time() - path.stat().st_ctime >= STALE_SECONDS
    return False
