"""models list, models download."""

import click

from backend.cli.terminal import json_option, print_json, print_table, progress_display
from backend.config.environment import models_dir
from backend.speech.model_download import download_model
from backend.speech.model_store import WHISPER_MODELS, installed_models
from backend.tasks.progress import Progress

MEGABYTE = 1_000_000


@click.group()
def models() -> None:
    """List and download Whisper models."""


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


@models.command(short_help="Download a Whisper model.")
@click.argument("name")
@json_option
def download(name: str, as_json: bool) -> None:
    """Download a Whisper model by name, or as owner/repository on Hugging Face."""
    with progress_display() as tell:
        directory = download_model(
            name,
            models_dir(),
            on_progress=lambda done, total: tell(
                Progress("download", done / MEGABYTE, total / MEGABYTE, "MB")
            ),
        )
    if as_json:
        print_json({"name": directory.name, "directory": str(directory)})
    else:
        click.echo(f"Installed {directory}")
        click.echo(f"To use it: lectern config set transcription.model {directory.name}")
