"""Files that a command makes: written where a person named one, else to stdout."""

import sys
from pathlib import Path
from typing import Any

import click

from backend.cli.terminal import notice, print_json
from backend.errors import InvalidValue, LecternError
from backend.errors.storage import StorageFull
from backend.exports.formats import Exported
from backend.files import FULL_DISK_ERRORS, write_whole
from backend.log import printable


def check_output(output: Path | None, format_name: str, *, is_binary: bool, as_json: bool) -> None:
    """Refuse, before anything is made, what stdout cannot take."""
    if output is not None:
        return
    if as_json:
        raise click.UsageError("--json tells about the file that was written: name it with -o.")
    if is_binary and sys.stdout.isatty():
        raise click.UsageError(
            f"A terminal cannot show {format_name.upper()}: name a file with -o."
        )


def deliver(exported: Exported, output: Path | None, facts: dict[str, Any] | None) -> None:
    """Write the file, and say so: as JSON, together with `facts`, where these are given."""
    for text in exported.notices:
        notice(text)
    if output is None:
        _print(exported.content)
        return
    _write(output, exported.content)
    if facts is not None:
        print_json({**facts, "file": str(output)})
    else:
        click.echo(f"Wrote {output}")


def _print(content: bytes) -> None:
    # A file gets every character, a terminal none that it would obey.
    click.echo(printable(content.decode()) if sys.stdout.isatty() else content, nl=False)


def _write(output: Path, content: bytes) -> None:
    try:
        write_whole(output, content)
    except OSError as error:
        raise _name_error(error, output) from error


def _name_error(error: OSError, output: Path) -> LecternError:
    if error.errno in FULL_DISK_ERRORS:
        return StorageFull(
            f"There is not enough room for {output}: free some space, or name another."
        )
    return InvalidValue(
        f"{output} cannot be written ({error.strerror}): name another file with -o."
    )
