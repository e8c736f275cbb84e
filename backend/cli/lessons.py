"""add, list, show, edit, remove."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from backend.cli.terminal import (
    clock,
    for_each,
    json_option,
    lesson_argument,
    notice,
    open_session,
    print_json,
    print_table,
    printable,
)
from backend.lessons import service
from backend.lessons.service import LessonDetails
from backend.models import Lesson, Segment


@click.command()
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option("--title", help="The title; else the file's name.")
@click.option("--course", help="The course, which is made if there is none of that name.")
@click.option("--language", help="The language spoken, such as en or fr; else it is detected.")
@json_option
def add(
    files: tuple[Path, ...],
    title: str | None,
    course: str | None,
    language: str | None,
    as_json: bool,
) -> None:
    """Copy recordings into the library, each as a lesson."""
    if title is not None and len(files) > 1:
        raise click.UsageError("--title is for one file: several lessons cannot share a title.")
    added: list[dict[str, Any]] = []
    with open_session() as session:

        def add_one(file: Path) -> None:
            result = service.add_recording(session, file, LessonDetails(title, course, language))
            added.append(service.to_json(result.lesson, course, with_texts=False))
            if not as_json:
                described = f"{result.lesson.title} ({clock(result.lesson.duration)})"
                click.echo(f"Lesson {result.lesson.id}: {printable(described)}")
            if result.same_recording:
                same = ", ".join(str(lesson_id) for lesson_id in result.same_recording)
                notice(f"The same recording is there already, as lesson {same}.")

        succeeded = for_each(files, add_one)
    if as_json:
        print_json(added)
    elif added:
        ids = " ".join(str(lesson["id"]) for lesson in added)
        notice(f"Next: lectern process {ids}")
    if not succeeded:
        sys.exit(1)


@click.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the lessons."""
    with open_session() as session:
        courses = service.course_titles(session)
        listed = service.list_lessons(session)
        if as_json:
            print_json([service.summary_json(item, courses) for item in listed])
            return
        if not listed:
            click.echo("There are no lessons yet: lectern add FILE")
            return
        print_table(
            ("ID", "DATE", "LENGTH", "LANG", "STATE", "TITLE"),
            [
                (
                    str(item.lesson.id),
                    f"{item.lesson.date:%Y-%m-%d}",
                    clock(item.lesson.duration),
                    item.lesson.spoken_language or "–",
                    item.state,
                    item.lesson.title,
                )
                for item in listed
            ],
        )


@click.command()
@lesson_argument
@json_option
def show(lesson_id: int, as_json: bool) -> None:
    """Show a lesson with its texts."""
    with open_session() as session:
        lesson = service.get_lesson(session, lesson_id)
        course = service.course_titles(session).get(lesson.course_id)
        if as_json:
            print_json(service.to_json(lesson, course, with_texts=True))
        else:
            click.echo(printable("\n".join(_describe(lesson, course))))


def _describe(lesson: Lesson, course: str | None) -> list[str]:
    facts = (
        ("Date", f"{lesson.date:%Y-%m-%d %H:%M} UTC"),
        ("Course", course),
        ("Length", clock(lesson.duration)),
        ("Language", lesson.spoken_language),
        ("Recognised by", _made_by(lesson.transcript_metadata, "engine")),
        ("Corrected by", _made_by(lesson.correction_metadata, "provider")),
        ("Summarised by", _made_by(lesson.summary_metadata, "provider")),
    )
    lines = [f"{lesson.id}  {lesson.title}"]
    lines += [f"   {name + ':':15}{value}" for name, value in facts if value]
    lines += [f"   ! {text}" for text in (lesson.transcript_metadata or {}).get("notices", [])]
    if lesson.brief:
        lines += ["", "In brief", "", lesson.brief]
    if lesson.summary:
        lines += ["", "Summary", "", *_summary_lines(lesson)]
    text = lesson.transcript if lesson.corrected_transcript is None else lesson.corrected_transcript
    if text is None:
        return [*lines, "", f"There is no transcript yet: lectern process {lesson.id}"]
    heading = "Transcript" if lesson.corrected_transcript is None else "Corrected transcript"
    return [*lines, "", heading, "", *(_line(segment) for segment in text)]


def _made_by(metadata: dict[str, Any] | None, maker: str) -> str | None:
    if not metadata or maker not in metadata:
        return None
    return f"{metadata[maker]} ({metadata['model']})" if "model" in metadata else metadata[maker]


def _summary_lines(lesson: Lesson) -> list[str]:
    """The summary's statements, each with the moment it comes from."""
    moments = (lesson.summary_metadata or {}).get("moments") or []
    if not moments:
        return [lesson.summary or ""]
    return [f"{clock(moment['start']):>8}  {moment['text']}" for moment in moments]


def _line(segment: Segment) -> str:
    flags = f"  [{', '.join(segment.flags)}]" if segment.flags else ""
    return f"{clock(segment.start):>8}  {segment.text}{flags}"


@click.command()
@lesson_argument
@click.option("--title", help="The new title.")
@click.option("--course", help='The course it belongs to; "" takes it out of its course.')
@click.option("--language", help='The language spoken, such as en or fr; "" has it detected.')
@click.option(
    "--date",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]),
    help="The lesson's date, in UTC.",
)
@json_option
def edit(
    lesson_id: int,
    title: str | None,
    course: str | None,
    language: str | None,
    date: datetime | None,
    as_json: bool,
) -> None:
    """Change a lesson's title, course, language or date."""
    details = LessonDetails(title, course, language, date and date.replace(tzinfo=UTC))
    if details == LessonDetails():
        raise click.UsageError("Say what to change: --title, --course, --language or --date.")
    with open_session() as session:
        lesson = service.edit_lesson(session, lesson_id, details)
        current_course = service.course_titles(session).get(lesson.course_id)
        if as_json:
            print_json(service.to_json(lesson, current_course, with_texts=False))
        else:
            click.echo(f"Lesson {lesson.id}: {printable(lesson.title)}")


@click.command()
@lesson_argument
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def remove(lesson_id: int, yes: bool, as_json: bool) -> None:
    """Remove a lesson and all that was made of it.

    That is its recording in the library, its texts, checkpoints and stored replies. The file that
    it was added from is not touched.
    """
    with open_session() as session:
        lesson = service.get_lesson(session, lesson_id)
        title = printable(lesson.title)
        if sys.stdin.isatty() and not yes and not as_json:
            click.confirm(f"Remove lesson {lesson_id}, {title}, for good?", abort=True)
        service.remove_lesson(session, lesson_id)
        if as_json:
            print_json({"id": lesson_id, "removed": True})
        else:
            click.echo(f"Removed lesson {lesson_id}: {title}")
