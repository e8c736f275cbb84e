"""Transcription of a lesson: checkpoints, input that changes, sessions, engines."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import delete, text
from sqlmodel import Session, col, select

from backend import database
from backend.config.environment import audio_dir, models_dir
from backend.config.file import load_config
from backend.database import engine_for
from backend.errors import OwnershipLost, WorkStopped
from backend.errors.lessons import AudioMissing, InputChanged, LessonNotFound
from backend.errors.recognisers import (
    DeviceUnavailable,
    LanguageUnsupported,
    ModelIncomplete,
    ModelNotInstalled,
    RecogniserMissing,
)
from backend.errors.storage import DatabaseAway, UncommittedWrites
from backend.lesson_texts.layers import LessonLayer, restore_layer
from backend.lessons.service import remove_lesson
from backend.lessons.storage import store_recording
from backend.models import FormerLayer, Lesson, TranscriptWindow
from backend.speech.audio import SAMPLE_RATE_HZ
from backend.speech.engines import sphinx_entry
from backend.speech.transcription import TranscriptionJob
from backend.speech.windows import WindowPlan
from backend.tasks import transcribe, transcribe_audio, transcribe_lesson
from backend.tasks.correction import CORRECTION
from backend.tasks.ownership import Owner, T
from backend.tasks.progress import Progress
from backend.tasks.stage import StageContext, run_stage
from backend.tasks.transcribe import TRANSCRIPTION, hash_file
from backend.uploads.new_recording import replace_recording
from tests.audio_files import (
    NANO_MODEL_DIR,
    Pause,
    Say,
    silence,
    speak_nano,
    tone,
    write_wav,
)
from tests.unit.tasks.owners import (
    LosesAnswerOfCommit,
    LosesDatabase,
    LosesTaskAtPiece,
    LosesTaskAtResult,
    TaskOwner,
)

MakeLesson = Callable[..., int]
ReadLesson = Callable[[int], Lesson]


@pytest.fixture
def short_recording(tmp_path: Path) -> Path:
    speech = speak_nano([piece for n in range(4) for piece in (Pause(0.5), Say(n))])
    return write_wav(tmp_path / "short.wav", speech.waveform)


@pytest.fixture(scope="session")
def long_recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("audio") / "long.wav"
    speech = speak_nano([piece for n in range(24) for piece in (Pause(0.5), Say(n))])
    return write_wav(path, speech.waveform)


@pytest.fixture
def two_windows(long_recording: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A recording, and windows that are short enough for it to have two."""
    plan = WindowPlan(65 * SAMPLE_RATE_HZ, 20 * SAMPLE_RATE_HZ)
    monkeypatch.setattr(transcribe, "TranscriptionJob", partial(TranscriptionJob, plan=plan))
    return long_recording


def run(
    lesson_id: int,
    tell: Callable[[Progress], None] = lambda progress: None,
    owner: Owner | None = None,
) -> None:
    with Session(database.engine) as session:
        run_stage(TRANSCRIPTION, StageContext(lesson_id, session, tell, owner=owner or Owner()))


def stored_windows() -> list[TranscriptWindow]:
    with Session(database.engine) as session:
        return list(session.exec(select(TranscriptWindow)))


def stop_after_first_window(lesson_id: int) -> None:
    stop_once_stored(lesson_id, 1)


def stop_once_stored(lesson_id: int, n_windows: int) -> None:
    """Transcribe until so many windows are stored, then stop as a cancelled job does."""

    def tell(progress: Progress) -> None:
        if len(stored_windows()) >= n_windows:
            raise WorkStopped

    with pytest.raises(WorkStopped):
        run(lesson_id, tell)


