"""add, list, show, edit, remove, restore."""

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import click

from backend.cli.terminal import (
    for_each,
    heading,
    json_option,
    length,
    lesson_argument,
    lesson_notices,
    notice,
    one_line,
    open_session,
    print_json,
    print_table,
    recording_path,
    tell_same_recording,
)
from backend.editing.summaries import EditOfSummary, edited_summary
from backend.lesson_texts.layers import LessonLayer, restore_layer
from backend.lesson_texts.summaries import is_older_than_text
from backend.lessons import service
from backend.lessons.queries import list_lessons
from backend.lessons.service import LessonDetails
from backend.log import printable
from backend.models import Lesson, Segment


class UtcMoment(click.DateTime):
    """A day or a minute, in UTC unless it names another zone."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        moment = super().convert(value, param, ctx)
        try:
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except OverflowError:
            self.fail(f"{value!r} lies outside of the calendar in UTC.", param, ctx)


MINUTE = "%Y-%m-%dT%H:%M"
MOMENT = UtcMoment(["%Y-%m-%d", MINUTE, "%Y-%m-%d %H:%M", f"{MINUTE}%z", "%Y-%m-%d %H:%M%z"])


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--title", help="Title. Default: the recording's own title, or the file name.")
@click.option("--course", help="Course; created if it does not exist.")
@click.option("--language", help="Spoken language, such as en or fr. Default: detect it.")
@click.option(
    "--date",
    metavar="DATE",
    type=MOMENT,
    help="The date, such as 2026-11-20 or 2026-11-20T09:30+01:00, without a zone in UTC; else that "
    "in the file's name, that of the recorder, or the file's own.",
)
@json_option
def add(
    files: tuple[str, ...],
    title: str | None,
    course: str | None,
    language: str | None,
    date: datetime | None,
    as_json: bool,
) -> None:
    """Add recordings to the library; each becomes a lesson.

    If a file name begins with a dash, write its folder too: ./-name.
    """
    if title is not None and len(files) > 1:
        raise click.UsageError("--title is for one file: several lessons cannot share a title.")
    added: list[dict[str, Any]] = []
    with open_session() as session:

        def add_one(file: str) -> None:
            details = LessonDetails(title, course, language, date)
            result = service.add_recording(session, recording_path(file), details)
            added.append(service.to_json(result.lesson, course, with_texts=False))
            if not as_json:
                click.echo(f"{heading(result.lesson)} ({length(result.lesson.duration)})")
            tell_same_recording(result)

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
        lessons = list_lessons(session)
    if as_json:
        print_json([lesson.to_json() for lesson in lessons])
        return
    if not lessons:
        click.echo("There are no lessons yet: lectern add FILE")
        return
    print_table(
        ("ID", "DATE (UTC)", "LENGTH", "LANG", "STATE", "TITLE"),
        [
            (
                str(lesson.id),
                f"{lesson.date:%Y-%m-%d}",
                length(lesson.duration),
                lesson.language or "–",
                lesson.state,
                lesson.title,
            )
            for lesson in lessons
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
            is_older = is_older_than_text(session, lesson_id)
            edited = edited_summary(session, lesson_id)
            notices = [*lesson_notices(lesson), *_summary_notices(lesson_id, is_older, edited)]
            click.echo(printable("\n".join(_describe(lesson, course, notices))))


def _summary_notices(
    lesson_id: int, is_older: bool, edited: Sequence[EditOfSummary]
) -> Iterator[str]:
    if is_older:
        yield (
            "The text has changed since the summary was created. To update it: `lectern summarize "
            f"{lesson_id}`."
        )
    if edited:
        last = max(edited, key=lambda edit: edit.id)
        by = f" by {last.editor}" if last.editor else ""
        parts = " and ".join(sorted(edit.part for edit in edited))
        yield f"The {parts} was edited{by} on {last.edited_at:%Y-%m-%d}; no rerun replaces it."


def _describe(lesson: Lesson, course: str | None, notices: Sequence[str]) -> list[str]:
    facts = (
        ("Date", f"{lesson.date:%Y-%m-%d %H:%M} UTC"),
        ("Course", course),
        ("Length", length(lesson.duration)),
        ("Language", lesson.spoken_language),
        ("Transcribed by", _made_by(lesson.transcript_metadata, "engine")),
        ("Corrected by", _made_by(lesson.correction_metadata, "provider")),
        ("Summarised by", _made_by(lesson.summary_metadata, "provider")),
    )
    lines = [f"{lesson.id}  {one_line(lesson.title)}"]
    lines += [f"   {name + ':':15}{value}" for name, value in facts if value]
    lines += [f"   ! {text}" for text in notices]
    if lesson.brief:
        lines += ["", "In brief", "", lesson.brief]
    if lesson.summary:
        lines += ["", "Summary", "", *_summary_lines(lesson)]
    text = lesson.transcript if lesson.corrected_transcript is None else lesson.corrected_transcript
    if text is None:
        return [*lines, "", f"There is no transcript yet: lectern process {lesson.id}"]
    if not text:
        return lines
    caption = "Transcript" if lesson.corrected_transcript is None else "Corrected transcript"
    return [*lines, "", caption, "", *(_line(segment) for segment in text)]


def _made_by(metadata: dict[str, Any] | None, maker: str) -> str | None:
    if not metadata or maker not in metadata:
        return None
    return f"{metadata[maker]} ({metadata['model']})" if "model" in metadata else metadata[maker]


def _summary_lines(lesson: Lesson) -> list[str]:
    """The summary's statements, each with the moment it comes from."""
    moments = (lesson.summary_metadata or {}).get("moments") or []
    if not moments:
        return [lesson.summary or ""]
    return [f"{length(moment['start']):>8}  {moment['text']}" for moment in moments]


