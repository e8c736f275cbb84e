"""The settings of a worker: what is kept when the file is broken."""

import logging
from collections.abc import Callable

import pytest

from backend.errors.settings import ConfigError
from backend.workers.settings import CurrentSettings

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
