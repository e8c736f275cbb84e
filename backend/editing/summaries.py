"""People edit a lesson's summary: its brief and its text, each by itself.

As with segments, an edit is a row that is never lost, undoing is an edit too, and a rerun leaves
what people wrote where it is (see `backend/lesson_texts/summaries.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from backend.database.sessions import refuse_uncommitted_writes, writing
from backend.errors import NotFound
from backend.errors.lessons import NoSummary
from backend.lesson_texts.layers import lock_lesson, require_lesson, require_possible_id
from backend.lesson_texts.summaries import (
    holding_summary_edits,
    lay_summary_edits,
    people_texts,
    proposed_summary,
    shown_text_hash,
)
from backend.models import Lesson, SummaryEdit, SummaryPart
from backend.text.wording import clean_person, clean_summary
from backend.versions import require_version, version_of


@dataclass(frozen=True)
class EditOfSummary:
    """One edit of a part: who made it when, what stood there before, and what it decided.

    `text` None: the machine's words are to stand. `before_by_person` says whether what stood there
    was a person's.
    """

    id: int
    part: SummaryPart
    before: str
    before_by_person: bool
    text: str | None
    editor: str
    edited_at: datetime


def summary_version(brief: str | None, summary: str | None) -> str:
    return version_of(brief, summary)


def edit_summary(
    session: Session,
    lesson_id: int,
    texts: Mapping[SummaryPart, str],
    *,
    editor: str,
    seen: str,
) -> None:
    """Decide the text of one or both parts of a summary. What is there already is no edit.

    Parameters
    ----------
    editor
        The name of whoever decides.
    seen
        The version of the summary that was read: `summary_version`.

    Raises
    ------
    LessonNotFound, NoSummary, InvalidValue, UncommittedWrites
    Conflict
        The summary is not what was read; `present` is what it is now.
    """
    decided = {part: clean_summary(text) for part, text in texts.items()}
    editor = clean_person(editor)
    refuse_uncommitted_writes(session)
    require_possible_id(lesson_id)
    with writing(session):
        lesson = _lock_seen(session, lesson_id, seen)
        changed = {
            part: text for part, text in decided.items() if text != (getattr(lesson, part) or "")
        }
        _decide(session, lesson, changed, editor)


def undo_summary_edit(
    session: Session, lesson_id: int, edit_id: int, *, editor: str, seen: str
) -> None:
    """Give a part what stood there before one of its edits. This is an edit as well.

    What nobody had edited before that becomes the business of reruns again.

    Raises
    ------
    LessonNotFound, NotFound, InvalidValue, UncommittedWrites
    Conflict
    """
    editor = clean_person(editor)
    refuse_uncommitted_writes(session)
    require_possible_id(lesson_id)
    with writing(session):
        lesson = _lock_seen(session, lesson_id, seen)
        undone = session.get(SummaryEdit, edit_id)
        if undone is None or undone.lesson_id != lesson_id:
            raise NotFound(f"There is no edit {edit_id} of the summary of lesson {lesson_id}.")
        text = undone.before if undone.before_by_person else None
        holding = holding_summary_edits(session, lesson_id)[undone.part]
        if text != holding.text:
            _decide(session, lesson, {SummaryPart(undone.part): text}, editor)


def summary_history(session: Session, lesson_id: int) -> list[EditOfSummary]:
    """All edits of a lesson's summary, the newest first.

    Raises
    ------
    LessonNotFound
    """
    require_lesson(session, lesson_id)
    statement = (
        select(SummaryEdit)
        .where(SummaryEdit.lesson_id == lesson_id)
        .order_by(col(SummaryEdit.id).desc())
    )
    return _views(session.exec(statement).all())


def edited_summary(session: Session, lesson_id: int) -> list[EditOfSummary]:
    """The edits that the summary consists of: one of each part that a person has written."""
    return _views(list(people_texts(session, lesson_id).values()))


def _views(edits: Sequence[SummaryEdit]) -> list[EditOfSummary]:
    fields = set(EditOfSummary.__dataclass_fields__)
    return [EditOfSummary(**edit.model_dump(include=fields)) for edit in edits]


def _lock_seen(session: Session, lesson_id: int, seen: str) -> Lesson:
    lesson = lock_lesson(session, lesson_id, with_texts=False)
    if lesson.summary is None and lesson.brief is None:
        raise NoSummary
    present: dict[str, Any] = {
        "brief": lesson.brief,
        "summary": lesson.summary,
        "version": summary_version(lesson.brief, lesson.summary),
    }
    require_version(f"The summary of lesson {lesson_id}", seen, present)
    return lesson


def _decide(
    session: Session, lesson: Lesson, decided: Mapping[SummaryPart, str | None], editor: str
) -> None:
    """Let edits take the place of those of the same parts, and show them."""
    assert lesson.id is not None
    proposed = proposed_summary(session, lesson)
    by_person = people_texts(session, lesson.id)
    holding = holding_summary_edits(session, lesson.id)
    for part, text in decided.items():
        edit = SummaryEdit(
            lesson_id=lesson.id,
            part=part,
            before=getattr(lesson, part) or "",
            before_by_person=part in by_person,
            text=text,
            text_hash=shown_text_hash(session, lesson.id),
            editor=editor,
        )
        session.add(edit)
        session.flush()
        if part in holding:
            holding[part].superseded_by = edit.id
    session.flush()
    lay_summary_edits(session, lesson, proposed)
