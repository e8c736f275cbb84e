"""Measured transcriptions: each in a fresh process, each kept for the benchmarks that share it."""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.materials import half_minute, mixed_lesson, model_directory, repeated_lesson
from benchmarks.report import say

LOOK_EVERY_SECONDS = 0.05

LECTERN = "lectern"
FASTER_WHISPER = "faster-whisper"


@dataclass(frozen=True)
class Job:
    """What is to be measured. `attempt` tells repetitions apart."""

    system: str
    model: str
    length: str
    """One of SECONDS_OF, or `30 s`."""
    is_mixed: bool = False
    """The mixed lesson instead of the repeated one."""
    has_words: bool = True
    threads: int = 1
    attempt: int = 0

    @property
    def recording(self) -> Path:
        if self.length == "30 s":
            return half_minute()
        if self.is_mixed:
            return mixed_lesson(self.length).path
        return repeated_lesson(self.model, self.length).path


@dataclass(frozen=True)
class Measured:
    """What came of a job. Times count from the start of the transcription, after the imports."""

    started_at: float
    first_seconds: float
    """faster-whisper: its first segment; Lectern: model loaded and recording hashed."""
    wall_seconds: float
    cpu_seconds: float
    whole_cpu_seconds: float
    """With the interpreter's start and the imports."""
    peak_mebibytes: float
    bytes_read: int | None
    segments: list[dict[str, Any]] = field(repr=False)
    rows_stored_after: tuple[float, ...] = ()
    """When each of Lectern's windows could be read from the database, in seconds."""


@cache
def run(job: Job) -> Measured:
    """Do the job in a fresh process; the same job again gives the same measurement."""
    say(f"  … {job.system}, model {job.model}, {job.recording.stem}, attempt {job.attempt + 1}")
    with tempfile.TemporaryDirectory(prefix="lectern-bench-") as directory:
        data_dir = Path(directory)
        output = data_dir / "measured.json"
        (data_dir / "audio").mkdir()
        (data_dir / "audio" / job.recording.name).symlink_to(job.recording)
        _write_config(data_dir, job)
        with subprocess.Popen(
            [sys.executable, "-m", "benchmarks.child", json.dumps(_to_child(job, output))],
            env=child_environment(data_dir, job.threads),
        ) as process:
            seen_at = _watch_windows(process, data_dir / "lectern.db")
        if process.returncode:
            raise SystemExit(f"a measured process failed (status {process.returncode}): {job}")
        found = json.loads(output.read_text())
    after = tuple(moment - found["started_at"] for moment in seen_at)
    return Measured(**found, rows_stored_after=after)


def child_environment(data_dir: Path, threads: int) -> dict[str, str]:
    """The environment of a measured process: its own data, and as many threads as its peer."""
    fixed = {"LECTERN_DATA_DIR": str(data_dir), "OMP_NUM_THREADS": str(threads)}
    inherited = {
        name: value for name, value in os.environ.items() if name != "LECTERN_DATABASE_URL"
    }
    return inherited | fixed


def _to_child(job: Job, output: Path) -> dict[str, Any]:
    return asdict(job) | {
        "output": str(output),
        "model": str(model_directory(job.model)),
        "recording": str(job.recording),
        "filename": job.recording.name,
    }


def _write_config(data_dir: Path, job: Job) -> None:
    settings = {
        "engine": "faster-whisper",
        "model": str(model_directory(job.model)),
        "device": "cpu",
        "compute_type": "int8",
    }
    # JSON is YAML.
    (data_dir / "config.yaml").write_text(json.dumps({"transcription": settings}))


def _watch_windows(process: subprocess.Popen[bytes], database: Path) -> list[float]:
    """When each stored window came to be seen, as another program reads the database."""
    seen_at: list[float] = []
    while process.poll() is None:
        n_windows = _count_windows(database)
        seen_at.extend([time.time()] * (n_windows - len(seen_at)))
        with suppress(subprocess.TimeoutExpired):
            process.wait(LOOK_EVERY_SECONDS)
    return seen_at


def _count_windows(database: Path) -> int:
    if not database.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            (count,) = connection.execute("SELECT count(*) FROM transcript_window").fetchone()
            return int(count)
    except sqlite3.OperationalError:  # its tables are being made
        return 0
