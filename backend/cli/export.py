"""export."""

from pathlib import Path

import click
from sqlmodel import Session

from backend.cli.output import check_output, deliver
from backend.cli.terminal import json_option, lesson_argument, open_session
from backend.exports.document import Layer, LessonExport, Part, read_lesson
from backend.exports.formats import ExportFormat, export_lesson
from backend.lessons import service
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
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Output file. Default: stdout."
)
@click.option(
    "--what",
    "part",
    metavar="WHAT",
    type=click.Choice([item.value for item in Part]),
    help="transcript, summary or both. Default: both; for text, srt and vtt the transcript.",
)
@click.option(
    "--layer",
    metavar="LAYER",
    type=click.Choice([item.value for item in Layer]),
    help="transcript or corrected_transcript. Default: the corrected one if there is one.",
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
    """Export a lesson as text, Markdown, JSON, SRT, VTT, DOCX or PDF."""
    chosen = ExportFormat(export_format)
    check_output(output, export_format, is_binary=chosen.kind.is_binary, as_json=as_json)
    with open_session() as session:
        document = _read(session, lesson_id, Layer(layer) if layer else None)
    exported = export_lesson(document, chosen, Part(part) if part else None)
    facts = {"id": lesson_id, "format": export_format}
    deliver(exported, output, facts if as_json else None)


def _read(session: Session, lesson_id: int, layer: Layer | None) -> LessonExport:
    lesson = service.get_lesson(session, lesson_id)
    course = session.get(Course, lesson.course_id) if lesson.course_id is not None else None
    return read_lesson(lesson, course=course.title if course else None, layer=layer)
