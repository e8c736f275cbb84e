"""What a person reads of a lesson, in order, whichever format it is written in."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from backend.exports.direction import is_right_to_left
from backend.exports.document import Layer, LessonExport, Moment, Part
from backend.exports.paragraphs import Paragraph, clean_text, clock_time, cut_paragraphs

UNTITLED = "Untitled lesson"
NO_WORDS = "No words were recognised."
LAYER_NAMES = {Layer.TRANSCRIPT: "as recognised", Layer.CORRECTED: "corrected"}


@dataclass(frozen=True, slots=True)
class SummaryOutline:
    """`paragraphs` holds lines that stay lines; `moments` are statements with their times."""

    paragraphs: tuple[tuple[str, ...], ...]
    moments: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """A lesson to be read. Every text is clean and on one line.

    `summary` is None where there is none or it was not asked for; `transcript` is None where it
    was not asked for, and empty where nothing was said. `is_right_to_left` is the direction of
    most of it: single paragraphs may have the other.
    """

    title: str
    is_right_to_left: bool
    facts: tuple[tuple[str, str], ...]
    summary: SummaryOutline | None
    transcript: tuple[Paragraph, ...] | None


def make_outline(document: LessonExport, part: Part) -> Outline:
    """What of the lesson was asked for, as it is read."""
    title = clean_text(document.title) or UNTITLED
    summary = None if part is Part.TRANSCRIPT else _read_summary(document)
    transcript = None if part is Part.SUMMARY else _paragraphs(document)
    return Outline(
        title=title,
        is_right_to_left=is_right_to_left(
            " ".join([title, *_texts(summary, transcript)]), document.language
        ),
        facts=tuple(_facts(document, has_transcript=transcript is not None)),
        summary=summary,
        transcript=transcript,
    )


def _texts(summary: SummaryOutline | None, transcript: Iterable[Paragraph] | None) -> Iterator[str]:
    if summary:
        yield from chain.from_iterable(summary.paragraphs)
        yield from (moment.text for moment in summary.moments)
    yield from (paragraph.text for paragraph in transcript or ())


def has_summary(document: LessonExport) -> bool:
    return _read_summary(document) is not None


def _paragraphs(document: LessonExport) -> tuple[Paragraph, ...]:
    return tuple(cut_paragraphs(document.segments, document.language))


def _facts(document: LessonExport, *, has_transcript: bool) -> Iterator[tuple[str, str]]:
    if course := clean_text(document.course or ""):
        yield "Course", course
    if document.date is not None:
        yield "Date", f"{document.date:%Y-%m-%d}"
    if document.duration is not None:
        yield "Length", clock_time(document.duration)
    if language := clean_text(document.language or ""):
        yield "Language", language
    if has_transcript:
        yield "Text", LAYER_NAMES[document.layer]


def _read_summary(document: LessonExport) -> SummaryOutline | None:
    brief, summary = (document.brief or "").strip(), (document.summary or "").strip()
    paragraphs = [] if brief == summary else [brief]
    if not _consists_of(summary, document.moments):
        paragraphs.extend(re.split(r"\n\s*\n", summary))
    lines = tuple(filter(None, (_lines(paragraph) for paragraph in paragraphs)))
    moments = tuple(Paragraph(moment.start, clean_text(moment.text)) for moment in document.moments)
    return SummaryOutline(lines, moments) if lines or moments else None


def _consists_of(summary: str, moments: tuple[Moment, ...]) -> bool:
    """Whether the moments say the summary word for word, so that one of them is enough."""
    return summary.split() == " ".join(moment.text for moment in moments).split()


def _lines(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (clean_text(line) for line in text.splitlines())))
