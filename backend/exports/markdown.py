"""The lesson as Markdown (CommonMark), to read and to print."""

import re
from collections.abc import Iterator

from backend.exports.document import LessonExport, Part
from backend.exports.outline import NO_WORDS, SummaryOutline, make_outline
from backend.exports.paragraphs import Paragraph, clean_text, clock_time

MARKUP = re.compile(r"([\\`*_\[\]<>&|~$#^@])")
LINE_START = re.compile(r"^(?:[-+=]|\d{1,9}(?=[.)]))")
NET_ADDRESS = re.compile(r"(?i)\b(https?|ftp|mailto|xmpp)(:)|\b(www)(\.)")


def write_markdown(document: LessonExport, part: Part) -> str:
    """Title, facts, summary with its moments, and the transcript with a time per paragraph.

    Whatever people or machines wrote is escaped: it reads as it was written, and none of it
    becomes markup or HTML.
    """
    outline = make_outline(document, part)
    blocks = [f"# {escape_markdown(outline.title)}"]
    if outline.facts:
        blocks.append(
            "\n".join(f"- {name}: {escape_markdown(fact)}" for name, fact in outline.facts)
        )
    if outline.summary:
        blocks.extend(["## Summary", *_summary(outline.summary)])
    if outline.transcript is not None:
        blocks.extend(["## Transcript", *(map(_timed, outline.transcript))])
        if not outline.transcript:
            blocks.append(NO_WORDS)
    return "\n\n".join(blocks) + "\n"


def escape_markdown(text: str) -> str:
    """`text` on one line, with every character escaped that Markdown or HTML could take up."""
    escaped = MARKUP.sub(r"\\\1", clean_text(text))
    escaped = NET_ADDRESS.sub(lambda match: _escape_last(match[0]), escaped)
    return LINE_START.sub(_escape_line_start, escaped)


def _escape_last(address_start: str) -> str:
    return f"{address_start[:-1]}\\{address_start[-1]}"


def _escape_line_start(match: re.Match[str]) -> str:
    return f"{match[0]}\\" if match[0].isdigit() else f"\\{match[0]}"


def _summary(summary: SummaryOutline) -> Iterator[str]:
    for lines in summary.paragraphs:
        yield "\\\n".join(map(escape_markdown, lines))
    if summary.moments:
        yield "\n".join(f"- {_timed(moment)}" for moment in summary.moments)


def _timed(paragraph: Paragraph) -> str:
    return f"[{clock_time(paragraph.start)}] {escape_markdown(paragraph.text)}"
