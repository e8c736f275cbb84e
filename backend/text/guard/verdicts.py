"""What the guard says of a proposal, and why."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What becomes of a proposal."""

    ACCEPT = "accept"
    """It says what was said."""
    REVIEW = "review"
    """It may be right: a person decides, and the original stays until then."""
    REJECT = "reject"
    """It is no correction of what was said; the original stays."""


class Reason(StrEnum):
    """Why a proposal is not accepted."""

    EMPTY = "empty"
    MARKUP = "markup"
    PROMPT_ECHOED = "prompt-echoed"
    ANSWERED = "answered"
    """An answer, a refusal or a remark about the text."""
    OTHER_LANGUAGE = "other-language"
    REPEATED = "repeated"
    """The same words again and again."""
    MOVED = "moved"
    """It has the words of a neighbouring segment."""
    PARAPHRASED = "paraphrased"
    NUMBER = "number"
    UNIT = "unit"
    CALENDAR = "calendar"
    """A day or a month."""
    NEGATION = "negation"
    OPPOSITE = "opposite"
    """One of two words that sound alike and mean different things, for the other."""
    QUANTIFIER = "quantifier"
    HEDGE = "hedge"
    """How sure, how necessary, under which condition."""
    PRONOUN = "pronoun"
    NAME = "name"
    ADDED = "added"
    LOST = "lost"
    REPLACED = "replaced"
    """A word that does not sound like the one that was heard."""
    SENTENCE_END = "sentence-end"
    """The mark that ended the sentence is gone."""


FOR_REVIEW = frozenset(
    {
        Reason.QUANTIFIER,
        Reason.HEDGE,
        Reason.PRONOUN,
        Reason.NAME,
        Reason.ADDED,
        Reason.LOST,
        Reason.REPLACED,
        Reason.OPPOSITE,
        Reason.SENTENCE_END,
    }
)
"""What a person may find right after all; any other reason rejects."""


@dataclass(frozen=True)
class Judgement:
    """The verdict on one proposal, with its reasons, the gravest first."""

    verdict: Verdict
    reasons: tuple[Reason, ...] = ()


ACCEPTED = Judgement(Verdict.ACCEPT)


def judgement_of(reasons: set[Reason]) -> Judgement:
    """The verdict that these reasons make: one that rejects is enough."""
    ordered = tuple(reason for reason in Reason if reason in reasons)
    if not ordered:
        return ACCEPTED
    is_for_review = FOR_REVIEW.issuperset(ordered)
    return Judgement(Verdict.REVIEW if is_for_review else Verdict.REJECT, ordered)
