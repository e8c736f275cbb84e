"""config show, config set."""

import click

from backend.cli.terminal import json_option, notice, print_json
from backend.config.environment import config_path, data_dir, models_dir
from backend.config.file import load_config, set_value, to_yaml
from backend.config.keys import api_key_for, server_of, withheld_key_server
from backend.config.settings import Settings
from backend.errors import hide_passwords
from backend.speech.engines.registry import TranscriptionSettings
from backend.speech.model_store import check_setting
from backend.speech.recognisers import look_for_recogniser


@click.group()
def config() -> None:
    """Show and change the settings."""


@config.command(short_help="Show the current settings.")
@json_option
def show(as_json: bool) -> None:
    """Show the current settings. API keys are not shown."""
    settings = load_config()
    shown = _without_secrets(settings)
    if as_json:
        places = {"data_dir": str(data_dir()), "config_file": str(config_path())}
        print_json({**places, "settings": shown})
        return
    click.echo(f"# {config_path()}" + ("" if config_path().exists() else " (not there: defaults)"))
    click.echo(to_yaml(shown), nl=False)


def _without_secrets(settings: Settings) -> dict[str, object]:
    shown = settings.model_dump(mode="json")
    shown["api_key"] = "(set)" if api_key_for(settings) else ""
    if withheld_key_server(settings):
        shown["api_key"] = "(set for another server)"
    if settings.base_url is not None:
        shown["base_url"] = hide_passwords(settings.base_url)
    return shown


@config.command("set", short_help="Change one setting.")
@click.argument("key")
@click.argument("value", required=False)
@json_option
def set_(key: str, value: str | None, as_json: bool) -> None:
    """Set KEY, such as provider or summary.max_length, to VALUE.

    Without VALUE you are asked for it, and it is not shown. This keeps an api_key out of the
    shell's history.
    """
    if value is None:
        value = click.prompt(key, hide_input=True, default="", show_default=False, err=True)
    told = None
    if key == "transcription.model":
        told = check_setting(value or "", models_dir())
    settings = set_value(key, value or "")
    if as_json:
        print_json({"config_file": str(config_path()), "settings": _without_secrets(settings)})
    else:
        click.echo(f"Set {key} in {config_path()}")
    if told:
        until_then = _until_installed(settings.transcription)
        notice(f"{told} `lectern models download {value}` fetches it; until then {until_then}.")
    if key in ("provider", "base_url") and (bound := withheld_key_server(settings)):
        click.echo(
            f"lectern: the key that is stored was typed for {bound}, so it is not sent to "
            f"{server_of(settings)}: set it again with `lectern config set api_key`.",
            err=True,
        )


def _until_installed(settings: TranscriptionSettings) -> str:
    """What becomes of recordings while the chosen model is not there."""
    choice = look_for_recogniser(settings, models_dir())
    if choice.obstacle:
        return "nothing can be transcribed"
    caveat = choice.entry.caveat
    model = None if caveat else choice.entry.model(choice.options, models_dir())
    used = choice.entry.in_words(model).en
    return f"{used} transcribes" + (f", which is {caveat.en}" if caveat else "")
