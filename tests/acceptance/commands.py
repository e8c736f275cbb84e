"""`lectern` as a real child process, in a data directory and an environment of its own."""

import hashlib
import json
import os
import pty
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tests.audio_files import NANO_MODEL_DIR

LECTERN = Path(sys.executable).with_name("lectern")
LIMIT_SECONDS = 120
"""Generous: a command that hangs is a failure, a slow machine is none."""

NANO_CONFIG = f'transcription: {{model: "{NANO_MODEL_DIR}", compute_type: int8}}\n'

Argument = str | bytes | Path


@dataclass(frozen=True)
class Ended:
    """What a command left: its exit status, stdout and stderr."""

    status: int
    output: str
    errors: str

    def json(self) -> Any:
        return json.loads(self.output)


@dataclass(frozen=True)
class Library:
    """A data directory, and the command line on it."""

    directory: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, *arguments: Argument, **environment: str) -> Ended:
        """Run a command to its end, without a terminal."""
        return wait_for(self.start(*arguments, stdout=subprocess.PIPE, **environment))

    def start(
        self, *arguments: Argument, stdout: int | IO[bytes] = subprocess.PIPE, **environment: str
    ) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [LECTERN, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            env=self._clean_environment() | environment,
        )

    def run_with_small_files(self, max_bytes: int, *arguments: Argument) -> Ended:
        """Run a command for which the disk is full as soon as a file grows over `max_bytes`."""
        limits = (max_bytes, max_bytes)
        process = subprocess.Popen(
            [LECTERN, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self._clean_environment(),
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limits),
        )
        return wait_for(process)

    def run_on_terminal(self, *arguments: Argument, typed: bytes = b"") -> tuple[int, bytes]:
        """Run a command on a terminal, at which `typed` is typed; its status and what it wrote."""
        controller, terminal = pty.openpty()
        process = subprocess.Popen(
            [LECTERN, *arguments],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            env=self._clean_environment() | {"TERM": "xterm"},
        )
        os.close(terminal)
        os.write(controller, typed)
        written = b"".join(_read_terminal(controller))
        os.close(controller)
        return process.wait(LIMIT_SECONDS), written

    def _clean_environment(self) -> dict[str, str]:
        own = {"PATH": os.environ["PATH"], "LECTERN_DATA_DIR": str(self.directory)}
        return own | dict(self.environment)

    def lessons(self) -> list[dict[str, Any]]:
        """`lectern list --json`."""
        ended = self.run("list", "--json")
        assert ended.status == 0, ended.errors
        lessons: list[dict[str, Any]] = ended.json()
        return lessons

    def write_config(self, text: str | bytes) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        content = text if isinstance(text, bytes) else text.encode()
        (self.directory / "config.yaml").write_bytes(content)

    def recordings(self) -> list[Path]:
        """The files in `audio/` that are lessons' recordings."""
        found = (self.directory / "audio").iterdir()
        return sorted(path for path in found if not path.name.startswith("."))

    def kept_files(self) -> dict[str, str]:
        """Every file but the log and SQLite's helpers, with a hash of its content."""
        return {
            path.relative_to(self.directory).as_posix(): hashlib.sha256(
                path.read_bytes()
            ).hexdigest()
            for path in sorted(self.directory.rglob("*"))
            if path.is_file() and path.suffix != ".log" and not path.name.startswith("lectern.db-")
        }

    @contextmanager
    def database(self) -> Iterator[sqlite3.Connection]:
        """The SQLite file, as another program would open it."""
        path = self.directory / "lectern.db"
        with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as connection:
            yield connection


def wait_for(process: "subprocess.Popen[bytes]") -> Ended:
    try:
        output, errors = process.communicate(timeout=LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return Ended(process.returncode, (output or b"").decode(), errors.decode())


def _read_terminal(controller: int) -> Iterator[bytes]:
    while True:
        try:
            piece = os.read(controller, 65536)
        except OSError:  # Linux's way to say that the other side was closed
            return
        if not piece:
            return
        yield piece


def assert_sentences(errors: str, *parts: str) -> None:
    """What a person gets on failure: sentences that name the object, and no trace of a program."""
    lines = [line for line in errors.splitlines() if line]
    assert lines
    assert all(line.startswith("lectern: ") for line in lines), errors
    assert all(line.endswith(".") for line in lines), errors
    assert "Traceback" not in errors
    assert "unexpected error" not in errors
    for part in parts:
        assert part in errors
