"""The settings that a task keeps until it ends."""

from collections.abc import Callable

from backend.config.file import load_config
from backend.config.settings import Provider
from backend.tasks.kept_settings import keep_settings, with_kept

WriteConfig = Callable[[str], None]


def test_a_task_keeps_what_decides_its_text(write_config: WriteConfig) -> None:
    write_config(
        "provider: OpenAI\napi_key: secret\nbase_url: http://one.example/\n"
        "transcription: {model: base, beam_size: 3, device: cuda, compute_type: int8}\n"
        "correction: {prompt: before, temperature: 0.1}\n"
    )
    kept = keep_settings(load_config())
    write_config(
        "provider: OpenAI\napi_key: other\nbase_url: http://two.example/\n"
        "transcription: {model: small, beam_size: 5, device: cpu}\n"
        "correction: {prompt: after, temperature: 0.9}\n"
    )

    settings = with_kept(kept, load_config())

    assert settings.correction.prompt == "before"
    assert settings.correction.temperature == 0.1
    assert (settings.transcription.model, settings.transcription.beam_size) == ("base", 3)
    # Where and by what means the work is done is each machine's own.
    assert (settings.transcription.device, settings.transcription.compute_type) == (
        "cpu",
        "auto",
    )
    assert settings.base_url == "http://two.example/"
    assert settings.api_key.get_secret_value() == "other"


def test_a_task_keeps_no_key_and_no_address(write_config: WriteConfig) -> None:
    write_config("provider: OpenAI\napi_key: secret\nbase_url: http://me:secret@one.example/\n")

    assert "secret" not in str(keep_settings(load_config()))


def test_another_provider_comes_with_its_own_models(write_config: WriteConfig) -> None:
    write_config("provider: OpenAI\ncorrection: {model: gpt-4o, prompt: before}\n")
    kept = keep_settings(load_config())
    write_config("provider: Anthropic\ncorrection: {model: claude, prompt: after}\n")

    settings = with_kept(kept, load_config())

    assert settings.provider is Provider.ANTHROPIC
    assert (settings.correction.model, settings.correction.prompt) == ("claude", "after")
