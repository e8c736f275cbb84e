"""A lesson's summary in its layers: what a stage made of it, and what people decided.

The summary that readers see is what the stage proposed, with the edits of people in its place;
each edit holds until another takes its place, and no rerun takes it away. All of this but
`is_older_than_text` is called within a transaction that holds the lesson's lock.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from pydantic import ValidationError
from sqlmodel import Session, col, select

from backend.lesson_texts.texts import BY_HAND, LessonTexts
from backend.models import Lesson, SummaryEdit, SummaryPart, SummaryProposal
from backend.text.moments import carry_moments

COLUMNS = (*SummaryPart, "summary_metadata")


def holding_summary_edits(session: Session, lesson_id: int) -> dict[str, SummaryEdit]:
    """The edit of each part that no other took the place of."""
    statement = (
        select(SummaryEdit)
        .where(SummaryEdit.lesson_id == lesson_id, col(SummaryEdit.superseded_by).is_(None))
        .order_by(col(SummaryEdit.id))
    )
    return {edit.part: edit for edit in session.exec(statement)}


def people_texts(session: Session, lesson_id: int) -> dict[str, SummaryEdit]:
    """The edits that a part of the summary consists of."""
    holding = holding_summary_edits(session, lesson_id)
    return {part: edit for part, edit in holding.items() if edit.text is not None}


def proposed_summary(session: Session, lesson: Lesson) -> dict[str, Any]:
    """The lesson's columns of the summary as plain JSON values, without what people changed."""
    kept = session.get(SummaryProposal, lesson.id)
    shown = _columns(lesson)
    if kept is None or kept.shown_hash != _hash(shown):
        return shown  # no edits, or another program's own summary
    return dict(kept.content)


def lay_summary_edits(session: Session, lesson: Lesson, proposed: Mapping[str, Any]) -> None:
    """Make `proposed`, with the edits of people in their places, the lesson's summary."""
    assert lesson.id is not None
    edits = people_texts(session, lesson.id)
    shown = dict(proposed) | {part: edit.text or None for part, edit in edits.items()}
    if SummaryPart.SUMMARY in edits:
        metadata = dict(proposed["summary_metadata"] or BY_HAND)
        statements = metadata.get("moments") or []
        text = shown[SummaryPart.SUMMARY] or ""
        metadata["moments"] = carry_moments(statements, text, lesson.spoken_language)
        shown["summary_metadata"] = metadata
    for name, value in shown.items():
        setattr(lesson, name, value)
    kept = session.get(SummaryProposal, lesson.id)
    if kept is None and edits:
        kept = SummaryProposal(lesson_id=lesson.id, content={}, shown_hash="")
        session.add(kept)
    if kept is not None:
        kept.content, kept.shown_hash = dict(proposed), _hash(_columns(lesson))


def shown_text_hash(session: Session, lesson_id: int) -> str | None:
    """The hash of the text that readers see, as a summary's `input` has it; None: there is none, or
    another program has written it in a form that cannot be read."""
    shown = LessonTexts(session, lesson_id).shown
    try:
        return None if shown is None else shown.transcript_hash
    except ValidationError:
        return None


def is_older_than_text(session: Session, lesson_id: int) -> bool:
    """Whether a part of the summary was made, or last edited by a person, from a text that has
    changed since; what is not known is not older."""
    columns: tuple[Any, ...] = (Lesson.brief, Lesson.summary, Lesson.summary_metadata)
    row = session.exec(select(*columns).where(Lesson.id == lesson_id)).first()
    if row is None:
        return False
    brief, summary, metadata = row
    by_person = people_texts(session, lesson_id)
    made_from = {
        part: by_person[part].text_hash if part in by_person else (metadata or {}).get("input")
        for part, text in zip(SummaryPart, (brief, summary), strict=True)
        if text
    }
    known = set(made_from.values()) - {None}
    present = shown_text_hash(session, lesson_id) if known else None
    return present is not None and known != {present}


def _columns(lesson: Lesson) -> dict[str, Any]:
    metadata = lesson.summary_metadata
    return {
        SummaryPart.BRIEF.value: lesson.brief,
        SummaryPart.SUMMARY.value: lesson.summary,
        "summary_metadata": None if metadata is None else dict(metadata),
    }


def _hash(shown: Mapping[str, Any]) -> str:
    texts = [shown[part] for part in SummaryPart]
    return sha256(json.dumps(texts).encode()).hexdigest()
