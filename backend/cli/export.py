"""export."""

import sys
from pathlib import Path

import click
from sqlmodel import Session

from backend.cli.terminal import json_option, lesson_argument, notice, open_session, print_json
from backend.errors import InvalidValue, LecternError, StorageFull
from backend.exports.document import Layer, LessonExport, Part, read_lesson
from backend.exports.formats import ExportFormat, export_lesson
from backend.files import FULL_DISK_ERRORS, write_whole
from backend.lessons import service
from backend.log import printable
from backend.models import Course


@click.command()
@lesson_argument
@click.option(
    "--format",
    "export_format",
    metavar="FORMAT",
    type=click.Choice([item.value for item in ExportFormat]),
    required=True,
    help="text, markdown, docx or pdf to read, json for programs, srt or vtt for captions.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The file; else stdout.")
@click.option(
    "--what",
    "part",
    metavar="WHAT",
    type=click.Choice([item.value for item in Part]),
    help="transcript, summary or both; else both, of text, srt and vtt the transcript.",
)
@click.option(
    "--layer",
    metavar="LAYER",
    type=click.Choice([item.value for item in Layer]),
    help="transcript or corrected_transcript; else the corrected one where there is one.",
)
@json_option
def export(
    lesson_id: int,
    export_format: str,
    output: Path | None,
    part: str | None,
    layer: str | None,
    as_json: bool,
) -> None:
    """Write a lesson as text, Markdown, JSON, SRT, VTT, DOCX or PDF."""
    chosen = ExportFormat(export_format)
    if output is None:
        _check_stdout(chosen, as_json=as_json)
    with open_session() as session:
        document = _read(session, lesson_id, Layer(layer) if layer else None)
    exported = export_lesson(document, chosen, Part(part) if part else None)
    for text in exported.notices:
        notice(text)
    if output is None:
        _print(exported.content)
        return
    _write(output, exported.content)
    if as_json:
        print_json({"id": lesson_id, "format": export_format, "file": str(output)})
    else:
        click.echo(f"Wrote {output}")


def _check_stdout(export_format: ExportFormat, *, as_json: bool) -> None:
    if as_json:
        raise click.UsageError("--json tells about the file that was written: name it with -o.")
    if export_format.is_binary and sys.stdout.isatty():
        raise click.UsageError(
            f"A terminal cannot show {export_format.upper()}: name a file with -o."
        )


def _read(session: Session, lesson_id: int, layer: Layer | None) -> LessonExport:
    lesson = service.get_lesson(session, lesson_id)
    course = session.get(Course, lesson.course_id) if lesson.course_id is not None else None
    return read_lesson(lesson, course=course.title if course else None, layer=layer)


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
