"""Transcription: a lesson's recording becomes its transcript."""

import hashlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from sqlalchemy import Delete, delete, or_
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from backend.config.environment import audio_dir, models_dir
from backend.config.file import load_config
from backend.config.settings import Settings
from backend.database.sessions import Bind, writing
from backend.errors.lessons import AudioMissing, InputChanged, LessonNotFound
from backend.files import is_plain_name
from backend.lesson_texts.edits import has_edits
from backend.lesson_texts.layers import (
    LessonLayer,
    lock_lesson,
    missing_lesson,
    replace_layer,
    require_possible_id,
)
from backend.lesson_texts.makers import EARLIER_RECORDING, Maker
from backend.models import Lesson, Segment, TranscriptWindow
from backend.models.columns import utc_now
from backend.models.notices import Notice
from backend.models.people import WITH_REMOVED
from backend.sections import Words
from backend.speech.audio import SAMPLE_RATE_HZ
from backend.speech.audio_info import AudioInfo
from backend.speech.engines.base import DecodeOptions
from backend.speech.engines.registry import TranscriptionSettings
from backend.speech.isolated import probe_apart
from backend.speech.isolated_decoding import IsolatedStream
from backend.speech.recognisers import ChosenRecogniser, choose_recogniser, plan_recogniser
from backend.speech.transcription import Language, TranscribedWindow, TranscriptionJob
from backend.tasks.ownership import Owner
from backend.tasks.progress import OnProgress, Progress, ignore_progress
from backend.tasks.shell import run_logged
from backend.tasks.stage import LessonSnapshot, Stage, StageContext, StageOptions, run_stage

logger = logging.getLogger("lectern.tasks")

STAGE = "transcription"

ALGORITHM = "windows-2"
"""Part of the windows' fingerprint: changed when the same recogniser and options would give
other windows or texts, so that no transcript is assembled from two kinds."""


FORGOTTEN_AFTER = timedelta(days=1)
"""Windows of other options that are older are not waited for by anybody."""


class Transcription(NamedTuple):
    """What was heard in a recording; times are seconds from its start."""

    segments: list[Segment]
    metadata: dict[str, Any]


def transcribe_lesson(
    lesson_id: int, session: Session | None = None, *, accept_lower_quality: bool = False
) -> bool:
    """Transcribe a lesson's recording and store the transcript on the lesson.

    Finished windows are stored as they come: after a crash the next call goes on after them. False,
    too, where a better transcript is there, unless `accept_lower_quality` says that it may go.
    """
    return run_logged(
        partial(run_stage, TRANSCRIPTION),
        lesson_id,
        session,
        accept_lower_quality=accept_lower_quality,
    )


def transcribe_audio(
    audio_path: str | Path,
    language: str | None = None,
    beam_size: int = 5,
    vad_filter: bool = True,
    initial_prompt: str | None = None,
) -> Transcription:
    """Transcribe a file with the configured recogniser; nothing is stored.

    Raises
    ------
    LecternError
        Naming the file or the setting that is at fault.
    """
    settings = load_config().transcription
    asked = settings.model_copy(
        update={
            "language": language or settings.language,
            "beam_size": beam_size,
            "vad_filter": vad_filter,
            "initial_prompt": settings.initial_prompt if initial_prompt is None else initial_prompt,
        }
    )
    work = _prepare(Path(audio_path), asked)
    windows = list(work.windows(None, ignore_progress, Owner()))
    segments = [segment for window in windows for segment in window.segments]
    return Transcription(segments, work.metadata(windows))


class TranscriptionStage(Stage[StageOptions]):
    """The transcript, as a recogniser hears the recording."""

    name = STAGE
    title = Words("Transcription", "Transcription")
    doing = Words("Transcribing", "Transcription")
    queue = "transcription"
    weight = 7
    layer = LessonLayer.TRANSCRIPT
    options = StageOptions
    decisive: ClassVar = {
        "transcription": TranscriptionSettings.model_fields.keys() - {"device", "compute_type"}
    }

    def maker(self, settings: Settings) -> Maker:
        planned = plan_recogniser(settings.transcription, models_dir())
        return Maker(planned.entry.name, planned.model)

    def has_text(self, state: LessonSnapshot) -> bool:
        return state.texts.transcript is not None

    def is_due(self, state: LessonSnapshot) -> bool:
        metadata = state.lesson.transcript_metadata or {}
        return state.texts.transcript is None or EARLIER_RECORDING in metadata

    def require_possible(self, state: LessonSnapshot, settings: Settings) -> None:
        audio_path(state.lesson_id, state.lesson.filename)

    def is_edited(self, state: LessonSnapshot) -> bool:
        return has_edits(state.session, state.lesson_id)

    def run(self, context: StageContext, options: StageOptions) -> None:
        """
        Raises
        ------
        AudioMissing, MediaError, RecogniserError, ConfigError, WorkStopped
        LowerQuality
            A better transcript came meanwhile, and the context does not say that it may go.
        InputChanged
            The recording was replaced while it was transcribed: no transcript is saved.
        """
        owner, lesson_id = context.owner, context.lesson_id
        recording = _find_recording(context.bind, lesson_id)
        asked = context.settings.transcription
        language = recording.language or asked.language
        work = _prepare(recording.path, asked.model_copy(update={"language": language}))
        sha256 = hash_file(recording.path)
        fingerprint = work.fingerprint(sha256)
        stored = _last_window(context.bind, lesson_id, fingerprint)
        first = stored.position + 1 if stored else 0
        logger.info("lesson %s: transcribes from window %d on", lesson_id, first)
        for window in work.windows(stored, context.on_progress, owner):
            owner.persist(partial(_store_window, context, fingerprint, window))
        _require_unchanged(context.bind, lesson_id, sha256)
        owner.check()
        owner.persist(partial(_assemble, context, work, sha256))


