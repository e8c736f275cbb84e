"""Models made on the spot load in faster-whisper and say what they are told to."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from backend.speech.model_store import check_model
from tests.audio_files import Waveform, white_noise
from tests.whisper_models import SHAPES, make_whisper_model

if TYPE_CHECKING:
    from faster_whisper import WhisperModel
    from faster_whisper.transcribe import Segment

SAYINGS = (
    "good morning everyone",
    "please open your books",
    "and read quietly until ten",
    "then we talk about it",
    "who has any questions so far",
    "yes this comes tomorrow",
)
HALF_MINUTE_SECONDS = 30.0


@pytest.fixture(scope="module")
def saying_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_whisper_model(tmp_path_factory.mktemp("models") / "saying", sayings=SAYINGS)


def load(directory: Path) -> "WhisperModel":
    from faster_whisper import WhisperModel

    # Not int8: some processors round so that the same sound gives another text each time.
    return WhisperModel(str(directory), device="cpu", compute_type="float32", local_files_only=True)


def hear(directory: Path, waveform: Waveform, beam_size: int = 5) -> list["Segment"]:
    found, _ = load(directory).transcribe(
        waveform, beam_size=beam_size, word_timestamps=True, condition_on_previous_text=False
    )
    return list(found)


def test_a_made_model_is_complete_for_our_own_check(saying_directory: Path) -> None:
    check_model(saying_directory)


@pytest.mark.parametrize("beam_size", [1, 2, 5, 8])
def test_a_model_says_its_sayings_in_order_whatever_the_beam(
    saying_directory: Path, beam_size: int
) -> None:
    heard = hear(saying_directory, white_noise(HALF_MINUTE_SECONDS), beam_size)

    assert [segment.text.strip() for segment in heard] == list(SAYINGS)


def test_a_model_says_its_sayings_anew_in_each_half_minute(saying_directory: Path) -> None:
    heard = hear(saying_directory, white_noise(3 * HALF_MINUTE_SECONDS))

    assert [segment.text.strip() for segment in heard] == list(SAYINGS) * 3
    assert [segment.seek // 3000 for segment in heard] == [0] * 6 + [1] * 6 + [2] * 6


def test_a_model_is_sure_of_its_sayings_so_that_no_half_minute_is_decoded_twice(
    saying_directory: Path,
) -> None:
    heard = hear(saying_directory, white_noise(HALF_MINUTE_SECONDS))

    assert {segment.temperature for segment in heard} == {0.0}
    assert min(segment.avg_logprob for segment in heard) > -0.2


def test_every_word_of_a_saying_has_its_times(saying_directory: Path) -> None:
    heard = hear(saying_directory, white_noise(HALF_MINUTE_SECONDS))

    words = [word for segment in heard for word in segment.words]
    starts = [word.start for word in words]
    assert [word.word.strip() for word in words] == " ".join(SAYINGS).split()
    assert starts == sorted(starts)


def test_a_model_with_sayings_takes_every_sound_for_english(saying_directory: Path) -> None:
    language, probability, _ = load(saying_directory).detect_language(white_noise(5))

    assert language == "en"
    assert probability > 0.9


def test_a_model_is_multilingual_and_knows_as_many_languages_as_whisper(
    saying_directory: Path,
) -> None:
    model = load(saying_directory)

    assert model.model.is_multilingual
    config = json.loads((saying_directory / "config.json").read_text())
    assert len(set(config["lang_ids"])) == 99


def test_a_model_without_sayings_hears_gibberish(tmp_path: Path) -> None:
    model = load(make_whisper_model(tmp_path / "model"))

    found, _ = model.transcribe(
        white_noise(5), language="en", temperature=0.0, beam_size=1, max_new_tokens=20
    )

    assert "".join(segment.text for segment in found).strip()


def test_a_shape_has_the_measures_of_the_real_model(tmp_path: Path) -> None:
    directory = make_whisper_model(tmp_path / "model", "tiny", sayings=("yes",))

    output = load(directory).encode(np.zeros((SHAPES["tiny"].mel_bands, 3000), np.float32))
    vocabulary = json.loads((directory / "vocabulary.json").read_text())
    assert output.shape == [1, 1500, 384]
    assert len(vocabulary) > 51_000


def test_the_seed_alone_decides_the_weights(tmp_path: Path) -> None:
    names = ("first", "same", "other")
    seeds = (1, 1, 2)

    first, same, other = (
        (make_whisper_model(tmp_path / name, seed=seed) / "model.bin").read_bytes()
        for name, seed in zip(names, seeds, strict=True)
    )

    assert first == same
    assert first != other


@pytest.mark.parametrize(
    "sayings", [("yes", " "), ("no one said no",), ("we go", "so we stay"), tuple("abcdefgh")]
)
def test_sayings_that_no_model_can_say_are_refused(
    tmp_path: Path, sayings: tuple[str, ...]
) -> None:
    with pytest.raises(ValueError, match="saying"):
        make_whisper_model(tmp_path / "model", sayings=sayings)

    assert not (tmp_path / "model").exists()
