"""Captions from elsewhere over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from sqlmodel import Session

from backend import database
from backend.captions.schemas import CaptionsImported
from backend.text.captions_in import LARGEST_BYTES
from backend.uploads.captions import ImportedCaptions, import_captions
from backend.web.bodies import require_media_type
from backend.web.inputs import PathId, Text
from backend.web.problems import problems

router = APIRouter(tags=["lessons"])

LARGEST_FILE_BYTES = LARGEST_BYTES
MEDIA_TYPES = ("text/vtt", "application/x-subrip", "application/octet-stream")
FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            media_type: {"schema": {"type": "string", "format": "binary"}}
            for media_type in MEDIA_TYPES
        },
    }
}


@router.post(
    "/lessons/{lesson_id}/captions",
    responses=problems(404, 409, 413, 415, 422),
    openapi_extra=FILE,
)
async def make_transcript_of_captions(
    lesson_id: PathId,
    request: Request,
    name: Annotated[Text, Query(max_length=500, description="The file's.")] = "captions",
    encoding: Annotated[
        Text | None, Query(max_length=50, description="Such as cp1255; else it is found out.")
    ] = None,
) -> CaptionsImported:
    """Make captions (SRT, WebVTT) the transcript of a lesson; what was there can be restored."""
    require_media_type(request, MEDIA_TYPES)
    content = await request.body()
    imported = await run_in_threadpool(_import, lesson_id, content, name, encoding)
    return CaptionsImported(
        lesson_id=lesson_id, segments=imported.segments, notices=list(imported.notices)
    )


def _import(lesson_id: int, content: bytes, name: str, encoding: str | None) -> ImportedCaptions:
    with Session(database.engine) as session:
        return import_captions(session, lesson_id, content, name, encoding)
