"""models list, models download."""

import click

from backend.cli.terminal import json_option, print_json, print_table
from backend.config import models_dir
from backend.speech.model_store import WHISPER_MODELS, download_model, installed_models

MEGABYTE = 1_000_000


@click.group()
def models() -> None:
    """List and download Whisper models."""


@models.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the models that are installed, and those that can be downloaded by name."""
    installed = installed_models(models_dir())
    if as_json:
        print_json(
            [
                {
                    "name": model.name,
                    "directory": str(model.directory),
                    "size_bytes": model.size_bytes,
                    "problem": model.problem,
                }
                for model in installed
            ]
        )
        return
    if installed:
        print_table(
            ("NAME", "SIZE", "STATE"),
            [
                (model.name, f"{model.size_bytes / MEGABYTE:.0f} MB", model.problem or "ready")
                for model in installed
            ],
        )
    else:
        click.echo(f"No Whisper model is installed in {models_dir()}.")
    click.echo(f"\nTo download (lectern models download NAME): {', '.join(WHISPER_MODELS)}")


@models.command()
@click.argument("name")
@json_option
def download(name: str, as_json: bool) -> None:
    """Download a Whisper model by name, or by owner/repository on the hub."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn(name), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        bar = bars.add_task(name, total=None)
        directory = download_model(
            name,
            models_dir(),
            on_progress=lambda done, total: bars.update(bar, completed=done, total=total),
        )
    if as_json:
        print_json({"name": directory.name, "directory": str(directory)})
    else:
        click.echo(f"Installed {directory}")
        click.echo(f"To use it: lectern config set transcription.model {directory.name}")
