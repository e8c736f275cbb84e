"""export."""

import sys
from pathlib import Path

import click

from backend.cli.terminal import json_option, lesson_argument, open_session, print_json
from backend.errors import InvalidValue, LecternError, NoTranscript, StorageFull
from backend.exports.document import Layer, LessonExport, Moment
from backend.exports.formats import ExportFormat, export_lesson
from backend.files import FULL_DISK_ERRORS, write_whole
from backend.lessons import service
from backend.log import printable
from backend.models import Lesson


@click.command()
@lesson_argument
@click.option(
    "--format",
    "export_format",
    metavar="FORMAT",
    type=click.Choice([item.value for item in ExportFormat]),
    required=True,
    help="text or markdown to read, json for programs, srt or vtt for captions.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The file; else stdout.")
@click.option(
    "--layer",
    metavar="LAYER",
    type=click.Choice([item.value for item in Layer]),
    help="transcript or corrected_transcript; else the corrected one where there is one.",
)
@json_option
def export(
    lesson_id: int, export_format: str, output: Path | None, layer: str | None, as_json: bool
) -> None:
    """Write a lesson as text, Markdown, JSON, SRT or VTT."""
    if as_json and output is None:
        raise click.UsageError("--json tells about the file that was written: name it with -o.")
    with open_session() as session:
        lesson = service.get_lesson(session, lesson_id)
        document = _document(lesson, Layer(layer) if layer else None)
    text = export_lesson(document, ExportFormat(export_format))
    if output is None:
        # A file gets every character, a terminal none that it would obey.
        click.echo(printable(text) if sys.stdout.isatty() else text, nl=False)
        return
    _write(output, text)
    if as_json:
        print_json({"id": lesson_id, "format": export_format, "file": str(output)})
    else:
        click.echo(f"Wrote {output}")


def _document(lesson: Lesson, layer: Layer | None) -> LessonExport:
    if layer is None:
        layer = Layer.TRANSCRIPT if lesson.corrected_transcript is None else Layer.CORRECTED
    segments = getattr(lesson, layer)
    if segments is None:
        raise NoTranscript(
            f"Lesson {lesson.id} has no {layer.replace('_', ' ')} yet: run `lectern process "
            f"{lesson.id}` first."
        )
    return LessonExport(
        title=lesson.title,
        date=lesson.date,
        language=lesson.spoken_language,
        duration=lesson.duration,
        segments=tuple(segments),
        layer=layer,
        brief=lesson.brief,
        summary=lesson.summary,
        moments=tuple(
            Moment(
                moment["text"], moment["start"], moment["end"], tuple(moment.get("segments", ()))
            )
            for moment in (lesson.summary_metadata or {}).get("moments", ())
            if moment["start"] is not None
        ),
    )


def _write(output: Path, text: str) -> None:
    try:
        write_whole(output, text)
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
