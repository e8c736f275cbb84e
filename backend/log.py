"""Logging: full records in `<data dir>/logs/lectern.log`, one line each on the terminal."""

import logging
from collections.abc import Sequence
from logging.handlers import RotatingFileHandler
from pathlib import Path

MAX_LOG_BYTES = 5_000_000
KEPT_LOG_FILES = 3
FILE_LAYOUT = "%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"

logger = logging.getLogger("lectern")


class _Redacted(logging.Formatter):
    """A formatter that never lets a key through, wherever in a record or trace it stands."""

    def __init__(self, layout: str, secrets: Sequence[str]) -> None:
        super().__init__(layout)
        self._secrets = [secret for secret in secrets if secret]

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        for secret in self._secrets:
            text = text.replace(secret, "[key]")
        return text


class _OneLine(_Redacted):
    """The message alone: the trace is for the file."""

    def format(self, record: logging.LogRecord) -> str:
        bare = logging.makeLogRecord(record.__dict__ | {"exc_info": None, "exc_text": None})
        return super().format(bare)


def set_up_logging(directory: Path, secrets: Sequence[str]) -> None:
    """Send this process's records to `lectern.log` in `directory`, and warnings to the terminal.

    It may be called again, with another directory or other secrets. A log that cannot be written
    costs the log and not the job: it is said once.
    """
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()
    terminal = logging.StreamHandler()
    terminal.setLevel(logging.WARNING)
    terminal.setFormatter(_OneLine("lectern: %(message)s", secrets))
    logger.addHandler(terminal)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    path = directory / "lectern.log"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        file = RotatingFileHandler(
            path, maxBytes=MAX_LOG_BYTES, backupCount=KEPT_LOG_FILES, encoding="utf-8"
        )
    except OSError as error:
        logger.warning("no log is kept: %s cannot be written (%s)", path, error.strerror)
        return
    file.setFormatter(_Redacted(FILE_LAYOUT, secrets))
    logger.addHandler(file)
