"""Errors of recordings and captions."""

from backend.errors import LecternError


class MediaError(LecternError):
    """The file cannot be used as a recording."""

    status_code = 422


class NoSuchFile(MediaError):
    """There is no such file."""

    status_code = 404


class UnreadableMedia(MediaError):
    """The file is not a recording that can be read: choose another, or export it again."""


class NoAudioTrack(MediaError):
    """The file has no audio track: export the recording with sound, or choose another file."""


class NoSound(MediaError):
    """The file's audio track holds no sound at all (0 s): choose another file."""


class ExaminationFailed(LecternError):
    """The recording could not be examined; it is not the recording's fault."""

    status_code = 503
    retryable = True


class UnreadableCaptions(LecternError):
    """The file is not captions that can be read: choose an SRT or VTT file."""

    status_code = 422