@pytest.mark.usefixtures("nano_config", "each_database")
def test_the_transcript_and_what_it_was_made_with_are_stored(
    lesson_of: MakeLesson, stored_lesson: ReadLesson, short_recording: Path
) -> None:
    lesson_id = lesson_of(short_recording)

    assert transcribe_lesson(lesson_id) is True

    lesson = stored_lesson(lesson_id)
    assert lesson.transcript
    assert lesson.transcript[0].words
    assert lesson.duration == pytest.approx(13.5, abs=1.5)
    assert lesson.transcript_metadata
    assert lesson.transcript_metadata == lesson.transcript_metadata | {
        "engine": "faster-whisper",
        "model": "nano-whisper",
        "device": "cpu",
        "beam_size": 5,
        "vad_filter": True,
        "language": "en",
        "prompt": "",
        "notices": [],
    }
    assert lesson.spoken_language == "en"
    assert lesson.language is None  # what was heard is no word of a person's


@pytest.mark.usefixtures("nano_config")
def test_a_stopped_transcription_goes_on_after_its_last_window(
    lesson_of: MakeLesson, stored_lesson: ReadLesson, two_windows: Path
) -> None:
    undisturbed = lesson_of(two_windows, filename="long.wav")
    run(undisturbed)
    lesson_id = lesson_of(two_windows, filename="long.wav")
    stop_after_first_window(lesson_id)
    told: list[Progress] = []

    run(lesson_id, told.append)

    assert 40 < told[0].done <= 65
    assert stored_lesson(lesson_id).transcript == stored_lesson(undisturbed).transcript
    with Session(database.engine) as session:
        assert session.exec(select(TranscriptWindow)).all() == []


@pytest.mark.usefixtures("nano_config")
def test_windows_after_one_that_is_missing_are_not_gone_on_from(
    lesson_of: MakeLesson, stored_lesson: ReadLesson, two_windows: Path
) -> None:
    undisturbed = lesson_of(two_windows, filename="long.wav")
    run(undisturbed)
    lesson_id = lesson_of(two_windows, filename="long.wav")
    stop_once_stored(lesson_id, 2)
    with Session(database.engine) as session:
        session.exec(delete(TranscriptWindow).where(col(TranscriptWindow.position) == 0))
        session.commit()
    told: list[Progress] = []

    run(lesson_id, told.append)

    assert told[0].done == 0
    assert stored_lesson(lesson_id).transcript == stored_lesson(undisturbed).transcript
    assert stored_windows() == []


@pytest.mark.usefixtures("data_dir")
def test_windows_of_other_options_are_not_mixed_in(
    lesson_of: MakeLesson,
    stored_lesson: ReadLesson,
    two_windows: Path,
    write_config: Callable[[str], None],
) -> None:
    write_config(f'transcription: {{model: "{NANO_MODEL_DIR}", beam_size: 5}}')
    lesson_id = lesson_of(two_windows)
    stop_after_first_window(lesson_id)
    write_config(f'transcription: {{model: "{NANO_MODEL_DIR}", beam_size: 1}}')
    told: list[Progress] = []

    run(lesson_id, told.append)

    assert told[0].done == 0
    assert (stored_lesson(lesson_id).transcript_metadata or {})["windows"] == 2


@pytest.mark.usefixtures("nano_config")
def test_a_recording_that_is_replaced_meanwhile_saves_nothing(
    lesson_of: MakeLesson, stored_lesson: ReadLesson, short_recording: Path
) -> None:
    lesson_id = lesson_of(short_recording)

    def replace(progress: Progress) -> None:
        write_wav(audio_dir() / short_recording.name, tone(3.0))

    with pytest.raises(InputChanged, match="replaced"):
        run(lesson_id, replace)

    assert stored_lesson(lesson_id).transcript is None


class ReplacesAtResult(Owner):
    """The recording is replaced at the last moment, once it was looked at for the last time."""

    def __init__(self, replace: Callable[[], object]) -> None:
        super().__init__()
        self._replace = replace
        self._n_written = 0

    def persist(self, write: Callable[[], T]) -> T:
        if self._n_written == 1:  # its one window is stored, and the result is next
            self._replace()
        self._n_written += 1
        return super().persist(write)


