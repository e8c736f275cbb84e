"""What people did to a lesson's text, kept when the text beneath it is made anew.

The corrected transcript that readers see is what correction proposed, with the edits of people laid
over it; each edit holds until another takes its place. Texts are handled as they are stored, so
that an edit in a long lesson is quick. All of this is called within a transaction that holds the
lesson's lock.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from sqlalchemy import JSON, BindParameter, literal, type_coerce, update
from sqlalchemy.orm import defer
from sqlalchemy.orm.util import identity_key
from sqlmodel import Session, SQLModel, select

from backend.index.passages import index_lesson
from backend.lesson_texts.edits import decision_of, edit_id, holding_edits, move_edit, part_of
from backend.models import CorrectionProposal, FormerLayer, Lesson
from backend.text.anchors import EditPart, paint_segment, place_decisions
from backend.text.stored_text import StoredText

BY_HAND = {"by_hand": True}
"""The metadata of a corrected transcript that is the transcript with people's edits: no model and
no rules made it, so it has no `input`, and correction is still due."""

LESSON = SQLModel.metadata.tables["lesson"]


class LessonTexts:
    """The texts of a lesson within one transaction, as they are stored, each read once.

    `shown` is what readers see: the corrected transcript if there is one, else the transcript.
    """

    def __init__(self, session: Session, lesson_id: int) -> None:
        self._session = session
        self.lesson_id = lesson_id

    @cached_property
    def transcript(self) -> StoredText | None:
        return _read(self._session, self.lesson_id, "transcript")

    @cached_property
    def corrected(self) -> StoredText | None:
        return _read(self._session, self.lesson_id, "corrected_transcript")

    @property
    def shown(self) -> StoredText | None:
        return self.transcript if self.corrected is None else self.corrected

    @cached_property
    def proposed(self) -> StoredText | None:
        """What correction made of the lesson, without the edits; None: nothing yet."""
        kept = self._find_kept()
        if kept is None or kept.shown_hash != _hash(self.corrected):
            return self.corrected  # no edits, or another program's own text
        return None if kept.segments is None else StoredText(kept.segments)

    @property
    def base(self) -> StoredText:
        """What the edits are laid over."""
        base = self.transcript if self.proposed is None else self.proposed
        return StoredText(()) if base is None else base

    @cached_property
    def heard(self) -> StoredText:
        """The transcript that the base was made from, known by its borders; else the base itself,
        whose borders are those of the shown text."""
        for text in (self.transcript, self._read_former()):
            if text is not None and text.borders == self.base.borders:
                return text
        return self.base

    def _read_former(self) -> StoredText | None:
        statement = select(FormerLayer.content).where(
            FormerLayer.lesson_id == self.lesson_id, FormerLayer.layer == "transcript"
        )
        former = (self._session.exec(statement).first() or {}).get("transcript")
        return None if former is None else StoredText(former)

    def reread_transcript(self) -> None:
        """The transcript was replaced: it is to be read anew."""
        self._session.flush()
        for name in ("transcript", "heard"):
            self.__dict__.pop(name, None)

    # --- edits -------------------------------------------------------------------------------

    def settle(self) -> None:
        """Lay the edits anew if another program assigned a text since, so that they fit what is
        shown; and take down what is beneath them before there is the first."""
        kept = self._find_kept()
        if kept is None:
            self._keep()
        elif kept.shown_hash != _hash(self.corrected):
            self.lay_edits(self.corrected)
        elif kept.transcript_hash not in (None, _hash(self.transcript)):
            self.lay_edits(None)

    def lay_edits(self, proposed: StoredText | None) -> None:
        """Make `proposed`, with the edits of people in their places, the corrected transcript.

        None: the edits are laid over the transcript, and where none has a place in it there is no
        corrected transcript. An edit without a certain place becomes an orphan, until it has one.
        """
        self.proposed = proposed
        self.__dict__.pop("heard", None)
        edits = holding_edits(self._session, self.lesson_id)
        if edits:
            decisions = [decision_of(edit) for edit in edits]
            places = place_decisions(decisions, self.heard, self.base)
            moved = [move_edit(self._session, edit, places[edit_id(edit)]) for edit in edits]
            parts = [part for of_edit in moved for part in of_edit]
            self._show(_paint(self.base, self.heard, parts) if _has_text(parts) else proposed)
        else:
            self._show(proposed)
        if edits or self._find_kept() is not None:
            self._keep()

    def repaint(self, positions: Iterable[int]) -> None:
        """Show some segments as their edits, which have changed, now say; all else stays."""
        edits = holding_edits(self._session, self.lesson_id)
        parts = [part_of(edit, edit.segment) for edit in edits if edit.segment is not None]
        by_segment = _by_segment(parts)
        painted = {
            position: paint_segment(self.base[position], self.heard[position], by_segment[position])
            for position in positions
        }
        before = self.base if self.corrected is None else self.corrected
        edited = before.with_changes(painted)
        self._show(edited if _has_text(parts) else self.proposed)
        kept = self._find_kept()
        assert kept is not None
        kept.shown_hash = _hash(self.corrected)

    def _show(self, text: StoredText | None) -> None:
        if text is None and self.corrected is None:
            return
        self.corrected = text
        values = {"corrected_transcript": _as_json(None if text is None else list(text.stored))}
        if self.proposed is None:
            values["correction_metadata"] = _as_json(None if text is None else BY_HAND)
        self._session.execute(update(LESSON).where(LESSON.c.id == self.lesson_id).values(values))
        lesson = self._session.identity_map.get(identity_key(Lesson, self.lesson_id))
        if lesson is not None:
            self._session.expire(lesson, list(values))
        # It was written beneath the mapper, to whose events search listens.
        index_lesson(self._session.connection(), self.lesson_id)

    # --- what is beneath them ----------------------------------------------------------------

    def _find_kept(self) -> CorrectionProposal | None:
        # Its segments are megabytes, and often not needed.
        options = [defer(CorrectionProposal.segments)]  # type: ignore[arg-type]
        return self._session.get(CorrectionProposal, self.lesson_id, options=options)

    def _keep(self) -> None:
        kept = self._find_kept()
        if kept is None:
            kept = CorrectionProposal(lesson_id=self.lesson_id, shown_hash="")
            self._session.add(kept)
        is_by_hand = self.proposed is None
        kept.segments = None if self.proposed is None else list(self.proposed.stored)
        kept.transcript_hash = _hash(self.transcript) if is_by_hand else None
        kept.shown_hash = _hash(self.corrected)


def _read(session: Session, lesson_id: int, column: str) -> StoredText | None:
    stored_json = type_coerce(LESSON.c[column], JSON())
    statement = select(stored_json).where(LESSON.c.id == lesson_id)
    stored: Any = session.exec(statement).first()
    return None if stored is None else StoredText(stored)


def _as_json(value: Any) -> BindParameter[Any] | None:
    return None if value is None else literal(value, JSON())


def _hash(text: StoredText | None) -> str:
    return "" if text is None else text.hash


def _has_text(parts: Iterable[EditPart]) -> bool:
    return any(part.text is not None for part in parts)


def _by_segment(parts: Iterable[EditPart]) -> dict[int, list[EditPart]]:
    by_segment: dict[int, list[EditPart]] = defaultdict(list)
    for part in parts:
        by_segment[part.segment].append(part)
    return by_segment


def _paint(base: StoredText, heard: StoredText, parts: Iterable[EditPart]) -> StoredText:
    return base.with_changes(
        {
            position: paint_segment(base[position], heard[position], of_segment)
            for position, of_segment in _by_segment(parts).items()
        }
    )
