"""The layers of a lesson: read as they are at a job's start, and replaced at its end.

What a rerun replaces is kept beside the lesson until the next one, and can be restored. What
people decided is a layer of its own (see `texts.py` and `summaries.py`), laid over what reruns
make.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, or_
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from backend.database.sessions import Bind, refuse_uncommitted_writes, writing
from backend.errors import NotFound
from backend.errors.lessons import InputChanged, LessonInTrash, LessonNotFound, NoTranscript
from backend.lesson_texts.makers import Maker, require_not_lower
from backend.lesson_texts.note_places import keeping_notes
from backend.lesson_texts.summaries import lay_summary_edits, proposed_summary
from backend.lesson_texts.texts import LessonTexts
from backend.models import FormerLayer, Lesson, Segment, TrashedLesson
from backend.models.columns import LARGEST_ID
from backend.models.people import WITH_REMOVED
from backend.models.transcript import segments_to_json, transcript_hash
from backend.text.stored_text import StoredText

TRANSCRIPT = "transcript"
CORRECTED = "corrected_transcript"


@dataclass(frozen=True)
class LayerText:
    """One of a lesson's texts. `hash` tells whether it changed meanwhile."""

    lesson_id: int
    name: str
    segments: Sequence[Segment]
    language: str | None
    hash: str


def require_possible_id(lesson_id: object) -> None:
    """Raise `LessonNotFound` for what cannot be an id, and no database can be asked for."""
    is_number = isinstance(lesson_id, int) and not isinstance(lesson_id, bool)
    if not is_number or not 0 < lesson_id <= LARGEST_ID:  # type: ignore[operator]
        raise LessonNotFound(lesson_id)


def is_trashed(session: Session, lesson_id: int) -> bool:
    return session.get(TrashedLesson, lesson_id, populate_existing=True) is not None


def missing_lesson(session: Session, lesson_id: int) -> LessonNotFound:
    """Why a lesson is not found: it is in the trash, or there is none."""
    return LessonInTrash(lesson_id) if is_trashed(session, lesson_id) else LessonNotFound(lesson_id)


def require_lesson(session: Session, lesson_id: int) -> None:
    """Raises `LessonNotFound`; reads nothing of the lesson."""
    require_possible_id(lesson_id)
    statement = select(Lesson.id).where(Lesson.id == lesson_id)
    if session.exec(statement).first() is None:
        raise missing_lesson(session, lesson_id)


def read_layer(bind: Bind, lesson_id: int, *, prefer_corrected: bool) -> LayerText:
    """The corrected transcript if there is one and it is preferred, else the transcript.

    Raises
    ------
    LessonNotFound, NoTranscript
    """
    require_possible_id(lesson_id)
    statement = select(Lesson).where(Lesson.id == lesson_id)
    with Session(bind) as session:
        lesson = session.exec(statement).first()
        if lesson is None:
            raise missing_lesson(session, lesson_id)
        name = TRANSCRIPT
        if prefer_corrected and lesson.corrected_transcript is not None:
            name = CORRECTED
        segments = getattr(lesson, name)
        if segments is None:
            raise NoTranscript(
                f"Lesson {lesson_id} has no transcript yet.", facts={"lesson": lesson_id}
            )
        return LayerText(
            lesson_id, name, tuple(segments), lesson.spoken_language, transcript_hash(segments)
        )


# --- writing ---------------------------------------------------------------------------------


def lock_lesson(session: Session, lesson_id: int, *, with_texts: bool = True) -> Lesson:
    """The lesson as it is now, locked until the end of the transaction (see `writing`).

    Without its texts it is quick: those of a long lesson are megabytes.

    Raises
    ------
    LessonNotFound
    """
    options = [] if with_texts else defer_texts()
    lesson = session.get(
        Lesson,
        lesson_id,
        options=options,
        populate_existing=True,
        with_for_update=True,
        execution_options=WITH_REMOVED,
    )
    # Asked once the lock is held: whoever removes a lesson holds it, too.
    if is_trashed(session, lesson_id):
        raise LessonInTrash(lesson_id)
    if lesson is None:
        raise LessonNotFound(lesson_id)
    return lesson


def defer_texts() -> list[Any]:
    """For a statement on lessons that is to leave the texts unread."""
    return [defer(getattr(Lesson, name)) for name in (TRANSCRIPT, CORRECTED)]


def lock_unchanged(session: Session, layer: LayerText) -> Lesson:
    """`lock_lesson`, if the lesson's layer is still what was read.

    Raises
    ------
    LessonNotFound
        It was removed meanwhile.
    InputChanged
    """
    lesson = lock_lesson(session, layer.lesson_id)
    segments = getattr(lesson, layer.name)
    if segments is None or transcript_hash(segments) != layer.hash:
        raise InputChanged(
            f"The {layer.name.replace('_', ' ')} of lesson {layer.lesson_id} was replaced while "
            "it was being worked on, so the result was not saved: start again."
        )
    return lesson


# --- what was there before -------------------------------------------------------------------


class LessonLayer(StrEnum):
    """What one stage makes of a lesson; it is replaced and restored as a whole."""

    TRANSCRIPT = "transcript"
    CORRECTION = "correction"
    SUMMARY = "summary"


