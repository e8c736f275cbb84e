"""A damaged database is named as such by whoever meets it, and nothing more is written into it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import Session, select

from backend import database
from backend.backup.creation import create_backup
from backend.backup.manifest import find_backup
from backend.backup.restoring import restore_backup
from backend.doctor.examination import examine
from backend.errors.storage import DatabaseDamaged
from backend.health.service import check_readiness
from backend.models import Lesson, Segment
from backend.search.service import SearchRequest, search

PAGE_BYTES = 4096


def break_pages(file: Path) -> None:
    """All but the first, by which SQLite knows its files."""
    content = file.read_bytes()
    file.write_bytes(content[:PAGE_BYTES] + b"\xff" * (len(content) - PAGE_BYTES))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "broken pages": break_pages,
    "truncated": lambda file: os.truncate(file, 5 * PAGE_BYTES),
    "not a database": lambda file: file.write_bytes(b"Dear diary, " * 1000),
}


@pytest.fixture
def file(data_dir: Path) -> Path:
    with Session(database.engine) as session:
        session.add(Lesson(title="Quokkas", transcript=[Segment(start=0, end=1, text="quokka")]))
        session.commit()
    database.dispose_engines()
    return data_dir / "lectern.db"


def command(*arguments: str) -> str:
    """What a command that fails says."""
    code = "from backend.cli import main; main()"
    ended = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    return ended.stderr


@pytest.mark.parametrize("damage", DAMAGES)
def test_everybody_names_the_damage_and_a_backup_mends_it(
    file: Path, tmp_path: Path, damage: str
) -> None:
    create_backup(database.engine, tmp_path / "backups", lambda text: None)
    database.dispose_engines()
    DAMAGES[damage](file)
    broken = file.read_bytes()

    with pytest.raises(DatabaseDamaged), Session(database.engine) as session:
        search(session, SearchRequest("quokka"))
    (check,) = [check for check in check_readiness() if check.name == "database"]
    (finding,) = [finding for finding in examine() if finding.subject == "database"]
    said = command("list"), command("backup", "create", str(tmp_path / "more"))

    for words in (check.reason or "", finding.message, *said):
        assert f"{file} is damaged" in words
    assert "backup restore" in finding.remedy
    assert file.read_bytes() == broken
    assert list((tmp_path / "more").glob("2*")) == []

    database.dispose_engines()
    restore_backup(find_backup(tmp_path / "backups"))
    with Session(database.engine) as session:
        assert [lesson.title for lesson in session.exec(select(Lesson))] == ["Quokkas"]


def test_what_one_process_finds_keeps_all_others_from_writing(file: Path) -> None:
    with Session(database.engine) as session:
        session.exec(select(Lesson)).all()
    broken = "from backend.damage import note_damage; from pathlib import Path; import sys;"
    with database.engine.connect():
        pass
    found = [sys.executable, "-c", broken + "note_damage(Path(sys.argv[1]), 'page 7')", str(file)]
    subprocess.run(found, check=True, capture_output=True)

    with Session(database.engine) as session, pytest.raises(DatabaseDamaged, match="page 7"):
        session.connection()

    database.dispose_engines()
    with Session(database.engine) as session:  # a file that proves sound is used again
        assert len(session.exec(select(Lesson)).all()) == 1
