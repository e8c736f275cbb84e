"""The watched folder: what comes to rest in it becomes a lesson, once."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from sqlmodel import Session, col, select

from backend import database
from backend.config.environment import audio_dir
from backend.config.settings import LibrarySettings
from backend.errors.settings import ConfigError
from backend.errors.storage import StorageFull
from backend.lessons.queries import list_lessons
from backend.lessons.removal import restore_lesson, trash_lesson
from backend.lessons.service import LessonDetails, add_recording, remove_lesson
from backend.models import Course, Lesson, Task, TrashedLesson, WatchedFile
from backend.speech.audio_info import AudioInfo
from backend.uploads import watched
from backend.uploads.watched import FolderWatch, FolderWatcher
from backend.uploads.watched_files import find_files
from tests.audio_files import AWKWARD_FILE_NAMES, tone, write_text, write_video, write_wav
from tests.full_disks import full_at
from tests.waiting import wait_until


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watch(clock: Clock) -> FolderWatch:
    return FolderWatch(rest_seconds=5, clock=clock)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "watched"
    folder.mkdir()
    return folder


@pytest.fixture
def session(each_database: str) -> Iterator[Session]:
    with Session(database.engine) as session:
        yield session


def settle(watch: FolderWatch, clock: Clock, session: Session, folder: Path) -> list[int]:
    """Two scans, between which everything rests."""
    first = watch.scan_once(session, folder)
    clock.now += 6
    return first + watch.scan_once(session, folder)


def titles(session: Session) -> list[str]:
    session.expire_all()
    return list(session.exec(select(Lesson.title).order_by(Lesson.title)))


def test_a_recording_that_rests_is_a_lesson_and_stays_where_it_is(
    watch: FolderWatch, clock: Clock, session: Session, folder: Path
) -> None:
    file = write_wav(folder / "week_1.wav", tone(1.0))

    [lesson_id] = settle(watch, clock, session, folder)

    lesson = session.get(Lesson, lesson_id)
    assert lesson is not None
    assert lesson.title == "week 1"
    assert (audio_dir() / str(lesson.filename)).read_bytes() == file.read_bytes()
    assert session.exec(select(Task)).all() == []


def test_a_date_in_its_name_is_the_lessons(
    watch: FolderWatch, clock: Clock, session: Session, folder: Path
) -> None:
    write_wav(folder / "GMT20250305-091500_Recording.wav", tone(1.0))

    [lesson_id] = settle(watch, clock, session, folder)

    lesson = session.get(Lesson, lesson_id)
    assert lesson is not None
    assert lesson.date == datetime(2025, 3, 5, 9, 15, tzinfo=UTC)


def test_it_is_processed_where_the_settings_say_so(
    watch: FolderWatch, clock: Clock, session: Session, folder: Path
) -> None:
    write_video(folder / "week 1.mp4", tone(1.0))

    watch.scan_once(session, folder, process=True)
    clock.now += 6
    [lesson_id] = watch.scan_once(session, folder, process=True)

    [task] = session.exec(select(Task)).all()
    assert (task.task_type, task.parameters) == ("process", {"lesson_id": lesson_id})


def test_a_file_that_is_being_written_is_left_alone(
    watch: FolderWatch, clock: Clock, session: Session, folder: Path
) -> None:
    content = write_wav(folder / "whole", tone(1.0)).read_bytes()
    (folder / "whole").unlink()
    growing = folder / "growing.wav"
    for n_bytes in (100, 20_000, len(content)):
        growing.write_bytes(content[:n_bytes])
        assert watch.scan_once(session, folder) == []
        clock.now += 6

    assert len(settle(watch, clock, session, folder)) == 1


def test_nothing_is_added_twice(
    watch: FolderWatch, clock: Clock, session: Session, folder: Path, tmp_path: Path
) -> None:
    file = write_wav(folder / "one.wav", tone(1.0))
    settle(watch, clock, session, folder)
    by_hand = write_wav(tmp_path / "two.wav", tone(1.2))
    add_recording(session, by_hand, LessonDetails())

    shutil.copy(by_hand, folder / "two.wav")
    os.utime(file, (1, 1))
    file.rename(folder / "renamed.wav")
    settle(watch, clock, session, folder)
    settle(FolderWatch(5, clock), clock, session, folder)  # as after a restart

    assert titles(session) == ["one", "two"]
    assert len(list(audio_dir().glob("[!.]*"))) == 2


def test_a_lesson_that_was_removed_does_not_come_back(
    watch: FolderWatch, clock: Clock, session: Session, folder: Path
) -> None:
    write_wav(folder / "one.wav", tone(1.0))
    [lesson_id] = settle(watch, clock, session, folder)
    remove_lesson(session, lesson_id)

    settle(watch, clock, session, folder)
    settle(FolderWatch(5, clock), clock, session, folder)

    assert titles(session) == []


def test_what_cannot_be_used_is_said_once_until_it_changes(
    watch: FolderWatch,
    clock: Clock,
    session: Session,
    folder: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    file = write_text(folder / "notes.mp3")
    settle(watch, clock, session, folder)
    settle(FolderWatch(5, clock), clock, session, folder)

    [row] = session.exec(select(WatchedFile)).all()
    assert row.problem is not None
    assert row.problem.startswith("notes.mp3 is not a recording")
    assert sum("notes.mp3" in record.getMessage() for record in caplog.records) == 1

    write_wav(file, tone(1.0))
    settle(watch, clock, session, folder)
    assert titles(session) == ["notes"]
    session.expire_all()
    assert session.exec(select(WatchedFile.problem)).all() == [None]


def test_a_subfolder_is_a_course(
    watch: FolderWatch, clock: Clock, session: Session, folder: Path
) -> None:
    deep = folder / "Algebra I. (2026)" / "term 1"
    deep.mkdir(parents=True)
    write_wav(deep / "groups.wav", tone(1.0))

    settle(watch, clock, session, folder)

    assert session.exec(select(Course.title)).all() == ["Algebra I. (2026)"]


def test_a_copy_that_stalled_and_went_on_is_the_lesson_that_was_made_of_its_beginning(
    watch: FolderWatch, clock: Clock, session: Session, folder: Path, tmp_path: Path
) -> None:
    whole = write_wav(tmp_path / "talk.wav", tone(4.0)).read_bytes()
    copy = folder / "talk.wav"
    copy.write_bytes(whole[: len(whole) // 2])
    [lesson_id] = settle(watch, clock, session, folder)
    add_recording(session, write_wav(tmp_path / "other.wav", tone(1.0)), LessonDetails())

    copy.write_bytes(whole)
    assert settle(FolderWatch(5, clock), clock, session, folder) == []  # as after a restart

    assert titles(session) == ["other", "talk"]
    lesson = session.get_one(Lesson, lesson_id)
    assert (audio_dir() / str(lesson.filename)).read_bytes() == whole
    assert lesson.duration == pytest.approx(4.0)
    assert session.exec(select(TrashedLesson)).all() == []  # the beginning is in the whole
    assert len(list(audio_dir().glob("[!.]*"))) == 2


def test_another_recording_under_the_same_name_is_a_lesson_of_its_own(
    watch: FolderWatch, clock: Clock, session: Session, folder: Path
) -> None:
    file = write_wav(folder / "recorder.wav", tone(1.0))
    monday = file.read_bytes()
    [first] = settle(watch, clock, session, folder)

    tuesday = write_wav(file, tone(2.0, frequency_hz=300)).read_bytes()
    [second] = settle(watch, clock, session, folder)

    recordings = {
        lesson.id: (audio_dir() / str(lesson.filename)).read_bytes()
        for lesson in session.exec(select(Lesson))
    }
    assert recordings == {first: monday, second: tuesday}


def tagged_anew(recording: bytes) -> bytes:
    return b"ID3" + bytes(range(97)) + recording + b"TAG" + b"x" * 125


def begun_anew(recording: bytes) -> bytes:
    """As recorders do that write the length last."""
    return b"\x00" * 40 + recording[40:] + recording[100:]


@pytest.mark.parametrize("change", [tagged_anew, begun_anew])
def test_the_same_sound_with_other_tags_or_another_header_is_the_same_lesson(
    change: Callable[[bytes], bytes],
    watch: FolderWatch,
    clock: Clock,
    session: Session,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        watched, "probe_apart", lambda path: AudioInfo(2.0, "pcm_s16le", 8000, 1, False)
    )
    noise = np.random.default_rng(1).bytes(3_000_000)
    (folder / "talk.wav").write_bytes(noise)
    [lesson_id] = settle(watch, clock, session, folder)

    changed = change(noise)
    (folder / "talk.wav").write_bytes(changed)
    assert settle(watch, clock, session, folder) == []

    lesson = session.get_one(Lesson, lesson_id)
    assert (audio_dir() / str(lesson.filename)).read_bytes() == changed


@pytest.mark.parametrize("is_for_good", [True, False])
def test_what_goes_on_of_a_removed_lesson_stays_removed_wherever_it_is_moved(
    is_for_good: bool, watch: FolderWatch, clock: Clock, session: Session, folder: Path
) -> None:
    file = write_wav(folder / "one.wav", tone(4.0))
    whole = file.read_bytes()
    file.write_bytes(whole[:20_000])
    [lesson_id] = settle(watch, clock, session, folder)
    trash_lesson(session, lesson_id, 0 if is_for_good else 30)

    file.write_bytes(whole[:30_000])
    settle(watch, clock, session, folder)
    file.rename(folder / "two.wav")
    settle(watch, clock, session, folder)
    (folder / "two.wav").write_bytes(whole)
    settle(watch, clock, session, folder)

    assert [lesson.id for lesson in list_lessons(session)] == []
    if not is_for_good:
        restore_lesson(session, lesson_id)
        lesson = session.get_one(Lesson, lesson_id)
        assert (audio_dir() / str(lesson.filename)).read_bytes() == whole
    file.write_bytes(write_wav(folder / "..new", tone(1.0)).read_bytes())
    assert len(settle(watch, clock, session, folder)) == 1  # another talk of the same name


LEFT_ALONE = (
    *("a.mp4.part", "a.mp4.PARTIAL", "a.mp4.filepart", "a.mp4.!sync", "a.mp4.opdownload"),
    *("a.mp4.crdownload", "a.mp4.TMP", "a.mp4~", "a.mp4.!ut", "a.mp4.!qB", "a.mp4.unfinished"),
    *("a.mp4.inprogress", "a.mp4.download", "Unconfirmed 1.crdownload", "a.mp4.part-Frag12"),
    *(".a.mp4.Xy12Ab", ".syncthing.a.mp4.tmp", "~syncthing~a.mp4.tmp", "._a.mp4", "~$a.mp4"),
    *(".~lock.a.mp4#", "a.mp4.ocTransferId12.part", "a.mp4.sb-1a2b3c4d-Ab12Cd", "a.mp4.aria2"),
    *("#recycle/a.mp4", "@eaDir/a.mp4", "#snapshot/x/a.mp4", ".Trash-1000/files/a.mp4"),
    *(".Trashes/501/a.mp4", "$RECYCLE.BIN/S-1/a.mp4", "System Volume Information/a.mp4"),
    *("lost+found/a.mp4", ".stversions/a.mp4", ".stfolder/a.mp4", ".sync/Archive/a.mp4"),
    *(".AppleDouble/a.mp4", ".Spotlight-V100/a.mp4", "@Recycle/a.mp4", ".recycle/a.mp4"),
    *("_gsdata_/a.mp4", "Biology/week 1/#Recycle/a.mp4", "b.mp4.download/b.mp4"),
)


def test_what_programs_have_not_finished_and_what_systems_keep_is_left_alone(
    folder: Path, data_dir: Path
) -> None:
    for name in LEFT_ALONE:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"sound")
    usual = {"partial derivatives.mp3", "recycle.mp3", "Trash/a.mp3", "tmp.wav", "part.1.mp3"}
    for name in (*usual, "loading.mp4", "loading.mp4.aria2"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"sound")

    assert {str(file.path.relative_to(folder)) for file in find_files(folder)} == usual


def test_names_in_other_encodings_are_read(
    watch: FolderWatch, clock: Clock, session: Session, folder: Path
) -> None:
    named = {"koi8_r": ("Физика", "лекция 1"), "cp932": ("物理学", "講義 第1回")}
    for n, (encoding, (course, title)) in enumerate(named.items()):
        subfolder = os.fsencode(folder) + b"/" + course.encode(encoding)
        Path(os.fsdecode(subfolder)).mkdir()
        sound = write_wav(folder / "sound.wav", tone(1.0 + n))
        sound.rename(os.fsdecode(subfolder + b"/" + title.encode(encoding) + b".wav"))
        write_text(Path(os.fsdecode(subfolder + b"/" + title.encode(encoding) + b".mp3")))

    settle(watch, clock, session, folder)

    assert titles(session) == ["лекция 1", "講義 第1回"]
    assert set(session.exec(select(Course.title))) == {"Физика", "物理学"}
    problems = session.exec(select(WatchedFile.problem).where(col(WatchedFile.sha256).is_(None)))
    assert {
        str(problem)[: str(problem).index(".mp3 is not a recording")] for problem in problems
    } == {
        "лекция 1",
        "講義 第1回",
    }


def test_what_is_hidden_unfinished_or_a_link_is_left_alone(
    watch: FolderWatch, clock: Clock, session: Session, folder: Path, tmp_path: Path
) -> None:
    outside = write_wav(tmp_path / "outside.wav", tone(1.0))
    (folder / "link.wav").symlink_to(outside)
    (folder / ".trash").mkdir()
    for name in (".hidden.wav", "film.mp4.part", "film.crdownload", ".trash/old.wav"):
        shutil.copy(outside, folder / name)
    (folder / "empty.wav").touch()
    os.mkfifo(folder / "pipe.wav")

    assert settle(watch, clock, session, folder) == []
    assert session.exec(select(WatchedFile)).all() == []


def test_whatever_files_are_called_they_are_taken(
    watch: FolderWatch, clock: Clock, session: Session, folder: Path
) -> None:
    names = [name for name in AWKWARD_FILE_NAMES[::4] if not name.startswith(".")]
    for number, name in enumerate(names):
        write_wav(folder / name, tone(0.5 + number / 10))
    no_utf8 = os.fsdecode(os.fsencode(folder) + b"/caf\xe9.wav")
    write_wav(folder / "plain.wav", tone(2.0)).rename(no_utf8)

    added = settle(watch, clock, session, folder)

    assert len(added) == len(names) + 1


@pytest.mark.usefixtures("each_database")
def test_a_folder_that_is_not_there_or_the_librarys_own_is_an_error(
    watch: FolderWatch, session: Session, folder: Path, data_dir: Path
) -> None:
    audio_dir().mkdir(parents=True, exist_ok=True)
    for wrong in (folder / "missing", audio_dir(), data_dir):
        with pytest.raises(ConfigError, match="watched folder"):
            watch.scan_once(session, wrong)


def test_a_full_disk_is_waited_for(
    watch: FolderWatch, clock: Clock, session: Session, folder: Path
) -> None:
    write_wav(folder / "long.wav", tone(60.0))
    watch.scan_once(session, folder)
    clock.now += 6

    with full_at(1_000_000), pytest.raises(StorageFull):
        watch.scan_once(session, folder)

    assert len(watch.scan_once(session, folder)) == 1


def test_the_watcher_looks_by_itself_until_it_is_stopped(each_database: str, folder: Path) -> None:
    write_wav(folder / "one.wav", tone(1.0))
    settings = LibrarySettings(watch_folder=str(folder))
    watcher = FolderWatcher(lambda: settings)
    watcher._watch.rest_seconds = 0
    thread = threading.Thread(target=watcher.run)
    thread.start()
    try:

        def is_there() -> bool:
            with Session(database.engine) as session:
                return titles(session) == ["one"]

        wait_until(is_there, 60)
    finally:
        watcher.stop()
        thread.join()
