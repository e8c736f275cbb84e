"""Unfinished uploads on disk: a folder for each, with what came so far and how far that is safe.

The folder holds the content, the state, and a lock that whoever writes to either holds. The state's
offset says how much of the content is safely on the disk: the content is flushed first, then the
offset is written. What lies behind the offset was under way when a process was killed, and is cut
off when the upload goes on. So no offset was ever promised that a power cut could take back.
"""

import hashlib
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from backend.errors.recordings import UnreadableMedia
from backend.errors.storage import StorageFull
from backend.errors.uploads import (
    UploadBusy,
    UploadGone,
    UploadNotFound,
    UploadTooLarge,
    UploadUnwritable,
)
from backend.files import (
    FULL_DISK_ERRORS,
    flush_directory,
    make_private_directory,
    write_whole,
)
from backend.models.columns import utc_now

MAX_BYTES = 10 << 30
RESERVE_BYTES = 200 << 20
"""What an upload leaves free on the disk, so that the database can still write."""
KEPT = timedelta(days=7)
"""An upload to which nothing came for so long is given up."""
CHECKPOINT_BYTES = 32 << 20
"""After so much, what came is flushed to the disk, and safe: at most so much is sent again."""
READ_BYTES = 1 << 20
REMEMBERED_DIGESTS = 64

STATE, LOCK = "state.json", "lock"


class Recording(BaseModel):
    """What was found in an upload that is there in whole."""

    model_config = ConfigDict(frozen=True)

    filename: str
    """Its name in the library."""
    sha256: str
    duration_seconds: float | None
    title: str | None = None
    """Its own tag."""
    recorded_at: datetime | None = None


class Outcome(BaseModel):
    """The lesson that came of it; see `AddedLesson`."""

    model_config = ConfigDict(frozen=True)

    lesson_id: int
    same_recording: tuple[int, ...]
    task_id: int | None


class UploadState(BaseModel):
    """How far an upload is. `metadata` is the client's header as it came."""

    model_config = ConfigDict(frozen=True)

    length: int
    offset: int = 0
    """How many bytes are safely on the disk."""
    metadata: str | None
    created_at: datetime
    expires_at: datetime
    recording: Recording | None = None
    outcome: Outcome | None = None
    refusal: str | None = None
    """Why no lesson can be made of it, in a sentence."""
    refusal_code: str | None = None
    """The code of the error that the sentence is of."""

    @property
    def is_whole(self) -> bool:
        return self.offset == self.length

    @property
    def is_settled(self) -> bool:
        """Whether nothing more comes of it."""
        return self.outcome is not None or self.refusal is not None

    @property
    def is_expired(self) -> bool:
        """A whole one is not given up before it is a lesson."""
        return utc_now() > self.expires_at and (self.is_settled or not self.is_whole)


@dataclass(frozen=True)
class UploadDigest:
    """The hash of an upload's first `position` bytes."""

    position: int = 0
    sha256: Any = field(default_factory=hashlib.sha256)

    def with_file(self, path: Path, end: int) -> "UploadDigest":
        """The hash of a file up to `end`, reading on where this one ends."""
        sha256, position = self.sha256.copy(), self.position
        with path.open("rb") as file:
            file.seek(position)
            while position < end and (block := file.read(min(READ_BYTES, end - position))):
                sha256.update(block)
                position += len(block)
        return UploadDigest(position, sha256)


