"""Reading recordings of every kind, and of none."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from faster_whisper.audio import decode_audio
from pytest_httpserver import HTTPServer

from backend.errors import LecternError
from backend.errors.recordings import NoAudioTrack, NoSound, NoSuchFile, UnreadableMedia
from backend.models.notices import Notice
from backend.speech.audio import SAMPLE_RATE_HZ, AudioStream, probe
from tests import audio_files as make


def told(notices: Sequence[Notice]) -> str:
    return " ".join(notice.text for notice in notices)


def decoded(path: Path) -> tuple[np.ndarray, AudioStream]:
    stream = AudioStream(path)
    blocks = list(stream)
    return np.concatenate([np.zeros(0, np.float32), *blocks]), stream


@pytest.mark.parametrize("suffix", ["mp3", "m4a", "opus", "webm", "flac", "ogg"])
def test_the_stream_holds_the_very_samples_that_faster_whisper_reads(
    suffix: str, tmp_path: Path
) -> None:
    path = make.encode(tmp_path / f"a.{suffix}", make.nano_lesson().waveform[: 20 * SAMPLE_RATE_HZ])

    samples, stream = decoded(path)

    assert np.array_equal(samples, decode_audio(str(path)))
    assert stream.report.samples == samples.size
    assert probe(path).duration_seconds == pytest.approx(20, abs=0.2)


@pytest.mark.parametrize("sample_format", ["u8", "s16", "s24", "s32", "f32", "f64"])
@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (44100, 2), (96000, 6)])
def test_any_width_rate_and_number_of_channels_is_read(
    sample_format: str, rate: int, channels: int, tmp_path: Path
) -> None:
    waveform = make.in_channels(make.tone(0.7, sample_rate_hz=rate), channels)
    path = make.write_wav(
        tmp_path / "a.wav", waveform, sample_rate_hz=rate, sample_format=sample_format
    )

    samples, _ = decoded(path)

    assert samples.size == pytest.approx(0.7 * SAMPLE_RATE_HZ, abs=40)
    assert 0.01 < np.abs(samples).max() <= 1.0


def test_samples_that_are_no_numbers_are_silence_and_are_told(tmp_path: Path) -> None:
    waveform = make.with_non_finite_samples(make.tone(1.0))
    path = make.write_wav(tmp_path / "nan.wav", waveform, sample_format="f32")

    samples, stream = decoded(path)

    assert np.isfinite(samples).all()
    assert np.abs(samples).max() <= 1.0
    assert "not numbers" in told(stream.report.notices(1.0))


def test_a_video_gives_its_sound(tmp_path: Path) -> None:
    path = make.write_video(tmp_path / "lesson.mp4", make.tone(2.0))

    assert probe(path).has_video
    assert decoded(path)[0].size == pytest.approx(2 * SAMPLE_RATE_HZ, abs=3000)


def test_an_album_cover_is_no_video(tmp_path: Path) -> None:
    assert not probe(make.write_mp3_with_cover(tmp_path / "a.mp3", make.tone(1.0))).has_video


@pytest.mark.parametrize("suffix", ["mp3", "flac", "ogg", "opus", "wav", "webm"])
@pytest.mark.parametrize("kept_share", [0.5, 0.9])
def test_a_cut_file_is_read_as_far_as_it_goes_and_that_is_told(
    suffix: str, kept_share: float, tmp_path: Path
) -> None:
    lesson = make.nano_lesson().waveform[: 30 * SAMPLE_RATE_HZ]
    whole = tmp_path / f"whole.{suffix}"
    if suffix == "wav":
        make.write_wav(whole, lesson)
    else:
        make.encode(whole, lesson)
    path = make.cut_copy(whole, tmp_path / f"cut.{suffix}", kept_share=kept_share)
    info = probe(path)

    samples, stream = decoded(path)

    share_read = samples.size / lesson.size
    assert kept_share - 0.15 < share_read < kept_share + 0.1
    assert "cut off" in told(stream.report.notices(info.duration_seconds))


@pytest.mark.parametrize("suffix", ["mp3", "m4a", "flac", "ogg", "opus", "wav", "webm", "mkv"])
def test_nothing_is_noticed_about_a_whole_file(suffix: str, tmp_path: Path) -> None:
    path = make.encode(tmp_path / f"a.{suffix}", make.nano_lesson().waveform[:160_000])
    info = probe(path)

    _, stream = decoded(path)

    assert stream.report.notices(info.duration_seconds) == []


def test_a_damaged_stretch_costs_itself_and_not_the_rest(tmp_path: Path) -> None:
    path = make.encode(tmp_path / "a.mp3", make.nano_lesson().waveform[: 60 * SAMPLE_RATE_HZ])
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 3000] = np.random.default_rng(0).bytes(3000)
    path.write_bytes(content)

    samples, _ = decoded(path)

    assert samples.size > 55 * SAMPLE_RATE_HZ


def test_what_is_not_there_or_empty_is_said(tmp_path: Path) -> None:
    empty = tmp_path / "empty.mp3"
    empty.touch()

    with pytest.raises(NoSuchFile, match="There is no file"):
        probe(tmp_path / "nothing.mp3")
    with pytest.raises(UnreadableMedia, match="0 bytes"):
        probe(empty)
    with pytest.raises(LecternError, match="folder"):
        probe(tmp_path)


@pytest.mark.parametrize(
    "kind", ["garbage", "text", "subtitles", "image", "silent_video", "no_samples"]
)
def test_what_holds_no_sound_is_said(kind: str, tmp_path: Path) -> None:
    paths = {
        "garbage": lambda: make.write_garbage(tmp_path / "a.mp3"),
        "text": lambda: make.write_text(tmp_path / "b.mp3"),
        "subtitles": lambda: make.write_subtitles(tmp_path / "c.srt"),
        "image": lambda: make.write_image(tmp_path / "d.png"),
        "silent_video": lambda: make.write_video(tmp_path / "e.mp4", None),
        "no_samples": lambda: make.write_wav(tmp_path / "f.wav", make.silence(0)),
    }
    path = paths[kind]()

    with pytest.raises((UnreadableMedia, NoAudioTrack, NoSound)) as caught:
        probe(path)

    assert path.name in caught.value.message


def test_an_mp4_that_lost_its_end_is_said_to_be_damaged(tmp_path: Path) -> None:
    whole = make.write_video(tmp_path / "whole.mp4", make.tone(3.0))
    path = make.cut_copy(whole, tmp_path / "cut.mp4", kept_share=0.6)

    with pytest.raises(UnreadableMedia, match=r"cut\.mp4"):
        probe(path)


@pytest.mark.parametrize(
    "content",
    [
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{secret}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile '{secret}'\n",
    ],
)
def test_a_playlist_cannot_make_us_read_another_file(content: str, tmp_path: Path) -> None:
    secret = make.write_wav(tmp_path / "secret.wav", make.tone(1.0))
    for name in ("a.mp3", "a.m3u8", "a.ffconcat"):
        path = tmp_path / name
        path.write_text(content.format(secret=secret))

        with pytest.raises(LecternError):
            probe(path)
        with pytest.raises(LecternError):
            list(AudioStream(path))


def test_a_playlist_cannot_make_us_ask_a_server(tmp_path: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/next.ts").respond_with_data("")
    path = tmp_path / "lesson.m3u8"
    path.write_text(
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:5\n"
        f"#EXTINF:5,\n{httpserver.url_for('/next.ts')}\n#EXT-X-ENDLIST\n"
    )

    with pytest.raises(LecternError, match=r"lesson\.m3u8"):
        probe(path)

    assert httpserver.log == []


@pytest.mark.parametrize("name", ["-i.wav", "pipe:0.wav", "concat:a|b.wav", "a%03d.wav"])
def test_a_name_is_only_a_name(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make.write_wav(tmp_path / name, make.tone(0.5))
    monkeypatch.chdir(tmp_path)

    assert probe(Path(name)).channels == 1


def test_a_recording_that_vanishes_while_it_is_read_is_named(tmp_path: Path) -> None:
    path = make.write_wav(tmp_path / "lesson.wav", make.tone(2.0))
    blocks = iter(AudioStream(path))
    next(blocks)

    path.unlink()

    with pytest.raises(NoSuchFile, match=r"lesson\.wav vanished while it was being read"):
        list(blocks)
