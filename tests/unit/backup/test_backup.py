"""Backups: all of a library, at one moment, whole or not at all; and back again."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from backend import database
from backend.backup.creation import LOCK, create_backup
from backend.backup.keeping import prune_backups
from backend.backup.manifest import MANIFEST, Backup, find_backup, list_backups, verify
from backend.backup.restoring import restore_backup, unfinished_restore
from backend.backup.snapshot import TABLES
from backend.config.environment import audio_dir, config_path, database_url
from backend.config.file import load_config
from backend.doctor.examination import examine
from backend.errors import NotFound
from backend.errors.backups import BackupDamaged, BackupNotFound, LibraryInUse
from backend.errors.storage import DatabaseTooNew, StorageFull
from backend.lessons.loose import loose_dir
from backend.lessons.removal import list_trash, restore_lesson, trash_lesson
from backend.lessons.service import LessonDetails, add_recording, edit_lesson, remove_lesson
from backend.models import Lesson, Task
from backend.models.people import WITH_REMOVED
from backend.notes.service import NewNote, add_note
from backend.search.service import SearchRequest, search
from backend.text.stretches import WordStretch
from tests.audio_files import tone, write_wav
from tests.full_disks import full_at
from tests.killing import killed_at_each_step
from tests.unit.lessons.people import edit, spoken
from tests.waiting import wait_until

pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")

WORDS = ("the cell divides", "a quokka sleeps")


@pytest.fixture
def backups(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "lesson.wav"
    write_wav(path, tone(0.2))
    return path


def session() -> Session:
    return Session(database.engine)


def create(directory: Path) -> Backup:
    return create_backup(database.engine, directory, lambda text: None)


def restore(directory: Path) -> None:
    database.dispose_engines()
    restore_backup(find_backup(directory))


def add(source: Path, title: str = "A lesson", **fields: Any) -> int:
    with session() as s:
        lesson = add_recording(s, source, LessonDetails(title=title)).lesson
        for name, value in fields.items():
            setattr(lesson, name, value)
        s.add(lesson)
        s.commit()
        assert lesson.id is not None
        return lesson.id


@pytest.fixture
def library(each_database: str, source: Path) -> None:
    """Two lessons, one of them with all that people do to lessons, the other in the trash."""
    fill(source)


def fill(source: Path) -> None:
    lesson_id = add(source, "Biology", transcript=spoken(*WORDS), language="en")
    edit(lesson_id, 0, "the cells divide")
    with session() as s:
        add_note(s, lesson_id, NewNote(WordStretch(0, 1, 0, 1), "cells"), author="Ann")
        s.add(Task(task_type="summary", parameters={"lesson_id": lesson_id}))
        s.commit()
    removed = add(source, "Removed")
    with session() as s:
        trash_lesson(s, removed, undo_days=7)


def change_everything(source: Path) -> None:
    """What happens after the backup."""
    with session() as s:
        every = select(Lesson).execution_options(**WITH_REMOVED)
        for lesson in s.exec(every).all():
            assert lesson.id is not None
            if not list_trash(s):
                remove_lesson(s, lesson.id)
            else:
                restore_lesson(s, lesson.id) if lesson.title == "Removed" else edit_lesson(
                    s, lesson.id, LessonDetails(title="Changed")
                )
    add(source, "Newer")


def rows() -> dict[str, list[Any]]:
    """All that the library's tables hold, as text."""
    found = {}
    with database.engine.connect() as connection:
        for table in TABLES:
            names = ", ".join(f'"{c.name}"' for c in table.c)
            all_of_it = connection.execute(
                select(*table.c).order_by(*table.primary_key.columns)
            ).all()
            found[f"{table.name}: {names}"] = [str(tuple(row)) for row in all_of_it]
    return found


def recordings() -> dict[str, bytes]:
    """By name, wherever they lie."""
    files = (p for p in audio_dir().rglob("*") if p.is_file() and p.parent != loose_dir())
    return {path.name: path.read_bytes() for path in files}


