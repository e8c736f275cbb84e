"""db upgrade."""

import click
from sqlalchemy import make_url

from backend.cli.terminal import json_option, print_json
from backend.config.environment import database_url
from backend.database.failures import describe
from backend.database.schema import upgrade_schema


@click.group()
def db() -> None:
    """Manage the database."""


@db.command()
@json_option
def upgrade(as_json: bool) -> None:
    """Upgrade the database to this version of Lectern.

    An SQLite file does that by itself, and is copied beforehand. Make a backup of a PostgreSQL
    database first.
    """
    url = make_url(database_url())
    before, after = upgrade_schema(url)
    if as_json:
        print_json({"database": describe(url), "before": before, "after": after})
    elif before == after:
        click.echo(f"{describe(url)} is up to date ({after}).")
    else:
        click.echo(f"{describe(url)}: from {before or 'empty'} to {after}.")
