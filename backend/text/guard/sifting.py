"""The proposals for a whole transcript: which may be applied, and which not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.text.guard.judge import Surroundings, judge
from backend.text.guard.lexicon import lexicon_of
from backend.text.guard.replies import told_language
from backend.text.guard.tokens import plain_words
from backend.text.guard.verdicts import Judgement, Verdict

LANGUAGE_SAMPLE_CHARACTERS = 5_000
"""So much of a transcript tells its language, where nobody says it."""


@dataclass(frozen=True)
class Refused:
    """A proposal that is not applied, by the position of its segment."""

    segment: int
    original: str
    proposed: str
    judgement: Judgement


@dataclass(frozen=True)
class Sifted:
    """Texts to apply, by segment, and what was refused, in order."""

    accepted: dict[int, str]
    refused: tuple[Refused, ...]


def sift(
    originals: Sequence[str],
    proposals: Mapping[int, str],
    *,
    language: str | None = None,
    prompt: str = "",
    terms: frozenset[str] = frozenset(),
) -> Sifted:
    """Judge each proposal against the segment of its position and the neighbours of that."""
    spoken = language or _language_of(originals)
    accepted: dict[int, str] = {}
    refused: list[Refused] = []
    for segment, proposed in sorted(proposals.items()):
        around = Surroundings(
            language=spoken,
            before=originals[segment - 1] if segment else "",
            after=originals[segment + 1] if segment + 1 < len(originals) else "",
            prompt=prompt,
            terms=terms,
        )
        judgement = judge(originals[segment], proposed, around)
        if judgement.verdict is Verdict.ACCEPT:
            accepted[segment] = proposed
        else:
            refused.append(Refused(segment, originals[segment], proposed, judgement))
    return Sifted(accepted, tuple(refused))


def _language_of(texts: Sequence[str]) -> str | None:
    sample = " ".join(texts)[:LANGUAGE_SAMPLE_CHARACTERS]
    return told_language(plain_words(sample, lexicon_of(None)), "") or None
