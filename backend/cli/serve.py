"""serve."""

import gc
import sys

import click

from backend.config.environment import owner_token_path


@click.command()
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen at. Only loopback names, as there are no accounts.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option("--no-worker", is_flag=True, help="Start no worker; run `lectern worker` yourself.")
def serve(host: str, port: int, no_worker: bool) -> None:
    """Start the server and its pages on this computer, with a worker.

    Ctrl-C or SIGTERM stops both: what is finished is stored, and the rest goes on when it is
    started again.

    On a terminal the address ends with the owner's token, which the pages want before they change
    settings. It holds until the next start, and is also in the file owner-token of the data
    directory.
    """
    # What is loaded now stays. To look through it for garbage, again and again while it grows, took
    # a quarter of the time until the server answers.
    gc.disable()
    try:
        from backend.server import run_server

        run_server(host, port, with_worker=not no_worker, on_start=_begin)
    finally:
        gc.enable()


def _begin(address: str, token: str | None) -> None:
    gc.freeze()
    gc.enable()
    if token is None:
        click.echo(f"Lectern is at {address}")
    elif sys.stdout.isatty():
        # Behind the #, which browsers send nowhere.
        click.echo(f"Lectern is at {address}/#owner={token}")
        click.echo("Keep this address to yourself: whoever has it can change the settings.")
    else:
        # What is not a terminal may be a log that others read.
        click.echo(f"Lectern is at {address}")
        click.echo(f"To change settings there, enter the owner key from {owner_token_path()}")
