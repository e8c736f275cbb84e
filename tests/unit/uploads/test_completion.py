"""A whole upload becomes one lesson, wherever on the way a process is killed."""

import base64
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from backend import database
from backend.config.environment import audio_dir, uploads_dir
from backend.errors.recordings import MediaError, NoAudioTrack
from backend.lessons.service import remove_lesson
from backend.models import Lesson, Task
from backend.models.columns import utc_now
from backend.uploads.completion import complete, discard
from backend.uploads.housekeeping import look_after
from backend.uploads.receiving import Receiver
from backend.uploads.store import Outcome, UploadStore
from tests.audio_files import tone, write_image, write_subtitles, write_video, write_wav
from tests.killing import run_killed


@pytest.fixture
def store(each_database: str) -> UploadStore:
    return UploadStore(uploads_dir(), reserve_bytes=0)


@pytest.fixture
def session(each_database: str) -> Iterator[Session]:
    with Session(database.engine) as session:
        yield session


@pytest.fixture
def recording(tmp_path: Path) -> bytes:
    return write_wav(tmp_path / "lesson.wav", tone(1.0)).read_bytes()


def header(**values: str) -> str:
    return ",".join(
        f"{key} {base64.b64encode(text.encode()).decode()}" for key, text in values.items()
    )


def upload_whole(store: UploadStore, content: bytes, **metadata: str) -> str:
    """An upload of which all came, and nothing was made yet."""
    upload_id = store.create(len(content), header(**metadata))
    with store.locked(upload_id) as upload, closing(Receiver(upload, 0)) as receiver:
        receiver.write(content)
        receiver.finish()
    return upload_id


def finish(store: UploadStore, upload_id: str, session: Session) -> Outcome:
    with store.locked(upload_id) as upload:
        return complete(upload, session)


def lessons(session: Session) -> list[Lesson]:
    session.expire_all()
    return list(session.exec(select(Lesson).order_by(Lesson.id)))  # type: ignore[arg-type]


# --- as it should be -------------------------------------------------------------------------


def test_a_whole_upload_is_a_lesson(store: UploadStore, session: Session, recording: bytes) -> None:
    upload_id = upload_whole(
        store, recording, filename="week_3.wav", course="Algebra", language="fr", process="true"
    )

    outcome = finish(store, upload_id, session)

    [lesson] = lessons(session)
    assert lesson.id == outcome.lesson_id
    assert lesson.title == "week 3"
    assert lesson.language == "fr"
    assert lesson.duration == pytest.approx(1.0)
    assert lesson.filename is not None
    assert lesson.filename.endswith(".wav")
    assert lesson.audio_sha256 == hashlib.sha256(recording).hexdigest()
    assert (audio_dir() / lesson.filename).read_bytes() == recording
    [task] = session.exec(select(Task)).all()
    assert (task.id, task.task_type, task.parameters) == (
        outcome.task_id,
        "process",
        {"lesson_id": lesson.id},
    )


def test_asking_again_makes_no_second_lesson(
    store: UploadStore, session: Session, recording: bytes
) -> None:
    upload_id = upload_whole(store, recording)
    first = finish(store, upload_id, session)

    assert finish(store, upload_id, session) == first
    look_after(store, session, is_start=True)

    assert len(lessons(session)) == 1


def test_the_same_recording_is_noticed_and_not_refused(
    store: UploadStore, session: Session, recording: bytes
) -> None:
    first = finish(store, upload_whole(store, recording), session)

    second = finish(store, upload_whole(store, recording), session)

    assert second.same_recording == (first.lesson_id,)
    assert len(lessons(session)) == 2


@pytest.mark.parametrize("ending", [".mp4", ".mkv"])
def test_a_video_is_kept_as_it_is(
    store: UploadStore, session: Session, tmp_path: Path, ending: str
) -> None:
    video = write_video(tmp_path / f"video{ending}", tone(2.0)).read_bytes()

    finish(store, upload_whole(store, video, filename=f"video{ending}"), session)

    [lesson] = lessons(session)
    assert lesson.filename is not None
    assert lesson.filename.endswith(ending)
    assert (audio_dir() / lesson.filename).read_bytes() == video


# --- what is no recording --------------------------------------------------------------------


def refuse(
    store: UploadStore, session: Session, content: bytes, name: str
) -> tuple[MediaError, str]:
    upload_id = upload_whole(store, content, filename=name)
    with pytest.raises(MediaError) as caught:
        finish(store, upload_id, session)
    return caught.value, upload_id


def test_what_is_no_recording_is_refused_with_the_name_that_people_know(
    store: UploadStore, session: Session, tmp_path: Path
) -> None:
    silent_video = write_video(tmp_path / "video.mp4", None).read_bytes()
    image = write_image(tmp_path / "image.png").read_bytes()
    captions = write_subtitles(tmp_path / "captions.srt").read_bytes()

    error, upload_id = refuse(store, session, silent_video, "week 3.mp4")
    assert isinstance(error, NoAudioTrack)
    assert error.message.startswith("week 3.mp4 has no audio track")
    for content in (image, captions, b"<script>alert(1)</script>", b"#EXTM3U\n/etc/passwd\n"):
        other, _ = refuse(store, session, content, "lies.mp3")
        assert other.message.startswith("lies.mp3")

    assert lessons(session) == []
    assert not audio_dir().exists() or list(audio_dir().iterdir()) == []
    assert store.read(upload_id).refusal == error.message
    assert [
        path.name for path in (store.directory / upload_id).iterdir() if path.name == upload_id
    ] == []
    with pytest.raises(MediaError, match="week 3"):
        finish(store, upload_id, session)


