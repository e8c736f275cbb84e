"""From a whole upload to a lesson, by steps that can be taken again.

What was done is known from what is there: the state names the recording's place in the library
before the file is moved there, and the lesson has that name. So a process may be killed between any
two steps, and whoever goes on neither loses the recording nor makes two lessons of it.
"""

from sqlmodel import Session, col, select

from backend.config.environment import audio_dir
from backend.errors import InvalidValue, LecternError
from backend.errors.recordings import MediaError
from backend.lessons.recordings import settle_recording
from backend.lessons.service import add_stored
from backend.lessons.storage import StoredRecording, library_name, move_recording
from backend.models import Lesson
from backend.models.people import WITH_REMOVED
from backend.speech.audio_info import AudioInfo
from backend.speech.isolated import probe_apart
from backend.uploads.protocol import UploadMetadata, read_metadata
from backend.uploads.store import LockedUpload, Outcome, Recording


def complete(upload: LockedUpload, session: Session) -> Outcome:
    """Make a lesson of a whole upload, or say which one was made of it.

    Raises
    ------
    MediaError, InvalidValue
        No lesson can be made of it, now or later: its content is gone.
    ExaminationFailed, StorageFull, DatabaseError
        Not now; what came is kept.
    """
    if upload.state.refusal is not None:
        raise MediaError(upload.state.refusal)
    if upload.state.outcome is not None:
        return upload.state.outcome
    recording = upload.state.recording or _examine(upload)
    move_recording(upload.content, audio_dir(), recording.filename)
    outcome = _find_lesson(session, recording) or _make_lesson(session, upload, recording)
    upload.save(outcome=outcome)
    upload.store.forget(upload.id)
    return outcome


def _examine(upload: LockedUpload) -> Recording:
    metadata = read_metadata(upload.state.metadata)
    info = _probe(upload, metadata)
    recording = Recording(
        filename=library_name(metadata.file),
        sha256=upload.sha256(),
        duration_seconds=info.duration_seconds,
        title=info.title,
        recorded_at=info.recorded_at,
    )
    upload.save(recording=recording)
    return recording


def _probe(upload: LockedUpload, metadata: UploadMetadata) -> AudioInfo:
    try:
        return probe_apart(upload.content)
    except MediaError as error:
        # To people the file has the name that it had with them.
        name = metadata.name or "The upload"
        message = error.message.replace(str(upload.content), name).replace(upload.id, name)
        named = type(error)(message, facts={**error.facts, "file": name})
        _refuse(upload, named)
        raise named from error


def _refuse(upload: LockedUpload, error: LecternError) -> None:
    upload.save(refusal=error.message, refusal_code=error.code)
    upload.content.unlink(missing_ok=True)
    upload.store.forget(upload.id)


def _find_lesson(session: Session, recording: Recording) -> Outcome | None:
    """The lesson that was made before a process was killed; who knows of which task."""
    made = select(Lesson.id).where(Lesson.filename == recording.filename)
    lesson_id = session.exec(made, execution_options=WITH_REMOVED).first()
    if lesson_id is None:
        return None
    same = select(Lesson.id).where(
        Lesson.audio_sha256 == recording.sha256, col(Lesson.id) < lesson_id
    )
    others = tuple(other for other in session.exec(same) if other is not None)
    return Outcome(lesson_id=lesson_id, same_recording=others, task_id=None)


def _make_lesson(session: Session, upload: LockedUpload, recording: Recording) -> Outcome:
    metadata = read_metadata(upload.state.metadata)
    stored = StoredRecording(recording.filename, recording.sha256)
    try:
        added = add_stored(
            session,
            stored,
            recording.duration_seconds,
            metadata.details.completed(metadata.file, recording.title, recording.recorded_at),
            process=metadata.process,
        )
    except InvalidValue as error:
        _refuse(upload, error)
        settle_recording(session, recording.filename)
        raise
    lesson_id = added.lesson.id
    assert lesson_id is not None
    return Outcome(lesson_id=lesson_id, same_recording=added.same_recording, task_id=added.task_id)


def discard(upload: LockedUpload, session: Session) -> None:
    """Remove an upload. A lesson that was made of it stays."""
    recording = upload.state.recording
    if recording is not None and upload.state.outcome is None:
        settle_recording(session, recording.filename)
    upload.remove()


def is_lost(upload: LockedUpload, session: Session) -> bool:
    """Whether the lesson that was made is not there, and was not removed by a person either.

    A power cut may take the last commits of SQLite. Who removes a lesson removes its recording.
    """
    recording = upload.state.recording
    if recording is None or not (audio_dir() / recording.filename).is_file():
        return False
    return _find_lesson(session, recording) is None
