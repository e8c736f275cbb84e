"""Long texts as JSON, compressed once and kept: the same one is asked for again and again."""

import threading
import zlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from hashlib import sha256

from fastapi import Request
from starlette.responses import Response

from backend.web.conditional import HASH_LENGTH, is_known

COMPRESSION_LEVEL = 1
"""The higher ones make a long transcript a tenth smaller, and take up to four times as long."""

KEPT_BYTES = 32 << 20
GZIP_WINDOW = 16 + zlib.MAX_WBITS


class PackedAnswers:
    """The compressed answers that were asked for last, by what they are made of."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._n_bytes = 0

    def answer(
        self, request: Request, parts: Sequence[bytes], check: Callable[[], None]
    ) -> Response:
        """The answer with a body of these parts, compressed where the client can read that.

        Parameters
        ----------
        parts
            Never put together, if the client can read compressed ones: each copy of megabytes
            takes milliseconds.
        check
            Called before a body is sent for the first time; raises if it must not be.
        """
        name = _name(parts)
        headers = {"ETag": f'".{name}"', "Vary": "Accept-Encoding"}
        if is_known(request.headers.get("If-None-Match"), headers["ETag"]):
            return Response(status_code=304, headers=headers)
        packed = self._find(name)
        if packed is None:
            check()
            packed = _pack(parts)
            self._keep(name, packed)
        if "gzip" not in request.headers.get("Accept-Encoding", ""):
            return Response(b"".join(parts), headers=headers, media_type="application/json")
        headers["Content-Encoding"] = "gzip"
        return Response(packed, headers=headers, media_type="application/json")

    def _find(self, name: str) -> bytes | None:
        with self._lock:
            if name in self._kept:
                self._kept.move_to_end(name)
            return self._kept.get(name)

    def _keep(self, name: str, packed: bytes) -> None:
        with self._lock:
            if name not in self._kept:
                self._kept[name] = packed
                self._n_bytes += len(packed)
            while self._n_bytes > KEPT_BYTES:
                _, forgotten = self._kept.popitem(last=False)
                self._n_bytes -= len(forgotten)


def _name(parts: Sequence[bytes]) -> str:
    hashed = sha256()
    for part in parts:
        hashed.update(part)
    return hashed.hexdigest()[:HASH_LENGTH]


def _pack(parts: Sequence[bytes]) -> bytes:
    compressor = zlib.compressobj(COMPRESSION_LEVEL, zlib.DEFLATED, GZIP_WINDOW)
    packed = [compressor.compress(part) for part in parts]
    return b"".join([*packed, compressor.flush()])
