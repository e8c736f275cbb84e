"""A model's directory may be replaced while it is used; what was loaded is what the text is of."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import faster_whisper
import numpy as np
import pytest

from backend.errors.recognisers import ModelIncomplete, ModelNotInstalled
from backend.speech.engines.base import DecodeOptions
from backend.speech.engines.whisper import WhisperRecogniser
from backend.speech.model_store import check_model, replaced_place
from backend.speech.vad import SpeechSpan
from tests.audio_files import white_noise
from tests.whisper_models import make_whisper_model

ENGLISH = DecodeOptions(language="en", beam_size=1)
Load = Callable[..., Any]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two models, each of which says one thing."""
    folder = tmp_path_factory.mktemp("made")
    return {
        word: make_whisper_model(folder / word, sayings=[f"this is {word}"])
        for word in ("old", "new")
    }


@pytest.fixture
def directory(made: dict[str, Path], tmp_path: Path) -> Path:
    shutil.copytree(made["old"], tmp_path / "model")
    return tmp_path / "model"


def put(made: Path, directory: Path) -> None:
    shutil.rmtree(directory)
    shutil.copytree(made, directory)


def words_of(recogniser: WhisperRecogniser) -> str:
    waveform: np.ndarray = white_noise(5)
    heard = recogniser.recognise(
        waveform, [SpeechSpan(0, waveform.size)], ENGLISH, lambda seconds: None
    )
    return " ".join(segment.text for segment in heard)


def recogniser_of(directory: Path) -> WhisperRecogniser:
    return WhisperRecogniser(directory, "cpu", "float32")


def test_whoever_has_a_model_keeps_it_and_the_next_gets_the_new_one(
    made: dict[str, Path], directory: Path
) -> None:
    before = recogniser_of(directory)
    put(made["new"], directory)

    after = recogniser_of(directory)

    assert (words_of(before), words_of(after)) == ("this is old", "this is new")
    assert before.identity != after.identity
    assert recogniser_of(directory).identity == after.identity


def test_a_model_that_is_replaced_while_it_is_loaded_is_loaded_anew(
    made: dict[str, Path], directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load: Load = faster_whisper.WhisperModel

    def load_while_it_is_replaced(*arguments: Any, **options: Any) -> Any:
        monkeypatch.setattr(faster_whisper, "WhisperModel", load)
        model = load(*arguments, **options)
        put(made["new"], directory)
        return model

    monkeypatch.setattr(faster_whisper, "WhisperModel", load_while_it_is_replaced)
    recogniser = recogniser_of(directory)

    assert words_of(recogniser) == "this is new"
    monkeypatch.undo()
    assert recogniser.identity == recogniser_of(directory).identity


def test_a_model_that_never_stays_is_given_up(
    made: dict[str, Path], directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load: Load = faster_whisper.WhisperModel
    turns = ["new", "old", "new", "old"]

    def load_while_it_is_replaced(*arguments: Any, **options: Any) -> Any:
        put(made[turns.pop(0)], directory)
        return load(*arguments, **options)

    monkeypatch.setattr(faster_whisper, "WhisperModel", load_while_it_is_replaced)

    with pytest.raises(ModelIncomplete, match="being replaced again and again"):
        recogniser_of(directory)


def test_the_moment_of_the_replacement_is_waited_out(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replaced = replaced_place(directory)
    directory.rename(replaced)
    end_it = partial(replaced.rename, directory)
    monkeypatch.setattr("backend.speech.model_store.time.sleep", lambda seconds: end_it())

    check_model(directory)


def test_a_replacement_that_never_ends_is_a_model_that_is_missing(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.speech.model_store.REPLACEMENT_SECONDS", 0.1)
    directory.rename(replaced_place(directory))

    with pytest.raises(ModelNotInstalled):
        check_model(directory)
