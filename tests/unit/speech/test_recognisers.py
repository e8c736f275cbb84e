"""What every recogniser keeps to: what is heard depends on the sound alone, and a model is one."""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from importlib import import_module, reload
from typing import Any

import numpy as np
import pytest

from backend.config import EngineChoice, TranscriptionSettings, models_dir
from backend.errors import WorkStopped
from backend.models import Segment
from backend.speech.audio import SAMPLE_RATE_HZ
from backend.speech.engines import sphinx, whisper
from backend.speech.engines.base import DecodeOptions, HeardSeconds, Recogniser
from backend.speech.engines.sharing import Shared
from backend.speech.recognisers import choose_recogniser
from backend.speech.transcription import TranscribedWindow, TranscriptionJob
from backend.speech.vad import SpeechSpan
from backend.speech.windows import WindowPlan
from tests.audio_files import NANO_MODEL_DIR, nano_lesson

ENGLISH = DecodeOptions("en")
SHORT_PLAN = WindowPlan(3 * SAMPLE_RATE_HZ, 2 * SAMPLE_RATE_HZ)
ENTRIES = [engine for engine in EngineChoice if engine is not EngineChoice.AUTO]
SETTINGS: Mapping[EngineChoice, dict[str, Any]] = {
    EngineChoice.POCKETSPHINX: {},
    EngineChoice.FASTER_WHISPER: {"model": str(NANO_MODEL_DIR), "compute_type": "int8"},
}
LOADED_AS = {
    EngineChoice.POCKETSPHINX: ("pocketsphinx", "Decoder"),
    EngineChoice.FASTER_WHISPER: ("faster_whisper", "WhisperModel"),
}
"""Which class of its library is a loaded model."""
ENGINE_MODULES = {EngineChoice.POCKETSPHINX: sphinx, EngineChoice.FASTER_WHISPER: whisper}


@pytest.fixture(params=ENTRIES)
def engine(request: pytest.FixtureRequest) -> EngineChoice:
    return EngineChoice(request.param)


def choose(engine: EngineChoice) -> Recogniser:
    """As each transcription does for itself."""
    settings = TranscriptionSettings(engine=engine, device="cpu", **SETTINGS[engine])
    return choose_recogniser(settings, models_dir()).recogniser


@cache
def sound(start_seconds: float, seconds: float = 1.5) -> np.ndarray:
    first = round(start_seconds * SAMPLE_RATE_HZ)
    return nano_lesson().waveform[first : first + round(seconds * SAMPLE_RATE_HZ)]


def hear(
    recogniser: Recogniser, waveform: np.ndarray, heard: HeardSeconds = lambda seconds: None
) -> list[Segment]:
    return recogniser.recognise(waveform, [SpeechSpan(0, waveform.size)], ENGLISH, heard)


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """What the calls return, all of which begin together."""
    begin = threading.Barrier(len(calls))

    def call(each: Callable[[], Any]) -> Any:
        begin.wait(60)
        return each()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call, calls))


def test_two_at_once_hear_what_each_hears_alone(engine: EngineChoice) -> None:
    sounds = [sound(0), sound(1)]
    alone = [hear(choose(engine), each) for each in sounds]

    together = at_once([partial(hear, choose(engine), each) for each in sounds])

    assert all(alone)
    assert together == alone


def test_the_same_sound_gives_the_same_text_whatever_was_heard_before(
    engine: EngineChoice,
) -> None:
    recogniser = choose(engine)
    after_nothing, _, after_another = (hear(recogniser, sound(start)) for start in (0, 1, 0))

    assert after_nothing
    assert after_another == after_nothing


def test_going_on_after_a_window_gives_what_an_undisturbed_run_gives(engine: EngineChoice) -> None:
    job = TranscriptionJob(choose(engine), ENGLISH, SHORT_PLAN)

    def transcribe(after: TranscribedWindow | None) -> list[TranscribedWindow]:
        return list(job.run([sound(0, 6)], after, lambda seconds: None))

    whole = transcribe(None)

    assert len(whole) > 2
    assert transcribe(whole[0]) == whole[1:]


def test_a_model_is_loaded_once(engine: EngineChoice, monkeypatch: pytest.MonkeyPatch) -> None:
    reload(ENGINE_MODULES[engine])  # as in a process that has loaded nothing yet
    library, name = LOADED_AS[engine]
    load = getattr(import_module(library), name)
    loads = []

    def counted(*arguments: Any, **options: Any) -> Any:
        loads.append(name)
        return load(*arguments, **options)

    monkeypatch.setattr(f"{library}.{name}", counted)
    at_once([lambda: hear(choose(engine), sound(0))] * 2)
    hear(choose(engine), sound(0))

    assert loads == [name]


def test_while_whisper_hears_one_another_waits_and_is_asked_whether_to_go_on() -> None:
    first_is_at_it, other_was_asked = threading.Event(), threading.Event()
    told: list[tuple[str, float]] = []

    def hear_first() -> None:
        def heard(seconds: float) -> None:
            first_is_at_it.set()
            assert other_was_asked.wait(60)
            told.append(("first", seconds))

        hear(choose(EngineChoice.FASTER_WHISPER), sound(0), heard)

    def hear_other() -> None:
        def heard(seconds: float) -> None:
            told.append(("other", seconds))
            other_was_asked.set()

        assert first_is_at_it.wait(60)
        hear(choose(EngineChoice.FASTER_WHISPER), sound(10), heard)

    at_once([hear_first, hear_other])

    end_of_first = max(place for place, (who, _) in enumerate(told) if who == "first")
    assert {seconds for who, seconds in told[:end_of_first] if who == "other"} == {0.0}


def test_whoever_waits_for_a_model_may_stop_waiting() -> None:
    shared = Shared("model")

    def stop() -> None:
        raise WorkStopped

    def take() -> str:
        with shared.taken(stop) as model:
            return model

    with ThreadPoolExecutor(1) as pool:
        with shared.taken(), pytest.raises(WorkStopped):
            pool.submit(take).result()

        assert pool.submit(take).result() == "model"


def test_who_has_a_model_has_it_for_all_that_it_does_meanwhile() -> None:
    shared = Shared("model")

    with shared.taken(), shared.taken(pytest.fail) as model:
        assert model == "model"
    with ThreadPoolExecutor(1) as pool, shared.taken(), pytest.raises(WorkStopped):
        pool.submit(_take_or_stop, shared).result()


def _take_or_stop(shared: Shared[str]) -> None:
    def stop() -> None:
        raise WorkStopped

    with shared.taken(stop):
        pass


def test_a_model_goes_to_whoever_waits_before_it_goes_to_who_had_it() -> None:
    shared = Shared("model")
    is_waiting = threading.Event()
    turns: list[str] = []

    def take_turn() -> None:
        with shared.taken(is_waiting.set):
            turns.append("who waits")

    with ThreadPoolExecutor(1) as pool:
        with shared.taken():
            waiting = pool.submit(take_turn)
            assert is_waiting.wait(60)
        with shared.taken():
            turns.append("who had it")
        waiting.result(60)

    assert turns == ["who waits", "who had it"]
