"""The data directory is its owner's alone."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from backend.config.environment import owner_token_path
from backend.files import make_private_directory
from backend.owner import close_data_dir, is_token, renew_token


def open_paths(directory: Path) -> list[Path]:
    """What others are let into."""
    found = [path for path in (directory, *directory.rglob("*")) if not path.is_symlink()]
    return [path for path in found if path.stat().st_mode & 0o077]


def fill(directory: Path) -> None:
    """As it was before, under the usual umask."""
    (directory / "audio" / ".trash").mkdir(parents=True)
    for name in ("lectern.db", "lectern.db-wal", "audio/a.opus", "audio/.trash/b.opus"):
        (directory / name).touch()
        (directory / name).chmod(0o644)
    for path in (directory, directory / "audio", directory / "audio" / ".trash"):
        path.chmod(0o755)


def test_a_library_that_others_could_read_is_closed_and_that_is_said_once(data_dir: Path) -> None:
    fill(data_dir)

    said = close_data_dir(is_thorough=False)

    assert said == (
        f"Others could read {data_dir}: now its owner alone can (7 files and folders were mended)."
    )
    assert open_paths(data_dir) == []
    assert close_data_dir(is_thorough=True) is None


def test_in_a_closed_directory_files_are_looked_at_only_thoroughly(data_dir: Path) -> None:
    fill(data_dir)
    data_dir.chmod(0o700)

    assert close_data_dir(is_thorough=False) is None
    assert "6 files and folders were" in str(close_data_dir(is_thorough=True))


def test_what_links_lead_to_and_what_is_for_everybody_stays_as_it_is(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere, everybodys = tmp_path / "elsewhere", tmp_path / "tmp"
    fill(elsewhere)
    fill(everybodys)
    everybodys.chmod(0o1777)
    make_private_directory(data_dir)
    (data_dir / "audio").symlink_to(elsewhere)
    (data_dir / "config.yaml").symlink_to(elsewhere / "lectern.db")
    before = open_paths(elsewhere)

    assert close_data_dir(is_thorough=True) is None
    monkeypatch.setenv("LECTERN_DATA_DIR", str(everybodys))
    assert close_data_dir(is_thorough=True) is None

    assert open_paths(elsewhere) == before
    assert stat.S_IMODE(everybodys.stat().st_mode) == 0o1777
    assert (everybodys / "lectern.db").stat().st_mode & 0o044


def test_a_data_directory_behind_a_link_is_closed(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path / "disk")
    data_dir.symlink_to(tmp_path / "disk")

    assert close_data_dir(is_thorough=False) is not None
    assert open_paths(tmp_path / "disk") == []


def test_nothing_is_made_where_nothing_is(data_dir: Path) -> None:
    assert close_data_dir(is_thorough=True) is None
    assert not data_dir.exists()


MODULE = """
import os
os.umask(0o022)
from sqlmodel import Session
from backend.database import engine
from backend.models import Lesson
from backend.tasks import correct_transcript
with Session(engine) as session:
    session.add(Lesson(title="Light"))
    session.commit()
    correct_transcript(1)
"""


def test_a_program_that_uses_the_module_makes_a_private_library_too(data_dir: Path) -> None:
    subprocess.run([sys.executable, "-c", MODULE], check=True, env=dict(os.environ))

    assert (data_dir / "lectern.db").exists()
    assert open_paths(data_dir) == []


def test_each_start_makes_a_token_that_its_owner_alone_can_read(
    data_dir: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "of another account"
    elsewhere.touch(mode=0o644)
    data_dir.mkdir()
    owner_token_path().symlink_to(elsewhere)

    first, second = renew_token(), renew_token()

    assert first != second
    assert (is_token(str(first)), is_token(str(second))) == (False, True)
    assert not is_token("half a character: \ud800")
    assert stat.S_IMODE(owner_token_path().lstat().st_mode) == 0o600
    assert elsewhere.read_text() == ""


def test_without_its_file_nobody_is_the_owner(data_dir: Path) -> None:
    assert not is_token("")
    renew_token()
    owner_token_path().write_text("")
    assert not is_token("")
    owner_token_path().unlink()
    owner_token_path().mkdir()
    assert renew_token() is None
    assert not is_token("")
