"""The files that other tests rely on are what they say."""

import re
from contextlib import suppress
from pathlib import Path

import av
import av.stream
import numpy as np
import pytest

from tests import audio_files
from tests.audio_files import (
    AWKWARD_FILE_NAMES,
    ENCODINGS,
    NANO_LESSON_PATH,
    NANO_MODEL_DIR,
    SAMPLE_RATE_HZ,
    WAV_CODECS,
    Pause,
    Say,
    cut_copy,
    decode_blocks,
    encode,
    nano_lesson,
    repeat_audio,
    silence,
    speak_nano,
    tone,
    white_noise,
    write_wav,
)

# Half a step of each format; float32, which the waveform is, is no finer than 24 bits.
ROUNDING_ERROR = {"u8": 2**-8, "s16": 2**-16, "s24": 2**-24, "s32": 2**-25, "f32": 0, "f64": 0}


def read_decoded(path: Path) -> audio_files.Waveform:
    """What can be decoded of the first audio track, up to the first damage."""
    blocks = [silence(0)]
    with suppress(av.InvalidDataError):
        blocks.extend(decode_blocks(path))
    return np.concatenate(blocks)


def read_planes(path: Path) -> np.ndarray:
    """Every sample as float64, shape (n_channels, n_samples), at the file's own rate."""
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="dblp")
        frames = [
            resampled.to_ndarray()
            for frame in container.decode(audio=0)
            for resampled in resampler.resample(frame)
        ]
    return np.concatenate(frames, axis=1)


# --- signals -----------------------------------------------------------------------------------


def test_signals_last_as_long_as_they_should_and_stay_within_full_scale() -> None:
    signals = [
        silence(0.2),
        tone(0.2),
        audio_files.clipped_square(0.2),
        white_noise(0.2, rms=2.0),
        audio_files.constant(0.2, level=-0.7),
    ]

    assert {len(signal) for signal in signals} == {3200}
    assert all(signal.dtype == np.float32 for signal in signals)
    assert all(np.abs(signal).max() <= 1 for signal in signals)


def test_a_tone_sounds_at_its_frequency() -> None:
    signal = tone(1.0, frequency_hz=1000, sample_rate_hz=8000)

    assert np.argmax(np.abs(np.fft.rfft(signal))) == 1000


def test_a_clipped_square_knows_only_full_scale_and_a_constant_only_its_level() -> None:
    assert set(np.unique(audio_files.clipped_square(0.2))) == {-1.0, 1.0}
    assert set(np.unique(audio_files.constant(0.2, level=0.25))) == {0.25}


# --- wav ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("sample_format", WAV_CODECS)
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_a_wav_holds_the_samples_it_was_given_in_every_format(
    tmp_path: Path, sample_format: str, channels: int
) -> None:
    wanted = tone(0.1, amplitude=0.9)

    path = write_wav(tmp_path / "x.wav", wanted, sample_format=sample_format, channels=channels)

    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        assert (stream.codec_context.name, stream.rate) == (WAV_CODECS[sample_format], 16_000)
    planes = read_planes(path)
    assert planes.shape == (channels, len(wanted))
    assert np.abs(planes - wanted).max() <= ROUNDING_ERROR[sample_format]


@pytest.mark.parametrize("sample_rate_hz", [8_000, 44_100, 96_000])
def test_a_wav_has_the_sample_rate_it_was_given(tmp_path: Path, sample_rate_hz: int) -> None:
    wanted = tone(0.2, sample_rate_hz=sample_rate_hz)

    path = write_wav(tmp_path / "x.wav", wanted, sample_rate_hz=sample_rate_hz)

    with av.open(str(path)) as container:
        assert container.streams.audio[0].rate == sample_rate_hz
        assert container.duration == 200_000


def test_channels_of_their_own_stay_apart(tmp_path: Path) -> None:
    wanted = np.stack([tone(0.1), silence(0.1)])

    planes = read_planes(write_wav(tmp_path / "x.wav", wanted))

    assert np.abs(planes[0]).max() > 0.4
    assert np.abs(planes[1]).max() == 0


