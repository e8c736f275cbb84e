"""What the commands print: sentences and tables for people, JSON for programs, progress."""

import json
import logging
import math
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from sqlmodel import Session

from backend import database
from backend.clock import clock
from backend.config.environment import log_dir
from backend.config.file import known_secrets, load_config
from backend.errors import LecternError, NotFound
from backend.errors.lessons import LessonNotFound
from backend.errors.recordings import NoSuchFile
from backend.errors.tasks import TaskNotFound
from backend.lessons.service import AddedLesson
from backend.log import printable, set_up_logging
from backend.models import Lesson
from backend.models.columns import LARGEST_ID
from backend.models.notices import notice_texts
from backend.tasks.progress import OnProgress, Progress

logger = logging.getLogger("lectern.cli")

PLAIN_LINE_SECONDS = 5.0
"""Without a terminal, progress is a line at most this often."""

JSON_UNSAFE = re.compile("[\x7f-\x9f\ud800-\udfff]")
"""Terminals obey the former, and no encoding has the latter (bytes of a name that is no UTF-8)."""


class _Number(click.ParamType):  # type: ignore[type-arg]  # generic in the newest click only
    """The number of a lesson or a task; `missing` is raised for one that no database can have."""

    def __init__(self, name: str, listing: str, missing: Callable[[int], NotFound]) -> None:
        self.name = name
        self._listing = listing
        self._missing = missing

    def convert(
        self, value: Any, parameter: click.Parameter | None, context: click.Context | None
    ) -> int:
        try:
            number = int(value)
        except ValueError:
            self.fail(
                f"{value!r} is not the number of a {self.name}: `{self._listing}` shows them.",
                parameter,
                context,
            )
        if abs(number) > LARGEST_ID:
            raise self._missing(number)
        return number


LESSON = _Number("lesson", "lectern list", LessonNotFound)
TASK = _Number("task", "lectern tasks list", TaskNotFound)

json_option = click.option("--json", "as_json", is_flag=True, help="Print only JSON.")
force_option = click.option(
    "--force", is_flag=True, help="Replace a text even with one of lower quality."
)
lesson_argument = click.argument("lesson_id", metavar="LESSON", type=LESSON)


def recording_path(name: str) -> Path:
    """The file that was named. An empty name, as an unset variable gives it, is none."""
    if not name:
        raise NoSuchFile("The name of a file is empty: name the recording.")
    return Path(name)


@contextmanager
def open_session() -> Iterator[Session]:
    """The session of one command, with its log; a broken config.yaml is said before any work."""
    set_up_logging(log_dir(), known_secrets())
    load_config()
    try:
        with Session(database.engine) as session:
            yield session
    finally:
        database.dispose_engines()  # SQLite's write-ahead log goes into the file, and away


def print_json(value: Any, indent: int | None = 2) -> None:
    """`indent` None puts it on one line."""
    is_unicode = "utf" in (sys.stdout.encoding or "").lower()
    text = json.dumps(value, ensure_ascii=not is_unicode, indent=indent)
    click.echo(JSON_UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def notice(text: str) -> None:
    """Something a person should know, beside the result."""
    click.echo(printable(text), err=True)


def one_line(text: str) -> str:
    """For a table or a list: a title that was written by another program may hold anything."""
    return " ".join(printable(text).split())


def heading(lesson: Lesson) -> str:
    """A lesson's number and title, before what is said about it."""
    return f"Lesson {lesson.id}: {one_line(lesson.title)}"


def tell_same_recording(added: AddedLesson) -> None:
    if added.same_recording:
        *others, last = (str(lesson_id) for lesson_id in added.same_recording)
        named = f"lessons {', '.join(others)} and {last}" if others else f"lesson {last}"
        notice(f"The library already has this recording: {named}.")


def lesson_notices(lesson: Lesson) -> list[str]:
    """What a person should know about how the lesson's texts were made."""
    made_with = (lesson.transcript_metadata, lesson.correction_metadata, lesson.summary_metadata)
    return [text for each in made_with for text in notice_texts((each or {}).get("notices"))]


def length(seconds: float | None) -> str:
    """A lesson's or a task's length, which may not be known."""
    return "–" if seconds is None else clock(seconds)


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table as wide as its longest cells, the last column free to run on."""
    from rich.cells import cell_len

    table = [headings, *([one_line(cell) for cell in row] for row in rows)]
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
                amount=progress.amount,
            )

        yield tell


def _plain_lines() -> OnProgress:
    said_at: dict[str, float] = {}
    last_line = ""

    def tell(progress: Progress) -> None:
        nonlocal last_line
        is_end = progress.total is not None and progress.done >= progress.total
        is_due = time.monotonic() - said_at.get(progress.stage, -math.inf) >= PLAIN_LINE_SECONDS
        line = f"{progress.stage}: {progress.amount}"
        if (is_end or is_due) and line != last_line:
            said_at[progress.stage] = time.monotonic()
            last_line = line
            notice(line)

    return tell


def for_each(items: Sequence[Any], work: Callable[[Any], None]) -> bool:
    """Do the work for each item, whatever becomes of the others; say whether all succeeded."""
    succeeded = True
    for item in items:
        try:
            work(item)
        except LecternError as error:
            succeeded = False
            logger.info("%s failed", item, exc_info=True)
            click.echo(f"lectern: {printable(str(error))}", err=True)
    return succeeded
