"""Groups of segments: how they are sent to a language model and how its reply is merged back.

A segment's id is its position in the transcript. Replies are matched by id and by nothing else:
whatever a model leaves out, invents or repeats, no text ever lands on another segment.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, Field

from backend.models.transcript import Segment
from backend.text.align import carry_word_times


class CorrectedSegment(BaseModel):
    """One corrected segment."""

    id: int = Field(description="The id that the segment was given with.")
    text: str = Field(description="The whole corrected text of this segment.")


class CorrectedGroup(BaseModel):
    """The corrected segments. A segment that needs no correction may be left out."""

    segments: list[CorrectedSegment]


@dataclass(frozen=True)
class Group:
    """Neighbouring segments that are corrected in one call, by id."""

    texts: tuple[tuple[int, str], ...]
    """(id, text) of each."""

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(segment_id for segment_id, _ in self.texts)

    def to_json(self) -> str:
        """What is sent: a JSON list of {"id", "text"}."""
        return json.dumps(
            [{"id": segment_id, "text": text} for segment_id, text in self.texts],
            ensure_ascii=False,
        )

    def halves(self) -> tuple["Group", ...]:
        """Two groups that make up this one, or none where it is a single segment."""
        middle = len(self.texts) // 2
        return (Group(self.texts[:middle]), Group(self.texts[middle:])) if middle else ()


@dataclass(frozen=True)
class MatchedReply:
    """What of a reply can be used, and what had to be left."""

    texts: dict[int, str]
    """Corrected text by segment id."""
    ignored: tuple[str, ...]
    """What was not used and why, in half-sentences."""


def group_segments(segments: Sequence[Segment], segments_per_group: int) -> list[Group]:
    """Cut a transcript into groups, in order; segments without text are not sent."""
    spoken = [
        (position, segment.text)
        for position, segment in enumerate(segments)
        if segment.text.strip()
    ]
    return [
        Group(tuple(spoken[first : first + segments_per_group]))
        for first in range(0, len(spoken), segments_per_group)
    ]


def match_reply(group: Group, reply: CorrectedGroup) -> MatchedReply:
    """Match a reply to its group by id. What is in doubt keeps its original text."""
    expected = set(group.ids)
    given = Counter(corrected.id for corrected in reply.segments)
    texts: dict[int, str] = {}
    ignored = []
    for corrected in reply.segments:
        text = " ".join(corrected.text.split())
        if corrected.id not in expected:
            ignored.append(f"segment {corrected.id} was not asked for")
        elif given[corrected.id] > 1:
            ignored.append(f"segment {corrected.id} was given {given[corrected.id]} times")
        elif not text:
            ignored.append(f"segment {corrected.id} was empty")
        else:
            texts[corrected.id] = text
    return MatchedReply(texts, tuple(dict.fromkeys(ignored)))


def merge_corrections(segments: Sequence[Segment], texts: Mapping[int, str]) -> list[Segment]:
    """The transcript with the corrected texts: same number, order and times.

    Words keep their times where the text did not change, and share those of what they replace.
    """
    merged = []
    for position, segment in enumerate(segments):
        text = texts.get(position, segment.text)
        if text != segment.text:
            words = carry_word_times(segment, text)
            segment = segment.model_copy(update={"text": text, "words": words})
        merged.append(segment)
    return merged