TRANSCRIPTION = TranscriptionStage()


# --- the work on one recording ---------------------------------------------------------------


@dataclass(frozen=True)
class _Work:
    """One recording, the recogniser that is ready for it, and the frozen settings."""

    path: Path
    settings: TranscriptionSettings
    info: AudioInfo
    chosen: ChosenRecogniser
    stream: IsolatedStream

    def windows(
        self, after: TranscribedWindow | None, on_progress: OnProgress, owner: Owner
    ) -> Iterator[TranscribedWindow]:
        """The windows after the given one; tells the seconds done of the seconds in all.

        It is asked before each window, and as one is being heard, whether to go on.
        """
        job = TranscriptionJob(self.chosen.recogniser, self._options())
        total = self.info.duration_seconds

        def tell(seconds: float) -> None:
            owner.check()
            on_progress(Progress(STAGE, seconds, max(total, seconds) if total else None, "s"))

        tell(after.end if after else 0.0)
        return job.run(self.stream, after, tell)

    @property
    def seconds_read(self) -> float:
        """The length of the sound, once it has been read to its end."""
        return self.stream.report.samples / SAMPLE_RATE_HZ

    def _options(self) -> DecodeOptions:
        return DecodeOptions(
            language=self.settings.language,
            beam_size=self.settings.beam_size,
            vad_filter=self.settings.vad_filter,
            initial_prompt=self.settings.initial_prompt,
        )

    def fingerprint(self, sha256: str) -> str:
        """Names all that decides the text: the sound, the recogniser, its model and options."""
        decisive = (ALGORITHM, sha256, self.chosen.recogniser.identity, repr(self._options()))
        return hashlib.sha256("\x1f".join(decisive).encode()).hexdigest()

    def metadata(self, windows: Sequence[TranscribedWindow]) -> dict[str, Any]:
        """What the transcript was made with, and what a person should know about it."""
        language = windows[-1].language if windows else Language(self.settings.language)
        segments = [segment for window in windows for segment in window.segments]
        notices = self.stream.report.notices(self.info.duration_seconds)
        if not segments:
            notices.append(Notice("no-speech", "No speech was found in the recording."))
        if self.chosen.notice:
            notices.insert(0, self.chosen.notice)
        return {
            **self.chosen.recogniser.facts,
            "beam_size": self.settings.beam_size,
            "vad_filter": self.settings.vad_filter,
            "prompt": self.settings.initial_prompt,
            "language": language.code,
            "language_probability": language.probability,
            "duration": windows[-1].end if windows else 0.0,
            "speech_seconds": round(sum(window.speech_seconds for window in windows), 3),
            "windows": len(windows),
            "flagged_segments": sum(bool(segment.flags) for segment in segments),
            "notices": [notice.to_json() for notice in notices],
        }


def _prepare(path: Path, settings: TranscriptionSettings) -> _Work:
    info = probe_apart(path)
    chosen = choose_recogniser(settings, models_dir())
    chosen.recogniser.check_language(settings.language)
    return _Work(path, settings, info, chosen, IsolatedStream(path))


# --- the database ----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Recording:
    path: Path
    language: str | None


def _find_recording(bind: Bind, lesson_id: int) -> _Recording:
    require_possible_id(lesson_id)
    statement = select(Lesson.filename, Lesson.language).where(Lesson.id == lesson_id)
    with Session(bind) as session:
        row = session.exec(statement).first()
        if row is None:
            raise missing_lesson(session, lesson_id)
    filename, language = row
    return _Recording(audio_path(lesson_id, filename), language)


def audio_path(lesson_id: int, filename: str | None) -> Path:
    """Where a lesson's recording lies; it must be a file within the audio directory."""
    if not filename:
        raise AudioMissing(f"Lesson {lesson_id} has no recording.")
    directory = audio_dir()
    path = directory / filename
    if not is_plain_name(filename):
        raise AudioMissing(
            f"The recording of lesson {lesson_id} is named `{filename}`, which is not the name of "
            f"a file in {directory}.",
            facts={"file": filename, "folder": str(directory)},
        )
    if not path.exists():
        raise AudioMissing(
            f"The recording of lesson {lesson_id} is missing: there is no `{filename}` "
            f"in {directory}.",
            facts={"file": filename, "folder": str(directory)},
        )
    return path


