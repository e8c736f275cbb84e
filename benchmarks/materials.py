"""Long recordings and models to measure with, made once and kept in bench-data/."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil
from pathlib import Path
from random import Random

from benchmarks.report import say
from tests.audio_files import (
    NANO_LESSON_PATH,
    NANO_MODEL_DIR,
    SAMPLE_RATE_HZ,
    Pause,
    Say,
    Speech,
    SpokenSentence,
    encode,
    nano_lesson,
    repeat_audio,
    speak_nano,
)
from tests.whisper_models import make_whisper_model

BENCH_DATA_DIR = Path(__file__).resolve().parent.parent / "bench-data"

SECONDS_OF = {"30 min": 1_800, "1 h": 3_600, "3 h": 10_800}
"""At least so long: a recording is a whole number of turns of some minutes."""

SHORT_PAUSE, LONG_PAUSE = (0.3, 1.2), (1.2, 5.0)
LONG_PAUSES_SHARE = 0.3
"""Seconds between the sentences of the mixed lesson, much as in the nano lesson itself."""

SAYINGS = (
    "alpha bravo charlie delta echo",
    "golf hotel india juliet kilo",
    "lima mike november oscar papa",
    "romeo sierra tango uniform victor",
    "whiskey yankee zulu one two",
    "three four five six seven",
)
"""What the tiny shape hears in each half minute: 30 words, a speaker's usual half."""


@dataclass(frozen=True)
class Recording:
    """Speech that was repeated `turns` times over in one file."""

    path: Path
    turns: int
    speech: Speech

    def sentences(self) -> list[SpokenSentence]:
        """All that is said in it, in order, with its times in this recording."""
        turn_seconds = len(self.speech.waveform) / SAMPLE_RATE_HZ
        return [
            sentence.moved(turn * turn_seconds)
            for turn in range(self.turns)
            for sentence in self.speech.sentences
        ]


def repeated_lesson(model: str, length: str) -> Recording:
    """The nano lesson repeated to `length`, one of SECONDS_OF.

    For `tiny`, which gives its segments random times, without the pauses between sentences: what
    stands in a pause would be suspected and decoded a second time, unlike a real model's text.
    """
    if model == "nano":
        return _repeat(NANO_LESSON_PATH, nano_lesson(), length)
    unbroken = _unbroken_lesson()
    path = BENCH_DATA_DIR / "unbroken-lesson.flac"
    if not path.exists():
        encode(path, unbroken.waveform)
    return _repeat(path, unbroken, length)


@cache
def _unbroken_lesson() -> Speech:
    return speak_nano([Say(position) for position in range(len(nano_lesson().sentences))])


def _repeat(source: Path, speech: Speech, length: str) -> Recording:
    turns = ceil(SECONDS_OF[length] * SAMPLE_RATE_HZ / len(speech.waveform))
    path = BENCH_DATA_DIR / f"{source.stem}-{turns}-times.flac"
    if not path.exists():
        say(f"  making {path.name}")
        partial = path.with_name(f"partial-{path.name}")
        repeat_audio(source, turns, partial)
        partial.replace(path)
    return Recording(path, turns, speech)


@cache
def mixed_lesson(length: str) -> Recording:
    """The sentences of the nano lesson in ever new orders with ever new pauses.

    In a recording that repeats itself, windows that repeat themselves meet the same words at the
    same places each time, so that hours of it tell no more than minutes.
    """
    random = Random(0)
    pieces: list[Say | Pause] = []
    while _spoken_seconds(pieces) < SECONDS_OF[length]:
        order = list(range(len(nano_lesson().sentences)))
        random.shuffle(order)
        for position in order:
            is_long = random.random() < LONG_PAUSES_SHARE
            pieces.append(Pause(random.uniform(*(LONG_PAUSE if is_long else SHORT_PAUSE))))
            pieces.append(Say(position))
    speech = speak_nano(pieces)
    path = BENCH_DATA_DIR / f"mixed-lesson-{length.replace(' ', '-')}.flac"
    if not path.exists():
        say(f"  making {path.name}")
        encode(path, speech.waveform)
    return Recording(path, 1, speech)


def _spoken_seconds(pieces: Sequence[Say | Pause]) -> float:
    sentences = nano_lesson().sentences
    return sum(
        piece.seconds
        if isinstance(piece, Pause)
        else sentences[piece.position].end - sentences[piece.position].start
        for piece in pieces
    )


@cache
def half_minute() -> Path:
    """30 s of the lesson: what a model is given to see what it needs by itself."""
    waveform = nano_lesson().waveform[: 30 * SAMPLE_RATE_HZ]
    return encode(BENCH_DATA_DIR / "half-minute.flac", waveform)


@cache
def model_directory(name: str) -> Path:
    """`nano` understands the nano lesson; `tiny` has the measures of Whisper tiny."""
    if name == "nano":
        return NANO_MODEL_DIR
    directory = BENCH_DATA_DIR / f"whisper-{name}"
    # The tokenizer is written next to last: with it the weights are there.
    if not (directory / "preprocessor_config.json").exists():
        say(f"  making a model of the shape {name}")
        make_whisper_model(directory, name, sayings=SAYINGS)
    return directory
