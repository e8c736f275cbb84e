"""Speak the sample lesson: backend/sample/lesson.txt becomes lesson.opus and lesson.json.

Needs the `flite` program (2.2, Debian's package) with its voices slt and rms on the PATH, and
this project's environment. The pauses and the room noise come from a fixed seed, so the same flite
makes the same lesson again. Run it from anywhere:

    .venv/bin/python scripts/make_sample_lesson.py

lesson.txt holds one sentence to a line; an empty line ends a paragraph. A paragraph that ends with
a question is the student's: the teacher's never do.
"""

import json
import random
import shutil
import subprocess
import sys
import tempfile
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

SAMPLE_DIR = Path(__file__).resolve().parent.parent / "backend" / "sample"
TITLE = "Newton and the colors of sunlight"
LANGUAGE = "en"
VOICE_OF_SPEAKER = {"teacher": "slt", "student": "rms"}

SAMPLE_RATE_HZ = 16_000
BIT_RATE_BITS_PER_SECOND = 24_000
SEED = 1665
SENTENCE_PAUSE_SECONDS = (0.35, 0.9)
PARAGRAPH_PAUSE_SECONDS = (1.4, 1.6)
EDGE_PAUSE_SECONDS = 0.5
SPEECH_RMS = 0.1
PEAK = 10 ** (-3 / 20)  # -3 dBFS leaves room for what the encoder adds
NOISE_RMS = 10 ** (-66 / 20)  # digital silence would be unlike any recording
# Below this share of the peak a frame counts as silence; flite's own silences are far below.
SPEECH_THRESHOLD = 10 ** (-40 / 20)
FRAME_SAMPLES = SAMPLE_RATE_HZ // 200  # 5 ms
FADE_SAMPLES = SAMPLE_RATE_HZ // 100

Waveform = NDArray[np.float32]
"""float32, shape (n_samples,), mono, 16 kHz, in [-1, 1]."""


@dataclass(frozen=True)
class Sentence:
    """One sentence of the script. `opens_paragraph` asks for the longer pause before it."""

    text: str
    speaker: str
    opens_paragraph: bool


@dataclass(frozen=True)
class SpokenSentence:
    """A sentence with its place in the recording, in seconds from its start."""

    sentence: Sentence
    start: float
    end: float


def read_script(text: str) -> list[Sentence]:
    """The sentences in order, each with its speaker."""
    sentences = []
    for paragraph in text.strip().split("\n\n"):
        lines = paragraph.splitlines()
        speaker = "student" if lines[-1].endswith("?") else "teacher"
        sentences += [Sentence(line, speaker, line is lines[0]) for line in lines]
    return sentences


def speak(text: str, voice: str) -> Waveform:
    """One sentence through flite, at the same loudness for every voice, without silent ends."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sentence.wav"
        subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(path)], check=True)
        with wave.open(str(path)) as recording:
            if recording.getframerate() != SAMPLE_RATE_HZ:
                raise SystemExit(f"flite's voice {voice} speaks at another rate than 16 kHz.")
            samples = np.frombuffer(recording.readframes(recording.getnframes()), np.int16)
    return match_loudness(trim(samples.astype(np.float32) / np.float32(32768)))


def trim(waveform: Waveform) -> Waveform:
    """Cut the silence before the first and after the last sound, to 5 ms."""
    n_frames = len(waveform) // FRAME_SAMPLES
    frames = np.abs(waveform[: n_frames * FRAME_SAMPLES]).reshape(n_frames, FRAME_SAMPLES)
    loud = np.flatnonzero(frames.max(axis=1) > SPEECH_THRESHOLD * frames.max())
    return waveform[loud[0] * FRAME_SAMPLES : (loud[-1] + 1) * FRAME_SAMPLES]


def match_loudness(waveform: Waveform) -> Waveform:
    """The same mean power for every sentence, and ends that do not click."""
    scaled = waveform * np.float32(SPEECH_RMS / np.sqrt(np.mean(waveform**2)))
    ramp = np.linspace(0, 1, FADE_SAMPLES, dtype=np.float32)
    scaled[:FADE_SAMPLES] *= ramp
    scaled[-FADE_SAMPLES:] *= ramp[::-1]
    return scaled


def arrange(
    sentences: Sequence[Sentence], voices: Sequence[Waveform]
) -> tuple[Waveform, list[SpokenSentence]]:
    """Join the spoken sentences with pauses, and note where each of them lies."""
    chooser = random.Random(SEED)
    pieces, spoken, position = [], [], 0
    for sentence, voice in zip(sentences, voices, strict=True):
        pause_range = (
            PARAGRAPH_PAUSE_SECONDS if sentence.opens_paragraph else SENTENCE_PAUSE_SECONDS
        )
        pause_seconds = chooser.uniform(*pause_range) if position else EDGE_PAUSE_SECONDS
        silence = np.zeros(round(pause_seconds * SAMPLE_RATE_HZ), np.float32)
        start = position + len(silence)
        position = start + len(voice)
        pieces += [silence, voice]
        spoken.append(SpokenSentence(sentence, start / SAMPLE_RATE_HZ, position / SAMPLE_RATE_HZ))
    pieces.append(np.zeros(round(EDGE_PAUSE_SECONDS * SAMPLE_RATE_HZ), np.float32))
    return np.concatenate(pieces), spoken


def finish(waveform: Waveform) -> Waveform:
    """Add the room's noise and bring the highest peak to -3 dBFS."""
    noise = np.random.default_rng(SEED).normal(0, NOISE_RMS, len(waveform)).astype(np.float32)
    return (waveform * np.float32(PEAK / np.abs(waveform).max()) + noise).astype(np.float32)


def write_opus(waveform: Waveform, path: Path) -> None:
    # Without "bitexact" the container gets a random serial number, and each run another file.
    with av.open(str(path), "w", format="ogg", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("libopus", rate=SAMPLE_RATE_HZ, layout="mono")
        stream.bit_rate = BIT_RATE_BITS_PER_SECOND
        stream.options = {"application": "audio", "frame_duration": "20"}
        frame = av.AudioFrame.from_ndarray(waveform[np.newaxis, :], format="flt", layout="mono")
        frame.sample_rate = SAMPLE_RATE_HZ
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)


def write_times(spoken: Sequence[SpokenSentence], duration_seconds: float, path: Path) -> None:
    lesson = {
        "title": TITLE,
        "language": LANGUAGE,
        "speakers": VOICE_OF_SPEAKER,
        "duration_seconds": round(duration_seconds, 3),
        "sentences": [
            {
                "start": round(piece.start, 3),
                "end": round(piece.end, 3),
                "speaker": piece.sentence.speaker,
                "text": piece.sentence.text,
            }
            for piece in spoken
        ],
    }
    path.write_text(json.dumps(lesson, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    if shutil.which("flite") is None:
        sys.exit("This needs the program flite with its voices slt and rms: install it first.")
    sentences = read_script((SAMPLE_DIR / "lesson.txt").read_text(encoding="utf-8"))
    voices = [speak(sentence.text, VOICE_OF_SPEAKER[sentence.speaker]) for sentence in sentences]
    waveform, spoken = arrange(sentences, voices)
    write_opus(finish(waveform), SAMPLE_DIR / "lesson.opus")
    duration_seconds = len(waveform) / SAMPLE_RATE_HZ
    write_times(spoken, duration_seconds, SAMPLE_DIR / "lesson.json")
    print(f"{len(sentences)} sentences, {duration_seconds:.1f} s")


if __name__ == "__main__":
    main()