def test_a_wav_without_samples_has_an_audio_track_and_nothing_in_it(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "x.wav", silence(0))

    with av.open(str(path)) as container:
        assert len(container.streams.audio) == 1
        assert list(container.decode(audio=0)) == []


@pytest.mark.parametrize("sample_format", ["f32", "f64"])
def test_samples_that_are_no_numbers_survive_in_the_floating_formats(
    tmp_path: Path, sample_format: str
) -> None:
    spoilt = audio_files.with_non_finite_samples(tone(1.0), every=100)

    planes = read_planes(write_wav(tmp_path / "x.wav", spoilt, sample_format=sample_format))

    np.testing.assert_array_equal(planes[0].astype(np.float32), spoilt)
    assert np.isnan(spoilt).sum() == 54
    assert np.isposinf(spoilt).sum() == np.isneginf(spoilt).sum() == 53


# --- compressed --------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ENCODINGS)
@pytest.mark.parametrize("channels", [1, 2])
def test_an_encoded_tone_comes_back_as_long_and_as_loud(
    tmp_path: Path, suffix: str, channels: int
) -> None:
    wanted = audio_files.in_channels(tone(2.0, frequency_hz=500), channels)

    path = encode(tmp_path / f"x{suffix}", wanted)

    with av.open(str(path)) as container:
        assert [stream.type for stream in container.streams] == ["audio"]
        assert container.streams.audio[0].channels == channels
    heard = read_decoded(path)
    assert len(heard) / SAMPLE_RATE_HZ == pytest.approx(2.0, abs=0.15)
    middle = heard[8000:24000]
    assert np.argmax(np.abs(np.fft.rfft(middle))) == 500
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.1)


def test_a_variable_rate_mp3_without_a_header_misleads_about_its_length(tmp_path: Path) -> None:
    quiet_after_noise = np.concatenate([white_noise(10), silence(30)])

    path = audio_files.write_variable_rate_mp3(tmp_path / "x.mp3", quiet_after_noise)

    content = path.read_bytes()
    assert b"Xing" not in content
    assert b"Info" not in content
    with av.open(str(path)) as container:
        sizes = {packet.size for packet in container.demux(audio=0) if packet.size}
        assert len(sizes) > 2
        assert container.duration is not None
        claimed_seconds = container.duration / av.time_base
    assert len(read_decoded(path)) / SAMPLE_RATE_HZ == pytest.approx(40, abs=0.2)
    assert abs(claimed_seconds - 40) > 5


def test_two_tracks_are_two_and_the_first_comes_first(tmp_path: Path) -> None:
    path = audio_files.write_two_tracks(tmp_path / "x.mp4", tone(1.0), silence(3.0))

    with av.open(str(path)) as container:
        languages = [stream.metadata["language"] for stream in container.streams.audio]
        assert [stream.type for stream in container.streams] == ["audio", "audio"]
    assert languages == ["eng", "fra"]
    heard = read_decoded(path)
    assert len(heard) / SAMPLE_RATE_HZ == pytest.approx(1.0, abs=0.1)
    assert np.abs(heard).max() > 0.4


# --- pictures ----------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_video_has_a_picture_and_its_sound(tmp_path: Path, suffix: str) -> None:
    path = audio_files.write_video(tmp_path / f"x{suffix}", tone(2.0), seconds=2.0)

    with av.open(str(path)) as container:
        assert [stream.type for stream in container.streams] == ["video", "audio"]
        assert len(list(container.decode(video=0))) == 10
    assert len(read_decoded(path)) / SAMPLE_RATE_HZ == pytest.approx(2.0, abs=0.1)


def test_a_silent_film_has_no_audio_track(tmp_path: Path) -> None:
    path = audio_files.write_video(tmp_path / "x.mp4", None)

    with av.open(str(path)) as container:
        assert [stream.type for stream in container.streams] == ["video"]


