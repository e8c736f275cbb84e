"""Recordings are examined apart: whatever a file does to its reader, we go on."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import pytest

from backend.errors import LecternError
from backend.errors.recordings import (
    ExaminationFailed,
    MediaError,
    NoSound,
    NoSuchFile,
    UnreadableMedia,
)
from backend.speech.audio import probe
from backend.speech.isolated import Limits, probe_apart
from tests.audio_files import (
    AWKWARD_FILE_NAMES,
    NANO_LESSON_PATH,
    silence,
    tone,
    write_garbage,
    write_image,
    write_text,
    write_video,
    write_wav,
)


def test_it_finds_what_probing_in_this_process_finds(tmp_path: Path) -> None:
    for path in (NANO_LESSON_PATH, write_video(tmp_path / "video.mp4", tone(1.0))):
        assert probe_apart(path) == probe(path)


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (write_text, UnreadableMedia),
        (write_garbage, UnreadableMedia),
        (write_image, UnreadableMedia),
        (lambda path: write_wav(path, silence(0)), NoSound),
        (lambda path: path, NoSuchFile),
        (lambda path: path.mkdir() or path, MediaError),
    ],
)
def test_it_says_what_is_wrong_as_probing_in_this_process_does(
    tmp_path: Path, make: object, error: type[LecternError]
) -> None:
    path = make(tmp_path / "lesson.mp3")  # type: ignore[operator]

    with pytest.raises(error) as apart:
        probe_apart(path)
    with pytest.raises(error) as here:
        probe(path)

    assert type(apart.value) is type(here.value)
    assert apart.value.message == here.value.message


@pytest.mark.parametrize("name", AWKWARD_FILE_NAMES[::3])
def test_any_name_reaches_it(tmp_path: Path, name: str) -> None:
    assert probe_apart(write_wav(tmp_path / name, tone(0.2))).sample_rate_hz == 16_000


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2025-03-05T08:15:00Z", datetime(2025, 3, 5, 8, 15, tzinfo=UTC)),
        ("2025-03-05T10:15:00+02:00", datetime(2025, 3, 5, 8, 15, tzinfo=UTC)),
        (None, None),
    ],
)
def test_when_recording_began_is_read_in_utc(
    written: str | None, read: datetime | None, tmp_path: Path
) -> None:
    path = tmp_path / "a.m4a"
    with av.open(str(path), "w", format="ipod") as container:
        if written:
            container.metadata["creation_time"] = written
        stream = container.add_stream("aac", rate=16_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(tone(1.0)[np.newaxis], format="fltp", layout="mono")
        frame.sample_rate = 16_000
        container.mux([*stream.encode(frame), *stream.encode(None)])

    assert probe_apart(path).recorded_at == read


def test_a_name_that_is_no_text_reaches_it(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.wav")
    write_wav(tmp_path / "plain.wav", tone(0.2)).rename(path)

    assert probe_apart(path).channels == 1


def test_a_file_that_takes_too_much_memory_is_an_error_of_this_file() -> None:
    with pytest.raises(UnreadableMedia, match=r"nano-lesson\.ogg could not be examined"):
        probe_apart(NANO_LESSON_PATH, Limits(memory_bytes=1 << 20))


def test_a_file_that_takes_too_much_time_is_an_error_of_this_file(tmp_path: Path) -> None:
    pipe = tmp_path / "endless.wav"
    os.mkfifo(pipe)
    # Somebody who holds the pipe open and writes nothing: whoever reads it waits for ever.
    holder = os.open(pipe, os.O_RDWR)
    try:
        with pytest.raises(LecternError) as caught:
            probe_apart(pipe, Limits(seconds=10))
    finally:
        os.close(holder)

    assert "endless.wav" in caught.value.message


def test_a_process_that_cannot_begin_is_not_the_files_fault() -> None:
    with pytest.raises(ExaminationFailed):
        probe_apart(NANO_LESSON_PATH, Limits(seconds=0))


def test_the_child_has_none_of_our_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    witness = tmp_path / "witness"
    package = tmp_path / "sitecustomize.py"
    package.write_text(f"import os\nopen({str(witness)!r}, 'w').write(repr(dict(os.environ)))\n")
    monkeypatch.syspath_prepend(str(tmp_path))

    probe_apart(NANO_LESSON_PATH)

    assert witness.exists()
    assert "sk-secret" not in witness.read_text()


def test_whoever_asks_loads_no_decoder() -> None:
    code = "import sys, backend.speech.isolated; print(sorted({'av', 'numpy'} & set(sys.modules)))"

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ended.stdout.strip() == "[]"
