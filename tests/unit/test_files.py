"""Files that are there in whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from backend.files import write_whole


def test_a_file_is_replaced_in_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("before")

    write_whole(path, "after é")

    assert path.read_text(encoding="utf-8") == "after é"
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
