"""Decoding in a process of its own: the same samples, and no harm from any file."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from backend.errors.recordings import ExaminationFailed, NoAudioTrack, NoSuchFile, UnreadableMedia
from backend.speech import isolated_decoding
from backend.speech.audio import AudioStream
from backend.speech.isolated import CHILD, Limits, start_child
from backend.speech.isolated_decoding import DECODING_LIMITS, IsolatedStream
from tests import audio_files as make


def test_the_samples_and_the_report_are_those_of_decoding_in_this_process(tmp_path: Path) -> None:
    path = make.encode(tmp_path / "a.flac", make.nano_lesson().waveform[: 60 * 16_000])
    make.damage(path, 0.4, 0.2)
    here, apart = AudioStream(path), IsolatedStream(path)

    expected, found = np.concatenate(list(here)), np.concatenate(list(apart))

    assert np.array_equal(found, expected)
    assert found.dtype == np.float32
    assert apart.report == here.report
    assert apart.report.holes


def test_a_file_that_takes_too_much_memory_is_an_error_of_this_file() -> None:
    with pytest.raises(UnreadableMedia, match=r"nano-lesson\.ogg could not be examined"):
        list(IsolatedStream(make.NANO_LESSON_PATH, Limits(memory_bytes=1 << 20)))


def test_a_table_of_a_gigabyte_is_not_made(tmp_path: Path) -> None:
    path = make.write_m4a_of_claimed_packets(tmp_path / "bomb.m4a", 30_000_000)
    allowed = IsolatedStream(path)
    refused = IsolatedStream(path, Limits(memory_bytes=700 << 20))

    assert [list(allowed), list(refused)] == [[], []]

    assert allowed.report.damaged_packets > 1000
    assert refused.report.damaged_packets == 0


def test_what_cannot_be_read_raises_what_it_raises_in_this_process(tmp_path: Path) -> None:
    silent = make.write_video(tmp_path / "silent.mp4", None)

    with pytest.raises(NoAudioTrack, match=r"silent\.mp4") as caught:
        list(IsolatedStream(silent))
    assert caught.value.facts == {"file": "silent.mp4"}
    with pytest.raises(NoSuchFile):
        list(IsolatedStream(tmp_path / "absent.mp3"))


def test_a_child_that_breaks_half_way_is_an_error_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: object) -> subprocess.Popen[bytes]:
        started.append(start_child(*arguments))  # type: ignore[arg-type]
        return started[0]

    monkeypatch.setattr(isolated_decoding, "start_child", start)
    blocks = iter(IsolatedStream(make.write_wav(tmp_path / "a.wav", make.white_noise(60.0))))
    next(blocks)
    started[0].kill()

    with pytest.raises(UnreadableMedia, match=r"a\.wav"):
        list(blocks)


def test_a_child_ends_when_nobody_reads_it_any_more(tmp_path: Path) -> None:
    path = make.write_wav(tmp_path / "a.wav", make.white_noise(60.0))
    with start_child((CHILD, "decode"), path, DECODING_LIMITS, subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.read(100)
        assert child.poll() is None
        child.terminate()  # as whoever stops a service asks all its processes: the reader decides
        assert child.stdout.read(100_000)
        child.stdout.close()

        assert child.wait(60) != 0


def test_a_process_that_cannot_begin_is_no_fault_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make.write_wav(tmp_path / "a.wav", make.tone(1.0))
    monkeypatch.setattr("sys.executable", str(tmp_path / "no-python"))

    with pytest.raises(ExaminationFailed, match=r"a\.wav"):
        list(IsolatedStream(path))