def test_a_cover_is_an_attached_picture_beside_the_sound(tmp_path: Path) -> None:
    path = audio_files.write_mp3_with_cover(tmp_path / "x.mp3", tone(1.0))

    with av.open(str(path)) as container:
        [picture] = container.streams.video
        assert picture.disposition == av.stream.Disposition.attached_pic
    assert len(read_decoded(path)) / SAMPLE_RATE_HZ == pytest.approx(1.0, abs=0.1)


def test_an_image_holds_one_picture_and_no_sound(tmp_path: Path) -> None:
    path = audio_files.write_image(tmp_path / "x.png")

    with av.open(str(path)) as container:
        assert [stream.type for stream in container.streams] == ["video"]
        assert len(list(container.decode(video=0))) == 1


# --- damaged, or no recordings -------------------------------------------------------------------


@pytest.mark.parametrize("suffix", sorted(set(ENCODINGS) - {".mp4", ".m4a"}))
def test_the_beginning_of_a_cut_file_decodes(tmp_path: Path, suffix: str) -> None:
    whole = encode(tmp_path / f"whole{suffix}", white_noise(4.0))

    cut = cut_copy(whole, tmp_path / f"cut{suffix}")

    assert cut.stat().st_size == whole.stat().st_size // 2
    # An Ogg page holds a second of sound and is whole or lost.
    assert 0.9 < len(read_decoded(cut)) / SAMPLE_RATE_HZ < 2.7


@pytest.mark.parametrize("suffix", [".mp4", ".m4a"])
def test_a_cut_mp4_decodes_only_if_its_index_came_first(tmp_path: Path, suffix: str) -> None:
    plain = encode(tmp_path / f"plain{suffix}", white_noise(4.0))
    index_first = encode(tmp_path / f"index{suffix}", white_noise(4.0), fast_start=True)

    cut_plain = cut_copy(plain, tmp_path / f"cut-plain{suffix}")
    cut_index_first = cut_copy(index_first, tmp_path / f"cut-index{suffix}")

    with pytest.raises(av.InvalidDataError):
        av.open(str(cut_plain))
    assert len(read_decoded(cut_index_first)) / SAMPLE_RATE_HZ == pytest.approx(2.0, abs=0.3)


@pytest.mark.parametrize("suffix", [".wav", ".mp3", ".mp4", ".ogg"])
def test_garbage_and_text_are_no_recordings_whatever_their_name(
    tmp_path: Path, suffix: str
) -> None:
    garbage = audio_files.write_garbage(tmp_path / f"garbage{suffix}")
    text = audio_files.write_text(tmp_path / f"text{suffix}")

    for path in (garbage, text):
        with pytest.raises(av.FFmpegError):
            av.open(str(path))


def test_subtitles_open_as_media_without_sound(tmp_path: Path) -> None:
    path = audio_files.write_subtitles(tmp_path / "x.srt")

    with av.open(str(path)) as container:
        assert [stream.type for stream in container.streams] == ["subtitle"]


@pytest.mark.parametrize("name", AWKWARD_FILE_NAMES)
def test_a_file_can_have_each_of_the_awkward_names(tmp_path: Path, name: str) -> None:
    path = write_wav(tmp_path / name, tone(0.2))

    assert [entry.name for entry in tmp_path.iterdir()] == [name]
    assert len(read_decoded(path)) == 3200


def test_the_awkward_names_hold_one_of_the_greatest_length() -> None:
    assert max(len(name.encode()) for name in AWKWARD_FILE_NAMES) == 255


# --- known speech --------------------------------------------------------------------------------


def loudness(waveform: audio_files.Waveform, start: float, end: float) -> float:
    """RMS between two moments in seconds."""
    piece = waveform[round(start * SAMPLE_RATE_HZ) : round(end * SAMPLE_RATE_HZ)]
    return float(np.sqrt(np.mean(piece**2)))


