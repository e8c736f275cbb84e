"""A lesson's summary over HTTP: read, edited by people, its history."""

from collections.abc import Sequence

from fastapi import APIRouter, Response
from sqlmodel import Session

from backend.dependencies import SessionDep
from backend.editing.summaries import (
    EditOfSummary,
    edit_summary,
    edited_summary,
    summary_history,
    summary_version,
    undo_summary_edit,
)
from backend.errors.lessons import NoSummary
from backend.lesson_texts.summaries import is_older_than_text
from backend.lessons import service
from backend.lessons.schemas import (
    Editor,
    Summary,
    SummaryChange,
    SummaryEditPublic,
    SummaryHistory,
    SummaryMoment,
)
from backend.models import SummaryPart
from backend.web.conditional import ExactlySeen, name_version
from backend.web.inputs import PathId
from backend.web.problems import problems

router = APIRouter(tags=["lessons"])

MAY_FAIL = problems(404, 409, 412, 413, 415, 422, 428)


@router.get("/lessons/{lesson_id}/summary", responses=problems(404, 409, 422))
def get_summary(lesson_id: PathId, session: SessionDep, response: Response) -> Summary:
    """Read the summary, each statement with its moments in the recording."""
    return _summary(session, lesson_id, response)


def _summary(session: Session, lesson_id: int, response: Response) -> Summary:
    lesson = service.get_lesson(session, lesson_id, with_texts=False)
    if lesson.summary is None and lesson.summary_metadata is None:
        raise NoSummary
    metadata = dict(lesson.summary_metadata or {})
    moments = [SummaryMoment.model_validate(moment) for moment in metadata.pop("moments", ())]
    version = summary_version(lesson.brief, lesson.summary)
    name_version(response, version)
    return Summary(
        lesson_id=lesson_id,
        brief=lesson.brief,
        summary=lesson.summary,
        moments=moments,
        metadata=metadata,
        is_older_than_text=is_older_than_text(session, lesson_id),
        edited=_edits_of_summary(edited_summary(session, lesson_id)),
        version=version,
    )


@router.patch(
    "/lessons/{lesson_id}/summary",
    responses=MAY_FAIL,
    tags=["editing"],
)
def change_summary(
    lesson_id: PathId,
    change: SummaryChange,
    seen: ExactlySeen,
    session: SessionDep,
    response: Response,
) -> Summary:
    """Decide what a summary says. It stays through every rerun."""
    given = {part: getattr(change, part) for part in SummaryPart}
    texts = {part: text for part, text in given.items() if text is not None}
    edit_summary(session, lesson_id, texts, editor=change.editor, seen=seen)
    return _summary(session, lesson_id, response)


@router.get("/lessons/{lesson_id}/summary/history", responses=problems(404, 422), tags=["editing"])
def get_summary_history(lesson_id: PathId, session: SessionDep) -> SummaryHistory:
    """List the edits of a summary, the newest first."""
    return SummaryHistory(items=_edits_of_summary(summary_history(session, lesson_id)))


@router.post(
    "/lessons/{lesson_id}/summary/edits/{edit_id}/undo",
    responses=MAY_FAIL,
    tags=["editing"],
)
def undo_edit_of_summary(
    lesson_id: PathId,
    edit_id: PathId,
    by: Editor,
    seen: ExactlySeen,
    session: SessionDep,
    response: Response,
) -> Summary:
    """Give a part of a summary what stood there before an edit; this is an edit as well.

    `If-Match` names the version of the summary.
    """
    undo_summary_edit(session, lesson_id, edit_id, editor=by.editor, seen=seen)
    return _summary(session, lesson_id, response)


def _edits_of_summary(edits: Sequence[EditOfSummary]) -> list[SummaryEditPublic]:
    return [SummaryEditPublic(**vars(edit)) for edit in edits]
