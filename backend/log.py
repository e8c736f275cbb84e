"""Logging: full records in `<data dir>/logs/lectern.log`, nothing on the terminal."""

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

MAX_LOG_BYTES = 5_000_000
KEPT_LOG_FILES = 3

logger = logging.getLogger("lectern")


class _Redacted(logging.Formatter):
    """A formatter that never lets a key through, wherever in a record or trace it stands."""

    def __init__(self, secrets: list[str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s")
        self._secrets = [secret for secret in secrets if secret]

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        for secret in self._secrets:
            text = text.replace(secret, "[key]")
        return text


def log_to_file(directory: Path, secrets: list[str]) -> None:
    """Send the records of this process to `lectern.log` in `directory`.

    Calling it again for the same directory only renews the secrets. A directory that cannot be
    written to costs the log, not the job: it is said once on stderr.
    """
    path = directory / "lectern.log"
    for handler in list(logger.handlers):
        if isinstance(handler, RotatingFileHandler):
            if handler.baseFilename == str(path):
                handler.setFormatter(_Redacted(secrets))
                return
            logger.removeHandler(handler)
            handler.close()
    try:
        directory.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            path, maxBytes=MAX_LOG_BYTES, backupCount=KEPT_LOG_FILES, encoding="utf-8"
        )
    except OSError as error:
        sys.stderr.write(f"lectern: no log is kept: {path} cannot be written ({error}).\n")
        return
    handler.setFormatter(_Redacted(secrets))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    # The terminal gets one line from whoever talks to the person, never a trace.
    logger.propagate = False
