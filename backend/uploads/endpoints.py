"""Uploads over HTTP: the tus protocol 1.0.0 with creation, expiration, checksum, termination.

What is done with the bytes is in `receiving`, what becomes of a whole upload in `completion`.
"""

import asyncio
from asyncio import to_thread
from collections.abc import AsyncIterator
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.routing import APIRoute
from sqlmodel import Session
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from backend import database
from backend.config.environment import uploads_dir
from backend.errors.recordings import MediaError
from backend.errors.uploads import UploadError, UploadStalled, UploadTooLarge
from backend.uploads.completion import complete, discard
from backend.uploads.protocol import (
    ALGORITHMS,
    EXTENSIONS,
    OFFSET_TYPE,
    VERSION,
    Checksum,
    read_checksum,
    read_metadata,
    read_number,
    require_offset_type,
    require_version,
)
from backend.uploads.receiving import Receiver, require_offset
from backend.uploads.schemas import UploadStatus, status_of
from backend.uploads.store import LockedUpload, UploadState, UploadStore
from backend.web.problems import MEDIA_TYPE, problems

BLOCK_BYTES = 1 << 20
"""What is hashed and written at once."""
IDLE_SECONDS = 60.0
"""A connection over which nothing comes for so long is taken for dead, and its upload set free."""


@cache
def store_in(directory: Path) -> UploadStore:
    """The one store of a directory in this process: it remembers hashes."""
    return UploadStore(directory)


def upload_store() -> UploadStore:
    """The uploads of the configured data directory."""
    return store_in(uploads_dir())


Store = Annotated[UploadStore, Depends(upload_store)]
Version = Annotated[str | None, Header(alias="Tus-Resumable", description=f"Always {VERSION}.")]
Length = Annotated[str | None, Header(alias="Upload-Length", description="Bytes of the whole.")]
Offset = Annotated[str | None, Header(alias="Upload-Offset", description="Where these bytes go.")]
Metadata = Annotated[
    str | None,
    Header(
        alias="Upload-Metadata",
        description="`filename`, `title`, `course`, `language` and `process` (`true` has the "
        "lesson processed), each with its value in Base64.",
    ),
]
ChecksumHeader = Annotated[
    str | None,
    Header(
        alias="Upload-Checksum",
        description=f"Of the request's bytes, by {' or '.join(ALGORITHMS)}: `sha256 BASE64`.",
    ),
]


class TusRoute(APIRoute):
    """Every answer says the protocol's version, those to errors too."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_version(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Tus-Resumable"] = VERSION
            await send(message)

        await super().handle(scope, receive, send_with_version)


def _may_fail(*statuses: int) -> dict[int | str, dict[str, Any]]:
    wrong_bytes = {
        "description": "Checksum Mismatch",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    known = problems(*(status for status in statuses if status != 460))
    return known | ({460: wrong_bytes} if 460 in statuses else {})


BYTES_IN = {
    "requestBody": {
        "content": {OFFSET_TYPE: {"schema": {"type": "string", "format": "binary"}}},
    }
}

router = APIRouter(prefix="/uploads", tags=["uploads"], route_class=TusRoute)


@router.options("", status_code=204, operation_id="describe_uploads")
def describe(store: Store) -> Response:
    """Say which parts of the protocol there are."""
    headers = {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(store.max_bytes),
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
    }
    return Response(status_code=204, headers=headers)


@router.post(
    "",
    status_code=201,
    response_class=Response,
    operation_id="create_upload",
    responses=_may_fail(400, 408, 412, 413, 415, 422, 460, 503, 507),
    openapi_extra=BYTES_IN,
)
async def create(
    request: Request,
    store: Store,
    version: Version = None,
    length: Length = None,
    metadata: Metadata = None,
    checksum: ChecksumHeader = None,
) -> Response:
    """Begin an upload; the header Location says where its bytes go. The first may be the body."""
    require_version(version)
    _refuse_other_extensions(request)
    read_metadata(metadata)
    has_bytes = _has_body(request)
    if has_bytes:
        require_offset_type(request.headers.get("Content-Type"))
    expected = read_checksum(checksum)
    upload_id = await to_thread(store.create, read_number("Upload-Length", length), metadata)
    upload = store.lock(upload_id)
    try:
        if has_bytes:
            await _receive(upload, request, 0, expected)
    except BaseException:
        # Its address never reached the client.
        upload.remove()
        raise
    finally:
        upload.release()
    location = request.url_for("upload_head", upload_id=upload_id).path
    return Response(status_code=201, headers={"Location": location} | _headers(upload.state))


def _refuse_other_extensions(request: Request) -> None:
    for header in ("Upload-Concat", "Upload-Defer-Length"):
        if header in request.headers:
            raise UploadError(
                f"{header} is of a part of the protocol that is not done here: send the whole "
                "recording as one upload, with its Upload-Length."
            )


def _has_body(request: Request) -> bool:
    headers = request.headers
    return headers.get("Content-Length", "0") != "0" or "Transfer-Encoding" in headers


@router.head(
    "/{upload_id}",
    name="upload_head",
    response_class=Response,
    operation_id="upload_offset",
    responses=_may_fail(404, 410, 412, 422),
)
def head(upload_id: str, store: Store, version: Version = None) -> Response:
    """Say where an upload stands."""
    require_version(version)
    state = store.read(upload_id)
    _raise_refusal(state)
    headers = _headers(state) | {
        "Upload-Length": str(state.length),
        "Cache-Control": "no-store",
    }
    if state.metadata:
        headers["Upload-Metadata"] = state.metadata
    return Response(headers=headers)


@router.get("/{upload_id}", operation_id="get_upload", responses=_may_fail(404, 410))
def status(upload_id: str, store: Store, response: Response) -> UploadStatus:
    """Say how far an upload is, and what came of it. Not of the protocol: for people and pages."""
    response.headers["Cache-Control"] = "no-store"
    return status_of(upload_id, store.read(upload_id))


@router.patch(
    "/{upload_id}",
    status_code=204,
    operation_id="send_upload",
    responses=_may_fail(400, 404, 408, 409, 410, 412, 413, 415, 422, 423, 460, 503, 507),
    openapi_extra=BYTES_IN,
)
async def send_bytes(
    upload_id: str,
    request: Request,
    store: Store,
    version: Version = None,
    offset: Offset = None,
    checksum: ChecksumHeader = None,
) -> Response:
    """Send the next bytes. The last ones are answered when the recording is a lesson, whose id is
    in the header Lectern-Lesson."""
    require_version(version)
    require_offset_type(request.headers.get("Content-Type"))
    position, expected = read_number("Upload-Offset", offset), read_checksum(checksum)
    upload = await to_thread(store.lock, upload_id)
    try:
        _raise_refusal(upload.state)
        require_offset(upload, position)
        await _receive(upload, request, position, expected)
        return Response(status_code=204, headers=_headers(upload.state))
    finally:
        upload.release()


@router.delete(
    "/{upload_id}",
    status_code=204,
    operation_id="remove_upload",
    responses=_may_fail(404, 412, 423, 503),
)
def remove(upload_id: str, store: Store, version: Version = None) -> Response:
    """Give an upload up. A lesson that was made of it stays."""
    require_version(version)
    with store.locked(upload_id) as upload, Session(database.engine) as session:
        discard(upload, session)
    return Response(status_code=204)


# --- bytes -----------------------------------------------------------------------------------


async def _receive(
    upload: LockedUpload, request: Request, offset: int, checksum: Checksum | None
) -> None:
    """Take the request's bytes; if they are the last, make a lesson of the upload."""
    declared = request.headers.get("Content-Length")
    if declared is not None:
        _require_fitting(upload, offset, read_number("Content-Length", declared))
    if not upload.state.is_whole:
        await _receive_bytes(upload, request, offset, checksum)
    if upload.state.is_whole:
        await to_thread(_complete, upload)


