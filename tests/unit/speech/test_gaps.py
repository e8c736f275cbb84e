"""Sentences that a recogniser passed over are found and heard again."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from backend.models import Flag, Segment
from backend.speech.audio import SAMPLE_RATE_HZ
from backend.speech.engines.base import DecodeOptions
from backend.speech.engines.whisper import WhisperRecogniser
from backend.speech.gaps import ends_with, find_gaps, is_surer, widen
from backend.speech.transcription import TranscriptionJob
from backend.speech.vad import FRAME_SAMPLES, SpeechSpan
from backend.text.error_rate import word_error_rate
from tests.audio_files import NANO_MODEL_DIR, Pause, Say, nano_lesson, speak_nano
from tests.recognisers import ScriptedRecogniser

SECONDS_PER_FRAME = FRAME_SAMPLES / SAMPLE_RATE_HZ


def segment(start: float, end: float, text: str = "some words here", **fields: object) -> Segment:
    return Segment.model_validate({"start": start, "end": end, "text": text, **fields})


def voice(*spoken: tuple[float, float], seconds: float = 60.0) -> np.ndarray:
    """The voice detector's probabilities: 1 where somebody speaks."""
    probabilities = np.zeros(round(seconds / SECONDS_PER_FRAME), np.float32)
    for start, end in spoken:
        probabilities[round(start / SECONDS_PER_FRAME) : round(end / SECONDS_PER_FRAME)] = 1.0
    return probabilities


def test_speech_between_segments_is_a_gap_and_silence_is_not() -> None:
    segments = [segment(0, 20), segment(30, 55)]

    (gap,) = find_gaps(segments, voice((0, 20), (22, 25), (30, 55)))

    assert (gap.start, gap.end) == pytest.approx((22, 25), abs=0.05)
    assert gap.position == 1
    assert find_gaps(segments, voice((0, 20), (30, 55))) == []


def test_speech_before_the_first_and_after_the_last_segment_counts_too() -> None:
    gaps = find_gaps([segment(5, 55)], voice((0, 3), (5, 55), (56, 60)))

    assert [gap.position for gap in gaps] == [0, 1]


def test_a_cough_is_no_gap() -> None:
    assert find_gaps([segment(0, 20), segment(22, 60)], voice((0, 20), (20.5, 21), (22, 60))) == []


def test_a_recording_that_cannot_be_followed_has_no_gaps() -> None:
    spoken = voice((0, 60))

    assert find_gaps([segment(0, 20), segment(50, 60)], spoken) == []  # half of it
    many = [segment(n * 7, n * 7 + 5.8) for n in range(8)]
    assert find_gaps(many, spoken) == []  # everywhere


def test_a_gap_is_widened_by_its_neighbours_and_the_unsure_ones_behind_them() -> None:
    confidences = [0.9, 0.5, 0.9, 0.6, 0.6, 0.9, 0.9]
    segments = [segment(n * 5, n * 5 + 3, confidence=c) for n, c in enumerate(confidences)]
    spoken = [(s.start, s.end) for s in segments]

    (gap,) = find_gaps(segments, voice(*spoken, (13.2, 14.9), seconds=35))

    assert gap.position == 3
    assert widen(gap, segments) == (2, 6)


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        ([segment(0, 3, "one two three four", confidence=0.9)], True),
        ([segment(0, 3, "one two three", confidence=0.9)], True),
        ([segment(0, 3, "one two three four", confidence=0.5)], False),
        ([segment(0, 3, "one two", confidence=0.9)], False),
        ([segment(0, 3, "a a a a a a", confidence=0.9, flags=[Flag.REPETITION])], False),
        ([], False),
    ],
)
def test_a_second_hearing_must_hold_as_much_and_be_surer(
    heard: Sequence[Segment], expected: bool
) -> None:
    before = [segment(0, 3, "one two three", confidence=0.6)]

    assert is_surer(heard, before) is expected


@dataclass
class PassesOver:
    """Hears a sentence in each span, but not that in the middle span of the whole window."""

    confidence: float
    n_calls: int = field(default=0)

    def __call__(self, options: DecodeOptions, speech: Sequence[SpeechSpan]) -> list[Segment]:
        self.n_calls += 1
        spans = list(speech)
        if self.n_calls == 1:
            del spans[len(spans) // 2]
        confidence = 0.92 if self.n_calls == 1 else self.confidence
        return [
            segment(
                span.start / SAMPLE_RATE_HZ,
                span.end / SAMPLE_RATE_HZ,
                f"call {self.n_calls} heard sentence {number}",
                confidence=confidence,
            )
            for number, span in enumerate(spans)
        ]


def transcribe(say: PassesOver) -> list[Segment]:
    # Nine sentences of which one is passed over are less than a fifth of the speech.
    pieces = [piece for n in range(9) for piece in (Say(n), Pause(5.0))]
    job = TranscriptionJob(ScriptedRecogniser(say), DecodeOptions("en"))
    return [
        s for w in job.run([speak_nano(pieces).waveform], None, lambda _: None) for s in w.segments
    ]


def test_a_sentence_that_was_passed_over_is_heard_again() -> None:
    say = PassesOver(confidence=0.95)

    heard = transcribe(say)

    assert say.n_calls == 2
    assert len(heard) == 9
    assert [s.start for s in heard] == sorted(s.start for s in heard)
    assert sum("call 2" in s.text for s in heard) == 3  # it and both neighbours


def test_a_neighbour_in_the_wrong_place_is_recognised_by_its_text() -> None:
    heard = [segment(0, 2, "one"), segment(2, 4, "two")]

    assert ends_with(heard, segment(5, 7, "two"))
    assert not ends_with(heard, segment(5, 7, "three"))
    assert not ends_with([], segment(5, 7, "two"))


def test_what_is_less_sure_the_second_time_changes_nothing() -> None:
    heard = transcribe(PassesOver(confidence=0.3))

    assert len(heard) == 8
    assert all("call 1" in s.text for s in heard)


def test_whisper_loses_no_sentence_of_the_lesson_it_knows() -> None:
    lesson = nano_lesson()
    nano = WhisperRecogniser(NANO_MODEL_DIR, "cpu", "int8")
    job = TranscriptionJob(nano, DecodeOptions("en"))

    heard = [s for w in job.run([lesson.waveform], None, lambda _: None) for s in w.segments]

    said = " ".join(sentence.text for sentence in lesson.sentences)
    assert len(heard) == len(lesson.sentences)
    # 1 or 2 words of a hundred, by the processor's arithmetic; a lost sentence would be more.
    assert word_error_rate(said, " ".join(s.text for s in heard)).rate < 0.03
