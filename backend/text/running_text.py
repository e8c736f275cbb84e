"""A transcript as running text: its sentences, with the segments they were said in."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backend.models.transcript import Segment
from backend.text.sentences import Span, sentence_spans

MAX_SENTENCE_WORDS = 60
"""A longer sentence lacks its punctuation: it is parted where the speaker paused."""

PART_WORDS = 14
"""Words after which an unpunctuated text is parted at the next pause between segments."""

MAX_PART_WORDS = 40
"""Words after which it is parted anywhere."""


@dataclass(frozen=True, slots=True)
class TimedSentence:
    """A sentence, or as much of an unpunctuated text as is read in one go.

    `segment_ids` are the positions of its segments in the transcript, rising; `start` and `end`
    are those of the first and the last, in seconds from the start of the recording.
    """

    text: str
    segment_ids: tuple[int, ...]
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class RunningText:
    """The text of several segments, joined by spaces, and where each begins in it."""

    text: str
    segment_ids: tuple[int, ...]
    segment_starts: tuple[int, ...]

    def segments_of(self, span: Span) -> tuple[int, ...]:
        first = bisect_right(self.segment_starts, span.start) - 1
        last = bisect_right(self.segment_starts, span.end - 1) - 1
        return self.segment_ids[first : last + 1]

    def boundaries_in(self, span: Span) -> list[int]:
        """Where segments begin after the start of the span and before its end."""
        first = bisect_right(self.segment_starts, span.start)
        last = bisect_right(self.segment_starts, span.end - 1)
        return list(self.segment_starts[first:last])


def timed_sentences(
    segments: Sequence[Segment], language: str | None, segment_ids: Sequence[int] | None = None
) -> list[TimedSentence]:
    """The sentences of a transcript, whether they span several segments or share one.

    Parameters
    ----------
    segment_ids
        The segments to read, rising; None means all. Segments without text are passed over.
    """
    ids = range(len(segments)) if segment_ids is None else segment_ids
    running = _join(segments, ids)
    sentences = []
    for span in _readable_spans(running, language):
        said_in = running.segments_of(span)
        text = " ".join(running.text[span.start : span.end].split())
        start, end = segments[said_in[0]].start, max(segments[index].end for index in said_in)
        sentences.append(TimedSentence(text, said_in, start, max(start, end)))
    return sentences


def _join(segments: Sequence[Segment], segment_ids: Sequence[int]) -> RunningText:
    texts = {index: segments[index].text.strip() for index in segment_ids}
    spoken = {index: text for index, text in texts.items() if text}
    starts = []
    position = 0
    for text in spoken.values():
        starts.append(position)
        position += len(text) + 1
    return RunningText(" ".join(spoken.values()), tuple(spoken), tuple(starts))


def _readable_spans(running: RunningText, language: str | None) -> Iterator[Span]:
    for span in sentence_spans(running.text, language):
        if _count_words(running.text, span) > MAX_SENTENCE_WORDS:
            yield from _part(running, span)
        else:
            yield span


def _part(running: RunningText, span: Span) -> Iterator[Span]:
    """Part a long span between segments, and within a segment only where it is very long."""
    start = span.start
    for end in [*running.boundaries_in(span), span.end]:
        piece = _trim_end(running.text, Span(start, end))
        if end < span.end and _count_words(running.text, piece) < PART_WORDS:
            continue
        yield from _part_by_words(running.text, piece)
        start = end


def _part_by_words(text: str, span: Span) -> Iterator[Span]:
    words = text[span.start : span.end].split(" ")
    start = span.start
    for first in range(0, len(words), MAX_PART_WORDS):
        length = len(" ".join(words[first : first + MAX_PART_WORDS]))
        yield Span(start, start + length)
        start += length + 1


def _trim_end(text: str, span: Span) -> Span:
    return Span(span.start, span.start + len(text[span.start : span.end].rstrip()))


def _count_words(text: str, span: Span) -> int:
    return len(text[span.start : span.end].split())
