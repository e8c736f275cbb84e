"""Errors of the settings."""

from backend.errors import DetailedError, LecternError


class ConfigError(DetailedError):
    """config.yaml cannot be used."""


class FileOnlySetting(LecternError):
    """This setting reaches outside the data directory."""

    status_code = 422
