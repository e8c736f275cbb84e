"""What a fresh machine meets: which Python is taken, whether all has wheels, a port that is taken."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.check_wheels import LOCK, PLATFORMS, PYTHONS, check

ROOT = Path(__file__).resolve().parents[2]
WITHOUT_INDEX = 2


@pytest.mark.parametrize("python", PYTHONS)
def test_every_locked_package_has_a_wheel_on_each_platform(
    python: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status = max(check(LOCK, python, platform) for platform in PLATFORMS)

    if status == WITHOUT_INDEX:
        pytest.skip("the package index cannot be asked, so the wheels were not looked for")
    assert status == 0, capsys.readouterr().out


def test_a_locked_package_without_a_wheel_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("pocketsphinx==5.1.1\n")

    status = check(lock, "3.12", "x86_64-manylinux_2_28")

    if status == WITHOUT_INDEX:
        pytest.skip("the package index cannot be asked, so the wheels were not looked for")
    assert status == 1
    assert "pocketsphinx==5.1.1 has no usable wheels" in capsys.readouterr().out


def stand_in(folder: Path, name: str, version: str, *, has_venv: bool = True) -> None:
    """A Python that says of itself what `find-python.sh` asks."""
    path = folder / name
    answer = f'case "$2" in *ensurepip*) exit {0 if has_venv else 1};; *) echo {version};; esac'
    path.write_text(f"#!/bin/sh\n{answer}\n")
    path.chmod(0o755)


def find_python(path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    command = ["/bin/sh", str(ROOT / "scripts" / "find-python.sh")]
    environment = {"PATH": str(path), **variables}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_the_python_that_is_taken_has_the_built_in_recogniser_everywhere(tmp_path: Path) -> None:
    for version in ("3.11", "3.12"):
        stand_in(tmp_path, f"python{version}", version)

    assert find_python(tmp_path).stdout == "python3.11\n"
    assert find_python(tmp_path, PYTHON="python3.12").stdout == "python3.12\n"


def test_what_each_unsuitable_python_lacks_is_said(tmp_path: Path) -> None:
    stand_in(tmp_path, "python3", "3.10")
    stand_in(tmp_path, "python3.13", "3.13", has_venv=False)

    found = find_python(tmp_path)

    assert found.returncode == 1
    assert "python3 is 3.10." in found.stderr
    assert "python3.13 has no venv module (on Debian: apt install python3.13-venv)." in found.stderr


def test_a_taken_port_is_answered_with_what_make_can_take() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        serving = subprocess.run(
            ["make", "--silent", "serve", f"PORT={port}"],
            cwd=ROOT,
            env=os.environ | {"MAKEFLAGS": ""},
            capture_output=True,
            text=True,
            check=False,
        )

    assert serving.returncode != 0
    assert f"Port {port} cannot be used" in serving.stderr
    assert "make serve PORT=80" in serving.stderr