def _require_unchanged(bind: Bind, lesson_id: int, sha256: str) -> None:
    """Raise unless the lesson is still there, and its recording still what it was."""
    if hash_file(_find_recording(bind, lesson_id).path) != sha256:
        raise _recording_replaced(lesson_id)


def _recording_replaced(lesson_id: int) -> InputChanged:
    return InputChanged(
        f"The recording of lesson {lesson_id} was replaced while it was transcribed, so the "
        "transcript was not saved: transcribe it again."
    )


def hash_file(path: Path) -> str:
    """The SHA-256 of a file's content, which is what a recording is known by."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise AudioMissing(
            f"The recording {path} cannot be read ({error.strerror}): put it back into its place, "
            "then transcribe it again.",
            facts={"file": path.name, "said": error.strerror or ""},
        ) from error


def _last_window(bind: Bind, lesson_id: int, fingerprint: str) -> TranscribedWindow | None:
    """The last of the stored windows that follow each other from the recording's start."""
    with Session(bind) as session:
        windows = _stored_windows(session, lesson_id, fingerprint)
    return windows[-1] if windows else None


def _stored_windows(session: Session, lesson_id: int, fingerprint: str) -> list[TranscribedWindow]:
    """The windows without a gap from the first on.

    Another process that did the same work may have assembled and removed some meanwhile.
    """
    statement = (
        select(TranscriptWindow)
        .where(TranscriptWindow.lesson_id == lesson_id, TranscriptWindow.fingerprint == fingerprint)
        .order_by(col(TranscriptWindow.position))
    )
    rows = session.exec(statement).all()
    return [_to_window(row) for number, row in enumerate(rows) if row.position == number]


def _to_window(row: TranscriptWindow) -> TranscribedWindow:
    return TranscribedWindow(
        position=row.position,
        start=row.start,
        end=row.end,
        speech_seconds=row.speech_seconds,
        language=Language(row.language, row.language_probability),
        segments=row.segments,
    )


def _store_window(context: StageContext, fingerprint: str, window: TranscribedWindow) -> None:
    lesson_id = context.lesson_id
    row = TranscriptWindow(
        lesson_id=lesson_id,
        fingerprint=fingerprint,
        position=window.position,
        start=window.start,
        end=window.end,
        speech_seconds=window.speech_seconds,
        language=window.language.code,
        language_probability=window.language.probability,
        segments=window.segments,
    )
    with Session(context.bind) as session:
        session.add(row)
        try:
            session.flush()  # locks the lesson first, then the task
            context.owner.store_piece(session)
            session.commit()
            logger.info(
                "lesson %s: stored window %d (%.3f to %.3f s, %d segments)",
                lesson_id,
                window.position,
                window.start,
                window.end,
                len(window.segments),
            )
        except IntegrityError as error:
            session.rollback()
            if session.get(Lesson, lesson_id, execution_options=WITH_REMOVED) is None:
                raise LessonNotFound(lesson_id) from error
            # It is there: stored by another process that does the same work, whose text serves
            # as well, or by our own commit of which we never heard that it went through.


def _assemble(context: StageContext, work: _Work, sha256: str) -> None:
    """One transaction: the transcript onto the lesson, its windows gone."""
    session, lesson_id = context.session, context.lesson_id
    fingerprint = work.fingerprint(sha256)
    with writing(session):
        lesson = lock_lesson(session, lesson_id)
        if lesson.filename != work.path.name:
            raise _recording_replaced(lesson_id)
        windows = _stored_windows(session, lesson_id, fingerprint)
        if windows and windows[-1].end == work.seconds_read:
            metadata = work.metadata(windows)
            content = {
                "transcript": [segment for window in windows for segment in window.segments],
                "transcript_metadata": metadata | {"fingerprint": fingerprint},
            }
            replace_layer(
                session,
                lesson,
                LessonLayer.TRANSCRIPT,
                content,
                accept_lower_quality=context.accept_lower_quality,
            )
            lesson.duration = metadata["duration"]
            lesson.audio_sha256 = sha256
        elif (lesson.transcript_metadata or {}).get("fingerprint") != fingerprint:
            raise InputChanged(
                f"The windows of lesson {lesson_id} were removed while it was transcribed: "
                "transcribe it again, and only once at a time."
            )
        # Otherwise another process did the same work meanwhile, and its transcript is there.
        session.execute(_obsolete_windows(lesson_id, fingerprint))
        context.owner.store_result(session, _result(lesson))


def _result(lesson: Lesson) -> dict[str, Any]:
    """What came of it, for people."""
    metadata = lesson.transcript_metadata or {}
    told = {name: metadata.get(name) for name in ("duration", "language", "notices")}
    return {"segments": len(lesson.transcript or ())} | told


def _obsolete_windows(lesson_id: int, fingerprint: str) -> Delete:
    """This work's windows, and those of work that nobody goes on with."""
    is_own = col(TranscriptWindow.fingerprint) == fingerprint
    is_forgotten = col(TranscriptWindow.created_at) < utc_now() - FORGOTTEN_AFTER
    return delete(TranscriptWindow).where(
        col(TranscriptWindow.lesson_id) == lesson_id, or_(is_own, is_forgotten)
    )
