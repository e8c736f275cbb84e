"""The shipped sample lesson: recording, text and times belong together."""

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

import backend
from scripts.make_sample_lesson import (
    Sentence,
    arrange,
    finish,
    match_loudness,
    read_script,
    trim,
)
from tests.audio_files import SAMPLE_RATE_HZ, Waveform, decode_blocks, silence, tone

SAMPLE_DIR = Path(backend.__file__).parent / "sample"


@pytest.fixture(scope="module")
def waveform() -> Waveform:
    return np.concatenate(list(decode_blocks(SAMPLE_DIR / "lesson.opus")))


@pytest.fixture(scope="module")
def lesson() -> dict[str, Any]:
    described: dict[str, Any] = json.loads((SAMPLE_DIR / "lesson.json").read_text(encoding="utf-8"))
    return described


@pytest.fixture(scope="module")
def text() -> str:
    return (SAMPLE_DIR / "lesson.txt").read_text(encoding="utf-8")


def decibels(amplitude: float) -> float:
    return float(20 * np.log10(amplitude))


# --- the files -----------------------------------------------------------------------------------


def test_the_recording_is_mono_opus_of_a_small_size() -> None:
    path = SAMPLE_DIR / "lesson.opus"

    with av.open(str(path)) as container:
        [stream] = container.streams.audio
        assert len(container.streams) == 1
        assert (container.format.name, stream.codec_context.name) == ("ogg", "opus")
        assert stream.codec_context.channels == 1
    assert path.stat().st_size < 600_000


def test_the_recording_is_as_long_as_its_description_says(
    waveform: Waveform, lesson: dict[str, Any]
) -> None:
    assert len(waveform) / SAMPLE_RATE_HZ == pytest.approx(lesson["duration_seconds"], abs=0.01)


def test_the_recording_is_loud_enough_and_not_clipped(waveform: Waveform) -> None:
    assert -4 < decibels(np.abs(waveform).max()) < -2


def test_the_times_of_the_sentences_match_the_sound_within_20_ms(
    waveform: Waveform, lesson: dict[str, Any]
) -> None:
    frame_seconds = 0.002
    frames = waveform[: len(waveform) // 32 * 32].reshape(-1, 32)
    above_the_noise = np.sqrt(np.mean(frames**2, axis=1)) > 10 ** (-58 / 20)
    sounding_seconds = np.flatnonzero(above_the_noise) * frame_seconds

    for sentence in lesson["sentences"]:
        near = (sounding_seconds > sentence["start"] - 0.17) & (
            sounding_seconds < sentence["end"] + 0.17
        )
        first, last = sounding_seconds[near][[0, -1]]
        assert first == pytest.approx(sentence["start"], abs=0.02)
        assert last + frame_seconds == pytest.approx(sentence["end"], abs=0.02)


def test_between_the_sentences_there_is_only_the_faint_noise_of_a_room(
    waveform: Waveform, lesson: dict[str, Any]
) -> None:
    for earlier, later in pairwise(lesson["sentences"]):
        pause = waveform[
            round((earlier["end"] + 0.05) * SAMPLE_RATE_HZ) : round(
                (later["start"] - 0.05) * SAMPLE_RATE_HZ
            )
        ]
        assert -90 < decibels(np.sqrt(np.mean(pause**2))) < -60


def test_the_pauses_are_those_of_a_person_and_longer_between_paragraphs(
    lesson: dict[str, Any], text: str
) -> None:
    script = read_script(text)
    pauses = [later["start"] - earlier["end"] for earlier, later in pairwise(lesson["sentences"])]

    for pause_seconds, sentence in zip(pauses, script[1:], strict=True):
        shortest, longest = (1.4, 1.6) if sentence.opens_paragraph else (0.35, 0.9)
        assert shortest - 0.001 <= pause_seconds <= longest + 0.001


def test_the_described_sentences_are_those_of_the_text(lesson: dict[str, Any], text: str) -> None:
    described = [(sentence["text"], sentence["speaker"]) for sentence in lesson["sentences"]]

    assert described == [(sentence.text, sentence.speaker) for sentence in read_script(text)]
    assert set(lesson["speakers"]) == {speaker for _, speaker in described}
    assert (lesson["language"], bool(lesson["title"])) == ("en", True)


def test_the_text_can_be_held_against_what_a_recogniser_writes(text: str) -> None:
    words = text.split()

    assert 300 <= len(words) <= 450
    assert re.search(r"[^A-Za-z\s.,;?'-]", text) is None


# --- the script that makes them ------------------------------------------------------------------


def test_a_paragraph_that_ends_with_a_question_is_the_students() -> None:
    script = read_script("One.\nDo you see?\nTwo.\n\nI see.\nBut why?\n\nBecause.\n")

    assert script == [
        Sentence("One.", "teacher", opens_paragraph=True),
        Sentence("Do you see?", "teacher", opens_paragraph=False),
        Sentence("Two.", "teacher", opens_paragraph=False),
        Sentence("I see.", "student", opens_paragraph=True),
        Sentence("But why?", "student", opens_paragraph=False),
        Sentence("Because.", "teacher", opens_paragraph=True),
    ]


def test_silent_ends_are_cut_off_and_inner_silence_stays() -> None:
    padded = np.concatenate([silence(0.3), tone(0.5), silence(0.2), tone(0.5), silence(0.4)])

    trimmed = trim(padded)

    assert len(trimmed) / SAMPLE_RATE_HZ == pytest.approx(1.2, abs=0.011)


def test_every_voice_becomes_equally_loud() -> None:
    loudnesses = [
        np.sqrt(np.mean(match_loudness(tone(1.0, amplitude=amplitude)) ** 2))
        for amplitude in (0.01, 0.9)
    ]

    assert loudnesses[0] == pytest.approx(loudnesses[1])


def test_arranged_voices_lie_at_the_noted_times() -> None:
    sentences = read_script("One.\nTwo.\n\nThree?\n")
    voices = [tone(seconds) for seconds in (0.5, 1.0, 0.25)]

    waveform, spoken = arrange(sentences, voices)

    for piece, voice in zip(spoken, voices, strict=True):
        first = round(piece.start * SAMPLE_RATE_HZ)
        np.testing.assert_array_equal(waveform[first : first + len(voice)], voice)
        assert piece.end - piece.start == pytest.approx(len(voice) / SAMPLE_RATE_HZ)
    assert spoken[2].start - spoken[1].end > spoken[1].start - spoken[0].end


def test_the_finished_lesson_peaks_at_minus_3_dbfs() -> None:
    assert decibels(np.abs(finish(tone(1.0, amplitude=0.2))).max()) == pytest.approx(-3, abs=0.1)
