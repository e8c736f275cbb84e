"""serve."""

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
    from backend.server import run_server

    run_server(host, port, with_worker=not no_worker, on_start=_tell_address)


def _tell_address(address: str) -> None:
    click.echo(f"Lectern is at {address}")
