"""A transcript as paragraphs, and the cleaning that every format needs."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from backend.models.transcript import Segment
from backend.text.running_text import TimedSentence, timed_sentences

MAX_PAUSE_SECONDS = 2.0
"""A longer silence begins a new paragraph."""
SENTENCES_PER_PARAGRAPH = 6

LINE_SPACE = re.compile("[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
UNWRITABLE = ("Cc", "Cs")  # Unicode categories: control characters, surrogates
NONCHARACTERS = "\ufffe\uffff"  # not allowed in XML either


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A few sentences that belong together. `start` is seconds from the recording's start."""

    start: float
    text: str


def clean_text(text: str) -> str:
    """`text` on one line, without control characters and broken halves of characters."""
    one_line = LINE_SPACE.sub(" ", text)
    return "".join(filter(_is_writable, one_line)).strip()


def _is_writable(mark: str) -> bool:
    return unicodedata.category(mark) not in UNWRITABLE and mark not in NONCHARACTERS


def clean_segments(segments: Iterable[Segment]) -> list[Segment]:
    """The segments with `clean_text`."""
    return [segment.model_copy(update={"text": clean_text(segment.text)}) for segment in segments]


def cut_paragraphs(segments: Sequence[Segment], language: str | None) -> list[Paragraph]:
    """The transcript in paragraphs: at pauses, and after some sentences without one."""
    cleaned = clean_segments(segments)
    paragraphs = []
    for block in _blocks_between_pauses(cleaned):
        sentences = timed_sentences(cleaned, language, block)
        for first in range(0, len(sentences), SENTENCES_PER_PARAGRAPH):
            paragraphs.append(_join(sentences[first : first + SENTENCES_PER_PARAGRAPH]))
    return paragraphs


def _blocks_between_pauses(segments: Sequence[Segment]) -> Iterator[list[int]]:
    """The positions of the segments that hold text, parted at long silences."""
    block: list[int] = []
    for index, segment in enumerate(segments):
        if not segment.text:
            continue
        if block and segment.start - segments[block[-1]].end > MAX_PAUSE_SECONDS:
            yield block
            block = []
        block.append(index)
    if block:
        yield block


def _join(sentences: Sequence[TimedSentence]) -> Paragraph:
    return Paragraph(sentences[0].start, " ".join(sentence.text for sentence in sentences))


def clock_time(seconds: float) -> str:
    """`h:mm:ss`, as a player shows it: 3725.9 is 1:02:05."""
    minutes, second = divmod(int(max(0.0, seconds)), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{second:02}"
