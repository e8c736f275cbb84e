"""People edit the segments of a lesson's corrected transcript.

An edit is a row of its own that is never lost: the next one takes its place, undoing is an edit
too, and reruns lay the edits over what they make (see `backend/lesson_texts/texts.py`). Each
segment has a version of its own, so that two people who edit different segments do not meet.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from backend.database.sessions import refuse_uncommitted_writes, writing
from backend.errors import Conflict, InvalidValue, NotFound
from backend.errors.lessons import CannotUndo, NoTranscript
from backend.lesson_texts.edits import holding_edits
from backend.lesson_texts.layers import lock_lesson, require_lesson, require_possible_id
from backend.lesson_texts.note_places import keeping_notes
from backend.lesson_texts.texts import LessonTexts
from backend.models import Segment, SegmentEdit
from backend.text.replacing import Piece, Replacement, cut_at_places
from backend.text.stored_text import StoredText, span_of
from backend.text.wording import clean_person, clean_segment
from backend.versions import require_version, version_of

NAMED_SEGMENTS = 5
"""How many of the segments that were changed meanwhile are named."""


@dataclass(frozen=True)
class EditedSegment:
    """A segment as readers see it, and the version that the next edit names."""

    position: int
    segment: Segment

    @property
    def version(self) -> str:
        return segment_version(self.segment)

    def to_json(self) -> dict[str, Any]:
        return {
            "segment": self.position,
            "start": self.segment.start,
            "end": self.segment.end,
            "text": self.segment.text,
            "version": self.version,
        }


@dataclass(frozen=True)
class NewSegmentText:
    """The text that a segment is to have; `seen` is the version that was read."""

    position: int
    text: str
    seen: str


@dataclass(frozen=True)
class Undoing:
    """An edit that is to be undone; `seen` is the version of its segment that was read."""

    edit_id: int
    seen: str


@dataclass(frozen=True)
class RewrittenSegment:
    """A segment as it was written, and the edit that it made; None: it had that text already."""

    segment: EditedSegment
    edit_id: int | None


@dataclass(frozen=True)
class FoundPlaces:
    """A segment with places of what was looked for, in pieces."""

    segment: EditedSegment
    pieces: Sequence[Piece]


@dataclass(frozen=True)
class Edit:
    """One edit: who made it when, what stood there before, and what it decided.

    `text` None: the words of the recogniser and the model are to stand. `segment` None: the edit
    is an orphan, whose words are not certain to be anywhere in the present text, or another edit
    took its place. `start` and `end` (seconds) and `heard` say which words it was about.
    """

    id: int
    segment: int | None
    start: float
    end: float
    heard: str
    before: str
    text: str | None
    editor: str
    edited_at: datetime


def segment_version(segment: Segment) -> str:
    return version_of(segment.start, segment.end, segment.text)


# --- editing ---------------------------------------------------------------------------------


def edit_segment(
    session: Session, lesson_id: int, position: int, text: str, *, editor: str, seen: str
) -> EditedSegment:
    """Decide the text of a segment. Where nothing was corrected yet, the transcript is edited.

    An empty text says that nothing was said. The text that is there already is no edit.

    Parameters
    ----------
    editor
        The name of whoever decides.
    seen
        The version of the segment that was read: `segment_version`.

    Raises
    ------
    LessonNotFound, NoTranscript, NotFound, InvalidValue, UncommittedWrites
    Conflict
        The segment is not what was read; `present` is what it is now.
    """
    text, editor = clean_segment(text), clean_person(editor)
    refuse_uncommitted_writes(session)
    require_possible_id(lesson_id)
    with writing(session):
        texts = _lock_settled(session, lesson_id)
        present = result = _read_segment(texts, position)
        if seen == present.version and text != present.segment.text:
            holding = holding_edits(session, lesson_id)
            _decide(session, texts, holding, [_new_edit(texts, holding, present, text, editor)])
            result = _read_segment(texts, position)
    # Only now, so that what was settled stays: else nobody could ever read the present version.
    require_version(f"Segment {position} of lesson {lesson_id}", seen, present.to_json())
    return result


def undo_edit(
    session: Session, lesson_id: int, edit_id: int, *, editor: str, seen: str
) -> EditedSegment:
    """Give a segment the text that stood there before one of its edits. This is an edit as well.

    What nobody had edited before that becomes the business of reruns again.

    Raises
    ------
    LessonNotFound, NotFound, InvalidValue, UncommittedWrites
    CannotUndo
        The edit was about words that are parted otherwise now, or that are not there.
    Conflict
        The segment is not what was read; `present` is what it is now.
    """
    editor = clean_person(editor)
    refuse_uncommitted_writes(session)
    require_possible_id(lesson_id)
    with writing(session):
        texts = _lock_settled(session, lesson_id)
        undone = _get_edit(session, lesson_id, edit_id)
        holding = _find_holding(session, undone)
        position = _require_undoable(undone, holding)
        present = result = _read_segment(texts, position)
        text = _text_before(undone)
        if seen == present.version and text != holding.text:
            everything = holding_edits(session, lesson_id)
            _decide(session, texts, everything, [_replacement(holding, text, editor)])
            result = _read_segment(texts, position)
    require_version(f"Segment {position} of lesson {lesson_id}", seen, present.to_json())
    return result


def edit_segments(
    session: Session, lesson_id: int, changes: Sequence[NewSegmentText], *, editor: str
) -> list[RewrittenSegment]:
    """Decide the texts of several segments at once: all of them, or none.

    Raises
    ------
    LessonNotFound, NoTranscript, NotFound, UncommittedWrites
    InvalidValue
        A text is too long, or a segment is named twice.
    Conflict
        Some of the segments are not what was read; `present` has them as they are now.
    """
    editor = clean_person(editor)
    wanted = {change.position: clean_segment(change.text) for change in changes}
    _require_distinct(len(wanted), len(changes))
    refuse_uncommitted_writes(session)
    require_possible_id(lesson_id)
    with writing(session):
        texts = _lock_settled(session, lesson_id)
        present = [_read_segment(texts, position) for position in wanted]
        changed = _changed_since(present, [change.seen for change in changes])
        edits: list[SegmentEdit] = []
        if not changed:
            holding = holding_edits(session, lesson_id)
            edits = [
                _new_edit(texts, holding, segment, wanted[segment.position], editor)
                for segment in present
                if wanted[segment.position] != segment.segment.text
            ]
            _decide(session, texts, holding, edits)
        result = _written(texts, list(wanted), edits)
    _refuse_changed(lesson_id, changed)
    return result


def undo_edits(
    session: Session, lesson_id: int, undoings: Sequence[Undoing], *, editor: str
) -> list[RewrittenSegment]:
    """Undo several edits of different segments at once, as `undo_edit` does: all, or none.

    Raises
    ------
    LessonNotFound, NotFound, InvalidValue, CannotUndo, UncommittedWrites
    Conflict
        Some of the segments are not what was read; `present` has them as they are now.
    """
    editor = clean_person(editor)
    refuse_uncommitted_writes(session)
    require_possible_id(lesson_id)
    with writing(session):
        texts = _lock_settled(session, lesson_id)
        undone = [_get_edit(session, lesson_id, undoing.edit_id) for undoing in undoings]
        holding = [_find_holding(session, edit) for edit in undone]
        positions = [*map(_require_undoable, undone, holding)]
        _require_distinct(len(set(positions)), len(positions))
        present = [_read_segment(texts, position) for position in positions]
        changed = _changed_since(present, [undoing.seen for undoing in undoings])
        edits: list[SegmentEdit] = []
        if not changed:
            edits = [
                _replacement(held, _text_before(edit), editor)
                for edit, held in zip(undone, holding, strict=True)
                if _text_before(edit) != held.text
            ]
            _decide(session, texts, holding_edits(session, lesson_id), edits)
        result = _written(texts, positions, edits)
    _refuse_changed(lesson_id, changed)
    return result


def _require_distinct(n_segments: int, n_wanted: int) -> None:
    if n_segments < n_wanted:
        raise InvalidValue("A segment is named twice: give each one text.")


def _changed_since(present: Iterable[EditedSegment], seen: Iterable[str]) -> list[EditedSegment]:
    return [
        segment
        for segment, version in zip(present, seen, strict=True)
        if segment.version != version
    ]


def _refuse_changed(lesson_id: int, changed: Sequence[EditedSegment]) -> None:
    if not changed:
        return
    places = ", ".join(str(segment.position) for segment in changed[:NAMED_SEGMENTS])
    more = f" and {len(changed) - NAMED_SEGMENTS} more" if len(changed) > NAMED_SEGMENTS else ""
    raise Conflict(
        f"Segments of lesson {lesson_id} were changed since you read them ({places}{more}), so "
        "nothing was written: look at what is there now, and make your change to that.",
        {"segments": [segment.to_json() for segment in changed]},
    )


def _written(
    texts: LessonTexts, positions: Iterable[int], edits: Iterable[SegmentEdit]
) -> list[RewrittenSegment]:
    ids = {edit.segment: edit.id for edit in edits}
    return [
        RewrittenSegment(_read_segment(texts, position), ids.get(position))
        for position in positions
    ]


def dismiss_edit(session: Session, lesson_id: int, edit_id: int, *, editor: str) -> None:
    """Say that an orphan is not needed any more. It stays in the history.

    Raises
    ------
    LessonNotFound, NotFound, InvalidValue, UncommittedWrites
    """
    editor = clean_person(editor)
    refuse_uncommitted_writes(session)
    require_possible_id(lesson_id)
    with writing(session):
        lock_lesson(session, lesson_id, with_texts=False)
        orphan = _get_edit(session, lesson_id, edit_id)
        if orphan.superseded_by is not None or orphan.segment is not None or orphan.text is None:
            raise NotFound(f"Edit {edit_id} of lesson {lesson_id} is no orphan.")
        dismissal = _replacement(orphan, None, editor)
        session.add(dismissal)
        session.flush()
        orphan.superseded_by = dismissal.id


def _lock_settled(session: Session, lesson_id: int) -> LessonTexts:
    lock_lesson(session, lesson_id, with_texts=False)
    texts = LessonTexts(session, lesson_id)
    with keeping_notes(session, texts):
        texts.settle()
    return texts


def _require_shown(texts: LessonTexts) -> StoredText:
    if texts.shown is None:
        raise NoTranscript(
            f"Lesson {texts.lesson_id} has no transcript yet.", facts={"lesson": texts.lesson_id}
        )
    return texts.shown


def _read_segment(texts: LessonTexts, position: int) -> EditedSegment:
    shown = _require_shown(texts)
    if not 0 <= position < len(shown):
        raise NotFound(
            f"Lesson {texts.lesson_id} has no segment {position}: it has {len(shown)}, counted "
            "from 0."
        )
    return EditedSegment(position, shown[position])


def _new_edit(
    texts: LessonTexts,
    holding: Sequence[SegmentEdit],
    present: EditedSegment,
    text: str,
    editor: str,
) -> SegmentEdit:
    """An edit of all that a segment holds."""
    heard = texts.heard[present.position]
    start, end = span_of(heard)
    here = [edit for edit in holding if edit.segment == present.position]
    return SegmentEdit(
        lesson_id=texts.lesson_id,
        segment=present.position,
        start=start,
        end=end,
        heard=heard.text,
        before=present.segment.text,
        before_by_person=any(edit.text is not None for edit in here),
        text=text,
        editor=editor,
    )


def _replacement(holding: SegmentEdit, text: str | None, editor: str) -> SegmentEdit:
    """An edit of the same words as one that holds."""
    same = holding.model_dump(exclude={"id", "edited_at", "superseded_by"})
    decided = {
        "before": holding.heard if holding.text is None else holding.text,
        "before_by_person": holding.text is not None,
        "text": text,
        "editor": editor,
    }
    return SegmentEdit(**(same | decided))


def _decide(
    session: Session,
    texts: LessonTexts,
    holding: Sequence[SegmentEdit],
    edits: Sequence[SegmentEdit],
) -> None:
    """Let edits, each of a segment of its own, take the place of those of the same words, and
    show them. `holding` are the edits that hold until then."""
    session.add_all(edits)
    session.flush()
    by_segment = {edit.segment: edit for edit in edits}
    for other in holding:
        edit = by_segment.get(other.segment)
        if edit is not None and (edit.first_word is None or _words(other) == _words(edit)):
            other.superseded_by = edit.id
    with keeping_notes(session, texts):
        texts.repaint([edit.segment for edit in edits if edit.segment is not None])


def _words(edit: SegmentEdit) -> tuple[float, float, str]:
    return edit.start, edit.end, edit.heard


def _text_before(edit: SegmentEdit) -> str | None:
    """What undoing an edit decides; None: what nobody had edited is the business of reruns."""
    return edit.before if edit.before_by_person else None


def _get_edit(session: Session, lesson_id: int, edit_id: int) -> SegmentEdit:
    statement = select(SegmentEdit).where(
        SegmentEdit.id == edit_id, SegmentEdit.lesson_id == lesson_id
    )
    edit = session.exec(statement).first()
    if edit is None:
        raise NotFound(f"There is no edit {edit_id} of lesson {lesson_id}.")
    return edit


def _find_holding(session: Session, edit: SegmentEdit) -> SegmentEdit:
    """The edit that holds now where this one did."""
    while edit.superseded_by is not None:
        edit = session.get_one(SegmentEdit, edit.superseded_by)
    return edit


def _require_undoable(undone: SegmentEdit, holding: SegmentEdit) -> int:
    if holding.segment is None or _words(undone) != _words(holding):
        raise CannotUndo(
            f"Edit {undone.id} was about words that are not a segment of their own any more "
            f"(`{undone.heard}`): edit what is there now by hand."
        )
    return holding.segment


# --- looking ---------------------------------------------------------------------------------


def find_places(session: Session, lesson_id: int, wanted: Replacement) -> list[FoundPlaces]:
    """The segments of the text that readers see in which words stand that are to be replaced.

    Words that begin in one segment and end in the next are none of them.

    Raises
    ------
    LessonNotFound, NoTranscript
    """
    require_lesson(session, lesson_id)
    shown = _require_shown(LessonTexts(session, lesson_id))
    found = []
    for position in range(len(shown)):
        if pieces := cut_at_places(str(shown.stored[position].get("text", "")), wanted):
            found.append(FoundPlaces(EditedSegment(position, shown[position]), pieces))
    return found


def segment_history(session: Session, lesson_id: int, position: int) -> list[Edit]:
    """All edits that led to what a segment holds now, the newest first.

    Raises
    ------
    LessonNotFound
    """
    require_lesson(session, lesson_id)
    edits = _all_edits(session, lesson_id)
    reached = {edit.id for edit in edits if edit.superseded_by is None and edit.segment == position}
    for edit in edits:  # the newest first, so whatever took an edit's place comes before it
        if edit.superseded_by in reached:
            reached.add(edit.id)
    return [_view(edit) for edit in edits if edit.id in reached]


def edited_segments(session: Session, lesson_id: int) -> dict[int, Edit]:
    """The newest edit of each segment that a person's text stands in, by the segment.

    Raises
    ------
    LessonNotFound
    """
    require_lesson(session, lesson_id)
    holding = holding_edits(session, lesson_id)
    return {
        edit.segment: _view(edit)
        for edit in holding
        if edit.segment is not None and edit.text is not None
    }


def orphaned_edits(session: Session, lesson_id: int) -> list[Edit]:
    """The edits whose words are not certain to be anywhere in the present text, by their time.

    They are laid again when a text comes in which they are. Until then a person may edit the text
    by them, and dismiss them.

    Raises
    ------
    LessonNotFound
    """
    require_lesson(session, lesson_id)
    orphans = [
        _view(edit)
        for edit in holding_edits(session, lesson_id)
        if edit.segment is None and edit.text is not None
    ]
    return sorted(orphans, key=lambda edit: (edit.start, edit.id))


def _all_edits(session: Session, lesson_id: int) -> Sequence[SegmentEdit]:
    statement = (
        select(SegmentEdit)
        .where(SegmentEdit.lesson_id == lesson_id)
        .order_by(col(SegmentEdit.id).desc())
    )
    return session.exec(statement).all()


def _view(edit: SegmentEdit) -> Edit:
    segment = edit.segment if edit.superseded_by is None else None
    fields = edit.model_dump(include=set(Edit.__dataclass_fields__) - {"segment"})
    return Edit(segment=segment, **fields)
