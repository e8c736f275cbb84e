"""Recordings that are damaged, claim too much, or are made to do harm."""

import threading
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import count
from pathlib import Path

import av
import numpy as np
import pytest
from av.audio.frame import AudioFrame

from backend.errors import LecternError
from backend.errors.recordings import UnreadableMedia
from backend.speech import audio
from backend.speech.audio import JOINED_SAMPLES, SAMPLE_RATE_HZ, AudioStream, probe
from tests import audio_files as make


def decoded(path: Path) -> tuple[np.ndarray, AudioStream]:
    stream = AudioStream(path)
    return np.concatenate([np.zeros(0, np.float32), *stream]), stream


def find(part: np.ndarray, whole: np.ndarray) -> float:
    """Where the part sounds in the whole, in seconds."""
    size = 1 << (whole.size + part.size).bit_length()
    spectrum = np.fft.rfft(whole, size) * np.conj(np.fft.rfft(part, size))
    return int(np.argmax(np.fft.irfft(spectrum, size))) / SAMPLE_RATE_HZ


# What a file claims


@pytest.mark.parametrize(
    ("sample_rate_hz", "channels", "said"),
    [
        (1, 1, "claims 1 samples a second"),
        (999, 1, "claims 999 samples a second"),
        (2_000_000_000, 1, "claims 2,000,000,000 samples a second"),
        (16_000, 65, "claims 65 channels"),
        (16_000, 255, "claims 255 channels"),
    ],
)
def test_sound_that_nobody_could_have_recorded_is_refused(
    sample_rate_hz: int, channels: int, said: str, tmp_path: Path
) -> None:
    samples = np.full(255 * 80, 128, np.uint8)
    path = make.write_raw_wav(
        tmp_path / "claims.wav", samples, sample_rate_hz=sample_rate_hz, channels=channels
    )

    for read in (probe, lambda path: list(AudioStream(path))):
        with pytest.raises(UnreadableMedia, match=said) as caught:
            read(path)
        assert "claims.wav" in caught.value.message


@pytest.mark.parametrize("sample_rate_hz", [1_000, 8_000, 48_000, 1_000_000])
def test_no_more_than_a_few_seconds_are_held_whatever_the_rate(
    sample_rate_hz: int, tmp_path: Path
) -> None:
    samples = np.tile(np.array([100, 156], np.uint8), 150_000)
    path = make.write_raw_wav(tmp_path / "long.wav", samples, sample_rate_hz=sample_rate_hz)

    sizes = [block.size for block in AudioStream(path)]

    assert sum(sizes) == pytest.approx(300_000 / sample_rate_hz * SAMPLE_RATE_HZ, abs=400)
    assert max(sizes) <= JOINED_SAMPLES + SAMPLE_RATE_HZ


def test_a_recording_without_end_is_read_up_to_a_limit_and_that_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audio, "LONGEST_SECONDS", 3600)
    path = make.write_raw_wav(
        tmp_path / "years.wav", np.full(4_000_000, 128, np.uint8), sample_rate_hz=1_000
    )

    stream = AudioStream(path)
    n_samples = sum(block.size for block in stream)

    assert 3600 <= n_samples / SAMPLE_RATE_HZ < 3700
    (notice,) = stream.report.notices(4000)
    assert (notice.code, notice.facts) == ("too-long", {"hours": 1})


def test_no_more_bytes_are_held_whatever_the_channels() -> None:
    frames = [AudioFrame("dblp", "22.2", 65_536) for _ in range(8)]
    for frame in frames:
        frame.sample_rate = 3_000_000

    joined = list(audio._rejoin_frames(frames))

    assert sum(frame.samples for frame in joined) == 8 * 65_536
    assert max(frame.samples for frame in joined) * 24 * 8 <= audio.JOINED_BYTES


# What a file makes its reader do

SESSION = """v=0
o=- 0 0 IN IP4 127.0.0.1
s=lesson
c=IN IP4 127.0.0.1
t=0 0
m=audio {port} RTP/AVP 0
"""


def udp_ports() -> set[int]:
    """The local ports of all UDP sockets on this machine."""
    lines = Path("/proc/net/udp").read_text().splitlines()[1:]
    return {int(line.split()[1].rpartition(":")[2], 16) for line in lines}