@dataclass
class UploadStore:
    """The uploads under one directory. `reserve_bytes` is left free on its disk."""

    directory: Path
    max_bytes: int = MAX_BYTES
    reserve_bytes: int = RESERVE_BYTES
    checkpoint_bytes: int = CHECKPOINT_BYTES
    kept: timedelta = KEPT
    _digests: dict[str, UploadDigest] = field(default_factory=dict)

    def create(self, length: int, metadata: str | None) -> str:
        """Begin an upload of so many bytes; returns its id.

        Raises
        ------
        UploadTooLarge, UnreadableMedia, StorageFull, UploadError
        """
        if length > self.max_bytes:
            raise UploadTooLarge(
                f"The upload has {length:,} bytes, and {self.max_bytes:,} are allowed: send a "
                "smaller recording, such as its sound alone."
            )
        if length == 0:
            raise UnreadableMedia("The recording is empty (0 bytes): choose another file.")
        upload_id = secrets.token_hex(16)
        now = utc_now()
        state = UploadState(
            length=length, metadata=metadata, created_at=now, expires_at=now + self.kept
        )
        folder = self.directory / upload_id
        try:
            make_private_directory(folder)
            self.require_room(length)
            (folder / upload_id).touch(mode=0o600)
            write_state(folder, state)
            flush_directory(self.directory)
        except BaseException as error:
            shutil.rmtree(folder, ignore_errors=True)
            if isinstance(error, OSError):
                raise name_error(error, self.directory) from error
            raise
        return upload_id

    def require_room(self, n_bytes: int) -> None:
        """Raises `StorageFull`."""
        free = shutil.disk_usage(self.directory).free
        if free - n_bytes < self.reserve_bytes:
            raise StorageFull(
                f"There is not enough room in {self.directory} for {n_bytes / 1e6:,.0f} MB more "
                f"(free: {free / 1e6:,.0f} MB, of which {self.reserve_bytes / 1e6:,.0f} MB stay "
                "so): free some space. What was sent is kept, and the upload can go on then.",
                facts={"folder": str(self.directory)},
            )

    def read(self, upload_id: str) -> UploadState:
        """Raises `UploadNotFound`, and `UploadGone` where it was given up."""
        state = read_state(self._folder(upload_id))
        if state.is_expired:
            raise UploadGone
        return state

    def lock(self, upload_id: str) -> "LockedUpload":
        """The upload for one writer, who must release it.

        Raises
        ------
        UploadNotFound, UploadGone, UploadBusy
        """
        folder = self._folder(upload_id)
        read_state(folder)  # or the lock of an upload that is none would be made
        lock = FileLock(folder / LOCK, thread_local=False)
        try:
            lock.acquire(blocking=False)
        except Timeout as error:
            raise UploadBusy from error
        except OSError as error:
            raise UploadNotFound from error  # it was removed at this moment
        try:
            state = read_state(folder)
            return LockedUpload(self, folder, lock, state)
        except BaseException:
            lock.release()
            raise

    @contextmanager
    def locked(self, upload_id: str) -> Iterator["LockedUpload"]:
        """`lock`, released at the end."""
        upload = self.lock(upload_id)
        try:
            yield upload
        finally:
            upload.release()

    def ids(self) -> list[str]:
        """All uploads there are, in any state."""
        if not self.directory.is_dir():
            return []
        return sorted(path.name for path in self.directory.iterdir() if _is_id(path.name))

    def remove_remains(self, upload_id: str) -> None:
        """Remove the folder of an upload that was never begun in whole, once it is old."""
        folder = self._folder(upload_id)
        with suppress(FileNotFoundError):  # somebody else removed it
            if time.time() - folder.stat().st_mtime > self.kept.total_seconds():
                shutil.rmtree(folder, ignore_errors=True)

    def _folder(self, upload_id: str) -> Path:
        if not _is_id(upload_id):
            raise UploadNotFound
        return self.directory / upload_id

    def digest_of(self, upload_id: str, path: Path, end: int) -> UploadDigest:
        """The hash of an upload up to `end`: from memory, or of the file after a restart."""
        digest = self._digests.get(upload_id, UploadDigest())
        return (digest if digest.position <= end else UploadDigest()).with_file(path, end)

    def remember(self, upload_id: str, digest: UploadDigest) -> None:
        while len(self._digests) >= REMEMBERED_DIGESTS:
            self._digests.pop(next(iter(self._digests)), None)
        self._digests[upload_id] = digest

    def forget(self, upload_id: str) -> None:
        self._digests.pop(upload_id, None)


def _is_id(text: str) -> bool:
    return re.fullmatch("[0-9a-f]{32}", text) is not None


def read_state(folder: Path) -> UploadState:
    """Raises `UploadNotFound`."""
    try:
        return UploadState.model_validate_json((folder / STATE).read_bytes())
    except (OSError, ValidationError) as error:
        raise UploadNotFound from error


def write_state(folder: Path, state: UploadState) -> None:
    """The state in whole, safely on the disk."""
    write_whole(folder / STATE, state.model_dump_json())
    flush_directory(folder)


def name_error(error: OSError, directory: Path) -> Exception:
    if error.errno in FULL_DISK_ERRORS:
        return StorageFull(
            f"The disk of {directory} is full: free some space. What was sent before is kept, and "
            "the upload can go on then."
        )
    return UploadUnwritable(
        f"The upload could not be written to {directory} ({error.strerror}): check the folder, "
        "then go on with the upload."
    )


@dataclass
class LockedUpload:
    """An upload that nobody else writes to until it is released."""

    store: UploadStore
    folder: Path
    lock: FileLock
    state: UploadState

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def content(self) -> Path:
        """What came so far. Its name is the id, which nothing else is named."""
        return self.folder / self.folder.name

    def save(self, **changes: Any) -> None:
        """Change the state, safely on the disk."""
        state = self.state.model_copy(update=changes)
        write_state(self.folder, state)
        self.state = state

    def sha256(self) -> str:
        """The hash of a whole upload."""
        digest = self.store.digest_of(self.id, self.content, self.state.length)
        return str(digest.sha256.hexdigest())

    def remove(self) -> None:
        self.store.forget(self.id)
        shutil.rmtree(self.folder, ignore_errors=True)

    def release(self) -> None:
        self.lock.release()
