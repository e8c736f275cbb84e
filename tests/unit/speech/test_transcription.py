"""From a recording to timed text: windows, language, second tries."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from backend.models import Flag, Segment
from backend.speech.audio import SAMPLE_RATE_HZ, AudioStream
from backend.speech.engines.base import DecodeOptions
from backend.speech.engines.sphinx import SphinxRecogniser
from backend.speech.engines.whisper import WhisperRecogniser
from backend.speech.transcription import (
    Language,
    TranscribedWindow,
    TranscriptionJob,
    pick_stretches,
)
from backend.speech.vad import SpeechSpan
from backend.speech.windows import WindowPlan
from backend.text.error_rate import word_error_rate
from tests.audio_files import (
    NANO_MODEL_DIR,
    Pause,
    Say,
    Speech,
    nano_lesson,
    silence,
    speak_nano,
    tone,
    write_wav,
)
from tests.recognisers import ScriptedRecogniser
from tests.whisper_models import make_whisper_model

SHORT_PLAN = WindowPlan(15 * SAMPLE_RATE_HZ, 8 * SAMPLE_RATE_HZ)
ENGLISH = DecodeOptions("en")


@pytest.fixture(scope="module")
def nano() -> WhisperRecogniser:
    return WhisperRecogniser(NANO_MODEL_DIR, "cpu", "int8")


def transcribe(
    job: TranscriptionJob, stream: Iterable[np.ndarray], after: TranscribedWindow | None = None
) -> list[TranscribedWindow]:
    return list(job.run(stream, after, lambda seconds: None))


def segments_of(windows: Iterable[TranscribedWindow]) -> list[Segment]:
    return [segment for window in windows for segment in window.segments]


@pytest.fixture(scope="module")
def speech() -> Speech:
    pauses = [0.6, 2.5, 0.9, 1.4]
    return speak_nano([p for n in range(16) for p in (Pause(pauses[n % 4]), Say(n + 20))])


def test_what_was_said_is_heard_at_the_time_it_was_said(
    nano: WhisperRecogniser, speech: Speech
) -> None:
    windows = transcribe(TranscriptionJob(nano, ENGLISH, SHORT_PLAN), [speech.waveform])

    heard = segments_of(windows)
    said = " ".join(sentence.text for sentence in speech.sentences)
    assert len(windows) >= 4
    assert word_error_rate(said, " ".join(s.text for s in heard)).rate < 0.1
    distances = [
        min(abs(segment.start - sentence.start) for segment in heard)
        for sentence in speech.sentences
    ]
    assert np.median(distances) < 0.05


def test_times_rise_and_stay_in_their_window_and_words_in_their_segment(
    nano: WhisperRecogniser, speech: Speech
) -> None:
    for window in transcribe(TranscriptionJob(nano, ENGLISH, SHORT_PLAN), [speech.waveform]):
        assert all(a.start <= b.start for a, b in pairwise(window.segments))
        for segment in window.segments:
            assert window.start <= segment.start <= segment.end <= window.end
            assert segment.words
            assert segment.words[0].start >= segment.start
            assert segment.words[-1].end <= segment.end
            assert all(a.end <= b.start for a, b in pairwise(segment.words))
            assert all(word.start <= word.end for word in segment.words)
            assert " ".join(word.text for word in segment.words) == segment.text
            assert segment.confidence is not None


def test_going_on_after_any_window_gives_what_an_undisturbed_run_gives(
    nano: WhisperRecogniser, speech: Speech
) -> None:
    job = TranscriptionJob(nano, ENGLISH, SHORT_PLAN)
    whole = transcribe(job, [speech.waveform])

    for position, window in enumerate(whole):
        assert transcribe(job, [speech.waveform], window) == whole[position + 1 :]


def test_silence_is_an_empty_transcript_and_nothing_is_invented(nano: WhisperRecogniser) -> None:
    for vad_filter in (True, False):
        job = TranscriptionJob(nano, DecodeOptions("en", vad_filter=vad_filter), SHORT_PLAN)

        windows = transcribe(job, [silence(20.0)])

        assert windows
        assert segments_of(windows) == []


def test_a_tone_gives_nothing_with_the_voice_filter_and_a_flag_without(
    nano: WhisperRecogniser,
) -> None:
    with_filter = TranscriptionJob(nano, ENGLISH, SHORT_PLAN)
    without = TranscriptionJob(nano, DecodeOptions("en", vad_filter=False), SHORT_PLAN)

    assert segments_of(transcribe(with_filter, [tone(10.0)])) == []
    assert all(
        Flag.NO_SPEECH in segment.flags
        for segment in segments_of(transcribe(without, [tone(10.0)]))
    )


def test_progress_rises_to_the_end_of_the_recording(
    nano: WhisperRecogniser, speech: Speech
) -> None:
    told: list[float] = []

    list(TranscriptionJob(nano, ENGLISH, SHORT_PLAN).run([speech.waveform], None, told.append))

    assert told == sorted(told)
    assert told[-1] == pytest.approx(speech.waveform.size / SAMPLE_RATE_HZ)
    assert len(told) > len(speech.sentences) / 2


def test_progress_never_passes_the_end_of_the_recording(spoken: np.ndarray) -> None:
    told: list[float] = []
    recogniser = ScriptedRecogniser(
        lambda options, speech: [Segment(start=0.5, end=2.0, text="words")], overshoot=30.0
    )

    list(TranscriptionJob(recogniser, ENGLISH).run([spoken], None, told.append))

    assert max(told) == pytest.approx(spoken.size / SAMPLE_RATE_HZ)


def test_a_model_that_can_give_words_no_times_is_heard_without_them(
    tmp_path: Path, spoken: np.ndarray
) -> None:
    directory = make_whisper_model(tmp_path / "model", sayings=["one two three"])
    config = json.loads((directory / "config.json").read_text())
    (directory / "config.json").write_text(json.dumps(config | {"alignment_heads": []}))
    recogniser = WhisperRecogniser(directory, "cpu", "int8")

    heard = segments_of(transcribe(TranscriptionJob(recogniser, ENGLISH), [spoken]))

    assert heard[0].text == "one two three"
    assert heard[0].words is None


def test_the_built_in_recogniser_hears_the_same_voices_roughly(tmp_path: Path) -> None:
    lesson = nano_lesson()
    path = write_wav(tmp_path / "a.wav", lesson.waveform[: 40 * SAMPLE_RATE_HZ])
    said = " ".join(s.text for s in lesson.sentences if s.end < 40)

    windows = transcribe(TranscriptionJob(SphinxRecogniser(), ENGLISH), AudioStream(path))

    heard = segments_of(windows)
    assert word_error_rate(said, " ".join(s.text for s in heard)).rate < 0.4
    assert all(a.end <= b.start for a, b in pairwise(heard))
    assert all(segment.words and 0 <= (segment.confidence or 0) <= 1 for segment in heard)


def test_a_real_person_is_heard_roughly(speech_dir: Path) -> None:
    said = (
        "And so my fellow Americans ask not what your country can do for you ask what you can do "
        "for your country"
    )
    job = TranscriptionJob(SphinxRecogniser(), ENGLISH)

    heard = segments_of(transcribe(job, AudioStream(speech_dir / "jfk.flac")))

    assert word_error_rate(said, " ".join(s.text for s in heard)).rate < 0.4


# --- the second try --------------------------------------------------------------------------

LOOP = "no problem no problem no problem no problem"


@dataclass
class LoopsAtFirst:
    """A loop for the first try of each stretch; for the second what it is given."""

    second: str
    seconds: float = 4.0
    tries: list[bool] = field(default_factory=list)

    def __call__(self, options: DecodeOptions, speech: Sequence[SpeechSpan]) -> list[Segment]:
        self.tries.append(options.is_second_try)
        text = self.second if options.is_second_try else LOOP
        return [Segment(start=0.5, end=self.seconds, text=text)] if text else []


@pytest.fixture
def spoken() -> np.ndarray:
    return speak_nano([Say(n) for n in range(4)]).waveform


def test_a_loop_is_decoded_again_with_other_settings_and_replaced(spoken: np.ndarray) -> None:
    say = LoopsAtFirst("I see no problem with that")
    options = DecodeOptions("en", initial_prompt="Names")
    recogniser = ScriptedRecogniser(say)

    segments = segments_of(transcribe(TranscriptionJob(recogniser, options), [spoken]))

    assert [segment.text for segment in segments] == ["I see no problem with that"]
    assert segments[0].flags == ()
    assert say.tries == [False, True]
    assert recogniser.asked[1].initial_prompt == ""  # a prompt may be what is echoed


@pytest.mark.parametrize("second", [LOOP, ""])
def test_a_loop_that_stays_is_kept_and_flagged(second: str, spoken: np.ndarray) -> None:
    recogniser = ScriptedRecogniser(LoopsAtFirst(second))

    segments = segments_of(transcribe(TranscriptionJob(recogniser, ENGLISH), [spoken]))

    assert [segment.text for segment in segments] == [LOOP]
    assert Flag.REPETITION in segments[0].flags


def test_text_over_silence_that_nothing_confirms_is_dropped() -> None:
    def thanks(options: DecodeOptions, speech: Sequence[SpeechSpan]) -> list[Segment]:
        return [Segment(start=22.0, end=24.0, text="Thanks for watching!")] if speech else []

    quiet = np.concatenate([speak_nano([Say(3)]).waveform, silence(25.0)])
    recogniser = ScriptedRecogniser(thanks)

    segments = segments_of(
        transcribe(TranscriptionJob(recogniser, DecodeOptions("en", vad_filter=False)), [quiet])
    )

    assert segments == []


def test_times_past_the_end_of_the_sound_are_clipped(spoken: np.ndarray) -> None:
    n_seconds = spoken.size / SAMPLE_RATE_HZ
    recogniser = ScriptedRecogniser(
        lambda options, speech: [Segment(start=1.0, end=n_seconds + 5, text="to the end")]
    )

    (segment,) = segments_of(transcribe(TranscriptionJob(recogniser, ENGLISH), [spoken]))

    assert segment.end == pytest.approx(n_seconds, abs=0.001)


# --- the language ----------------------------------------------------------------------------


def languages_asked(recogniser: ScriptedRecogniser) -> list[str | None]:
    return [options.language for options in recogniser.asked if not options.is_second_try]


@pytest.fixture(scope="module")
def long_speech() -> np.ndarray:
    return speak_nano([p for n in range(12) for p in (Say(n), Pause(0.8))]).waveform


def test_a_given_language_is_never_questioned(long_speech: np.ndarray) -> None:
    recogniser = ScriptedRecogniser()

    windows = transcribe(
        TranscriptionJob(recogniser, DecodeOptions("fr"), SHORT_PLAN), [long_speech]
    )

    assert recogniser.stretches == []
    assert set(languages_asked(recogniser)) == {"fr"}
    assert windows[-1].language == Language("fr", None)


def test_the_language_is_detected_once_and_kept(long_speech: np.ndarray) -> None:
    recogniser = ScriptedRecogniser(languages=[{"de": 0.9, "nl": 0.1}])

    windows = transcribe(
        TranscriptionJob(recogniser, DecodeOptions(None), SHORT_PLAN), [long_speech]
    )

    assert len(recogniser.stretches) == 1
    assert len(windows) > 2
    assert set(languages_asked(recogniser)) == {"de"}


def test_going_on_keeps_the_language_that_was_detected(long_speech: np.ndarray) -> None:
    recogniser = ScriptedRecogniser(languages=[{"de": 0.9}])
    job = TranscriptionJob(recogniser, DecodeOptions(None), SHORT_PLAN)
    first = transcribe(job, [long_speech])[0]

    transcribe(job, [long_speech], after=first)

    assert len(recogniser.stretches) == 1
    assert set(languages_asked(recogniser)) == {"de"}


def test_an_uncertain_language_is_asked_again_in_the_next_window(long_speech: np.ndarray) -> None:
    recogniser = ScriptedRecogniser(languages=[{"nl": 0.4, "de": 0.3}, {"de": 0.8, "nl": 0.1}])

    transcribe(TranscriptionJob(recogniser, DecodeOptions(None), SHORT_PLAN), [long_speech])

    asked = languages_asked(recogniser)
    assert asked[0] == "nl"
    assert set(asked[1:]) == {"de"}
    assert len(recogniser.stretches) == 2


def test_a_silent_beginning_does_not_decide_the_language(long_speech: np.ndarray) -> None:
    recogniser = ScriptedRecogniser(languages=[{"it": 0.9}])
    late = np.concatenate([silence(16.0), long_speech])

    transcribe(TranscriptionJob(recogniser, DecodeOptions(None), SHORT_PLAN), [late])

    assert len(recogniser.stretches) == 1
    assert languages_asked(recogniser)[-1] == "it"


def test_stretches_for_the_language_are_spread_over_the_speech() -> None:
    waveform = np.arange(200 * SAMPLE_RATE_HZ, dtype=np.float32)
    speech = [
        SpeechSpan(0, 40 * SAMPLE_RATE_HZ),
        SpeechSpan(60 * SAMPLE_RATE_HZ, 200 * SAMPLE_RATE_HZ),
    ]

    stretches = pick_stretches(waveform, speech)

    assert [stretch.size / SAMPLE_RATE_HZ for stretch in stretches] == [30, 30, 30]
    assert stretches[0][0] == 0
    assert stretches[-1][-1] == waveform[-1]
    assert pick_stretches(waveform, []) == []
    assert len(pick_stretches(waveform, [SpeechSpan(0, 16_000)])) == 1
