"""Preferences, models and health over HTTP."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from backend.config.environment import config_path
from backend.config.file import load_config
from tests.audio_files import NANO_MODEL_DIR
from tests.stubs.anthropic import AnthropicStub
from tests.stubs.llm_server import ProviderStub, serve
from tests.stubs.openai import OpenAIStub

V1 = "/api/v1"
ANY = {"If-Match": "*"}
SECRET = "sk-this-is-a-secret-0123456789"


# --- preferences -----------------------------------------------------------------------------


def test_settings_are_changed_together_and_comments_stay(
    sqlite_client: httpx.Client, write_config: Callable[[str], None]
) -> None:
    write_config("# mine\nsummary:\n  max_length: 100  # short\n")
    etag = sqlite_client.get(f"{V1}/preferences").headers["ETag"]
    change = {
        "provider": "OpenAI",
        "transcription": {"beam_size": 3},
        "summary": {"max_length": 90},
    }

    changed = sqlite_client.patch(f"{V1}/preferences", json=change, headers={"If-Match": etag})
    stale = sqlite_client.patch(f"{V1}/preferences", json=change, headers={"If-Match": etag})

    assert changed.json()["transcription"]["beam_size"] == 3
    assert changed.json()["summary"]["max_length"] == 90
    assert stale.status_code == 412
    assert load_config().provider == "OpenAI"
    text = config_path().read_text()
    assert "# mine" in text
    assert "# short" in text


def test_the_form_says_what_there_is_to_set_in_both_languages(sqlite_client: httpx.Client) -> None:
    [_, transcription, *_] = sqlite_client.get(f"{V1}/preferences/form").json()["sections"]
    engine, model, *_ = transcription["fields"]

    assert (transcription["name"], engine["key"], model["default"]) == (
        "transcription",
        "engine",
        "auto",
    )
    assert engine["options"][1] == {
        "value": "faster-whisper",
        "label": {"en": "Whisper", "fr": "Whisper"},
    }
    assert "minimum" not in model


def test_a_key_goes_in_and_never_comes_out(sqlite_client: httpx.Client, data_dir: Path) -> None:
    address = f"{V1}/preferences"

    before = sqlite_client.get(address).json()["has_api_key"]
    changed = sqlite_client.patch(address, json={"api_key": SECRET}, headers=ANY)
    seen = [changed, sqlite_client.get(address)]

    assert (before, changed.json()["has_api_key"]) == (False, True)
    assert load_config().api_key.get_secret_value() == SECRET
    assert not any(SECRET in answer.text for answer in seen)
    assert config_path().stat().st_mode & 0o077 == 0


def test_a_model_that_nobody_has_is_refused_with_those_that_may_be_meant(
    sqlite_client: httpx.Client,
) -> None:
    address = f"{V1}/preferences"

    refused, kept = (
        sqlite_client.patch(address, json={"transcription": {"model": model}}, headers=ANY)
        for model in ("smal", "base")
    )

    assert (refused.status_code, refused.json()["code"]) == (422, "unknown-model")
    assert "did you mean `small`" in refused.json()["detail"]
    assert kept.json()["transcription"]["model"] == "base"


WRONG = [
    {"provider": SECRET},
    {"api_key": [SECRET]},
    {SECRET: 1},
    {"summary": {"max_length": SECRET}},
    {"summary": {"max_length": 1}},
    {"summary": None},
    {"transcription": {"beam_size": None}},
    {"transcription": {"colour": SECRET}},
    {"base_url": f"ftp://{SECRET}"},
    {"provider": "Open\ud800AI"},
    [SECRET],
    SECRET,
    None,
]


def test_a_wrong_setting_changes_nothing_and_is_not_repeated_to_anybody(
    sqlite_client: httpx.Client, write_config: Callable[[str], None]
) -> None:
    write_config("provider: OpenAI\n")
    for wrong in WRONG:
        answer = sqlite_client.patch(
            f"{V1}/preferences",
            content=json.dumps(wrong),
            headers=ANY | {"Content-Type": "application/json"},
        )

        assert answer.status_code == 422, wrong
        assert config_path().read_text() == "provider: OpenAI\n"
        if SECRET not in (wrong if isinstance(wrong, dict) else ()):
            assert SECRET not in answer.text


def test_a_broken_file_is_named_with_the_place(
    sqlite_client: httpx.Client, write_config: Callable[[str], None]
) -> None:
    write_config("summary:\n  max_length: none\n")

    read = sqlite_client.get(f"{V1}/preferences")
    changed = sqlite_client.patch(f"{V1}/preferences", json={"provider": "OpenAI"}, headers=ANY)
    ready = sqlite_client.get("/readyz")

    for answer in (read, changed):
        assert answer.json()["code"] == "config-error"
        assert "line 2" in answer.json()["detail"]
    assert ready.status_code == 503
    assert "line 2" in ready.json()["detail"]


# --- the provider ----------------------------------------------------------------------------


@pytest.fixture(params=[("OpenAI", OpenAIStub), ("Anthropic", AnthropicStub)], ids=lambda p: p[0])
def stub(
    request: pytest.FixtureRequest, write_config: Callable[[str], None]
) -> Iterator[ProviderStub]:
    """The provider of the settings."""
    name, kind = request.param
    with serve(kind()) as provider:
        settings = {"provider": name, "api_key": SECRET, "base_url": provider.base_url}
        write_config(json.dumps(settings))
        yield provider


def test_a_trial_shows_what_the_models_answered(
    stub: ProviderStub, sqlite_client: httpx.Client
) -> None:
    stub.next(stub.structured({"text": "A prism splits."}), stub.plain("A prism and light."))

    correction, summary = sqlite_client.post(f"{V1}/preferences/trial").json()["items"]

    assert (correction["work"], correction["received"]) == ("correction", "A prism splits.")
    assert (summary["work"], summary["received"]) == ("summary", "A prism and light.")
    assert correction["problem"] is summary["problem"] is None
    assert correction["sent"] in stub.received[0].user_text
    assert correction["input_tokens"] > 0


def test_a_trial_with_a_wrong_key_is_made_once_and_says_so_without_the_key(
    stub: ProviderStub, sqlite_client: httpx.Client
) -> None:
    stub.always(stub.bad_key())

    answer = sqlite_client.post(f"{V1}/preferences/trial")

    assert answer.status_code == 200
    for trial in answer.json()["items"]:
        assert trial["received"] is None
        assert "key" in trial["problem"]
    assert SECRET not in answer.text
    assert stub.call_count == 2


def test_a_trial_of_a_busy_server_does_not_wait_for_it(
    stub: ProviderStub, sqlite_client: httpx.Client
) -> None:
    stub.always(stub.connection_cut())

    items = sqlite_client.post(f"{V1}/preferences/trial").json()["items"]

    assert all(item["problem"] for item in items)
    assert stub.call_count == 2


def test_without_a_provider_a_trial_says_how_to_choose_one(sqlite_client: httpx.Client) -> None:
    items = sqlite_client.post(f"{V1}/preferences/trial").json()["items"]

    assert ["Offline" in item["problem"] for item in items] == [True, True]


# --- models ----------------------------------------------------------------------------------


def test_the_models_there_are_and_could_be_are_listed(sqlite_client: httpx.Client) -> None:
    items = sqlite_client.get(f"{V1}/models").json()["items"]

    small = next(item for item in items if item["name"] == "small")
    assert small == {
        "name": "small",
        "is_installed": False,
        "size_bytes": None,
        "download_bytes": 486_212_372,
        "problem": None,
        "source": None,
        "sources": ["hub"],
        "is_english_only": False,
        "memory_bytes": 817_765_465,
        "relative_speed": 4,
        "download": None,
    }


def test_the_model_that_transcribes_now_is_named(
    sqlite_client: httpx.Client, data_dir: Path, write_config: Callable[[str], None]
) -> None:
    def used() -> object:
        return sqlite_client.get(f"{V1}/models").json()["used"]

    none_there = used()
    for name in ("tiny", "base"):
        shutil.copytree(NANO_MODEL_DIR, data_dir / "models" / name)
    best = used()
    write_config("transcription: {model: tiny}\n")
    named = used()
    write_config("transcription: {engine: pocketsphinx}\n")

    assert (none_there, best, named, used()) == (None, "base", "tiny", None)


def test_a_source_that_has_no_models_by_name_is_refused(sqlite_client: httpx.Client) -> None:
    address = f"{V1}/models/downloads"

    for source in ("folder", "elsewhere", 1):
        answer = sqlite_client.post(address, json={"name": "base", "source": source})
        assert answer.status_code == 422, source


def test_a_model_that_cannot_be_had_is_refused_at_once(sqlite_client: httpx.Client) -> None:
    for name in ("", "no such", "../../etc", "a/b/c", "\0", "x" * 999):
        answer = sqlite_client.post(f"{V1}/models/downloads", json={"name": name})
        assert answer.status_code == 422, name
    assert sqlite_client.get(f"{V1}/models/downloads/small").status_code == 404


# --- health ----------------------------------------------------------------------------------


def test_a_server_that_can_work_says_so(client: httpx.Client) -> None:
    assert client.get("/healthz").json()["status"] == "ok"
    ready = client.get("/readyz")
    assert ready.status_code == 200, ready.text
    assert {check["name"] for check in ready.json()["checks"]} == {"database", "disk", "settings"}
