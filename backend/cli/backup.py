"""backup create, verify, list, prune, restore."""

from pathlib import Path
from typing import Any

import click

from backend import database
from backend.backup.creation import create_backup
from backend.backup.keeping import prune_backups
from backend.backup.manifest import Backup, find_backup, list_backups, verify
from backend.backup.restoring import restore_backup
from backend.cli.terminal import json_option, notice, print_json, print_table
from backend.config.environment import log_dir
from backend.config.file import known_secrets
from backend.log import set_up_logging

directory_argument = click.argument(
    "directory", metavar="DIRECTORY", type=click.Path(path_type=Path)
)


@click.group()
def backup() -> None:
    """Create, check and restore backups of the library."""
    set_up_logging(log_dir(), known_secrets())


@backup.command(short_help="Create a backup of the library.")
@directory_argument
@json_option
def create(directory: Path, as_json: bool) -> None:
    """Create a backup in DIRECTORY. Lectern may keep running.

    It is a folder of its own, named after the moment: the database, the recordings and the
    settings without keys. A recording that the last backup there has takes no room again.
    """
    made = create_backup(database.engine, directory, notice)
    if made.manifest.missing:
        notice(f"Not there, and so not in the backup: {', '.join(made.manifest.missing)}.")
    if as_json:
        print_json(_to_json(made))
    else:
        click.echo(f"{made.folder}: {_contents(made)}.")


@backup.command("verify", short_help="Check that a backup is complete and undamaged.")
@directory_argument
@json_option
def verify_(directory: Path, as_json: bool) -> None:
    """Check that a backup is complete and undamaged, by reading every file.

    DIRECTORY is a backup, or the folder that backups are in: then the newest is read.
    """
    found = find_backup(directory)
    verify(found)
    if as_json:
        print_json(_to_json(found))
    else:
        click.echo(f"{found.folder} is whole: {_contents(found)}.")


@backup.command("list", short_help="List the backups in a folder.")
@directory_argument
@json_option
def list_(directory: Path, as_json: bool) -> None:
    """List the backups in DIRECTORY, oldest first. `verify` checks their files."""
    found = list_backups(directory)
    if as_json:
        print_json([_to_json(each) for each in found])
    elif not found:
        click.echo(f"There are no backups in {directory}: lectern backup create DIRECTORY")
    else:
        headings = ("BACKUP", "LESSONS", "MB", "DATABASE", "LECTERN")
        print_table(headings, [_row(each) for each in found])


@backup.command(short_help="Delete old backups.")
@directory_argument
@click.option(
    "--keep",
    metavar="N",
    type=click.IntRange(1, 100_000),
    default=7,
    show_default=True,
    help="How many of the newest backups to keep.",
)
@json_option
def prune(directory: Path, keep: int, as_json: bool) -> None:
    """Delete all but the newest backups in DIRECTORY."""
    removed = prune_backups(directory, keep)
    if as_json:
        print_json([_to_json(each) for each in removed])
    else:
        for each in removed:
            click.echo(f"Deleted {each.folder}")


@backup.command(short_help="Replace the library with a backup.")
@directory_argument
@json_option
def restore(directory: Path, as_json: bool) -> None:
    """Replace the library with a backup: lessons, recordings and settings.

    DIRECTORY is a backup, or the folder that backups are in: then the newest is taken. What is in
    the library now is gone afterwards. Keys stay as they are. It is refused while a server, a
    worker or another command uses the library. Cut off, it has changed nothing or everything; the
    same command finishes it.
    """
    restored = restore_backup(find_backup(directory))
    if restored.missing:
        notice(f"The backup did not have: {', '.join(restored.missing)}.")
    if as_json:
        print_json(_to_json(restored.backup))
    else:
        click.echo(f"{restored.backup.folder} is the library now: {_contents(restored.backup)}.")


def _contents(backup: Backup) -> str:
    manifest = backup.manifest
    noun = "lesson" if manifest.lessons == 1 else "lessons"
    recordings = "recording" if len(backup.recordings) == 1 else "recordings"
    return (
        f"{manifest.lessons} {noun}, {len(backup.recordings)} {recordings}, "
        f"{backup.size_bytes / 1e6:,.1f} MB"
    )


def _row(backup: Backup) -> tuple[str, ...]:
    manifest = backup.manifest
    size = f"{backup.size_bytes / 1e6:,.1f}"
    return backup.folder.name, str(manifest.lessons), size, manifest.database, manifest.lectern


def _to_json(backup: Backup) -> dict[str, Any]:
    manifest = backup.manifest
    return {
        "directory": str(backup.folder),
        "created_at": manifest.created_at.isoformat(),
        "lessons": manifest.lessons,
        "recordings": len(backup.recordings),
        "missing": list(manifest.missing),
        "size": backup.size_bytes,
        "database": manifest.database,
        "schema_version": manifest.schema_version,
        "lectern": manifest.lectern,
    }
