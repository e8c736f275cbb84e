"""The form of the settings, from which the pages draw their controls."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from backend.config.problems import setting_names
from backend.config.settings import ChangeableSettings
from backend.preferences.form import PROVIDER, preferences_form
from backend.sections import Words
from tests.level_recogniser import SettingsWithLevels

WRITTEN_BY_US = {"api_key_server"}
"""Nobody sets it by hand."""


class SettingsWithAThirdRecogniser(ChangeableSettings):
    transcription: SettingsWithLevels = SettingsWithLevels()


def fields(form: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        field["key"] if section["name"] == PROVIDER else f"{section['name']}.{field['key']}": field
        for section in form["sections"]
        for field in section["fields"]
    }


FIELDS = fields(preferences_form())


def words_of(field: dict[str, Any]) -> Iterator[Words]:
    options = [option[what] for option in field["options"] for what in ("label", "help")]
    yield from (words for words in (field["label"], field["help"], *options) if words)


def test_every_setting_is_in_the_form() -> None:
    assert FIELDS.keys() == set(setting_names()) - WRITTEN_BY_US


@pytest.mark.parametrize("name", FIELDS)
def test_the_words_of_a_setting_are_fit_for_the_pages(name: str) -> None:
    for words in words_of(FIELDS[name]):
        for text in (words.en, words.fr):
            assert text.strip() == text != ""
            assert not re.search(r"`|\blectern [a-z]|--[a-z]|config\.yaml", text)
        assert not re.search(r" [:;?!»]|« ", words.fr), "no sign begins a line"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("transcription.beam_size", {"kind": "number", "minimum": 1, "maximum": 100, "default": 5}),
        ("transcription.language", {"kind": "language", "is_optional": True, "default": None}),
        ("transcription.initial_prompt", {"kind": "long", "is_optional": False, "default": ""}),
        ("transcription.device", {"kind": "choice", "is_advanced": True, "default": "auto"}),
        ("correction.temperature", {"kind": "number", "maximum": 2, "step": 0.1}),
        ("summary.context_tokens", {"minimum": 1000, "maximum": None, "is_optional": True}),
        ("library.watch_folder", {"kind": "folder", "is_optional": True}),
        ("library.watch_process", {"kind": "switch", "default": False}),
        ("provider", {"kind": "choice", "is_optional": False, "default": "Offline"}),
        ("base_url", {"kind": "address", "is_optional": True, "default": None}),
        ("api_key", {"kind": "secret", "default": ""}),
    ],
)
def test_a_field_says_what_its_setting_is(name: str, said: dict[str, Any]) -> None:
    assert FIELDS[name].items() >= said.items()


def test_a_new_recogniser_and_its_own_options_are_in_the_form_by_themselves() -> None:
    known = fields(preferences_form(SettingsWithAThirdRecogniser))

    named = {
        option["value"]: option["label"] for option in known["transcription.engine"]["options"]
    }
    assert named["level-meter"] == Words("Level meter", "Sonomètre")
    assert known["transcription.level_meter.loud"]["label"].en == "Loud from"
    assert known["transcription.level_meter.is_there"]["is_advanced"]
