"""What the commands print: sentences and tables for people, JSON for programs, progress."""

import json
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
from sqlmodel import Session

from backend import database
from backend.config import known_secrets, log_dir
from backend.log import set_up_logging
from backend.tasks.progress import OnProgress, Progress

PLAIN_LINE_SECONDS = 5.0
"""Without a terminal, progress is a line at most this often."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, and only that.")
lesson_argument = click.argument("lesson_id", metavar="LESSON", type=int)


@contextmanager
def open_session() -> Iterator[Session]:
    """The session of one command, with its log."""
    set_up_logging(log_dir(), known_secrets())
    with Session(database.engine) as session:
        yield session


def print_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def notice(text: str) -> None:
    """Something a person should know, beside the result."""
    click.echo(printable(text), err=True)


def printable(text: str) -> str:
    """Without the control characters that a terminal would obey."""
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) != "Cc")


def clock(seconds: float | None) -> str:
    """Seconds as m:ss or h:mm:ss."""
    if seconds is None:
        return "–"
    minutes, left = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table as wide as its longest cells, the last column free to run on."""
    from rich.cells import cell_len

    table = [headings, *([printable(cell) for cell in row] for row in rows)]
    widths = [max(cell_len(row[column]) for row in table) for column in range(len(headings))]
    for row in table:
        cells = (
            cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)
        )
        click.echo("  ".join(cells).rstrip())


@contextmanager
def progress_display() -> Iterator[OnProgress]:
    """Progress on stderr: a bar on a terminal, plain lines elsewhere."""
    if sys.stderr.isatty():
        with _bar() as tell:
            yield tell
    else:
        yield _plain_lines()


@contextmanager
def _bar() -> Iterator[OnProgress]:
    from rich.console import Console
    from rich.progress import BarColumn, TaskID, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description:13}"),
        BarColumn(),
        TextColumn("{task.fields[amount]}"),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=Console(stderr=True)) as bars:
        shown: dict[str, TaskID] = {}

        def tell(progress: Progress) -> None:
            if progress.stage not in shown:
                shown[progress.stage] = bars.add_task(progress.stage, amount="")
            bars.update(
                shown[progress.stage],
                completed=progress.done,
                total=progress.total,
                amount=_amount(progress),
            )

        yield tell


def _plain_lines() -> OnProgress:
    said_at: dict[str, float] = {}

    def tell(progress: Progress) -> None:
        is_end = progress.total is not None and progress.done >= progress.total
        now = time.monotonic()
        if is_end or now - said_at.get(progress.stage, -PLAIN_LINE_SECONDS) >= PLAIN_LINE_SECONDS:
            said_at[progress.stage] = now
            click.echo(f"{progress.stage}: {_amount(progress)}", err=True)

    return tell


def _amount(progress: Progress) -> str:
    done = f"{progress.done:.0f}"
    if progress.total is None:
        return f"{done} {progress.unit}"
    return f"{done} of {progress.total:.0f} {progress.unit}"


def for_each(items: Sequence[Any], work: Callable[[Any], None]) -> bool:
    """Do the work for each item, whatever becomes of the others; say whether all succeeded."""
    from backend.errors import LecternError

    succeeded = True
    for item in items:
        try:
            work(item)
        except LecternError as error:
            succeeded = False
            click.echo(f"lectern: {printable(error.message)}", err=True)
    return succeeded