def is_open_while(work: Callable[[], object], port: int) -> bool:
    thread = threading.Thread(target=work)
    thread.start()
    seen = False
    while thread.is_alive() and not seen:
        seen = port in udp_ports()
    thread.join()
    return seen


@pytest.mark.skipif(not Path("/proc/net/udp").exists(), reason="only Linux tells of its sockets")
def test_a_session_description_opens_no_socket(tmp_path: Path) -> None:
    port = next(port for port in count(45_000, 2) if not {port, port + 1} & udp_ports())
    path = tmp_path / "lesson.mp3"
    path.write_text(SESSION.format(port=port))

    def examine() -> None:
        with pytest.raises(LecternError):
            probe(path)

    assert not is_open_while(examine, port)


def test_a_giant_cover_is_not_decoded(tmp_path: Path) -> None:
    path = make.write_mp3_with_cover(tmp_path / "a.mp3", make.tone(1.0))

    with audio._open(path) as container:
        (cover,) = container.streams.video
        # FFmpeg knows the form of a picture's pixels once it has decoded some of it.
        assert cover.codec_context.pix_fmt is None
    assert decoded(path)[0].size > 0


@pytest.mark.parametrize(
    "text", ["#EXTM3U\nlesson.wav\n", ";FFMETADATA1\n", "ffconcat version 1.0"]
)
def test_formats_that_are_no_recording_are_not_opened(text: str, tmp_path: Path) -> None:
    path = tmp_path / "lesson.mp3"
    path.write_text(text)

    with pytest.raises(UnreadableMedia, match=r"lesson\.mp3"):
        probe(path)


# What is missing


@pytest.mark.parametrize("suffix", ["m4a", "mkv", "webm", "flac", "opus", "mp3"])
def test_a_hole_stays_a_hole_and_is_told(suffix: str, tmp_path: Path) -> None:
    lesson = make.nano_lesson().waveform[: 60 * SAMPLE_RATE_HZ]
    path = make.damage(
        make.encode(tmp_path / f"a.{suffix}", lesson, fast_start=suffix == "m4a"), 0.3, 0.37
    )

    samples, stream = decoded(path)

    assert samples.size == pytest.approx(lesson.size, abs=1600)
    assert find(lesson[52 * SAMPLE_RATE_HZ : 57 * SAMPLE_RATE_HZ], samples) == pytest.approx(
        52, abs=0.06
    )
    (hole,) = stream.report.holes
    assert hole.start == pytest.approx(17.5, abs=2)
    assert hole.end == pytest.approx(40.5, abs=5)
    middle = samples[int((hole.start + 1) * 16_000) : int((hole.end - 1) * 16_000)]
    assert not middle.any()
    told = {notice.code: notice for notice in stream.report.notices(probe(path).duration_seconds)}
    assert str(told["missing-parts"].facts["places"])[:4] in ("0:17", "0:18")


def test_a_hole_among_frames_of_any_size_is_about_as_long_as_its_bytes(tmp_path: Path) -> None:
    lesson = make.nano_lesson().waveform[: 60 * SAMPLE_RATE_HZ]
    path = make.damage(make.write_variable_rate_mp3(tmp_path / "a.mp3", lesson), 0.3, 0.37)

    samples, stream = decoded(path)

    assert find(lesson[52 * SAMPLE_RATE_HZ : 57 * SAMPLE_RATE_HZ], samples) == pytest.approx(
        52, abs=1.5
    )
    (hole,) = stream.report.holes
    assert hole.end - hole.start == pytest.approx(22, abs=1.5)
    assert probe(path).duration_seconds == pytest.approx(60, abs=2)  # captions up to there stay


def with_stamps(path: Path, stamps: Iterator[float], n_frames: int) -> Path:
    """Frames of 0.1 s of sound at the given seconds."""
    with av.open(str(path), "w", format="matroska") as container:
        stream = container.add_stream("pcm_s16le", rate=SAMPLE_RATE_HZ, layout="mono")
        for _, seconds in zip(range(n_frames), stamps, strict=False):
            packet = av.Packet(np.full(1600, 8000, np.int16).tobytes())
            packet.stream = stream
            packet.time_base = Fraction(1, 1000)
            packet.pts = packet.dts = round(1000 * seconds)
            container.mux(packet)
    return path


