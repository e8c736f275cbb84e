"""A lesson's segments over HTTP: looked at, edited by people, their history."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from backend.dependencies import SessionDep
from backend.editing import segments as editing
from backend.lessons.queries import read_segment
from backend.lessons.schemas import (
    EditHistory,
    Editor,
    EditPublic,
    LessonEdits,
    PieceOfText,
    Places,
    SegmentChange,
    SegmentsChange,
    SegmentState,
    SegmentWithPlaces,
    UndoneEdits,
    WrittenSegment,
    WrittenSegments,
)
from backend.text.replacing import Replacement
from backend.web.conditional import ExactlySeen, name_version
from backend.web.inputs import PathId, Text
from backend.web.problems import problems

router = APIRouter(prefix="/lessons/{lesson_id}", tags=["editing"])

Position = Annotated[int, Path(ge=0, le=10**7, description="Counted from 0.")]
LONGEST_WORDS = 1000
MAY_FAIL = problems(404, 409, 412, 413, 415, 422, 428)


@router.get("/segments/{position}", responses=problems(404, 409, 422))
def get_segment(
    lesson_id: PathId, position: Position, session: SessionDep, response: Response
) -> SegmentState:
    """Look at a segment of the text that readers see; its ETag is what an edit names."""
    return _answer(read_segment(session, lesson_id, position), response)


@router.patch("/segments/{position}", responses=MAY_FAIL)
def edit_segment(
    lesson_id: PathId,
    position: Position,
    change: SegmentChange,
    seen: ExactlySeen,
    session: SessionDep,
    response: Response,
) -> SegmentState:
    """Decide the text of a segment. It stays through every rerun."""
    edited = editing.edit_segment(
        session, lesson_id, position, change.text, editor=change.editor, seen=seen
    )
    return _answer(edited, response)


@router.get("/replacements", responses=problems(404, 409, 422))
def preview_replacements(
    lesson_id: PathId,
    session: SessionDep,
    words: Annotated[Text, Query(min_length=1, max_length=LONGEST_WORDS)],
    new_words: Annotated[Text, Query(max_length=LONGEST_WORDS)] = "",
    whole_words: bool = False,
    match_case: bool = False,
) -> Places:
    """Show each place in which words would be replaced. Nothing is written: the segments' new
    texts are, by `PATCH …/segments`."""
    wanted = Replacement(words, new_words, whole_words, match_case)
    items = [_with_places(found) for found in editing.find_places(session, lesson_id, wanted)]
    return Places(
        n_places=sum(piece.new_text is not None for item in items for piece in item.pieces),
        items=items,
    )


def _with_places(found: editing.FoundPlaces) -> SegmentWithPlaces:
    pieces = [PieceOfText(text=piece.text, new_text=piece.new_text) for piece in found.pieces]
    return SegmentWithPlaces.model_validate({**found.segment.to_json(), "pieces": pieces})


@router.patch("/segments", responses=problems(404, 409, 412, 413, 415, 422))
def edit_segments(
    lesson_id: PathId, change: SegmentsChange, session: SessionDep
) -> WrittenSegments:
    """Decide the texts of several segments at once: all of them, or none.

    Each names the version that was read. Where some were changed meanwhile, nothing is written,
    and `present.segments` has these as they are now.
    """
    changes = [editing.NewSegmentText(c.segment, c.text, c.version) for c in change.segments]
    return _written(editing.edit_segments(session, lesson_id, changes, editor=change.editor))


def _written(segments: Iterable[editing.RewrittenSegment]) -> WrittenSegments:
    return WrittenSegments(
        items=[
            WrittenSegment.model_validate({**written.segment.to_json(), "edit": written.edit_id})
            for written in segments
        ]
    )


def _answer(edited: editing.EditedSegment, response: Response) -> SegmentState:
    name_version(response, edited.version)
    return SegmentState.model_validate(edited.to_json())


@router.get("/segments/{position}/history", responses=problems(404, 422))
def get_history(lesson_id: PathId, position: Position, session: SessionDep) -> EditHistory:
    """List the edits that led to what a segment holds now, the newest first."""
    return EditHistory(items=_edits(editing.segment_history(session, lesson_id, position)))


@router.get("/edits", responses=problems(404, 422))
def list_edits(lesson_id: PathId, session: SessionDep) -> LessonEdits:
    """List the edits that stand in the text, and the orphans: those whose words are not certain to
    be anywhere in it."""
    return LessonEdits(
        edited=_edits(editing.edited_segments(session, lesson_id).values()),
        orphans=_edits(editing.orphaned_edits(session, lesson_id)),
    )


def _edits(edits: Iterable[editing.Edit]) -> list[EditPublic]:
    return [EditPublic(**vars(edit)) for edit in edits]


@router.post("/edits/undo", responses=problems(404, 409, 412, 413, 415, 422))
def undo_edits(lesson_id: PathId, undone: UndoneEdits, session: SessionDep) -> WrittenSegments:
    """Undo several edits of different segments at once: all of them, or none.

    Where segments were changed meanwhile, `present.segments` has these as they are now.
    """
    undoings = [editing.Undoing(each.edit, each.version) for each in undone.edits]
    return _written(editing.undo_edits(session, lesson_id, undoings, editor=undone.editor))


@router.post("/edits/{edit_id}/undo", responses=MAY_FAIL)
def undo_edit(
    lesson_id: PathId,
    edit_id: PathId,
    by: Editor,
    seen: ExactlySeen,
    session: SessionDep,
    response: Response,
) -> SegmentState:
    """Give a segment the text that stood there before an edit; this is an edit as well.

    `If-Match` names the version of the segment.
    """
    undone = editing.undo_edit(session, lesson_id, edit_id, editor=by.editor, seen=seen)
    return _answer(undone, response)


@router.post("/edits/{edit_id}/dismiss", status_code=204, responses=problems(404, 413, 415, 422))
def dismiss_edit(lesson_id: PathId, edit_id: PathId, by: Editor, session: SessionDep) -> None:
    """Say that an orphan is not needed any more; it stays in the history."""
    editing.dismiss_edit(session, lesson_id, edit_id, editor=by.editor)