@pytest.mark.usefixtures("nano_config")
def test_a_recording_that_is_replaced_at_the_last_moment_does_not_get_the_former_ones_text(
    lesson_of: MakeLesson, stored_lesson: ReadLesson, short_recording: Path, tmp_path: Path
) -> None:
    lesson_id = lesson_of(short_recording)

    def replace() -> None:
        source = write_wav(tmp_path / "other.wav", tone(3.0))
        stored = store_recording(source, audio_dir(), "other.wav")
        with Session(database.engine) as session:
            replace_recording(session, lesson_id, stored, 3.0)

    with pytest.raises(InputChanged, match="replaced"), Session(database.engine) as session:
        run_stage(TRANSCRIPTION, StageContext(lesson_id, session, owner=ReplacesAtResult(replace)))

    lesson = stored_lesson(lesson_id)
    assert (lesson.transcript, lesson.filename, lesson.duration) == (None, "other.wav", 3.0)


@pytest.mark.usefixtures("nano_config")
def test_a_recording_that_is_deleted_meanwhile_is_said_and_its_windows_stay(
    lesson_of: MakeLesson, stored_lesson: ReadLesson, short_recording: Path
) -> None:
    lesson_id = lesson_of(short_recording)

    def delete_when_heard(progress: Progress) -> None:
        if progress.done == progress.total:
            (audio_dir() / short_recording.name).unlink(missing_ok=True)

    with pytest.raises(AudioMissing, match=f"lesson {lesson_id}"):
        run(lesson_id, delete_when_heard)

    assert stored_lesson(lesson_id).transcript is None
    shutil.copy(short_recording, audio_dir())
    run(lesson_id)
    assert stored_lesson(lesson_id).transcript


@pytest.mark.usefixtures("nano_config", "each_database")
def test_a_lesson_that_is_removed_meanwhile_ends_the_work(
    lesson_of: MakeLesson, short_recording: Path
) -> None:
    lesson_id = lesson_of(short_recording)

    def remove(progress: Progress) -> None:
        with Session(database.engine) as session:
            lesson = session.get(Lesson, lesson_id)
            if lesson is not None:
                session.delete(lesson)
                session.commit()

    with pytest.raises(LessonNotFound):
        run(lesson_id, remove)


@pytest.mark.usefixtures("nano_config")
def test_silence_is_an_empty_transcript_and_a_success(
    lesson_of: MakeLesson, stored_lesson: ReadLesson, tmp_path: Path
) -> None:
    lesson_id = lesson_of(write_wav(tmp_path / "quiet.wav", silence(5.0)))

    assert transcribe_lesson(lesson_id) is True

    lesson = stored_lesson(lesson_id)
    assert lesson.transcript == []
    assert "No speech" in (lesson.transcript_metadata or {})["notices"][0]["text"]


@pytest.mark.usefixtures("nano_config")
def test_a_rerun_leaves_correction_and_summary_alone(
    lesson_of: MakeLesson, stored_lesson: ReadLesson, short_recording: Path
) -> None:
    corrected = [{"start": 0, "end": 1, "text": "By hand."}]
    lesson_id = lesson_of(short_recording, corrected_transcript=corrected, summary="Short.")

    run(lesson_id)

    lesson = stored_lesson(lesson_id)
    assert lesson.transcript
    assert [segment.text for segment in lesson.corrected_transcript or []] == ["By hand."]
    assert lesson.summary == "Short."


@pytest.mark.usefixtures("nano_config", "each_database")
def test_the_transcript_before_a_rerun_can_be_restored(
    lesson_of: MakeLesson, stored_lesson: ReadLesson, short_recording: Path
) -> None:
    by_hand = [{"start": 0, "end": 1, "text": "By hand."}]
    lesson_id = lesson_of(
        short_recording, transcript=by_hand, transcript_metadata={"language": "fr"}
    )
    before = stored_lesson(lesson_id)
    run(lesson_id)
    after = stored_lesson(lesson_id)
    run(lesson_id)  # hears the same, which drives nothing out

    with Session(database.engine) as session:
        restore_layer(session, lesson_id, LessonLayer.TRANSCRIPT)

    restored = stored_lesson(lesson_id)
    assert restored.transcript == before.transcript != after.transcript
    assert restored.transcript_metadata == {"language": "fr"}
    assert (restored.duration, restored.audio_sha256) == (after.duration, after.audio_sha256)


