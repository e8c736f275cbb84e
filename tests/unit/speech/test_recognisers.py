"""What every recogniser keeps to: what is heard depends on the sound alone, and a model is one."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache, partial
from importlib import import_module, reload
from typing import Any

import numpy as np
import pytest

from backend.config.environment import models_dir
from backend.errors import WorkStopped
from backend.errors.recognisers import (
    LanguageUnsupported,
    ModelIncomplete,
    RecogniserMissing,
    UnknownModel,
)
from backend.models import Segment
from backend.speech.audio import SAMPLE_RATE_HZ
from backend.speech.engines.base import DecodeOptions, HeardSeconds, Recogniser
from backend.speech.engines.entry import BEST, ROUGH, RecogniserEntry
from backend.speech.engines.registry import RECOGNISERS, TranscriptionSettings
from backend.speech.engines.sharing import Shared
from backend.speech.engines.sphinx_entry import SPHINX
from backend.speech.engines.whisper_entry import WHISPER
from backend.speech.recognisers import choose_recogniser, look_for_recogniser, plan_recogniser
from backend.speech.transcription import TranscribedWindow, TranscriptionJob
from backend.speech.vad import SpeechSpan
from backend.speech.windows import WindowPlan
from tests.audio_files import NANO_MODEL_DIR, nano_lesson
from tests.level_recogniser import LEVELS, LevelOptions, SettingsWithLevels

ENGLISH = DecodeOptions("en")
SHORT_PLAN = WindowPlan(3 * SAMPLE_RATE_HZ, 2 * SAMPLE_RATE_HZ)


@dataclass(frozen=True)
class Trial:
    """How a recogniser is tried here."""

    entry: RecogniserEntry[Any]
    module: str
    """Where the recogniser is."""
    model_class: str
    """What is made when its model is loaded."""
    settings: dict[str, Any] = field(default_factory=dict)


TRIALS = [
    Trial(
        WHISPER,
        "backend.speech.engines.whisper",
        "faster_whisper.WhisperModel",
        {"model": str(NANO_MODEL_DIR), "compute_type": "int8", "device": "cpu"},
    ),
    Trial(SPHINX, "backend.speech.engines.sphinx", "pocketsphinx.Decoder"),
    Trial(LEVELS, "tests.level_recogniser", "tests.level_recogniser.Meter"),
]
REGISTERED = (*RECOGNISERS, LEVELS)


@pytest.fixture(params=TRIALS, ids=lambda trial: trial.entry.name)
def trial(request: pytest.FixtureRequest) -> Trial:
    found: Trial = request.param
    return found


def settings_of(trial: Trial) -> TranscriptionSettings:
    return SettingsWithLevels(engine=trial.entry.name, **trial.settings)


def choose(trial: Trial) -> Recogniser:
    """As each transcription does for itself."""
    return choose_recogniser(settings_of(trial), models_dir(), REGISTERED).recogniser


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


def test_every_recogniser_is_tried() -> None:
    assert {trial.entry.name for trial in TRIALS} == {entry.name for entry in REGISTERED}


# --- what is heard ---------------------------------------------------------------------------


def test_two_at_once_hear_what_each_hears_alone(trial: Trial) -> None:
    sounds = [sound(0), sound(1)]
    alone = [hear(choose(trial), each) for each in sounds]

    together = at_once([partial(hear, choose(trial), each) for each in sounds])

    assert all(alone)
    assert together == alone


def test_the_same_sound_gives_the_same_text_whatever_was_heard_before(trial: Trial) -> None:
    recogniser = choose(trial)
    after_nothing, _, after_another = (hear(recogniser, sound(start)) for start in (0, 1, 0))

    assert after_nothing
    assert after_another == after_nothing


def test_going_on_after_a_window_gives_what_an_undisturbed_run_gives(trial: Trial) -> None:
    job = TranscriptionJob(choose(trial), ENGLISH, SHORT_PLAN)

    def transcribe(after: TranscribedWindow | None) -> list[TranscribedWindow]:
        return list(job.run([sound(0, 6)], after, lambda seconds: None))

    whole = transcribe(None)

    assert len(whole) > 2
    assert transcribe(whole[0]) == whole[1:]


def test_times_rise(trial: Trial) -> None:
    segments = hear(choose(trial), sound(0, 6))

    edges = [time for segment in segments for time in (segment.start, segment.end)]
    assert edges == sorted(edges)
    assert edges[0] >= 0


def test_where_nobody_speaks_nothing_is_heard(trial: Trial) -> None:
    assert choose(trial).recognise(sound(0), [], ENGLISH, lambda seconds: None) == []


def test_a_language_that_it_does_not_know_is_refused(trial: Trial) -> None:
    recogniser = choose(trial)

    for known in (None, *(trial.entry.languages or ["en"])):
        recogniser.check_language(known)
    with pytest.raises(LanguageUnsupported, match="`xx`"):
        recogniser.check_language("xx")


def test_the_language_that_is_found_is_one_that_it_knows(trial: Trial) -> None:
    recogniser = choose(trial)

    found = recogniser.detect_language([sound(0)])

    for language, probability in found.items():
        recogniser.check_language(language)
        assert 0 <= probability <= 1


# --- its model -------------------------------------------------------------------------------


def test_a_model_is_loaded_once(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    reload(import_module(trial.module))  # as in a process that has loaded nothing yet
    library, _, name = trial.model_class.rpartition(".")
    load = getattr(import_module(library), name)
    loads = []

    def counted(*arguments: Any, **options: Any) -> Any:
        loads.append(name)
        return load(*arguments, **options)

    monkeypatch.setattr(trial.model_class, counted)
    at_once([lambda: hear(choose(trial), sound(0))] * 2)
    hear(choose(trial), sound(0))

    assert loads == [name]


def test_who_is_told_to_stop_stops_and_leaves_the_model_to_others(trial: Trial) -> None:
    def stop(seconds: float) -> None:
        raise WorkStopped

    before = hear(choose(trial), sound(0))
    with pytest.raises(WorkStopped):
        hear(choose(trial), sound(1), stop)

    [after] = at_once([lambda: hear(choose(trial), sound(0))])
    assert after == before


@pytest.mark.parametrize(
    "trial",
    [trial for trial in TRIALS if trial.entry.hears_at_once == 1],
    ids=lambda trial: trial.entry.name,
)
def test_while_it_hears_one_another_waits_and_is_asked_whether_to_go_on(trial: Trial) -> None:
    first_is_at_it, other_was_asked = threading.Event(), threading.Event()
    told: list[tuple[str, float]] = []

    def hear_first() -> None:
        def heard(seconds: float) -> None:
            first_is_at_it.set()
            assert other_was_asked.wait(60)
            told.append(("first", seconds))

        hear(choose(trial), sound(0), heard)

    def hear_other() -> None:
        def heard(seconds: float) -> None:
            told.append(("other", seconds))
            other_was_asked.set()

        assert first_is_at_it.wait(60)
        hear(choose(trial), sound(10), heard)

    at_once([hear_first, hear_other])

    end_of_first = max(place for place, (who, _) in enumerate(told) if who == "first")
    assert {seconds for who, seconds in told[:end_of_first] if who == "other"} == {0.0}


# --- its entry -------------------------------------------------------------------------------


def test_what_is_planned_is_what_the_transcript_says(trial: Trial) -> None:
    planned = plan_recogniser(settings_of(trial), models_dir(), REGISTERED)
    facts = choose(trial).facts

    assert (planned.entry.name, planned.model) == (facts["engine"], facts["model"])
    assert planned.notice is None, "it was asked for"


def test_it_is_the_same_each_time_it_is_made(trial: Trial) -> None:
    assert choose(trial).identity == choose(trial).identity


def test_its_entry_says_what_people_and_the_program_need(trial: Trial) -> None:
    entry = trial.entry
    model = entry.model(entry.options_of(settings_of(trial)), models_dir())

    assert all((entry.label.en, entry.label.fr, entry.in_words(model).en, entry.in_words(model).fr))
    assert entry.quality(model, "en") in (None, *range(ROUGH, BEST + 1))
    assert [each.name for each in REGISTERED].count(entry.name) == 1


@pytest.mark.parametrize("entry", RECOGNISERS, ids=lambda entry: entry.name)
def test_its_own_options_are_settings(entry: RecogniserEntry[Any]) -> None:
    assert isinstance(entry.options_of(TranscriptionSettings()), entry.options)


def test_its_own_options_reach_it() -> None:
    settings = SettingsWithLevels(engine=LEVELS.name, level_meter=LevelOptions(loud=0.9))

    recogniser = choose_recogniser(settings, models_dir(), REGISTERED).recogniser

    assert [each.text.partition(" ")[0] for each in hear(recogniser, sound(0))] == ["soft"]


# --- the choice ------------------------------------------------------------------------------


def automatic(*, is_there: bool = True, model: str = "small") -> SettingsWithLevels:
    return SettingsWithLevels(model=model, level_meter=LevelOptions(is_there=is_there))


def test_auto_takes_the_first_that_is_ready(data_dir: object) -> None:
    def taken(settings: TranscriptionSettings, *among: RecogniserEntry[Any]) -> str:
        return plan_recogniser(settings, models_dir(), among).entry.name

    assert taken(automatic(), LEVELS, WHISPER, SPHINX) == LEVELS.name
    assert taken(automatic(), WHISPER, LEVELS, SPHINX) == LEVELS.name
    assert taken(automatic(is_there=False), WHISPER, LEVELS, SPHINX) == SPHINX.name
    assert taken(automatic(model=str(NANO_MODEL_DIR)), WHISPER, LEVELS) == WHISPER.name


def test_who_gets_a_worse_one_in_the_place_of_a_better_is_told(data_dir: object) -> None:
    among = (WHISPER, LEVELS, SPHINX)
    rough = plan_recogniser(automatic(is_there=False), models_dir(), among).notice
    good = plan_recogniser(automatic(), models_dir(), among).notice

    assert good is None
    assert rough is not None
    assert (rough.code, rough.facts) == ("built-in-recogniser", {"model": "small"})
    assert "lectern models download small" in rough.text


def test_where_none_is_ready_the_first_is_named_with_what_to_do(data_dir: object) -> None:
    with pytest.raises(RecogniserMissing, match="There is no meter here") as raised:
        plan_recogniser(automatic(is_there=False, model="medium"), models_dir(), (WHISPER, LEVELS))

    assert raised.value.message.startswith("There is no Whisper model")
    assert "lectern models download" in str(raised.value)


@pytest.mark.parametrize("model", ["smal", "/nowhere/small", "cut"])
def test_what_somebody_meant_is_not_passed_over(model: str, data_dir: object) -> None:
    (models_dir() / "cut").mkdir(parents=True)

    choice = look_for_recogniser(automatic(model=model), models_dir(), REGISTERED)

    assert choice.entry is WHISPER
    assert choice.obstacle is not None


def test_what_is_in_the_way_is_what_a_transcription_is_refused_with(data_dir: object) -> None:
    (models_dir() / "cut").mkdir(parents=True)

    for model, error in (("smal", UnknownModel), ("cut", ModelIncomplete)):
        with pytest.raises(error):
            plan_recogniser(automatic(model=model), models_dir(), REGISTERED)


# --- taking turns ----------------------------------------------------------------------------


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
