"""Real models, brought in by the command from a folder."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from backend.cli import main
from backend.speech.model_catalogue import WEIGHTS
from scripts.fetch_weights import WANTED


def run(*arguments: str) -> str:
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_stick_with_real_models_is_all_it_takes(
    weights_dir: Path, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LECTERN_MODELS_DIR", str(tmp_path / "models"))
    stick = tmp_path / "stick"
    shutil.copytree(weights_dir / "tiny.en", stick / "some folder")
    (stick / "some folder" / WEIGHTS).rename(stick / "model(1).bin")

    said = run("models", "add", str(stick))
    again = json.loads(run("models", "add", str(stick), "--json"))
    listed = json.loads(run("models", "list", "--json"))

    assert f"Installed {tmp_path / 'models' / 'tiny.en'}, from the folder." in said
    assert [(each["name"], each["source"]) for each in again] == [("tiny.en", None)]
    assert [(each["name"], each["source"], each["problem"]) for each in listed] == [
        ("tiny.en", "folder", None)
    ]


def test_what_is_there_is_told_without_a_network(
    weights_dir: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LECTERN_MODELS_DIR", str(weights_dir))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")

    for name in WANTED:
        assert "is there already, and current." in run("models", "download", name)
