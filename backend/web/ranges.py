"""Files in whole or in part (RFC 9110, section 14), streamed in pieces."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from typing import BinaryIO

from starlette.datastructures import Headers
from starlette.responses import Response, StreamingResponse

from backend.errors import LecternError, NotFound
from backend.web.conditional import is_known

CHUNK_BYTES = 256 * 1024
ONE_RANGE = re.compile(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*", re.IGNORECASE)


class RangeNotSatisfiable(LecternError):
    """The file has no such bytes."""

    status_code = 416

    def __init__(self, size_bytes: int) -> None:
        super().__init__(
            f"The file has {size_bytes} bytes, and those asked for are not among them."
        )
        self.headers = {"Content-Range": f"bytes */{size_bytes}"}


@dataclass(frozen=True)
class ByteSpan:
    """Bytes of a file, from `start` up to but without `end`."""

    start: int
    end: int


@dataclass(frozen=True)
class ServedFile:
    """An open file, and what is said about it."""

    file: BinaryIO
    size_bytes: int
    modified: str
    etag: str
    media_type: str
    disposition: str

    @property
    def headers(self) -> dict[str, str]:
        return {
            "Accept-Ranges": "bytes",
            "ETag": self.etag,
            "Last-Modified": self.modified,
            "Content-Disposition": self.disposition,
            "Cache-Control": "private, no-cache",
        }


def open_regular(path: Path) -> tuple[BinaryIO, os.stat_result]:
    """Open a file for reading, if it is one.

    Raises
    ------
    NotFound
        It is not there, or it is a device, a pipe or a folder.
    """
    try:
        if not path.is_file():
            raise NotFound(f"{path.name} is not a file.")
        file: BinaryIO = path.open("rb", buffering=0)
    except OSError as error:
        raise NotFound(f"The file {path.name} cannot be read ({error.strerror}).") from error
    return file, os.fstat(file.fileno())


def modified_at(found: os.stat_result) -> str:
    """The time of the last change as HTTP writes it."""
    return formatdate(found.st_mtime, usegmt=True)


def serve(served: ServedFile, method: str, asked: Headers) -> Response:
    """The answer to GET or HEAD: the file, one range of it, or 304.

    Several ranges at once are answered with the whole, as RFC 9110 allows.

    Raises
    ------
    RangeNotSatisfiable
    """
    if is_known(asked.get("If-None-Match"), served.etag):
        served.file.close()
        return Response(status_code=304, headers=served.headers)
    try:
        span = _wanted_span(served, asked)
    except RangeNotSatisfiable:
        served.file.close()
        raise
    status, headers = 200, dict(served.headers)
    if span is None:
        span = ByteSpan(0, served.size_bytes)
    else:
        status = 206
        headers["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{served.size_bytes}"
    headers["Content-Length"] = str(span.end - span.start)
    return _answer(served, method, status, headers, span)


def _answer(
    served: ServedFile, method: str, status: int, headers: Mapping[str, str], span: ByteSpan
) -> Response:
    if method == "HEAD":
        served.file.close()
        return Response(status_code=status, headers=dict(headers), media_type=served.media_type)
    pieces = _read_pieces(served.file, span)
    return StreamingResponse(pieces, status, dict(headers), served.media_type)


def _read_pieces(file: BinaryIO, span: ByteSpan) -> Iterator[bytes]:
    with file:
        file.seek(span.start)
        left = span.end - span.start
        while left and (piece := file.read(min(CHUNK_BYTES, left))):
            left -= len(piece)
            yield piece


def _wanted_span(served: ServedFile, asked: Headers) -> ByteSpan | None:
    """None: the whole file."""
    wanted, if_range = asked.get("Range"), asked.get("If-Range")
    if wanted is None or (if_range is not None and if_range not in (served.etag, served.modified)):
        return None
    return read_range(wanted, served.size_bytes)


def read_range(header: str, size_bytes: int) -> ByteSpan | None:
    """The bytes that a Range header asks for; None where it is to be ignored.

    Raises
    ------
    RangeNotSatisfiable
    """
    found = ONE_RANGE.fullmatch(header)
    if found is None or found[1] == found[2] == "":
        return None
    if found[1] == "":
        start, end = max(0, size_bytes - int(found[2])), size_bytes
    else:
        start = int(found[1])
        if found[2] and int(found[2]) < start:
            return None  # no range at all
        end = min(int(found[2]) + 1, size_bytes) if found[2] else size_bytes
    if start >= end:
        raise RangeNotSatisfiable(size_bytes)
    return ByteSpan(start, end)
