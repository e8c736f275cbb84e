"""What the API says of uploads."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, Field

from backend.uploads.store import UploadState


class UploadStage(StrEnum):
    """How far an upload is."""

    RECEIVING = "receiving"
    WHOLE = "whole"
    """All came; it is about to become a lesson."""
    DONE = "done"
    REFUSED = "refused"


class UploadStatus(BaseModel):
    """An upload: how far it is, and what came of it."""

    id: str
    stage: UploadStage
    length: int = Field(description="Bytes of the whole recording.")
    offset: int = Field(description="Bytes that are safely on the disk: where to go on.")
    expires_at: datetime = Field(description="When it is given up unless something comes.")
    lesson_id: int | None = Field(description="The lesson that was made of it.")
    task_id: int | None = Field(description="The task that works on that lesson, where known.")
    same_recording: list[int] = Field(description="Older lessons with the same recording.")
    refusal: str | None = Field(description="Why no lesson can be made of it.")
    refusal_code: str | None = Field(
        description="The code of that error, as problem details have it.",
        examples=["no-audio-track"],
    )


def status_of(upload_id: str, state: UploadState) -> UploadStatus:
    outcome = state.outcome
    return UploadStatus(
        id=upload_id,
        stage=_stage(state),
        length=state.length,
        offset=state.offset,
        expires_at=state.expires_at,
        lesson_id=outcome and outcome.lesson_id,
        task_id=outcome and outcome.task_id,
        same_recording=list(outcome.same_recording) if outcome else [],
        refusal=state.refusal,
        refusal_code=state.refusal_code,
    )


def _stage(state: UploadState) -> UploadStage:
    if state.refusal is not None:
        return UploadStage.REFUSED
    if state.outcome is not None:
        return UploadStage.DONE
    return UploadStage.WHOLE if state.is_whole else UploadStage.RECEIVING
