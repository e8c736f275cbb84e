"""The settings of a worker: what is kept when the file is broken, and what a task keeps."""

import logging
from collections.abc import Callable

import pytest

from backend.config import Provider, load_config
from backend.errors import ConfigError
from backend.jobs.settings import CurrentSettings, freeze, thaw

WriteConfig = Callable[[str], None]


@pytest.fixture
def complaints(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], list[str]]:
    monkeypatch.setattr(logging.getLogger("lectern"), "propagate", True)
    return lambda: [record.getMessage() for record in caplog.records]


def test_a_broken_file_leaves_the_last_good_settings_and_is_said_once(
    write_config: WriteConfig, complaints: Callable[[], list[str]]
) -> None:
    write_config("summary: {max_length: 111}\n")
    settings = CurrentSettings()
    write_config("summary: {max_length: many}\n")

    assert settings.read().summary.max_length == 111
    assert settings.read().summary.max_length == 111
    assert len(complaints()) == 1
    assert "`summary.max_length`" in complaints()[0]

    write_config("summary: {max_length: 222}\n")
    assert settings.read().summary.max_length == 222
    write_config("summary: {max_length: many}\n")
    assert settings.read().summary.max_length == 222
    assert len(complaints()) == 2


def test_a_worker_does_not_begin_with_a_broken_file(write_config: WriteConfig) -> None:
    write_config("summary: {max_length: many}\n")

    with pytest.raises(ConfigError):
        CurrentSettings()


def test_a_task_keeps_what_decides_its_text(write_config: WriteConfig) -> None:
    write_config(
        "provider: OpenAI\napi_key: secret\nbase_url: http://one.example/\n"
        "transcription: {model: base, beam_size: 3, device: cuda, compute_type: int8}\n"
        "correction: {prompt: before, temperature: 0.1}\n"
    )
    frozen = freeze(load_config())
    write_config(
        "provider: OpenAI\napi_key: other\nbase_url: http://two.example/\n"
        "transcription: {model: small, beam_size: 5, device: cpu}\n"
        "correction: {prompt: after, temperature: 0.9}\n"
    )

    settings = thaw(frozen, load_config())

    assert settings.correction.prompt == "before"
    assert settings.correction.temperature == 0.1
    assert (settings.transcription.model, settings.transcription.beam_size) == ("base", 3)
    # Where and by what means the work is done is each machine's own.
    assert (settings.transcription.device, settings.transcription.compute_type) == (
        "cpu",
        "default",
    )
    assert settings.base_url == "http://two.example/"
    assert settings.api_key.get_secret_value() == "other"


def test_a_task_keeps_no_key_and_no_address(write_config: WriteConfig) -> None:
    write_config("provider: OpenAI\napi_key: secret\nbase_url: http://me:secret@one.example/\n")

    assert "secret" not in str(freeze(load_config()))


def test_another_provider_comes_with_its_own_models(write_config: WriteConfig) -> None:
    write_config("provider: OpenAI\ncorrection: {model: gpt-4o, prompt: before}\n")
    frozen = freeze(load_config())
    write_config("provider: Anthropic\ncorrection: {model: claude, prompt: after}\n")

    settings = thaw(frozen, load_config())

    assert settings.provider is Provider.ANTHROPIC
    assert (settings.correction.model, settings.correction.prompt) == ("claude", "after")