async def _receive_bytes(
    upload: LockedUpload, request: Request, offset: int, checksum: Checksum | None
) -> None:
    receiver = await to_thread(Receiver, upload, offset, checksum)
    try:
        await _pump(request, receiver)
        await to_thread(receiver.finish)
    finally:
        await to_thread(receiver.close)


def _require_fitting(upload: LockedUpload, offset: int, n_bytes: int) -> None:
    if offset + n_bytes > upload.state.length:
        raise UploadTooLarge(
            f"{n_bytes:,} bytes from {offset:,} on are more than the {upload.state.length:,} that "
            "were declared: begin a new upload with the right length."
        )
    upload.store.require_room(n_bytes)


async def _pump(request: Request, receiver: Receiver) -> None:
    """While one block is hashed and written by a thread, the next one comes."""
    writing: asyncio.Task[None] | None = None
    try:
        async for block in _blocks(request):
            if writing is not None:
                await writing
            writing = asyncio.create_task(to_thread(receiver.write, block))
        if writing is not None:
            await writing
    finally:
        if writing is not None:
            await asyncio.wait([writing])


async def _blocks(request: Request) -> AsyncIterator[bytes]:
    """What comes, in pieces of some size; the last also where the connection breaks off."""
    gathered = bytearray()
    try:
        async for chunk in _chunks(request):
            gathered += chunk
            if len(gathered) >= BLOCK_BYTES:
                yield bytes(gathered)
                gathered = bytearray()
    except UploadStalled:
        if gathered:
            yield bytes(gathered)
        raise
    if gathered:
        yield bytes(gathered)


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    stream = request.stream()
    while True:
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                chunk = await anext(stream)
        except StopAsyncIteration:
            return
        except ClientDisconnect as error:
            raise UploadStalled("The connection was lost; what came is kept.") from error
        except TimeoutError as error:
            raise UploadStalled from error
        yield chunk


def _complete(upload: LockedUpload) -> None:
    with Session(database.engine) as session:
        complete(upload, session)


# --- answers ---------------------------------------------------------------------------------


def _raise_refusal(state: UploadState) -> None:
    if state.refusal is not None:
        raise MediaError(state.refusal)


def _headers(state: UploadState) -> dict[str, str]:
    headers = {
        "Upload-Offset": str(state.offset),
        "Upload-Expires": format_datetime(state.expires_at, usegmt=True),
    }
    if state.outcome is not None:
        headers["Lectern-Lesson"] = str(state.outcome.lesson_id)
        if state.outcome.task_id is not None:
            headers["Lectern-Task"] = str(state.outcome.task_id)
        if state.outcome.same_recording:
            same = ", ".join(map(str, state.outcome.same_recording))
            headers["Lectern-Same-Recording"] = same
    return headers
