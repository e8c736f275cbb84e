"""Downloads of Whisper models, each in a thread of this process.

One that ends with the process goes on where it stopped when it is asked for again.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from backend.errors import LecternError, UnexpectedError
from backend.errors.recognisers import DownloadFailed, UnknownModel
from backend.speech.model_catalogue import CATALOGUE
from backend.speech.model_download import Listener, download_model
from backend.speech.model_store import REPOSITORY_NAME, Source, directory_name

SMALLEST_STEP = 0.01
"""Progress is told when so large a share more has come."""

logger = logging.getLogger("lectern.downloads")


class DownloadStatus(StrEnum):
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True)
class PassedOver:
    """A source that did not serve."""

    source: Source
    reason: str
    code: str
    """Of the error that it ended with."""


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
    source: Source | None = None
    """The one that is asked, or that served; None: not yet, or the model was there."""
    passed_over: tuple[PassedOver, ...] = ()
    """Those that were asked before, with why they did not serve."""
    is_waiting: bool = False
    """Whether another process brings the same model in, whose end it waits for."""


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

    def start(self, model: str, models_dir: Path, source: Source | None = None) -> Download:
        """Begin to download a model, unless that is under way already.

        From `source` alone, if it is given.

        Raises
        ------
        UnknownModel
        """
        if model not in CATALOGUE and not REPOSITORY_NAME.fullmatch(model):
            raise UnknownModel(
                f"There is no Whisper model of this name: use one of {', '.join(CATALOGUE)}, "
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
            target=self._run,
            args=(model, name, models_dir, source),
            name=f"download-{name}",
            daemon=True,
        ).start()
        return begun

    def change(self, name: str, **values: Any) -> None:
        """Note what has changed of a download, and tell it."""
        with self._lock:
            changed = replace(self._by_name[name], **values)
            self._by_name[name] = changed
        self._on_change(changed)

    def _run(self, model: str, name: str, models_dir: Path, source: Source | None) -> None:
        try:
            arrival = download_model(
                model, models_dir, source=source, listener=_Telling(self, name)
            )
        except LecternError as error:
            self._fail(name, error)
        except Exception:  # the outer edge of the thread
            logger.exception("the download of %s failed", name)
            self._fail(name, UnexpectedError("The download failed: the log has the details."))
        else:
            self.change(
                name, status=DownloadStatus.COMPLETED, source=arrival.source, is_waiting=False
            )

    def _fail(self, name: str, error: LecternError) -> None:
        self.change(
            name,
            status=DownloadStatus.FAILED,
            error=error.message,
            error_code=error.code,
            is_waiting=False,
        )


class _Telling(Listener):
    """Keeps the download of one model up to date."""

    def __init__(self, downloads: Downloads, name: str) -> None:
        self._downloads, self._name = downloads, name

    @property
    def _present(self) -> Download:
        return self._downloads.all()[self._name]

    def progress(self, done_bytes: int, total_bytes: int) -> None:
        step = (done_bytes - self._present.done_bytes) / max(1, total_bytes)
        if step >= SMALLEST_STEP or done_bytes == total_bytes:
            self._downloads.change(self._name, done_bytes=done_bytes, total_bytes=total_bytes)

    def begins(self, source: Source) -> None:
        self._downloads.change(
            self._name, source=source, done_bytes=0, total_bytes=None, is_waiting=False
        )

    def passed_over(self, source: Source, error: DownloadFailed) -> None:
        refused = PassedOver(source, error.message, error.code)
        self._downloads.change(
            self._name, source=None, passed_over=(*self._present.passed_over, refused)
        )

    def waits(self) -> None:
        self._downloads.change(self._name, is_waiting=True)
