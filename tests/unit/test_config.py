"""config.yaml and the environment."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from backend.config import file, problems
from backend.config.environment import config_path, database_url
from backend.config.file import known_secrets, load_config, set_value
from backend.config.keys import api_key_for, withheld_key_server
from backend.config.settings import Provider, Settings
from backend.errors import InvalidValue
from backend.errors.settings import ConfigError
from tests.level_recogniser import LEVELS, SettingsWithLevels

WriteConfig = Callable[[str], None]


def test_without_a_file_the_defaults_hold(data_dir: Path) -> None:
    settings = load_config()

    assert settings == Settings()
    assert settings.provider is Provider.OFFLINE
    assert settings.transcription.engine == "auto"
    assert not config_path().exists()


@pytest.mark.parametrize("text", ["", "\n\n", "# only a remark\n", "---\n"])
def test_an_empty_file_means_the_defaults(text: str, write_config: WriteConfig) -> None:
    write_config(text)

    assert load_config() == Settings()


def test_the_file_of_the_module_description_is_read(write_config: WriteConfig) -> None:
    write_config(
        """
api_key: "your-api-key-here"
provider: OpenAI  # or Anthropic

correction:
  model: gpt-4o
  prompt: "Please correct the following transcript."
  temperature: 0.3

summary:
  max_length: 300
  model: gpt-4o
  prompt: "Please provide a concise summary."
  temperature: 0.7