def titles() -> list[str]:
    with session() as s:
        every = select(Lesson).execution_options(**WITH_REMOVED)
        return sorted(lesson.title for lesson in s.exec(every))


# --- there and back --------------------------------------------------------------------------


@pytest.mark.usefixtures("library")
def test_what_is_put_back_is_all_that_there_was_and_nothing_else(
    backups: Path, source: Path
) -> None:
    before, recorded = rows(), recordings()
    create(backups)
    change_everything(source)
    assert rows() != before

    restore(backups)

    assert rows() == before
    assert recordings() == recorded
    assert list(loose_dir().glob("*")) == []
    with session() as s:
        assert len(search(s, SearchRequest("cells")).hits) > 0
        assert search(s, SearchRequest("Newer")).hits == ()
        (removed,) = list_trash(s)
        restore_lesson(s, removed.lesson_id)
    assert not [f for f in examine() if f.level != "ok" and f.subject in ("database", "recordings")]


def test_a_library_moves_to_the_other_kind_of_database_and_back(
    data_dir: Path,
    backups: Path,
    source: Path,
    postgres_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fill(source)
    gone = add(source, "Gone")
    with session() as s:
        remove_lesson(s, gone)
    before, recorded = rows(), recordings()
    create(backups)

    monkeypatch.setenv("LECTERN_DATABASE_URL", postgres_url)
    restore(backups)
    assert rows() == before
    with session() as s:
        assert len(search(s, SearchRequest("quokka")).hits) == 1
    create(backups)
    monkeypatch.delenv("LECTERN_DATABASE_URL")
    shutil.rmtree(data_dir)
    restore(backups)

    assert rows() == before
    assert recordings() == recorded
    with session() as s:
        assert len(search(s, SearchRequest("quokka")).hits) == 1
    assert add(source) > gone, "an id is never given twice"


def test_settings_come_back_and_keys_stay_where_they_are(
    data_dir: Path, backups: Path, write_config: Callable[[str], None]
) -> None:
    server = "provider: OpenAI\nbase_url: http://ann:word@localhost:1/v1\n"
    write_config(f"# api_key: sk-old\n{server}api_key: sk-secret\nsummary: {{max_length: 99}}\n")
    made = create(backups)
    stored = "".join(path.read_text(errors="replace") for path in made.folder.glob("*.yaml"))
    assert "max_length: 99" in stored
    assert not any(secret in stored for secret in ("sk-", "word"))

    write_config(f"{server}api_key: sk-newer\n")
    restore(backups)
    assert load_config().summary.max_length == 99
    assert load_config().api_key.get_secret_value() == "sk-newer"

    write_config("provider: OpenAI\nbase_url: http://localhost:2/v1\napi_key: sk-other\n")
    restore(backups)
    assert load_config().base_url == "http://localhost:1/v1"
    assert load_config().api_key.get_secret_value() == "", "it was typed for another server"

    config_path().unlink()
    restore(backups)
    assert load_config().summary.max_length == 99


@pytest.mark.usefixtures("library")
def test_a_backup_is_for_its_owner_alone(backups: Path) -> None:
    create(backups)

    for path in [backups, *backups.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_a_recording_of_the_last_backup_takes_no_room_again(
    data_dir: Path, backups: Path, source: Path
) -> None:
    add(source)
    first = create(backups)
    add(source)
    second = create(backups)

    shared = [(second.folder / file.path).stat().st_nlink for file in second.manifest.files]
    assert sorted(shared) == [1, 1, 2]
    prune_backups(backups, keep=1)
    assert not first.folder.exists()
    verify(second)


def test_a_recording_whose_name_has_other_content_now_is_put_back_beside_it(
    data_dir: Path, backups: Path, source: Path
) -> None:
    add(source)
    (name,) = recordings()
    content = recordings()[name]
    create(backups)
    (audio_dir() / name).write_bytes(b"other")

    restore(backups)

    with session() as s:
        (lesson,) = s.exec(select(Lesson))
        assert lesson.filename != name
        assert (audio_dir() / str(lesson.filename)).read_bytes() == content


# --- while it runs ---------------------------------------------------------------------------


def test_it_is_of_one_moment_though_lessons_come_and_go(
    each_database: str, backups: Path, source: Path
) -> None:
    stopping = threading.Event()
    n_rounds = 0

    def add_and_remove() -> None:
        nonlocal n_rounds
        while not stopping.is_set():
            lesson_id = add(source)
            add(source)
            with session() as s:
                remove_lesson(s, lesson_id)
            n_rounds += 1

    add(source)
    thread = threading.Thread(target=add_and_remove)
    thread.start()
    try:
        for _ in range(4):
            reached = n_rounds
            wait_until(lambda: n_rounds > reached, seconds=60)  # noqa: B023
            made = create(backups)
            verify(made)
            assert made.manifest.missing == ()
            assert made.manifest.lessons == len(made.recordings)
    finally:
        stopping.set()
        thread.join()


# --- kept ------------------------------------------------------------------------------------


def test_the_newest_is_taken_and_the_oldest_go(data_dir: Path, backups: Path, source: Path) -> None:
    made = []
    for number in range(3):
        add(source, str(number))
        made.append(create(backups))
    assert [backup.folder for backup in list_backups(backups)] == [b.folder for b in made]
    assert find_backup(backups) == made[-1]

    restore(made[0].folder)
    assert titles() == ["0"]
    removed = prune_backups(backups, keep=2)

    assert [backup.folder for backup in removed] == [made[0].folder]
    assert [backup.folder for backup in list_backups(backups)] == [b.folder for b in made[1:]]


def test_where_there_is_no_backup_that_is_said(data_dir: Path, backups: Path) -> None:
    with pytest.raises(NotFound, match="no folder"):
        find_backup(backups)
    (backups / ".incomplete-2026-01-01T00-00-00Z").mkdir(parents=True)
    with pytest.raises(BackupNotFound, match="cut off"):
        find_backup(backups)


def spoil(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


DAMAGES: dict[str, tuple[Callable[[Backup], object], str]] = {
    "a changed byte": (lambda b: spoil(b.folder / b.recordings[0].path), "other content"),
    "a missing recording": (lambda b: (b.folder / b.recordings[0].path).unlink(), "is missing"),
    "a shorter database": (lambda b: os.truncate(b.database, 4096), "another size"),
    "no manifest": (lambda b: (b.folder / MANIFEST).write_text("{}"), "manifest"),
    "a made-up path": (
        lambda b: (b.folder / MANIFEST).write_text(
            (b.folder / MANIFEST).read_text().replace("audio/", "audio/../../")
        ),
        "no backup has",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_backup_is_named_and_changes_nothing(
    data_dir: Path, backups: Path, source: Path, damage: str
) -> None:
    add(source, "Old")
    make, words = DAMAGES[damage]
    make(create(backups))
    add(source, "New")
    before, recorded = rows(), recordings()

    with pytest.raises(BackupDamaged, match=words):
        restore(backups)

    assert rows() == before
    assert recordings() == recorded


def test_a_backup_of_a_newer_version_is_refused(data_dir: Path, backups: Path) -> None:
    made = create(backups)
    path = made.folder / MANIFEST
    path.write_text(path.read_text().replace(made.manifest.schema_version, "9999_next"))

    with pytest.raises(DatabaseTooNew, match="newer Lectern"):
        restore(backups)


# --- in use ----------------------------------------------------------------------------------

USES = """
import sys
from backend import database
with database.engine.connect():
    pass
print("open", flush=True)
sys.stdin.read()
"""


@pytest.mark.usefixtures("library")
def test_it_is_refused_while_a_process_uses_the_library(backups: Path) -> None:
    create(backups)
    user = subprocess.Popen(
        [sys.executable, "-c", USES], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with user:
        assert user.stdout is not None
        assert user.stdout.readline() == b"open\n"
        before = rows()
        with pytest.raises(LibraryInUse):
            restore(backups)
        assert rows() == before

    restore(backups)


def test_it_is_refused_while_another_program_has_the_database_open(
    each_database: str, backups: Path, data_dir: Path
) -> None:
    create(backups)
    if each_database == "sqlite":
        other: Any = sqlite3.connect(data_dir / "lectern.db")
        other.execute("SELECT count(*) FROM lesson").fetchone()
    else:
        other = psycopg.connect(database_url().replace("postgresql+psycopg", "postgresql"))

    with closing(other), pytest.raises(LibraryInUse):
        restore(backups)

    restore(backups)


# --- full disks ------------------------------------------------------------------------------


def test_wherever_the_disk_is_full_while_it_is_made_there_is_no_backup_and_that_is_said(
    library: None, backups: Path
) -> None:
    create(backups)
    (whole,) = list_backups(backups)
    largest = whole.database.stat().st_size
    smallest = min(file.size for file in whole.recordings)
    shutil.rmtree(backups)

    for max_bytes in (0, smallest - 1, smallest, largest // 2, largest - 1):
        with full_at(max_bytes), pytest.raises(StorageFull, match="free some space"):
            create(backups)
        assert {path.name for path in backups.iterdir()} <= {LOCK}, max_bytes

    create(backups)
    (made,) = list_backups(backups)
    verify(made)


def test_wherever_the_disk_is_full_while_it_is_put_back_the_library_is_as_it_was(
    library: None, backups: Path, source: Path
) -> None:
    create(backups)
    change_everything(source)
    before = rows(), recordings()
    (whole,) = list_backups(backups)
    largest = whole.database.stat().st_size

    for max_bytes in (0, 1_000, largest // 2, largest - 1):
        with full_at(max_bytes), pytest.raises(StorageFull, match="Nothing was changed"):
            restore(backups)
        assert (rows(), recordings()) == before, max_bytes

    restore(backups)
    assert titles() == ["Biology", "Removed"]


# --- killed ----------------------------------------------------------------------------------


def test_killed_anywhere_while_it_is_made_there_is_a_whole_one_or_none(
    data_dir: Path, backups: Path, source: Path, write_config: Callable[[str], None]
) -> None:
    write_config("summary: {max_length: 99}\n")
    add(source)
    create(backups)

    for _ in killed_at_each_step(lambda: create(backups), backups):
        for made in list_backups(backups):
            verify(made)
    assert [path for path in backups.iterdir() if path.name.startswith(".incomplete")] == []


def leave_a_log(title: str) -> None:
    """A process is killed whose last commits are in the write-ahead log alone."""
    database.dispose_engines()
    child = os.fork()
    if child == 0:
        with session() as s:
            s.add(Lesson(title=title))
            s.commit()
            os._exit(9)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def test_killed_anywhere_while_it_is_put_back_the_library_is_the_old_or_the_new(
    data_dir: Path, backups: Path, source: Path, write_config: Callable[[str], None]
) -> None:
    write_config("summary: {max_length: 99}\n")
    add(source, "Backed up")
    new_recordings = recordings()
    create(backups)
    seen: set[tuple[str, ...]] = set()

    def make_old() -> tuple[str, ...]:
        add(source, "Newer")
        (data_dir / "lectern-engine.db").write_bytes(b"")
        leave_a_log("In the log")
        assert (data_dir / "lectern.db-wal").stat().st_size
        return ("Backed up", "In the log", "Newer")

    old = make_old()
    for _ in killed_at_each_step(lambda: restore(backups), data_dir, backups):
        now = tuple(titles())
        seen.add(now)
        assert now in (old, ("Backed up",))
        with session() as s:
            assert s.scalar(text("PRAGMA integrity_check")) == "ok"
            names = {str(lesson.filename) for lesson in s.exec(select(Lesson)) if lesson.filename}
        assert names <= recordings().keys()
        restore(backups)
        assert titles() == ["Backed up"]
        assert recordings() == new_recordings
        assert unfinished_restore(data_dir) == []
        old = make_old()

    assert len(seen) > 1, "it was never killed before, or never after, the one step"
    assert titles() == ["Backed up"]
    assert not (data_dir / "lectern-engine.db").exists()
