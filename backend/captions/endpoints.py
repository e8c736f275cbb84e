"""Captions from elsewhere over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from sqlmodel import Session

from backend import database
from backend.captions.schemas import (
    CaptionPublic,
    CaptionsImported,
    CaptionsPreview,
    NoticePublic,
)
from backend.captions.service import ImportedCaptions, import_captions, preview_captions
from backend.text.captions_in import LARGEST_BYTES, Captions
from backend.text.character_sets import NAMES
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


N_PREVIEWED = 20
Encoding = Annotated[
    Text | None, Query(max_length=50, description="Such as cp1255; else it is found out.")
]


@router.post(
    "/lessons/{lesson_id}/captions/preview",
    responses=problems(404, 413, 415, 422, 503),
    openapi_extra=FILE,
)
async def preview_captions_for_lesson(
    lesson_id: PathId, request: Request, encoding: Encoding = None
) -> CaptionsPreview:
    """What a file of captions would become, and in which encoding it was read."""
    require_media_type(request, MEDIA_TYPES)
    content = await request.body()
    captions = await run_in_threadpool(_preview, lesson_id, content, encoding)
    first = captions.segments[:N_PREVIEWED]
    return CaptionsPreview(
        encoding=captions.encoding,
        encodings=NAMES,
        segments=len(captions.segments),
        first=[CaptionPublic(start=one.start, end=one.end, text=one.text) for one in first],
        notices=[NoticePublic.model_validate(notice) for notice in captions.notices],
    )


@router.post(
    "/lessons/{lesson_id}/captions",
    responses=problems(404, 409, 413, 415, 422, 503),
    openapi_extra=FILE,
)
async def make_transcript_of_captions(
    lesson_id: PathId,
    request: Request,
    name: Annotated[Text, Query(max_length=500, description="The file's.")] = "captions",
    encoding: Encoding = None,
) -> CaptionsImported:
    """Make captions (SRT, WebVTT) the transcript of a lesson; what was there can be restored."""
    require_media_type(request, MEDIA_TYPES)
    content = await request.body()
    imported = await run_in_threadpool(_import, lesson_id, content, name, encoding)
    return CaptionsImported(
        lesson_id=lesson_id,
        segments=imported.segments,
        notices=[NoticePublic.model_validate(notice) for notice in imported.notices],
    )


def _import(lesson_id: int, content: bytes, name: str, encoding: str | None) -> ImportedCaptions:
    with Session(database.engine) as session:
        return import_captions(session, lesson_id, content, name, encoding)


def _preview(lesson_id: int, content: bytes, encoding: str | None) -> Captions:
    with Session(database.engine) as session:
        return preview_captions(session, lesson_id, content, encoding)