def _line(segment: Segment) -> str:
    flags = f"  [{', '.join(segment.flags)}]" if segment.flags else ""
    return f"{length(segment.start):>8}  {one_line(segment.text)}{flags}"


@click.command()
@lesson_argument
@click.option("--title", help="New title.")
@click.option("--course", help='New course; "" removes the lesson from its course.')
@click.option("--language", help='Spoken language, such as en or fr; "" to detect it.')
@click.option(
    "--date",
    metavar="DATE",
    type=MOMENT,
    help="The lesson's date, such as 2026-11-20 or 2026-11-20T09:30+01:00, without a zone in UTC.",
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
    details = LessonDetails(title, course, language, date)
    if details == LessonDetails():
        raise click.UsageError("Say what to change: --title, --course, --language or --date.")
    with open_session() as session:
        lesson = service.edit_lesson(session, lesson_id, details)
        current_course = service.course_titles(session).get(lesson.course_id)
        if as_json:
            print_json(service.to_json(lesson, current_course, with_texts=False))
        else:
            click.echo(heading(lesson))


@click.command()
@lesson_argument
@click.option("--yes", is_flag=True, help="Delete without asking for confirmation.")
@json_option
def remove(lesson_id: int, yes: bool, as_json: bool) -> None:
    """Delete a lesson and everything made from it.

    That is its recording in the library, its texts, checkpoints and stored replies. The file that
    it was added from is not touched.
    """
    with open_session() as session:
        lesson = service.get_lesson(session, lesson_id)
        removed = heading(lesson)
        if sys.stdin.isatty() and not yes and not as_json:
            click.confirm(f"{removed}. Delete it permanently?", abort=True)
        service.remove_lesson(session, lesson_id)
        if as_json:
            print_json({"id": lesson_id, "removed": True})
        else:
            click.echo(f"Removed. {removed}")


@click.command()
@lesson_argument
@click.argument("layer", metavar="LAYER", type=click.Choice([item.value for item in LessonLayer]))
@json_option
def restore(lesson_id: int, layer: str, as_json: bool) -> None:
    """Restore the earlier version of one of a lesson's texts.

    LAYER is transcript, correction or summary. What is there now takes the older one's place, so
    that the same command brings it back.
    """
    with open_session() as session:
        restore_layer(session, lesson_id, LessonLayer(layer))
        lesson = service.get_lesson(session, lesson_id)
        if as_json:
            course = service.course_titles(session).get(lesson.course_id)
            print_json(service.to_json(lesson, course, with_texts=True))
        else:
            click.echo(f"{heading(lesson)}: the earlier {layer} is restored.")
