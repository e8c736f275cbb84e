"""process, transcribe, correct, summarize."""

import sys
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import click
from sqlmodel import Session

from backend.cli.terminal import (
    for_each,
    force_option,
    heading,
    json_option,
    lesson_argument,
    lesson_notices,
    notice,
    open_session,
    print_json,
    progress_display,
    recording_path,
    tell_same_recording,
)
from backend.errors.lessons import LessonNotFound, LowerQuality
from backend.errors.recordings import NoSuchFile
from backend.lessons import service
from backend.lessons.service import LessonDetails
from backend.log import printable
from backend.models import Lesson
from backend.models.columns import LARGEST_ID
from backend.models.people import WITH_REMOVED
from backend.tasks.correction import CORRECTION, DEFAULTS, CorrectionOptions
from backend.tasks.pipeline import AnyStage, run_process
from backend.tasks.stage import StageContext, run_stage
from backend.tasks.summary import SUMMARY, SummaryOptions
from backend.tasks.transcribe import TRANSCRIPTION

T = TypeVar("T")


@click.command()
@click.argument("targets", metavar="LESSON_OR_FILE...", nargs=-1, required=True)
@click.option("--again", is_flag=True, help="Redo all three stages, even where texts exist.")
@force_option
@json_option
def process(targets: tuple[str, ...], again: bool, force: bool, as_json: bool) -> None:
    """Transcribe, correct and summarise lessons or files.

    A file is added to the library first. Stages that are done and still up to date are not done
    again. Whatever is interrupted goes on where it stopped when the command is given again.
    """
    processed: list[dict[str, Any]] = []
    with open_session() as session:

        def process_one(target: str) -> None:
            lesson_id = _find_or_add(session, target)
            if not as_json:
                click.echo(heading(service.get_lesson(session, lesson_id)))
            session.commit()  # no transaction stays open over hours of work
            done = _insist(
                lambda context: list(run_process(context, again=again)), session, lesson_id, force
            )
            lesson = service.get_lesson(session, lesson_id)
            processed.append(_lesson_json(session, lesson))
            _print_notices(lesson)
            if not as_json:
                _report(lesson, done)

        succeeded = for_each(targets, process_one)
    if as_json:
        print_json(processed)
    if not succeeded:
        sys.exit(1)


def _insist(work: Callable[[StageContext], T], session: Session, lesson_id: int, force: bool) -> T:
    """Do the work; where it would make a text worse, ask at a terminal whether it shall."""

    def do(accept: bool) -> T:
        with progress_display() as tell:
            return work(StageContext(lesson_id, session, tell, accept_lower_quality=accept))

    try:
        return do(force)
    except LowerQuality as error:
        if not sys.stdin.isatty():
            raise
        notice(error.message)
    click.confirm("Replace it anyway?", abort=True, err=True)
    return do(True)


def _find_or_add(session: Session, target: str) -> int:
    """The lesson with this number, else a new one of the file with this name."""
    is_number = target.isdecimal() and len(target) <= len(str(LARGEST_ID))
    lesson_id = int(target) if is_number else 0
    if 0 < lesson_id <= LARGEST_ID and _is_lesson(session, lesson_id):
        return lesson_id
    try:
        added = service.add_recording(session, recording_path(target), LessonDetails())
    except NoSuchFile as error:
        raise (LessonNotFound(target) if target.isdecimal() else error) from error
    assert added.lesson.id is not None
    tell_same_recording(added)
    return added.lesson.id


def _is_lesson(session: Session, lesson_id: int) -> bool:
    """Also one in the trash, which is then said."""
    return session.get(Lesson, lesson_id, execution_options=WITH_REMOVED) is not None


def _report(lesson: Lesson, done: list[AnyStage]) -> None:
    if not done:
        click.echo(
            f"Lesson {lesson.id} is done already. `lectern transcribe {lesson.id}`, `lectern "
            f"correct {lesson.id}` or `lectern summarize {lesson.id}` makes one of its texts anew, "
            f"`lectern process --again {lesson.id}` all of them."
        )
    if lesson.brief:
        click.echo(printable(lesson.brief))
    click.echo(f"To read it: lectern show {lesson.id}")


def _print_notices(lesson: Lesson) -> None:
    for text in lesson_notices(lesson):
        notice(text)
    failed = (lesson.correction_metadata or {}).get("failed_groups")
    if failed:
        notice(
            f"{len(failed)} groups could not be corrected and keep their text "
            f"({failed[0]['reason']}) `lectern correct {lesson.id}` asks for these again."
        )


def _lesson_json(session: Session, lesson: Lesson) -> dict[str, Any]:
    course = service.course_titles(session).get(lesson.course_id)
    return service.to_json(lesson, course, with_texts=True)


def _finish(session: Session, lesson_id: int, as_json: bool) -> None:
    lesson = service.get_lesson(session, lesson_id)
    _print_notices(lesson)
    if as_json:
        print_json(_lesson_json(session, lesson))
    else:
        click.echo(f"Done. To read it: lectern show {lesson_id}")


@click.command()
@lesson_argument
@force_option
@json_option
def transcribe(lesson_id: int, force: bool, as_json: bool) -> None:
    """Transcribe a lesson again.

    Its corrected transcript and summary stay as they are until they are made anew themselves.
    """
    with open_session() as session:
        _insist(partial(run_stage, TRANSCRIPTION), session, lesson_id, force)
        _finish(session, lesson_id, as_json)


@click.command()
@lesson_argument
@click.option(
    "--segments-per-group",
    type=click.IntRange(1),
    default=DEFAULTS.segments_per_group,
    show_default=True,
    help="Segments per request to the language model.",
)
@click.option(
    "--max-concurrency",
    type=click.IntRange(1),
    default=DEFAULTS.max_concurrency,
    show_default=True,
    help="Maximum number of simultaneous requests.",
)
@force_option
@json_option
def correct(
    lesson_id: int, segments_per_group: int, max_concurrency: int, force: bool, as_json: bool
) -> None:
    """Correct a lesson's transcript again."""
    options = CorrectionOptions.checked(
        segments_per_group=segments_per_group, max_concurrency=max_concurrency
    )
    with open_session() as session:
        _insist(partial(run_stage, CORRECTION, options=options), session, lesson_id, force)
        _finish(session, lesson_id, as_json)


@click.command()
@lesson_argument
@click.option(
    "--original", is_flag=True, help="Summarise the original transcript, not the corrected one."
)
@force_option
@json_option
def summarize(lesson_id: int, original: bool, force: bool, as_json: bool) -> None:
    """Summarise a lesson again."""
    with open_session() as session:
        options = SummaryOptions(use_corrected=not original)
        _insist(partial(run_stage, SUMMARY, options=options), session, lesson_id, force)
        _finish(session, lesson_id, as_json)