def test_a_polyglot_is_nothing_but_the_recording_that_it_is(
    store: UploadStore, session: Session, recording: bytes
) -> None:
    polyglot = recording + b"<html><script>alert(1)</script>PK\x05\x06" + bytes(18)

    finish(store, upload_whole(store, polyglot, filename="page.html"), session)

    [lesson] = lessons(session)
    assert lesson.duration == pytest.approx(1.0, abs=0.1)
    assert lesson.title == "page"


# --- killed on the way -----------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_killed_at_any_step_nothing_is_lost_or_doubled(
    store: UploadStore, recording: bytes, data_dir: Path
) -> None:
    def work(upload_id: str) -> None:
        fresh = UploadStore(store.directory, reserve_bytes=0)
        with Session(database.engine) as session:
            finish(fresh, upload_id, session)

    with Session(database.engine) as session:
        session.exec(select(Lesson)).all()
    step, was_killed = 0, True
    while was_killed:
        step += 1
        upload_id = upload_whole(store, recording, filename=f"{step}.wav", process="true")
        was_killed = run_killed(lambda: work(upload_id), step, data_dir)  # noqa: B023
        with Session(database.engine) as session:
            look_after(UploadStore(store.directory, reserve_bytes=0), session, is_start=True)
            look_after(UploadStore(store.directory, reserve_bytes=0), session)
            found = lessons(session)
            assert [lesson.title for lesson in found] == [str(n + 1) for n in range(step)]
            assert len(session.exec(select(Task)).all()) == step
            outcome = store.read(upload_id).outcome
            assert outcome is not None
            assert outcome.lesson_id == found[-1].id
            names = {lesson.filename for lesson in found}
            assert {path.name for path in audio_dir().iterdir()} == names
            assert (audio_dir() / str(found[-1].filename)).read_bytes() == recording

    assert step >= 8  # it was killed at as many places


def test_a_lesson_that_a_power_cut_took_is_made_again(
    store: UploadStore, session: Session, recording: bytes
) -> None:
    upload_id = upload_whole(store, recording, filename="kept.wav")
    finish(store, upload_id, session)
    [lesson] = lessons(session)
    session.delete(lesson)  # as if its commit had never reached the disk
    session.commit()

    look_after(store, session, is_start=True)

    assert [lesson.title for lesson in lessons(session)] == ["kept"]


def test_a_lesson_that_a_person_removed_stays_removed(
    store: UploadStore, session: Session, recording: bytes
) -> None:
    outcome = finish(store, upload_whole(store, recording), session)
    remove_lesson(session, outcome.lesson_id)

    look_after(store, session, is_start=True)

    assert lessons(session) == []


# --- given up --------------------------------------------------------------------------------


def test_what_is_given_up_is_removed_and_what_is_whole_is_not(
    store: UploadStore, session: Session, recording: bytes
) -> None:
    long_ago = utc_now() - timedelta(days=1)
    unfinished, whole = store.create(100, None), upload_whole(store, recording)
    for upload_id in (unfinished, whole):
        with store.locked(upload_id) as upload:
            upload.save(expires_at=long_ago)

    look_after(store, session)
    assert len(lessons(session)) == 1
    look_after(store, session)

    assert unfinished not in store.ids()
    assert whole not in store.ids()
    assert len(lessons(session)) == 1


def test_a_removed_upload_leaves_its_lesson_and_nothing_else(
    store: UploadStore, session: Session, recording: bytes
) -> None:
    done, unfinished = upload_whole(store, recording), upload_whole(store, recording)
    finish(store, done, session)

    for upload_id in (done, unfinished):
        with store.locked(upload_id) as upload:
            discard(upload, session)

    assert store.ids() == []
    [lesson] = lessons(session)
    assert [path.name for path in audio_dir().iterdir()] == [lesson.filename]


def test_the_recording_goes_to_another_disk_too(
    store: UploadStore, session: Session, recording: bytes, data_dir: Path
) -> None:
    other = Path("/dev/shm")
    data_dir.mkdir(exist_ok=True)
    if not other.is_dir() or other.stat().st_dev == data_dir.stat().st_dev:
        pytest.skip("there is no second disk here")
    elsewhere = other / f"lectern-test-{os.getpid()}"
    elsewhere.mkdir()
    try:
        audio_dir().symlink_to(elsewhere)
        finish(store, upload_whole(store, recording), session)

        [lesson] = lessons(session)
        assert [path.name for path in elsewhere.iterdir()] == [lesson.filename]
        assert (elsewhere / str(lesson.filename)).read_bytes() == recording
    finally:
        shutil.rmtree(elsewhere)