def test_the_nano_lesson_is_loud_where_its_sentences_are_and_quiet_between() -> None:
    lesson = nano_lesson()

    assert len(lesson.sentences) == 75
    for earlier, later in zip(lesson.sentences, lesson.sentences[1:], strict=False):
        assert loudness(lesson.waveform, earlier.start, earlier.end) > 0.02
        assert loudness(lesson.waveform, earlier.end + 0.1, later.start - 0.1) < 0.002


def test_the_nano_lesson_cannot_be_written_into() -> None:
    with pytest.raises(ValueError, match="read-only"):
        nano_lesson().waveform[0] = 1


def test_arranged_speech_is_loud_where_it_says_and_quiet_in_its_pauses() -> None:
    speech = speak_nano([Pause(1.5), Say(7), Pause(4.0), Say(0), Say(7), Pause(0.5)])

    first, second, third = speech.sentences
    texts = [nano_lesson().sentences[position].text for position in (7, 0, 7)]
    assert [sentence.text for sentence in speech.sentences] == texts
    assert first.start == pytest.approx(1.6, abs=0.001)
    assert second.start == pytest.approx(first.end + 4.2, abs=0.001)
    assert third.start == pytest.approx(second.end + 0.2, abs=0.001)
    assert len(speech.waveform) / SAMPLE_RATE_HZ == pytest.approx(third.end + 0.6, abs=0.001)
    for sentence in speech.sentences:
        assert loudness(speech.waveform, sentence.start, sentence.end) > 0.02
        assert sentence.words[0].start == pytest.approx(sentence.start)
        assert sentence.words[-1].end == pytest.approx(sentence.end)
    assert loudness(speech.waveform, first.end + 0.1, second.start - 0.1) < 0.002


def test_speech_of_nothing_is_an_empty_waveform() -> None:
    speech = speak_nano([])

    assert (len(speech.waveform), speech.sentences) == (0, ())


def test_the_nano_model_hears_arranged_speech_at_the_times_it_says() -> None:
    from faster_whisper import WhisperModel

    speech = speak_nano([Pause(2), Say(40), Pause(1), Say(12), Pause(3), Say(1), Pause(1)])

    model = WhisperModel(str(NANO_MODEL_DIR), device="cpu", compute_type="int8")
    segments, _ = model.transcribe(
        speech.waveform, vad_filter=True, condition_on_previous_text=False, temperature=0.0
    )

    heard = [(segment.text.strip(), segment.start, segment.end) for segment in segments]
    assert [text for text, _, _ in heard] == [sentence.text for sentence in speech.sentences]
    for (_, start, end), sentence in zip(heard, speech.sentences, strict=True):
        assert (start, end) == pytest.approx((sentence.start, sentence.end), abs=0.1)


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".opus"])
def test_a_repeated_recording_says_the_same_at_known_times(tmp_path: Path, suffix: str) -> None:
    speech = speak_nano([Pause(0.5), Say(3), Pause(0.5)])
    source = write_wav(tmp_path / "source.wav", speech.waveform)

    turn_seconds = repeat_audio(source, 5, tmp_path / f"long{suffix}")

    assert turn_seconds == len(speech.waveform) / SAMPLE_RATE_HZ
    heard = np.concatenate(list(decode_blocks(tmp_path / f"long{suffix}")))
    assert len(heard) / SAMPLE_RATE_HZ == pytest.approx(5 * turn_seconds, abs=0.05)
    for turn in range(5):
        sentence = speech.sentences[0].moved(turn * turn_seconds)
        assert loudness(heard, sentence.start, sentence.end) > 0.02
        assert loudness(heard, sentence.end + 0.1, sentence.end + 0.5) < 0.002


def test_the_text_of_the_nano_lesson_is_that_of_its_sentences() -> None:
    text = NANO_LESSON_PATH.with_suffix(".txt").read_text(encoding="utf-8")

    assert text.splitlines() == [sentence.text for sentence in nano_lesson().sentences]
    for sentence in nano_lesson().sentences:
        assert re.findall(r"\w+", sentence.text) == [word.text for word in sentence.words]
