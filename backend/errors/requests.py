"""Errors of requests to the server."""

from collections.abc import Mapping

from backend.errors import LecternError


class OwnerOnly(LecternError):
    """Only the owner of this library may do this, and the request does not show that it is theirs.
    The owner's token is missing, or it is of an earlier start of the server."""

    status_code = 401
    headers: Mapping[str, str] = {"WWW-Authenticate": 'Bearer realm="Lectern"'}


class TooManyStreams(LecternError):
    """As many event streams are open as the server keeps at once: close some, or try later."""

    status_code = 503
    retryable = True
    headers: Mapping[str, str] = {"Retry-After": "15", "Connection": "close"}
