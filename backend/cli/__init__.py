"""The command line. A command's module is loaded when the command is called."""

import logging
import os
import sys
from importlib import import_module
from io import TextIOWrapper
from typing import Any

import click

from backend import __version__
from backend.config.environment import log_dir
from backend.config.file import known_secrets
from backend.errors import LecternError
from backend.files import keep_files_private
from backend.log import printable, set_up_logging

logger = logging.getLogger("lectern.cli")

INTERRUPTED_STATUS = 130  # what shells use for Ctrl-C

# name: (module under backend.cli, attribute, what it does in one line)
COMMANDS = {
    "add": ("lessons", "add", "Add recordings to the library; each becomes a lesson."),
    "list": ("lessons", "list_", "List the lessons."),
    "show": ("lessons", "show", "Show a lesson with its texts."),
    "edit": ("lessons", "edit", "Change a lesson's title, course, language or date."),
    "remove": ("lessons", "remove", "Delete a lesson and everything made from it."),
    "restore": ("lessons", "restore", "Restore the earlier version of one of a lesson's texts."),
    "process": ("work", "process", "Transcribe, correct and summarise lessons or files."),
    "transcribe": ("work", "transcribe", "Transcribe a lesson again."),
    "correct": ("work", "correct", "Correct a lesson's transcript again."),
    "summarize": ("work", "summarize", "Summarise a lesson again."),
    "export": (
        "export",
        "export",
        "Export a lesson as text, Markdown, JSON, SRT, VTT, DOCX or PDF.",
    ),
    "notes": ("notes", "notes", "Export notes and highlights."),
    "import": ("captions", "import_", "Import captions as a lesson's transcript."),
    "search": ("search", "search", "Search the texts of all lessons."),
    "serve": ("serve", "serve", "Start the server and its pages on this computer, with a worker."),
    "worker": ("worker", "worker", "Process tasks until stopped."),
    "tasks": ("tasks", "tasks", "Add and manage background tasks."),
    "models": ("models", "models", "List, download and add Whisper models."),
    "config": ("settings", "config", "Show and change the settings."),
    "db": ("db", "db", "Manage the database."),
    "backup": ("backup", "backup", "Create, check and restore backups of the library."),
    "doctor": ("doctor", "doctor", "Look for problems and say how to fix them."),
}


class LazyGroup(click.Group):
    """A group whose help is known without loading its commands."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[name]
        command: click.Command = getattr(import_module(f"backend.cli.{module}"), attribute)
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, _, about) in COMMANDS.items()])

    def main(self, *arguments: Any, **options: Any) -> Any:
        """A title that the terminal's encoding lacks is shown in escapes, and stops nothing."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        return super().main(*arguments, **options)

    def invoke(self, context: click.Context) -> Any:
        """Whatever goes wrong ends in one line for the person and a trace for the log."""
        try:
            return super().invoke(context)
        except LecternError as error:
            logger.info("command failed", exc_info=True)
            click.echo(f"lectern: {printable(str(error))}", err=True)
            context.exit(1)
        except KeyboardInterrupt:
            click.echo(
                "\nlectern: stopped. What was finished is kept: the same command goes on from "
                "there.",
                err=True,
            )
            context.exit(INTERRUPTED_STATUS)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:  # the outer edge
            set_up_logging(log_dir(), known_secrets())
            logger.exception(
                "unexpected error (%s: %s): its full record is in %s",
                type(error).__name__,
                error,
                log_dir() / "lectern.log",
            )
            _give_up_unwritten_output()
            context.exit(1)


def _give_up_unwritten_output() -> None:
    """What stdout does not take (a full disk) is dropped, or Python's end would try and fail."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="lectern")
@click.pass_context
def main(context: click.Context) -> None:
    """Lectern transcribes, corrects and summarises recordings of lessons."""
    keep_files_private()
    if context.invoked_subcommand != "doctor":  # which looks, and changes nothing
        from backend.owner import close_data_dir

        if mended := close_data_dir(is_thorough=False):
            click.echo(f"lectern: {mended}", err=True)
