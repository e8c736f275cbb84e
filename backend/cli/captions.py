"""import."""

from pathlib import Path

import click

from backend.captions.service import import_captions
from backend.cli.terminal import (
    json_option,
    lesson_argument,
    notice,
    open_session,
    print_json,
)
from backend.errors.recordings import NoSuchFile, UnreadableCaptions
from backend.text.captions_in import LARGEST_BYTES


@click.command("import")
@lesson_argument
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--encoding", help="Encoding of the file, such as cp1255. Default: detect it.")
@json_option
def import_(lesson_id: int, file: Path, encoding: str | None, as_json: bool) -> None:
    """Import captions as a lesson's transcript.

    They are SRT or VTT. The transcript that was there before is kept: `lectern restore LESSON
    transcript` brings it back.
    """
    with open_session() as session:
        imported = import_captions(session, lesson_id, _read(file), file.name, encoding)
    if as_json:
        print_json(
            {
                "id": lesson_id,
                "segments": imported.segments,
                "notices": [each.text for each in imported.notices],
            }
        )
        return
    plural = "" if imported.segments == 1 else "s"
    click.echo(f"Lesson {lesson_id} has a transcript of {imported.segments:,} segment{plural}.")
    for each in imported.notices:
        notice(f"! {each.text}")
    notice(f"Next: lectern process {lesson_id}")


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST_BYTES + 1)
    except FileNotFoundError as error:
        raise NoSuchFile(f"There is no file {file}.") from error
    except (OSError, ValueError) as error:
        raise UnreadableCaptions(f"{file} cannot be read: {error}.") from error
