"""Proposals that were not applied, kept until the next correction."""

from collections.abc import Sequence

from sqlmodel import Session, col, delete

from backend.models import RefusedProposal
from backend.text.guard import Refused


def replace_refused(
    session: Session, lesson_id: int, refused: Sequence[Refused], *, model: str, run_id: int | None
) -> None:
    """Keep what a correction's guard refused, in the place of what the one before did."""
    session.exec(delete(RefusedProposal).where(col(RefusedProposal.lesson_id) == lesson_id))
    session.add_all(
        RefusedProposal(
            lesson_id=lesson_id,
            run_id=run_id,
            segment=each.segment,
            original=each.original,
            proposed=each.proposed,
            verdict=each.judgement.verdict,
            reasons=list(each.judgement.reasons),
            model=model,
        )
        for each in refused
    )
