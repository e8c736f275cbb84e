"""Which Whisper model is taken where none was named, or the one that was is not there."""

import os
import shutil
from pathlib import Path

import pytest

from backend.errors.recognisers import ModelIncomplete, ModelNotInstalled
from backend.speech.engines.registry import TranscriptionSettings
from backend.speech.recognisers import PlannedRecogniser, plan_recogniser
from tests.audio_files import NANO_MODEL_DIR


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    return tmp_path / "models"


def install(models_dir: Path, *names: str) -> None:
    for name in names:
        shutil.copytree(NANO_MODEL_DIR, models_dir / name)


def plan(models_dir: Path, **settings: str) -> PlannedRecogniser:
    return plan_recogniser(TranscriptionSettings.model_validate(settings), models_dir)


@pytest.mark.parametrize(
    ("installed", "expected"),
    [
        (("tiny", "small", "base"), "small"),
        (("large-v3", "large-v3-turbo", "medium"), "large-v3-turbo"),
        (("small.en", "tiny"), "tiny"),
        (("small.en", "tiny.en"), "small.en"),
        (("school--own", "tiny.en"), "tiny.en"),
        (("school--own",), "school--own"),
    ],
)
def test_the_best_that_is_installed_is_taken(
    installed: tuple[str, ...], expected: str, models_dir: Path
) -> None:
    install(models_dir, *installed)

    planned = plan(models_dir)

    assert (planned.entry.name, planned.model, planned.notice) == ("faster-whisper", expected, None)


def test_a_broken_model_is_passed_over_for_one_that_works(models_dir: Path) -> None:
    install(models_dir, "small", "tiny")
    os.truncate(models_dir / "small" / "model.bin", 100)

    assert plan(models_dir).model == "tiny"


def test_where_all_are_broken_somebody_is_to_hear_it(models_dir: Path) -> None:
    install(models_dir, "small")
    os.truncate(models_dir / "small" / "model.bin", 100)

    with pytest.raises(ModelIncomplete, match="cut off"):
        plan(models_dir)


def test_a_named_model_that_is_not_there_gives_way_to_the_best_that_is(models_dir: Path) -> None:
    install(models_dir, "base")

    planned = plan(models_dir, model="small")

    assert (planned.entry.name, planned.model) == ("faster-whisper", "base")
    assert planned.notice is not None
    assert (planned.notice.code, planned.notice.facts) == (
        "other-model",
        {"model": "small", "used": "base"},
    )
    assert "lectern models download small" in planned.notice.text
    assert "Until then Whisper (base) is used" in planned.notice.text


def test_who_wants_whisper_and_one_model_gets_no_other(models_dir: Path) -> None:
    install(models_dir, "base")

    with pytest.raises(ModelNotInstalled):
        plan(models_dir, engine="faster-whisper", model="small")
    assert plan(models_dir, engine="faster-whisper").model == "base"


def test_without_any_the_built_in_one_says_which_to_install(models_dir: Path) -> None:
    notice = plan(models_dir).notice

    assert notice is not None
    assert (notice.code, notice.facts) == ("built-in-recogniser", {"model": "small"})
