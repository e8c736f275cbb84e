"""worker."""

import click

from backend.worker import run_worker

QUEUES = ("transcription", "language")


@click.command()
@click.option(
    "--only",
    metavar="KIND",
    type=click.Choice(QUEUES),
    help="transcription, or language (corrections and summaries). Default: both.",
)
def worker(only: str | None) -> None:
    """Process tasks until stopped.

    Ctrl-C or SIGTERM stops it: what is finished is stored, and the rest goes on with the next
    worker. Several may run at once, on one computer or on many.
    """
    run_worker([only] if only else QUEUES)
