"""What the headers of the tus protocol say (https://tus.io/protocols/resumable-upload, 1.0.0)."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePath, PurePosixPath
from typing import Any

from backend.errors import InvalidValue
from backend.errors.uploads import ProtocolVersionWrong, UploadError, UploadTypeWrong
from backend.lessons.service import LessonDetails, check_language
from backend.text.wording import clean_title, require_title

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,expiration,checksum,termination"
OFFSET_TYPE = "application/offset+octet-stream"

ALGORITHMS: dict[str, Callable[[], Any]] = {"sha1": hashlib.sha1, "sha256": hashlib.sha256}
"""What `Upload-Checksum` may use."""

LONGEST_METADATA = 8192

YES, NO = ("true", "yes", "1", ""), ("false", "no", "0")


def require_version(header: str | None) -> None:
    """Raises `ProtocolVersionWrong`."""
    if header != VERSION:
        raise ProtocolVersionWrong


def require_offset_type(header: str | None) -> None:
    """Raises `UploadTypeWrong`."""
    if (header or "").partition(";")[0].strip().lower() != OFFSET_TYPE:
        raise UploadTypeWrong


def read_number(name: str, header: str | None) -> int:
    """A number of bytes, such as an offset; raises `UploadError`."""
    if header is None or not re.fullmatch("[0-9]{1,18}", header):
        said = "is missing" if header is None else f"is `{header[:40]}`"
        raise UploadError(f"The header {name} {said}: send a number of bytes.")
    return int(header)


# --- checksums -------------------------------------------------------------------------------


class Checksum:
    """The checksum that the bytes of one request must have, and that of what came so far."""

    def __init__(self, algorithm: str, expected: bytes) -> None:
        self._digest = ALGORITHMS[algorithm]()
        self._expected = expected

    def update(self, block: bytes) -> None:
        self._digest.update(block)

    @property
    def is_right(self) -> bool:
        return hmac.compare_digest(self._digest.digest(), self._expected)


def read_checksum(header: str | None) -> Checksum | None:
    """`Upload-Checksum: sha1 BASE64`; raises `UploadError`."""
    if header is None:
        return None
    algorithm, _, encoded = header.strip().partition(" ")
    if algorithm not in ALGORITHMS:
        raise UploadError(
            f"The checksum `{algorithm[:20]}` is not one of {', '.join(ALGORITHMS)}: send one of "
            "these, or none."
        )
    expected = _decode("The header Upload-Checksum", encoded.strip())
    if len(expected) != ALGORITHMS[algorithm]().digest_size:
        raise UploadError(f"The header Upload-Checksum does not hold a whole {algorithm}.")
    return Checksum(algorithm, expected)


def _decode(what: str, encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise UploadError(f"{what} is not Base64: encode it, and send it again.") from error


# --- metadata --------------------------------------------------------------------------------


@dataclass(frozen=True)
class UploadMetadata:
    """What a client says of a recording. `name` is the file's, without folders, for people."""

    name: str
    details: LessonDetails
    process: bool = False

    @property
    def file(self) -> PurePath:
        """The name as a path, of which nothing but stem and ending is used."""
        return PurePosixPath(self.name)


def read_metadata(header: str | None) -> UploadMetadata:
    """`Upload-Metadata: filename BASE64,title BASE64`; keys that are not ours are left alone.

    Raises
    ------
    UploadError
        It is not in the protocol's form.
    InvalidValue
        A value cannot be what it says.
    """
    values = _read_pairs(header or "")
    name = _file_name(values.get("filename") or values.get("name") or "")
    details = LessonDetails(
        title=values.get("title"),
        course=values.get("course"),
        language=values.get("language"),
        date=_read_moment(values.get("date")),
    )
    if details.title is not None:
        require_title(details.title)
    check_language(details.language or "")
    return UploadMetadata(name, details, _read_flag("process", values.get("process", "no")))


def _read_pairs(header: str) -> dict[str, str]:
    if len(header) > LONGEST_METADATA:
        raise UploadError(
            f"The header Upload-Metadata is longer than {LONGEST_METADATA} bytes: shorten it."
        )
    values: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        key, _, encoded = pair.partition(" ")
        if not key.isascii() or not key.isprintable() or key in values:
            raise UploadError(
                f"The header Upload-Metadata has the key {key[:40]!r} twice, or it is none: send "
                "each once, in ASCII."
            )
        try:
            values[key] = _decode(f"`{key[:40]}` in Upload-Metadata", encoded.strip()).decode()
        except UnicodeDecodeError as error:
            raise UploadError(
                f"`{key[:40]}` in Upload-Metadata is not UTF-8: encode it so."
            ) from error
    return values


def _file_name(text: str) -> str:
    """The last part of whatever path a client sends, with nothing that a file may not be named."""
    last = clean_title(re.split(r"[/\\]", text)[-1])
    return last if last.strip(".") else ""


def _read_moment(value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidValue(
            f"`date` is `{value[:40]}`: send a day or a moment, such as 2026-11-20 or "
            "2026-11-20T09:30+01:00."
        ) from error


def _read_flag(name: str, value: str) -> bool:
    if value.strip().lower() in (*YES, *NO):
        return value.strip().lower() in YES
    raise InvalidValue(f"`{name}` is `{value[:40]}`: send `true` or `false`.")
