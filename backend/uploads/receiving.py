"""The bytes of one request, on their way to the disk."""

import os
import threading

from backend.errors import LecternError
from backend.errors.uploads import ChecksumWrong, UploadGone, UploadOffsetWrong, UploadTooLarge
from backend.models.columns import utc_now
from backend.uploads.protocol import Checksum
from backend.uploads.store import LockedUpload, UploadDigest, name_error


class Receiver:
    """Takes the bytes of one request for a locked upload, in order, from any thread.

    It must be closed. Whatever ended it (the connection dropped, the disk is full, the server
    stops), what came until then is kept where it could be written. Where the bytes have a checksum,
    they are kept once it was found right, all or none.
    """

    def __init__(self, upload: LockedUpload, offset: int, checksum: Checksum | None = None) -> None:
        """Raises `UploadGone`, `UploadOffsetWrong`, `StorageFull`, `UploadUnwritable`."""
        require_offset(upload, offset)
        self._upload = upload
        self._checksum = checksum
        self._lock = threading.Lock()
        self._is_broken = False
        try:
            self._digest = upload.store.digest_of(upload.id, upload.content, offset)
            self._file = upload.content.open("r+b", buffering=0)
            # What lies behind was under way when a process was killed.
            self._file.truncate(offset)
            self._file.seek(offset)
        except OSError as error:
            raise name_error(error, upload.store.directory) from error
        self._sha256, self._position = self._digest.sha256.copy(), offset

    def write(self, block: bytes) -> None:
        """Take the next bytes.

        Raises
        ------
        UploadTooLarge
            They go beyond the declared length; none of them was taken.
        StorageFull, UploadUnwritable
        """
        with self._lock:
            if self._position + len(block) > self._upload.state.length:
                raise UploadTooLarge(
                    f"More came than the {self._upload.state.length:,} bytes that were declared: "
                    "begin a new upload with the right length."
                )
            try:
                self._write_file(block)
                if self._is_checkpoint_due:
                    self._checkpoint()
                    self._upload.store.require_room(0)
            except LecternError:
                self._is_broken = True
                raise
            except OSError as error:
                self._is_broken = True
                raise name_error(error, self._upload.store.directory) from error

    def _write_file(self, block: bytes) -> None:
        rest = memoryview(block)
        while rest:
            rest = rest[self._file.write(rest) :]
        self._sha256.update(block)
        self._position += len(block)
        if self._checksum is not None:
            self._checksum.update(block)

    @property
    def _is_checkpoint_due(self) -> bool:
        n_unsafe = self._position - self._upload.state.offset
        return self._checksum is None and n_unsafe >= self._upload.store.checkpoint_bytes

    def _checkpoint(self) -> None:
        """Make what came safe, and say so in the state."""
        if self._position == self._upload.state.offset:
            return
        os.fsync(self._file.fileno())
        expires_at = utc_now() + self._upload.store.kept
        self._upload.save(offset=self._position, expires_at=expires_at)
        self._digest = UploadDigest(self._position, self._sha256.copy())

    def finish(self) -> None:
        """All bytes of the request came: compare their checksum, and make them safe.

        Raises
        ------
        ChecksumWrong
            None of them was taken.
        UploadUnwritable
        """
        with self._lock:
            if self._checksum is not None and not self._checksum.is_right:
                raise ChecksumWrong
            self._checksum = None
            try:
                self._checkpoint()
            except OSError as error:
                self._is_broken = True
                raise name_error(error, self._upload.store.directory) from error

    def close(self) -> None:
        """Keep what came, where it may be kept and can be.

        Raises
        ------
        UploadUnwritable, StorageFull
        """
        with self._lock:
            try:
                if not self._is_broken and self._checksum is None:
                    self._checkpoint()
                # Behind the offset lies what is not to be kept; on a full disk it takes the room.
                self._file.truncate(self._upload.state.offset)
            except OSError as error:
                raise name_error(error, self._upload.store.directory) from error
            finally:
                self._file.close()
                self._upload.store.remember(self._upload.id, self._digest)


def require_offset(upload: LockedUpload, offset: int) -> None:
    """Raises `UploadGone`, and `UploadOffsetWrong` saying where the upload stands."""
    state = upload.state
    if state.is_expired:
        raise UploadGone
    if offset != state.offset:
        relation = "overlap with" if offset < state.offset else "leave a gap after"
        raise UploadOffsetWrong(
            f"Bytes from {offset:,} on would {relation} the {state.offset:,} that are there: go on "
            f"at {state.offset}."
        )
