"""What a fresh machine meets: which Python is taken, wheels, a taken port, notices."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from scripts.build_pages import LOCK as PAGES_LOCK
from scripts.check_wheels import LOCK, PLATFORMS, PYTHONS, check
from scripts.third_party_notices import (
    LIBRARIES_HEADING,
    NOTICES,
    PAGES_HEADING,
    PYTHON_HEADING,
    TEXTS_HEADING,
    direct_packages,
    locked_versions,
    package_name,
    runtime_packages,
)

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


def noticed(heading: str, next_heading: str) -> dict[str, str]:
    """The versions that a part of the notices gives, by package."""
    part = NOTICES.read_text("utf-8").partition(f"{heading}\n")[2].partition(f"{next_heading}\n")[0]
    return dict(re.findall(r"^(\S+) (\S[^:]*): \S", part, re.MULTILINE))


def test_the_notices_name_each_python_package_as_it_is_locked() -> None:
    noted = noticed(PYTHON_HEADING, LIBRARIES_HEADING)
    locked = locked_versions()

    assert set(runtime_packages()) - noted.keys() == set()
    assert noted == {name: ", ".join(locked[name]) for name in noted}, "run `make notices`"


def test_the_notices_name_the_packages_of_the_pages_as_they_are_locked() -> None:
    noted = noticed(PAGES_HEADING, PYTHON_HEADING)
    locked: dict[str, set[str]] = {}
    for path, package in json.loads(PAGES_LOCK.read_text("utf-8"))["packages"].items():
        locked.setdefault(package_name(path), set()).add(package.get("version", ""))

    assert {package_name(path) for path in direct_packages()} - noted.keys() == set()
    assert {name for name in noted if noted[name] not in locked[name]} == set(), "`make notices`"
    texts = NOTICES.read_text("utf-8").partition(f"{TEXTS_HEADING}\n")[2]
    assert all(f"\n{name}\n{'.' * len(name)}\n" in texts for name in noted)


def test_a_wheel_without_pages_says_so_and_carries_the_notices(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", NOTICES.name):
        shutil.copy(ROOT / name, source)
    for path in ("backend/__init__.py", "scripts/wheel_hook.py"):
        (source / path).parent.mkdir()
        shutil.copy(ROOT / path, source / path)

    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel"],
        cwd=source,
        capture_output=True,
        text=True,
        check=True,
    )

    assert "`make wheel` builds both" in built.stdout + built.stderr
    (wheel,) = (source / "dist").glob("*.whl")
    assert any(name.endswith(NOTICES.name) for name in ZipFile(wheel).namelist())
