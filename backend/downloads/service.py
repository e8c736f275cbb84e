"""Downloads of Whisper models, each in a thread of this process.

One that ends with the process goes on where it stopped when it is asked for again.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from backend.errors import LecternError, UnexpectedError
from backend.errors.recognisers import UnknownModel
from backend.speech.model_download import download_model
from backend.speech.model_store import REPOSITORY_NAME, WHISPER_MODELS, directory_name

SMALLEST_STEP = 0.01
"""Progress is told when so large a share more has come."""

logger = logging.getLogger("lectern.downloads")


class DownloadStatus(StrEnum):
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True)
class Download:
    """A download since this process began. `name` is that of the model's directory."""

    name: str
    status: DownloadStatus
    done_bytes: int = 0
    total_bytes: int | None = None
    error: str | None = None
    error_code: str | None = None
    """The code of the `LecternError` that ended it."""


class Downloads:
    """The downloads of this process; `on_change` is called with each change, in any thread."""

    def __init__(self, on_change: Callable[[Download], None]) -> None:
        self._on_change = on_change
        self._lock = threading.Lock()
        self._by_name: dict[str, Download] = {}

    def all(self) -> dict[str, Download]:
        """By the models' names."""
        with self._lock:
            return dict(self._by_name)

    def start(self, model: str, models_dir: Path) -> Download:
        """Begin to download a model, unless that is under way already.

        Raises
        ------
        UnknownModel
        """
        if model not in WHISPER_MODELS and not REPOSITORY_NAME.fullmatch(model):
            raise UnknownModel(
                f"There is no Whisper model of this name: use one of {', '.join(WHISPER_MODELS)}, "
                "or owner/repository for another on the hub."
            )
        name = directory_name(model)
        with self._lock:
            present = self._by_name.get(name)
            if present is not None and present.status is DownloadStatus.RUNNING:
                return present
            begun = Download(name, DownloadStatus.RUNNING)
            self._by_name[name] = begun
        # A daemon: the process may end without it, and loses nothing.
        threading.Thread(
            target=self._run, args=(model, name, models_dir), name=f"download-{name}", daemon=True
        ).start()
        return begun

    def _run(self, model: str, name: str, models_dir: Path) -> None:
        def progress(done_bytes: int, total_bytes: int) -> None:
            present = self._by_name[name]
            step = (done_bytes - present.done_bytes) / max(1, total_bytes)
            if step >= SMALLEST_STEP or done_bytes == total_bytes:
                self._change(replace(present, done_bytes=done_bytes, total_bytes=total_bytes))

        try:
            download_model(model, models_dir, on_progress=progress)
        except LecternError as error:
            self._end(name, DownloadStatus.FAILED, error)
        except Exception:  # the outer edge of the thread
            logger.exception("the download of %s failed", name)
            unexpected = UnexpectedError("The download failed: the log has the details.")
            self._end(name, DownloadStatus.FAILED, unexpected)
        else:
            self._end(name, DownloadStatus.COMPLETED, None)

    def _end(self, name: str, status: DownloadStatus, error: LecternError | None) -> None:
        ended = replace(self._by_name[name], status=status)
        if error is not None:
            ended = replace(ended, error=error.message, error_code=error.code)
        self._change(ended)

    def _change(self, download: Download) -> None:
        with self._lock:
            self._by_name[download.name] = download
        self._on_change(download)