_TEXTS = {
    LessonLayer.TRANSCRIPT: ("transcript",),
    LessonLayer.CORRECTION: ("corrected_transcript",),
    LessonLayer.SUMMARY: ("brief", "summary"),
}
"""The lesson's columns of each layer, beside the metadata."""


def replace_layer(
    session: Session,
    lesson: Lesson,
    layer: LessonLayer,
    content: Mapping[str, Any],
    *,
    accept_lower_quality: bool = False,
) -> None:
    """Put new content into a layer of a locked lesson, and keep the former one, if any.

    `content` has the layer's columns by their names. Where it says the same as what is there,
    nothing is kept: it would only drive out what really was another. The edits and notes of people
    go where their words are now.

    Raises
    ------
    LowerQuality
        What is there is known to be better, and it was not said that this is accepted. It may have
        come while the work went on.
    """
    former = _content(session, lesson, layer)
    new = {name: _to_json(value) for name, value in content.items()}
    texts = _TEXTS[layer]
    was_there = any(former[name] is not None for name in texts)
    if was_there and any(former[name] != new[name] for name in texts):
        maker = Maker.of(new[f"{layer}_metadata"])
        if maker is not None and not accept_lower_quality:
            present = Maker.of(former[f"{layer}_metadata"])
            require_not_lower(layer, lesson.id, present, maker, lesson.spoken_language)
        _keep(session, lesson, layer, former)
    _put(session, lesson, layer, new)


def present_maker(
    session: Session, lesson_id: int, layer: LessonLayer
) -> tuple[Maker | None, str | None]:
    """What made a layer, as far as it is there and this is known; and what is spoken."""
    metadata = getattr(Lesson, f"{layer}_metadata")
    has_text = or_(*(col(getattr(Lesson, name)).is_not(None) for name in _TEXTS[layer]))
    statement = select(metadata, Lesson.language, Lesson.transcript_metadata).where(
        Lesson.id == lesson_id, has_text
    )
    present, language, heard = session.exec(statement).first() or (None, None, None)
    return Maker.of(present), language or (heard or {}).get("language")


def restore_layer(session: Session, lesson_id: int, layer: LessonLayer) -> None:
    """Swap a layer with what was there before it was last replaced, so twice changes nothing.

    Raises
    ------
    LessonNotFound, UncommittedWrites
    NotFound
        Nothing older is kept.
    """
    require_possible_id(lesson_id)
    refuse_uncommitted_writes(session)
    kept = select(FormerLayer.content).where(
        FormerLayer.lesson_id == lesson_id, FormerLayer.layer == layer
    )
    with writing(session):
        lesson = lock_lesson(session, lesson_id)
        former = session.exec(kept).first()
        if former is None:
            raise NotFound(
                f"There is no older {layer} of lesson {lesson_id} to restore: one is kept when "
                "another takes its place."
            )
        _keep(session, lesson, layer, _content(session, lesson, layer))
        _put(session, lesson, layer, former)


def _content(session: Session, lesson: Lesson, layer: LessonLayer) -> dict[str, Any]:
    """The layer's columns as plain JSON values, without what people changed."""
    if layer is LessonLayer.SUMMARY:
        return proposed_summary(session, lesson)
    names = (*_TEXTS[layer], f"{layer}_metadata")
    if layer is not LessonLayer.CORRECTION:
        return {name: _to_json(getattr(lesson, name)) for name in names}
    assert lesson.id is not None
    proposed = LessonTexts(session, lesson.id).proposed
    if proposed is None:
        return dict.fromkeys(names)  # what there is was made by people alone
    metadata = _to_json(lesson.correction_metadata)
    return {CORRECTED: list(proposed.stored), "correction_metadata": metadata}


def _to_json(value: Any) -> Any:
    if isinstance(value, list):
        return segments_to_json(value)
    return dict(value) if isinstance(value, dict) else value


def _put(session: Session, lesson: Lesson, layer: LessonLayer, content: Mapping[str, Any]) -> None:
    """Put plain JSON values into a layer's columns, with what people did to them."""
    if layer is LessonLayer.SUMMARY:
        lay_summary_edits(session, lesson, content)
        return
    assert lesson.id is not None
    texts = LessonTexts(session, lesson.id)
    with keeping_notes(session, texts):
        if layer is LessonLayer.TRANSCRIPT:
            is_by_hand = texts.proposed is None
            _assign(lesson, content)
            texts.reread_transcript()
            if is_by_hand:
                texts.lay_edits(None)
        else:
            text = content[CORRECTED]
            lesson.correction_metadata = content["correction_metadata"]
            texts.lay_edits(None if text is None else StoredText(text))


def _assign(lesson: Lesson, content: Mapping[str, Any]) -> None:
    for name, value in content.items():
        setattr(lesson, name, value)


def _keep(session: Session, lesson: Lesson, layer: LessonLayer, content: dict[str, Any]) -> None:
    assert lesson.id is not None
    older = delete(FormerLayer).where(
        col(FormerLayer.lesson_id) == lesson.id, col(FormerLayer.layer) == layer
    )
    session.execute(older)
    session.add(FormerLayer(lesson_id=lesson.id, layer=layer, content=content))
