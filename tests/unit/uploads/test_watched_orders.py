"""The watched folder, whatever happens in it and in whatever order: one lesson for a file."""

import os
import shutil
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, delete, select

from backend import database
from backend.config.environment import audio_dir
from backend.models import Lesson, TrashedLesson, WatchedFile
from backend.speech.audio import probe
from backend.uploads import watched
from backend.uploads.watched import FolderWatch
from tests.unit.uploads.test_watched import Clock

NAMES = ("a.wav", "b.wav", "c.wav")
UNFINISHED = ("film.wav.part", ".b.wav.Xy12Ab", "#recycle/a.wav", "@eaDir/x.wav")
HEADER = struct.pack(
    *("<4sI4s4sIHHIIHH4sI", b"RIFF", 0x7FFFFF00, b"WAVE", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8),
    *(b"data", 0x7FFF0000),
)
"""Of a WAV file that may go on growing."""

NAME = st.sampled_from(NAMES)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), NAME),
        st.tuples(st.just("append"), NAME),
        st.tuples(st.just("append"), NAME),
        st.tuples(st.just("rename"), NAME, NAME),
        st.tuples(st.just("remove"), NAME),
        st.tuples(st.just("touch"), NAME),
        st.tuples(st.just("unfinished"), st.sampled_from(UNFINISHED)),
        st.tuples(st.just("look")),
        st.tuples(st.just("rest")),
        st.tuples(st.just("restart")),
    ),
    max_size=14,
)


@dataclass
class Disk:
    """A real folder, its scanner, and which files were ever there as a model of both."""

    session: Session
    folder: Path = field(default_factory=lambda: Path(mkdtemp()))
    clock: Clock = field(default_factory=Clock)
    n_writes: int = 0
    n_files: int = 0
    """How many recordings have been written."""
    looked_at: list[bytes] = field(default_factory=list)
    """What rested at some time."""

    def __post_init__(self) -> None:
        self.restart()

    def _stamp(self, path: Path, content: bytes, mode: str) -> None:
        self.n_writes += 1
        path.parent.mkdir(exist_ok=True)
        with path.open(mode) as file:
            file.write(content)
        self.touch(path.name, path)

    def _sound(self) -> bytes:
        return bytes((self.n_writes * 37 + n * (self.n_writes + 1)) % 256 for n in range(200))

    def write(self, name: str) -> None:
        self.n_files += 1
        self._stamp(self.folder / name, HEADER + self._sound(), "wb")

    def append(self, name: str) -> None:
        if (self.folder / name).exists():
            self._stamp(self.folder / name, self._sound(), "ab")

    def rename(self, name: str, other: str) -> None:
        if (self.folder / name).exists() and name != other:
            (self.folder / name).rename(self.folder / other)

    def remove(self, name: str) -> None:
        (self.folder / name).unlink(missing_ok=True)

    def touch(self, name: str, path: Path | None = None) -> None:
        path = path or self.folder / name
        self.n_writes += 1
        if path.exists():
            os.utime(path, ns=(self.n_writes, self.n_writes * 1_000_000_000))

    def unfinished(self, name: str) -> None:
        self._stamp(self.folder / name, HEADER + self._sound(), "wb")

    def look(self) -> None:
        self.watch.scan_once(self.session, self.folder)

    def rest(self) -> None:
        self.look()
        self.clock.now += 6
        self.look()
        self.looked_at += self.contents()

    def restart(self) -> None:
        self.watch = FolderWatch(5, self.clock)

    def contents(self) -> list[bytes]:
        return [path.read_bytes() for name in NAMES if (path := self.folder / name).exists()]

    def recordings(self) -> list[bytes]:
        """Of the lessons that are there."""
        self.session.expire_all()
        names = self.session.exec(select(Lesson.filename))
        places = (audio_dir(), audio_dir() / ".trash")
        return [
            next(
                place / str(name) for place in places if (place / str(name)).is_file()
            ).read_bytes()
            for name in names
        ]


@pytest.fixture
def session(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    # The process that examines apart has tests of its own, and takes half a second.
    monkeypatch.setattr(watched, "probe_apart", probe)
    with Session(database.engine) as session:
        yield session


@given(steps=STEPS)
@example(steps=[("write", "a.wav"), ("rest",), ("append", "a.wav"), ("rest",)])
@example(steps=[("write", "a.wav"), ("rest",), ("rename", "a.wav", "b.wav"), ("append", "b.wav")])
@example(steps=[("write", "a.wav"), ("rest",), ("write", "a.wav")])
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_order_there_is_one_lesson_for_a_file(
    steps: list[tuple[str, ...]], session: Session
) -> None:
    for table in (TrashedLesson, WatchedFile, Lesson):
        session.exec(delete(table))
    session.commit()
    disk = Disk(session)
    try:
        for step, *names in steps:
            getattr(disk, step)(*names)
        disk.rest()

        there = disk.recordings()
        for content in disk.contents():
            assert there.count(content) == 1  # its lesson has the file as it is now
        assert len(there) <= disk.n_files
        assert len(set(there)) == len(there)
        for content in disk.looked_at:
            assert any(recording.startswith(content) for recording in there)  # nothing is lost
    finally:
        shutil.rmtree(disk.folder)