@pytest.mark.parametrize(
    ("stamps", "seconds"),
    [
        ([0.1 * n for n in range(50)], 5.0),
        ([0.1 * n + (3.0 if n >= 20 else 0.0) for n in range(50)], 8.0),
        ([0.1 * n + 0.05 * (n % 2) for n in range(50)], 5.0),
        ([100.0 + 0.1 * n for n in range(50)], 5.0),
    ],
)
def test_stamps_that_jump_leave_a_hole_and_those_that_tremble_do_not(
    stamps: list[float], seconds: float, tmp_path: Path
) -> None:
    path = with_stamps(tmp_path / "a.mkv", iter(stamps), len(stamps))

    samples, _ = decoded(path)

    assert samples.size / SAMPLE_RATE_HZ == pytest.approx(seconds, abs=0.06)
    assert np.count_nonzero(samples) / SAMPLE_RATE_HZ == pytest.approx(5.0, abs=0.06)


@pytest.mark.parametrize("suffix", ["aac", "mp3", "flac", "opus"])
def test_files_that_were_joined_are_read_to_the_end_whatever_their_rates(
    suffix: str, tmp_path: Path
) -> None:
    parts = [
        make.encode(
            tmp_path / f"{rate}.{suffix}",
            make.tone(3.0, sample_rate_hz=rate),
            sample_rate_hz=rate,
        )
        for rate in (48_000, 16_000)
    ]
    joined = make.join_files(tmp_path / f"joined.{suffix}", *parts)
    samples, _ = decoded(joined)

    assert samples.size / SAMPLE_RATE_HZ == pytest.approx(6.0, abs=0.2)
    assert probe(joined).duration_seconds == pytest.approx(6.0, abs=0.2)


@pytest.mark.parametrize("kind", ["mp3", "aac"])
def test_a_length_that_stands_nowhere_is_measured(kind: str, tmp_path: Path) -> None:
    quiet_then_loud = np.concatenate([make.silence(30.0), make.white_noise(30.0)])
    path = tmp_path / f"a.{kind}"
    if kind == "mp3":
        make.write_variable_rate_mp3(path, quiet_then_loud)
    else:
        make.encode(path, quiet_then_loud)

    assert probe(path).duration_seconds == pytest.approx(60, abs=0.2)


# Channels


@pytest.mark.parametrize("n_channels", [3, 5, 6, 32, 60])
@pytest.mark.parametrize("speaking", [0, -1])
def test_the_channel_that_speaks_is_heard_wherever_it_is(
    n_channels: int, speaking: int, tmp_path: Path
) -> None:
    planes = np.zeros((n_channels, SAMPLE_RATE_HZ), np.int16)
    planes[speaking] = (make.tone(1.0) * 2**15).astype(np.int16)
    path = make.write_raw_wav(
        tmp_path / "a.wav",
        np.ascontiguousarray(planes.T),
        sample_rate_hz=SAMPLE_RATE_HZ,
        channels=n_channels,
    )

    samples, _ = decoded(path)

    assert samples == pytest.approx(planes[speaking] / 2**15, abs=1e-3)


@pytest.mark.parametrize("sample_format", ["u8", "s16", "s32"])
def test_channels_of_any_width_are_mixed(sample_format: str, tmp_path: Path) -> None:
    tone = make.tone(1.0)
    kinds = {"u8": np.uint8, "s16": np.int16, "s32": np.int32}
    width = 8 * np.dtype(kinds[sample_format]).itemsize
    scaled = tone * (2 ** (width - 1) - 1) + (128 if width == 8 else 0)
    planes = np.stack([scaled] * 3, axis=1).astype(kinds[sample_format])
    path = make.write_raw_wav(tmp_path / "a.wav", planes, sample_rate_hz=SAMPLE_RATE_HZ, channels=3)

    samples, _ = decoded(path)

    assert samples == pytest.approx(tone, abs=0.02)
