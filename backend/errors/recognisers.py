"""Errors of recognisers and their models."""

from backend.errors import LecternError


class RecogniserError(LecternError):
    """The recogniser cannot be used."""

    status_code = 422


class RecogniserMissing(RecogniserError):
    """The built-in recogniser is not there."""


class UnknownModel(RecogniserError):
    """There is no Whisper model of this name."""

    near: "tuple[str, ...]" = ()
    """Names that may have been meant."""


class ModelNotInstalled(RecogniserError):
    """The Whisper model is not installed."""


class ModelIncomplete(RecogniserError):
    """The Whisper directory is incomplete."""


class DeviceUnavailable(RecogniserError):
    """The chosen device cannot be used."""


class LanguageUnsupported(RecogniserError):
    """The recogniser does not know this language."""


class DownloadFailed(RecogniserError):
    """The model could not be downloaded; what was there before is untouched."""

    status_code = 502
    retryable = True


class HubUnreachable(DownloadFailed):
    """The server that has the models cannot be reached from this computer."""


class IndexUnreachable(DownloadFailed):
    """The package index cannot be reached from this computer."""


class ModelsReadOnly(DownloadFailed):
    """The folder of models cannot be written to here: whoever keeps it brings models in."""

    status_code = 403
    retryable = False


class NoModelFound(RecogniserError):
    """No whole model that the catalogue knows is in the folder."""