# --- owners and frozen settings --------------------------------------------------------------


@pytest.mark.usefixtures("nano_config", "each_database")
def test_each_window_and_the_result_are_stored_together_with_the_owners_own_word(
    lesson_of: MakeLesson, two_windows: Path
) -> None:
    owner = TaskOwner()

    run(lesson_of(two_windows), owner=owner)

    task = owner.task
    assert task.attempt == 2
    assert task.result is not None
    assert task.result == task.result | {"language": "en", "notices": []}
    assert task.result["segments"] > 10
    assert task.result["duration"] == pytest.approx(75, abs=2)


@pytest.mark.usefixtures("nano_config", "each_database")
def test_a_window_of_a_task_that_was_lost_is_not_stored(
    lesson_of: MakeLesson, stored_lesson: ReadLesson, short_recording: Path
) -> None:
    lesson_id, owner = lesson_of(short_recording), LosesTaskAtPiece()

    with pytest.raises(OwnershipLost):
        run(lesson_id, owner=owner)

    assert stored_windows() == []
    assert stored_lesson(lesson_id).transcript is None
    assert owner.task.attempt == 0


@pytest.mark.usefixtures("nano_config", "each_database")
def test_the_result_of_a_task_that_was_lost_leaves_lesson_and_windows_as_they_are(
    lesson_of: MakeLesson, stored_lesson: ReadLesson, short_recording: Path
) -> None:
    by_hand = [{"start": 0, "end": 1, "text": "By hand."}]
    lesson_id, owner = lesson_of(short_recording, transcript=by_hand), LosesTaskAtResult()

    with pytest.raises(OwnershipLost):
        run(lesson_id, owner=owner)

    lesson = stored_lesson(lesson_id)
    assert [segment.text for segment in lesson.transcript or []] == ["By hand."]
    assert (lesson.transcript_metadata, lesson.duration, lesson.audio_sha256) == (None, None, None)
    assert len(stored_windows()) == 1
    assert owner.task.result is None
    with Session(database.engine) as session:
        assert session.exec(select(FormerLayer)).all() == []


@pytest.mark.usefixtures("nano_config", "each_database")
def test_an_owner_that_is_beaten_to_the_result_by_another_has_it_too(
    lesson_of: MakeLesson, short_recording: Path
) -> None:
    lesson_id, owner = lesson_of(short_recording), TaskOwner()
    is_second = False

    def run_another(progress: Progress) -> None:
        nonlocal is_second
        if progress.done and progress.done == progress.total and not is_second:
            is_second = True
            run(lesson_id)

    run(lesson_id, run_another, owner)

    assert is_second
    assert owner.task.result is not None
    assert owner.task.result["segments"] > 0


@pytest.mark.usefixtures("nano_config", "each_database")
def test_commits_whose_word_is_lost_are_repeated_without_harm(
    lesson_of: MakeLesson, stored_lesson: ReadLesson, two_windows: Path
) -> None:
    undisturbed, lesson_id = lesson_of(two_windows), lesson_of(two_windows)
    run(undisturbed)
    owner = LosesAnswerOfCommit()

    run(lesson_id, owner=owner)

    assert stored_lesson(lesson_id).transcript == stored_lesson(undisturbed).transcript
    assert stored_windows() == []
    assert owner.task.attempt == 2
    with Session(database.engine) as session:
        assert session.exec(select(FormerLayer)).all() == []


def go_away(session: Session) -> None:
    raise DatabaseAway


def end_connection(session: Session) -> None:
    """The server closes the connection in the middle of the session's transaction."""
    process = session.connection().scalar(text("SELECT pg_backend_pid()"))
    with database.engine.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:process, 10000)"), {"process": process})


@pytest.mark.usefixtures("nano_config", "each_database")
def test_a_database_that_comes_back_gets_what_it_missed(
    lesson_of: MakeLesson, stored_lesson: ReadLesson, short_recording: Path
) -> None:
    lesson_id, owner = lesson_of(short_recording), LosesDatabase(go_away)

    run(lesson_id, owner=owner)

    assert owner.n_failures == 2
    assert owner.task.attempt == 1
    assert owner.task.result is not None
    assert stored_lesson(lesson_id).transcript


