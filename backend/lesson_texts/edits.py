"""People's edits of segments, as rows and as the values that places are found by."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from backend.models import SegmentEdit
from backend.text.anchors import Decision, EditPart


def holding_edits(session: Session, lesson_id: int) -> list[SegmentEdit]:
    """The edits that no other took the place of, the oldest first."""
    statement = (
        select(SegmentEdit)
        .where(SegmentEdit.lesson_id == lesson_id, col(SegmentEdit.superseded_by).is_(None))
        .order_by(col(SegmentEdit.id))
    )
    return list(session.exec(statement))


def has_edits(session: Session, lesson_id: int) -> bool:
    """Whether people have said something of a lesson's words that holds."""
    return any(edit.text is not None for edit in holding_edits(session, lesson_id))


def edit_id(edit: SegmentEdit) -> int:
    assert edit.id is not None
    return edit.id


def decision_of(edit: SegmentEdit) -> Decision:
    return Decision(
        edit_id(edit), edit.segment, edit.start, edit.end, edit.heard, edit.before, edit.text
    )


def part_of(edit: SegmentEdit, position: int) -> EditPart:
    bounds = (edit.first_word, edit.end_word)
    return EditPart(position, *bounds, edit.start, edit.end, edit.heard, edit.text)


def move_edit(session: Session, edit: SegmentEdit, parts: Sequence[EditPart]) -> Sequence[EditPart]:
    """Write down where an edit is now; one whose words are in several segments becomes several."""
    if len(parts) > 1:
        rows = [_row_of_part(edit, part) for part in parts]
        session.add_all(rows)
        session.flush()
        edit.superseded_by = rows[0].id
    else:
        place = parts[0] if parts else None
        edit.segment = place.segment if place else None
        edit.first_word = place.first_word if place else None
        edit.end_word = place.end_word if place else None
    return parts


def _row_of_part(edit: SegmentEdit, part: EditPart) -> SegmentEdit:
    return SegmentEdit(
        lesson_id=edit.lesson_id,
        segment=part.segment,
        first_word=part.first_word,
        end_word=part.end_word,
        start=part.start,
        end=part.end,
        heard=part.heard,
        before=part.heard,
        before_by_person=False,
        text=part.text,
        editor=edit.editor,
        edited_at=edit.edited_at,
    )
