"""serve."""

import gc

import click


@click.command()
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Where to listen; loopback names only, until there are accounts.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option("--no-worker", is_flag=True, help="Serve only; workers run by themselves.")
def serve(host: str, port: int, no_worker: bool) -> None:
    """Serve the API on this computer, with a worker beside it.

    Ctrl-C or SIGTERM stops both: what is finished is stored, and the rest goes on when it is
    started again.
    """
    # What is loaded now stays. To look through it for garbage, again and again while it grows, took
    # a quarter of the time until the server answers.
    gc.disable()
    try:
        from backend.server import run_server

        run_server(host, port, with_worker=not no_worker, on_start=_begin)
    finally:
        gc.enable()


def _begin(address: str) -> None:
    gc.freeze()
    gc.enable()
    click.echo(f"Lectern is at {address}")