@pytest.mark.usefixtures("nano_config")
def test_a_connection_that_is_closed_in_mid_transaction_loses_nothing(
    postgres_url: str,
    monkeypatch: pytest.MonkeyPatch,
    lesson_of: MakeLesson,
    stored_lesson: ReadLesson,
    short_recording: Path,
) -> None:
    monkeypatch.setenv("LECTERN_DATABASE_URL", postgres_url)
    lesson_id, owner = lesson_of(short_recording), LosesDatabase(end_connection)

    run(lesson_id, owner=owner)

    assert owner.n_failures == 2
    assert owner.task.attempt == 1
    assert stored_lesson(lesson_id).transcript


@pytest.mark.usefixtures("nano_config")
def test_an_owner_that_stops_ends_the_work_within_a_window(
    lesson_of: MakeLesson, stored_lesson: ReadLesson, two_windows: Path
) -> None:
    lesson_id, owner = lesson_of(two_windows), Owner()
    told: list[float] = []

    def stop(progress: Progress) -> None:
        told.append(progress.done)
        if progress.done > 0:
            owner.stopped.set()

    with pytest.raises(WorkStopped):
        run(lesson_id, stop, owner)

    assert max(told) < 40
    assert stored_windows() == []
    assert stored_lesson(lesson_id).transcript is None


@pytest.mark.usefixtures("nano_config", "each_database")
def test_an_owner_that_stops_keeps_its_windows_for_the_next(
    lesson_of: MakeLesson, two_windows: Path
) -> None:
    lesson_id = lesson_of(two_windows)

    class StopsAfterPiece(TaskOwner):
        def store_piece(self, session: Session) -> None:
            super().store_piece(session)
            self.stopped.set()

    with pytest.raises(WorkStopped):
        run(lesson_id, owner=StopsAfterPiece())
    assert [window.position for window in stored_windows()] == [0]
    following = TaskOwner()

    run(lesson_id, owner=following)

    assert following.task.attempt == 1


@pytest.mark.usefixtures("nano_config")
def test_settings_that_are_given_hold_whatever_the_file_says_meanwhile(
    lesson_of: MakeLesson,
    stored_lesson: ReadLesson,
    short_recording: Path,
    write_config: Callable[[str], None],
) -> None:
    lesson_id, settings = lesson_of(short_recording), load_config()
    write_config("transcription: {engine: no such engine}")

    with Session(database.engine) as session:
        run_stage(TRANSCRIPTION, StageContext(lesson_id, session, settings=settings))

    assert (stored_lesson(lesson_id).transcript_metadata or {})["model"] == "nano-whisper"


@pytest.mark.usefixtures("nano_config", "each_database")
def test_a_lesson_that_is_removed_while_its_last_window_is_stored_stays_removed(
    lesson_of: MakeLesson, short_recording: Path
) -> None:
    lesson_id = lesson_of(short_recording)

    class SeesItRemoved(Owner):
        def check(self) -> None:
            if stored_windows():
                with Session(database.engine) as session:
                    remove_lesson(session, lesson_id)

    with pytest.raises(LessonNotFound):
        run(lesson_id, owner=SeesItRemoved())

    with Session(database.engine) as session:
        assert session.exec(select(Lesson)).all() == []
        assert session.exec(select(TranscriptWindow)).all() == []


# --- sessions --------------------------------------------------------------------------------


@pytest.mark.usefixtures("nano_config", "each_database")
def test_a_callers_session_gets_the_result(lesson_of: MakeLesson, short_recording: Path) -> None:
    lesson_id = lesson_of(short_recording)
    with Session(database.engine) as session:
        lesson = session.get(Lesson, lesson_id)  # read long before the result is written
        assert lesson is not None
        assert lesson.transcript is None

        assert transcribe_lesson(lesson_id, session=session) is True

        assert lesson.transcript