"""
    )

    settings = load_config()

    assert settings.provider is Provider.OPENAI
    assert api_key_for(settings) == "your-api-key-here"
    assert settings.summary.max_length == 300


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("providr: OpenAI\n", ("line 1", "providr", "did you mean `provider`")),
        ("\n\nsummary:\n  max_lenght: 3\n", ("line 4", "summary.max_lenght", "max_length")),
        ("provider: Mistral\n", ("line 1", "provider", "'Offline', 'OpenAI' or 'Anthropic'")),
        ("summary:\n  max_length: many\n", ("line 2", "summary.max_length", "integer", "many")),
        ("summary:\n  temperature: 3\n", ("line 2", "summary.temperature", "equal to 2")),
        ("transcription:\n  engine: vosk\n", ("line 2", "transcription.engine", "faster-whisper")),
        ("transcription:\n  language: English\n", ("line 2", "transcription.language")),
        ("transcription: fast\n", ("line 1", "transcription")),
        ("base_url: localhost:11434\n", ("line 1", "base_url")),
        ("api_key: 12345\n", ("line 1", "api_key", "text in quotes")),
        ("- a list\n", ("line 1", "key: value")),
        ("just text\n", ("line 1",)),
        ('provider: "OpenAI\nsummary: {}\n', ("not YAML",)),
        ("summary: {max_length: 3\nprovider: OpenAI\n", ("line", "not YAML")),
        ("provider: OpenAI\nprovider: Offline\n", ("line 2", "provider")),
        ("summary: " + "[" * 5000, ("nested too deep",)),
    ],
)
def test_a_mistake_is_named_with_file_line_key_and_what_is_allowed(
    text: str, expected: tuple[str, ...], write_config: WriteConfig
) -> None:
    write_config(text)

    with pytest.raises(ConfigError) as caught:
        load_config()

    assert str(config_path()) in caught.value.message
    for part in expected:
        assert part in caught.value.message


def test_all_mistakes_are_told_at_once(write_config: WriteConfig) -> None:
    write_config("providr: x\nsummary:\n  max_length: 0\n")

    with pytest.raises(ConfigError) as caught:
        load_config()

    assert "providr" in caught.value.message
    assert "max_length" in caught.value.message


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00provider", b"provider: \x00\x01\n", b"\tprovider: x"]
)
def test_a_file_that_is_no_text_is_named(content: bytes, data_dir: Path) -> None:
    data_dir.mkdir()
    config_path().write_bytes(content)

    with pytest.raises(ConfigError, match=r"config\.yaml"):
        load_config()


def test_a_directory_in_the_files_place_is_named(data_dir: Path) -> None:
    config_path().mkdir(parents=True)

    with pytest.raises(ConfigError, match=r"config\.yaml"):
        load_config()


@pytest.mark.parametrize("spelling", ["openai", "OPENAI", "OpenAI"])
def test_the_case_of_a_provider_does_not_matter(spelling: str, write_config: WriteConfig) -> None:
    write_config(f"provider: {spelling}\n")

    assert load_config().provider is Provider.OPENAI


# --- keys ------------------------------------------------------------------------------------


def test_a_key_in_the_file_comes_before_the_environment(
    write_config: WriteConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "from-environment")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "other")
    write_config("provider: OpenAI\napi_key: from-file\n")
    assert api_key_for(load_config()) == "from-file"

    write_config('provider: OpenAI\napi_key: ""\n')
    assert api_key_for(load_config()) == "from-environment"

    write_config("provider: Anthropic\n")
    assert api_key_for(load_config()) == "other"

    write_config("provider: Offline\n")
    assert api_key_for(load_config()) == ""


def test_a_key_shows_in_no_representation_and_no_error(write_config: WriteConfig) -> None:
    write_config("api_key: top-secret\nprovider: OpenAI\n")
    settings = load_config()
    assert "top-secret" not in repr(settings) + str(settings) + str(settings.model_dump())
    assert "top-secret" in known_secrets()

    write_config("api_key: [top-secret]\nprovider: Mistral\n")
    with pytest.raises(ConfigError) as caught:
        load_config()
    assert "top-secret" not in caught.value.message


# --- setting ---------------------------------------------------------------------------------


def test_setting_keeps_what_else_is_there_and_its_remarks(write_config: WriteConfig) -> None:
    write_config(
        "# our school\nprovider: OpenAI  # paid by the town\nsummary:\n  max_length: 200\n"
    )

    settings = set_value("summary.max_length", "150")

    assert settings.summary.max_length == 150
    text = config_path().read_text()
    assert "# our school" in text
    assert "# paid by the town" in text
    assert "max_length: 150" in text


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("provider", "anthropic", Provider.ANTHROPIC),
        ("transcription.vad_filter", "false", False),
        ("correction.temperature", "null", None),
        ("correction.prompt", "Correct: names & dates", "Correct: names & dates"),
        ("summary.model", "4", "4"),
        ("base_url", "http://localhost:11434/v1", "http://localhost:11434/v1"),
    ],
)
def test_values_are_read_as_they_stand_in_the_file(
    key: str, text: str, value: object, data_dir: Path
) -> None:
    set_value(key, text)

    found: object = load_config()
    for part in key.split("."):
        found = getattr(found, part)
    assert found == value


def test_a_key_of_digits_stays_text_and_only_its_owner_may_read_it(data_dir: Path) -> None:
    settings = set_value("api_key", "0123")

    assert api_key_for(settings.model_copy(update={"provider": Provider.OPENAI})) == "0123"
    assert stat.S_IMODE(config_path().stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("summary.max_length", "-3"),
        ("colour", "red"),
        ("summary.colour", "red"),
        ("summary", "3"),
        ("api_key.x", "3"),
        ("", "3"),
        ("provider", "{"),
    ],
)
def test_a_wrong_setting_changes_nothing(key: str, text: str, write_config: WriteConfig) -> None:
    write_config("provider: OpenAI\n")

    with pytest.raises(ConfigError):
        set_value(key, text)

    assert config_path().read_text() == "provider: OpenAI\n"


# --- places ----------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_the_usual_postgresql_addresses_are_understood(
    scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LECTERN_DATABASE_URL", f"{scheme}://me@host/db")

    assert database_url() == "postgresql+psycopg://me@host/db"


def test_a_home_directory_may_be_abbreviated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LECTERN_DATA_DIR", "~/lessons")

    assert config_path() == Path.home() / "lessons" / "config.yaml"


# --- keys and their servers ------------------------------------------------------------------


def set_all(*settings: tuple[str, str]) -> Settings:
    for key, text in settings:
        set_value(key, text)
    return load_config()


OPENAI = ("provider", "OpenAI")
KEY = ("api_key", "sk-secret")


@pytest.mark.parametrize(
    "settings",
    [
        (OPENAI, KEY),
        (KEY, OPENAI),  # typed before there was a server: the first that is chosen is its own
        (OPENAI, KEY, ("base_url", "https://api.openai.com/v1")),
        (OPENAI, ("base_url", "http://box/v1"), KEY, ("base_url", "http://BOX:80/other")),
        (OPENAI, KEY, ("provider", "Anthropic"), OPENAI),
        (OPENAI, KEY, ("provider", "Anthropic"), ("api_key", "sk-secret")),
        (OPENAI, ("base_url", "http://box/v1"), KEY, ("summary.max_length", "99")),
    ],
)
def test_a_key_is_for_the_server_that_is_chosen_when_it_is_typed(
    settings: tuple[tuple[str, str], ...], data_dir: Path
) -> None:
    found = set_all(*settings)

    assert (api_key_for(found), withheld_key_server(found)) == ("sk-secret", None)


@pytest.mark.parametrize(
    ("settings", "server"),
    [
        ((OPENAI, KEY, ("base_url", "https://evil.example/v1")), "https://api.openai.com"),
        ((OPENAI, KEY, ("base_url", "http://api.openai.com/v1")), "https://api.openai.com"),
        ((OPENAI, KEY, ("base_url", "https://api.openai.com:8443")), "https://api.openai.com"),
        ((OPENAI, KEY, ("base_url", "https://api.openai.com@box/")), "https://api.openai.com"),
        ((OPENAI, KEY, ("provider", "Anthropic")), "https://api.openai.com"),
        ((KEY, OPENAI, ("provider", "Anthropic")), "https://api.openai.com"),
        ((OPENAI, ("base_url", "http://[::1]:1/v1"), KEY, ("base_url", "null")), "http://[::1]:1"),
    ],
)
def test_a_key_is_sent_to_no_other_server(
    settings: tuple[tuple[str, str], ...],
    server: str,
    data_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Nor does the environment's step in: somebody chose the server for another key.
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-environment")

    found = set_all(*settings)

    assert (api_key_for(found), withheld_key_server(found)) == ("", server)


def test_what_is_written_by_hand_holds_until_another_server_is_chosen(
    write_config: WriteConfig,
) -> None:
    write_config("api_key: sk-secret  # ours\nprovider: OpenAI\nbase_url: http://one/v1\n")
    by_hand = api_key_for(set_all(("summary.max_length", "99")))
    text = config_path().read_text()
    moved = set_all(("base_url", "http://two/v1"))

    assert (by_hand, api_key_for(moved)) == ("sk-secret", "")
    assert "api_key_server" not in text
    assert withheld_key_server(moved) == "http://one"
    assert config_path().read_text().startswith("api_key: sk-secret  # ours\napi_key_server: http")


def test_a_key_that_is_removed_leaves_nothing_of_its_server(data_dir: Path) -> None:
    set_all(OPENAI, KEY, ("api_key", ""))

    assert "api_key_server" not in config_path().read_text()


@pytest.mark.parametrize(
    "address",
    [
        "http://",
        "http://a b",
        "http://good.example\\\\@evil.example/",
        "http://a@b@c/",
        "http://host:port/",
        "http://[evil]/",
        "ftp://ada:secret@host/",
        "ada:secret@host",
    ],
)
def test_an_address_that_readers_may_take_for_different_servers_is_refused(
    address: str, write_config: WriteConfig
) -> None:
    write_config(f"base_url: {address!r}\n")

    with pytest.raises(ConfigError, match="must be an address") as refused:
        load_config()

    assert "secret" not in refused.value.message


def test_a_password_in_an_address_stays_where_three_stars_stand_for_it(data_dir: Path) -> None:
    set_all(("base_url", "http://ada:secret@box/v1"), ("base_url", "http://***@box/v2"))

    assert load_config().base_url == "http://ada:secret@box/v2"
    assert "secret" in known_secrets()
    with pytest.raises(InvalidValue, match="http://other"):
        set_value("base_url", "http://***@other/v2")


# --- sections within sections ----------------------------------------------------------------


class SettingsWithAThirdRecogniser(Settings):
    transcription: SettingsWithLevels = SettingsWithLevels()


@pytest.fixture
def third_recogniser(monkeypatch: pytest.MonkeyPatch) -> None:
    """A recogniser with options of its own is registered."""
    for module in (file, problems):
        monkeypatch.setattr(module, "Settings", SettingsWithAThirdRecogniser)


@pytest.mark.usefixtures("third_recogniser")
def test_a_recogniser_s_own_options_are_set_by_their_names(write_config: WriteConfig) -> None:
    write_config("transcription:\n  engine: level-meter  # a try\n")

    set_value("transcription.level_meter.loud", "0.5")

    settings = load_config().transcription
    assert LEVELS.options_of(settings).loud == 0.5
    assert "# a try" in config_path().read_text()
    with pytest.raises(ConfigError, match=r"did you mean `transcription\.level_meter\.loud`"):
        set_value("transcription.level_meter.lout", "0.5")


@pytest.mark.usefixtures("third_recogniser")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("loud: 7", ("line 3", "transcription.level_meter.loud", "less than 1")),
        ("quiet: 1", ("line 3", "transcription.level_meter.quiet", "Allowed here: loud")),
    ],
)
def test_a_mistake_in_a_recogniser_s_own_options_is_named(
    text: str, expected: tuple[str, ...], write_config: WriteConfig
) -> None:
    write_config(f"transcription:\n  level_meter:\n    {text}\n")

    with pytest.raises(ConfigError) as caught:
        load_config()

    assert all(part in caught.value.message for part in expected)
