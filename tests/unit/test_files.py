"""Files that are there in whole or not at all."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.files import (
    keep_files_private,
    make_private_directory,
    open_like_parent,
    write_whole,
)


def test_a_file_is_replaced_in_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("before")

    write_whole(path, "after é")

    assert path.read_text(encoding="utf-8") == "after é"
    write_whole(path, b"\xff\x00")
    assert path.read_bytes() == b"\xff\x00"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.txt"]


def test_what_cannot_be_written_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("before")

    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "half a character: \ud800")

    assert path.read_text() == "before"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.txt"]


def test_a_link_stays_a_link_and_its_target_is_written(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("before")
    (tmp_path / "link").symlink_to("target")

    write_whole(tmp_path / "link", "after")

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == "after"


def test_a_device_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    write_whole(pipe, "through")

    assert os.read(reader, 100) == b"through"
    os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_private_file_can_be_read_by_its_owner_alone(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", "key", is_private=True)

    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("usual_umask")
def test_a_process_whose_files_are_private_still_writes_for_others_what_is_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.files._usual_umask", None)
    shared, private = tmp_path / "shared", tmp_path / "private"
    shared.mkdir(mode=0o755)
    private.mkdir(mode=0o700)

    keep_files_private()
    keep_files_private()
    (shared / "by a library").touch()
    for directory in (shared, private):
        write_whole(directory / "export", "text")

    assert mode_of(shared / "by a library") == 0o600
    assert (mode_of(shared / "export"), mode_of(private / "export")) == (0o644, 0o600)


@pytest.mark.usefixtures("usual_umask")
def test_a_file_of_a_process_that_keeps_nothing_to_itself_is_as_any(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.files._usual_umask", None)

    write_whole(tmp_path / "export", "text")

    assert mode_of(tmp_path / "export") == 0o644


@pytest.mark.usefixtures("usual_umask")
def test_a_private_directory_is_made_with_those_above_it(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)

    make_private_directory(tmp_path / "a" / "b")
    make_private_directory(tmp_path)

    assert (mode_of(tmp_path / "a"), mode_of(tmp_path / "a" / "b")) == (0o700, 0o700)
    assert mode_of(tmp_path) == 0o755


@pytest.mark.parametrize(
    ("parent", "directory", "file"),
    [(0o755, 0o755, 0o644), (0o750, 0o750, 0o640), (0o700, 0o700, 0o600)],
)
def test_a_model_is_shared_as_the_folder_that_it_is_put_into(
    tmp_path: Path, parent: int, directory: int, file: int
) -> None:
    model = tmp_path / "model"
    model.mkdir(mode=0o700)
    (model / "model.bin").touch(mode=0o600)
    tmp_path.chmod(parent)

    open_like_parent(model)

    assert (mode_of(model), mode_of(model / "model.bin")) == (directory, file)