@pytest.mark.usefixtures("nano_config", "each_database")
@pytest.mark.parametrize("flush", [False, True])
def test_a_session_with_uncommitted_writes_is_refused_and_left_as_it_is(
    flush: bool, lesson_of: MakeLesson, short_recording: Path
) -> None:
    lesson_id = lesson_of(short_recording)
    with Session(database.engine) as session:
        lesson = session.get(Lesson, lesson_id)
        assert lesson is not None
        lesson.title = "Not yet saved"
        if flush:
            session.flush()

        with pytest.raises(UncommittedWrites):
            transcribe_lesson(lesson_id, session=session)

        session.commit()
        session.refresh(lesson)
        assert lesson.title == "Not yet saved"


# --- what is at fault is said ----------------------------------------------------------------


@pytest.mark.usefixtures("nano_config")
def test_failures_are_false_one_line_on_the_terminal_and_a_trace_in_the_log(
    data_dir: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert transcribe_lesson(77) is False

    terminal = capfd.readouterr().err
    assert terminal.strip() == (
        "lectern: There is no lesson 77. `lectern list` shows those there are."
    )
    assert "Traceback" in (data_dir / "logs" / "lectern.log").read_text()


@pytest.mark.usefixtures("nano_config")
@pytest.mark.parametrize(
    "filename", [None, "", "gone.wav", "../config.yaml", "/etc/hostname", "..", "a/b.wav"]
)
def test_a_recording_that_is_not_in_the_audio_directory_is_said(
    filename: str | None, lesson_of: MakeLesson
) -> None:
    lesson_id = lesson_of(filename=filename)

    with pytest.raises(AudioMissing, match=f"lesson {lesson_id}|Lesson {lesson_id}"):
        run(lesson_id)


def test_a_recording_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(AudioMissing, match=r"gone\.wav cannot be read"):
        hash_file(tmp_path / "gone.wav")


def test_without_a_model_the_built_in_recogniser_serves_and_says_so(
    data_dir: Path, lesson_of: MakeLesson, stored_lesson: ReadLesson, short_recording: Path
) -> None:
    lesson_id = lesson_of(short_recording)

    run(lesson_id)

    metadata = stored_lesson(lesson_id).transcript_metadata or {}
    assert metadata["engine"] == "pocketsphinx"
    [notice] = metadata["notices"]
    assert (notice["code"], notice["model"]) == ("built-in-recogniser", "small")
    assert "lectern models download small" in notice["text"]


def test_an_installed_model_is_found_by_its_name(
    data_dir: Path,
    lesson_of: MakeLesson,
    stored_lesson: ReadLesson,
    short_recording: Path,
    write_config: Callable[[str], None],
) -> None:
    shutil.copytree(NANO_MODEL_DIR, models_dir() / "nano")
    write_config("transcription: {model: nano}")
    lesson_id = lesson_of(short_recording)

    run(lesson_id)

    metadata = stored_lesson(lesson_id).transcript_metadata or {}
    assert (metadata["engine"], metadata["model"]) == ("faster-whisper", "nano")


@pytest.mark.parametrize("engine_choice", ["auto", "faster-whisper"])
def test_a_broken_model_is_an_error_and_never_a_silent_fallback(
    engine_choice: str,
    data_dir: Path,
    lesson_of: MakeLesson,
    short_recording: Path,
    write_config: Callable[[str], None],
) -> None:
    shutil.copytree(NANO_MODEL_DIR, models_dir() / "nano")
    (models_dir() / "nano" / "tokenizer.json").unlink()
    write_config(f"transcription: {{model: nano, engine: {engine_choice}}}")
    lesson_id = lesson_of(short_recording)

    with pytest.raises(ModelIncomplete, match=r"tokenizer\.json"):
        run(lesson_id)


def test_whisper_that_was_asked_for_and_is_not_installed_is_an_error(
    data_dir: Path,
    lesson_of: MakeLesson,
    short_recording: Path,
    write_config: Callable[[str], None],
) -> None:
    write_config("transcription: {engine: faster-whisper}")
    lesson_id = lesson_of(short_recording)

    with pytest.raises(ModelNotInstalled, match="lectern models download small"):
        run(lesson_id)


@pytest.mark.parametrize("engine_choice", ["auto", "pocketsphinx"])
def test_where_there_is_no_built_in_recogniser_whisper_is_named(
    engine_choice: str,
    data_dir: Path,
    lesson_of: MakeLesson,
    short_recording: Path,
    write_config: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_config(f"transcription: {{engine: {engine_choice}}}")
    monkeypatch.setattr(sphinx_entry, "find_spec", lambda name: None)
    lesson_id = lesson_of(short_recording)

    with pytest.raises(RecogniserMissing, match="lectern models download small"):
        run(lesson_id)


def test_a_language_that_the_recogniser_cannot_do_is_said(
    data_dir: Path, lesson_of: MakeLesson, short_recording: Path
) -> None:
    lesson_id = lesson_of(short_recording, language="fr")

    with pytest.raises(LanguageUnsupported, match="English only"):
        run(lesson_id)


def test_a_device_that_is_not_there_is_said(
    data_dir: Path,
    lesson_of: MakeLesson,
    short_recording: Path,
    write_config: Callable[[str], None],
) -> None:
    import ctranslate2

    if ctranslate2.get_cuda_device_count():
        pytest.skip("this machine has a CUDA device")
    write_config(f'transcription: {{model: "{NANO_MODEL_DIR}", device: cuda}}')

    with pytest.raises(DeviceUnavailable, match=r"transcription\.device"):
        run(lesson_of(short_recording))


def test_a_compute_type_that_the_processor_cannot_do_is_said(
    data_dir: Path,
    lesson_of: MakeLesson,
    short_recording: Path,
    write_config: Callable[[str], None],
) -> None:
    write_config(
        f'transcription: {{model: "{NANO_MODEL_DIR}", device: cpu, compute_type: float16}}'
    )

    with pytest.raises(DeviceUnavailable, match=r"compute type `float16`.*int8"):
        run(lesson_of(short_recording))


# --- transcribe_audio ------------------------------------------------------------------------


@pytest.mark.usefixtures("nano_config")
def test_a_file_is_transcribed_without_storing_anything(
    data_dir: Path, short_recording: Path
) -> None:
    segments, metadata = transcribe_audio(str(short_recording), beam_size=1, vad_filter=False)

    assert segments
    assert segments[0].start < segments[0].end
    assert metadata["beam_size"] == 1
    assert metadata["vad_filter"] is False
    assert not (data_dir / "lectern.db").exists()


def test_engines_are_kept_apart_by_their_address(tmp_path: Path) -> None:
    first = engine_for(f"sqlite:///{tmp_path / 'a.db'}")

    assert engine_for(f"sqlite:///{tmp_path / 'a.db'}") is first
    assert engine_for(f"sqlite:///{tmp_path / 'b.db'}") is not first
    database.dispose_engines()


@pytest.mark.usefixtures("nano_config", "each_database")
def test_two_that_transcribe_one_lesson_at_once_lose_none_of_it(
    lesson_of: MakeLesson, stored_lesson: ReadLesson, two_windows: Path
) -> None:
    lesson_id = lesson_of(two_windows)
    is_second = False

    def run_another(progress: Progress) -> None:
        nonlocal is_second
        if progress.done > 60 and not is_second:
            is_second = True
            run(lesson_id)  # assembles the transcript and removes the windows

    run(lesson_id, run_another)

    transcript = stored_lesson(lesson_id).transcript or []
    assert is_second
    assert transcript[0].start < 5
    assert transcript[-1].end > 70
    run(lesson_id)
    assert stored_lesson(lesson_id).transcript == transcript
    with Session(database.engine) as session:
        assert session.exec(select(TranscriptWindow)).all() == []


@pytest.mark.usefixtures("each_database")
@pytest.mark.parametrize("lesson_id", [0, -1, 2**31, 10**30, "1", None, True, 1.5])
def test_what_cannot_be_a_lesson_is_no_lesson(lesson_id: int) -> None:
    with pytest.raises(LessonNotFound):
        run(lesson_id)
    with Session(database.engine) as session, pytest.raises(LessonNotFound):
        run_stage(CORRECTION, StageContext(lesson_id, session))
