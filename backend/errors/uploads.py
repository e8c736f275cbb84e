"""Errors of uploads."""

from backend.errors import LecternError, NotFound


class UploadError(LecternError):
    """The upload cannot go on like this."""

    status_code = 400


class UploadNotFound(NotFound):
    """There is no such upload: it was never begun, or has been removed. Begin a new one."""


class UploadGone(UploadError):
    """The upload was given up, because nothing came for too long: begin a new one."""

    status_code = 410


class UploadBusy(UploadError):
    """Another request is sending to this upload: wait until it has ended."""

    status_code = 423
    retryable = True


class UploadOffsetWrong(UploadError):
    """The bytes do not go on where the upload stands: ask for its offset, and go on there."""

    status_code = 409


class UploadTooLarge(UploadError):
    """The upload is larger than it may be."""

    status_code = 413


class UploadStalled(UploadError):
    """Nothing came for too long: ask for the upload's offset, and go on there."""

    status_code = 408
    retryable = True


class ChecksumWrong(UploadError):
    """The bytes that came are not those that were sent: send them again from the same offset."""

    status_code = 460  # the protocol's own
    retryable = True


class ProtocolVersionWrong(UploadError):
    """The request is not one of tus 1.0.0: send the header `Tus-Resumable: 1.0.0`."""

    status_code = 412


class UploadUnwritable(UploadError):
    """What was sent could not be written: check the data directory, then go on."""

    status_code = 500


class UploadTypeWrong(UploadError):
    """Bytes of an upload are sent with `Content-Type: application/offset+octet-stream`."""

    status_code = 415
