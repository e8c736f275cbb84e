"""Logging: full records in `<data dir>/logs/lectern.log`, one line each on the terminal."""

import logging
import unicodedata
from collections.abc import Sequence
from logging.handlers import RotatingFileHandler
from pathlib import Path

from backend.errors import hide_passwords
from backend.files import make_private_directory

MAX_LOG_BYTES = 5_000_000
KEPT_LOG_FILES = 3
FILE_LAYOUT = "%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"

logger = logging.getLogger("lectern")


def printable(text: str) -> str:
    """The text without the control characters that a terminal would obey; lines stay lines."""
    return "".join(_as_printed(character) for character in text)


def _as_printed(character: str) -> str:
    if character == "\n" or unicodedata.category(character) != "Cc":
        return character
    return " " if character.isspace() else ""


class _Redacted(logging.Formatter):
    """A formatter that never lets a key through, nor the password of an address, wherever in a
    record or trace it stands."""

    def __init__(self, layout: str, secrets: Sequence[str]) -> None:
        super().__init__(layout)
        self._secrets = [secret for secret in secrets if secret]

    def format(self, record: logging.LogRecord) -> str:
        text = hide_passwords(super().format(record))
        for secret in self._secrets:
            text = text.replace(secret, "[key]")
        return text


class _OneLine(_Redacted):
    """The message alone, safe for a terminal: the trace is for the file."""

    def format(self, record: logging.LogRecord) -> str:
        bare = logging.makeLogRecord(record.__dict__ | {"exc_info": None, "exc_text": None})
        return printable(super().format(bare))


class _LogFile(RotatingFileHandler):
    """A log that cannot be written costs the log and not the job: it is said once."""

    has_failed = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        if not self.has_failed:
            self.has_failed = True
            logger.warning("no log is kept: %s cannot be written", self.baseFilename)


def set_up_logging(
    directory: Path, secrets: Sequence[str], terminal_level: int = logging.WARNING
) -> None:
    """Send this process's records to `lectern.log` in `directory`, and warnings to the terminal.

    It may be called again, with another directory or other secrets.
    """
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()
    terminal = logging.StreamHandler()
    terminal.setLevel(terminal_level)
    terminal.setFormatter(_OneLine("lectern: %(message)s", secrets))
    logger.addHandler(terminal)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    path = directory / "lectern.log"
    try:
        make_private_directory(directory)
        path.touch(mode=0o600)
        file = _LogFile(
            path,
            maxBytes=MAX_LOG_BYTES,
            backupCount=KEPT_LOG_FILES,
            encoding="utf-8",
            errors="backslashreplace",  # the name of a file may be no text
        )
    except OSError as error:
        logger.warning("no log is kept: %s cannot be written (%s)", path, error.strerror)
        return
    file.setFormatter(_Redacted(FILE_LAYOUT, secrets))
    logger.addHandler(file)
