"""notes."""

from pathlib import Path

import click

from backend.cli.output import check_output, deliver
from backend.cli.search import course_ids, theme_ids
from backend.cli.terminal import json_option, open_session
from backend.exports.notes import NotesFormat, export_notes
from backend.lesson_texts.layers import require_lesson
from backend.models import Colour
from backend.notes.service import NoteFilter, NoteKind, notes_by_lesson


@click.group()
def notes() -> None:
    """Export notes and highlights."""


@notes.command()
@click.option(
    "--format",
    "notes_format",
    metavar="FORMAT",
    type=click.Choice([item.value for item in NotesFormat]),
    required=True,
    help="markdown, docx or pdf to read, csv for spreadsheets.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Output file. Default: stdout."
)
@click.option(
    "--lesson", "lesson_id", metavar="LESSON", type=int, help="Only notes on this lesson."
)
@click.option("--course", metavar="TITLE", help="Only notes on lessons in this course.")
@click.option("--theme", metavar="TITLE", help="Only notes on lessons in this theme.")
@click.option(
    "--colour",
    metavar="COLOUR",
    type=click.Choice([item.value for item in Colour]),
    help="Only this colour: yellow, green, blue, pink or orange.",
)
@click.option(
    "--kind",
    metavar="KIND",
    type=click.Choice([item.value for item in NoteKind]),
    help="note: only with a text; highlight: only without one.",
)
@click.option("--words", metavar="WORDS", default="", help="Only notes that contain these words.")
@json_option
def export(
    notes_format: str,
    output: Path | None,
    lesson_id: int | None,
    course: str | None,
    theme: str | None,
    colour: str | None,
    kind: str | None,
    words: str,
    as_json: bool,
) -> None:
    """Export notes as Markdown, DOCX, PDF or CSV, by lesson and time."""
    chosen = NotesFormat(notes_format)
    check_output(output, notes_format, is_binary=chosen.is_binary, as_json=as_json)
    with open_session() as session:
        if lesson_id is not None:
            require_lesson(session, lesson_id)
        wanted = NoteFilter(
            course_ids(session, course),
            theme_ids(session, theme),
            lesson_id,
            Colour(colour) if colour else None,
            NoteKind(kind) if kind else None,
            words,
        )
        lessons = notes_by_lesson(session, wanted)
        n_notes = sum(len(lesson.notes) for lesson in lessons)
        exported = export_notes(lessons, chosen)
    facts = {"format": notes_format, "notes": n_notes}
    deliver(exported, output, facts if as_json else None)
