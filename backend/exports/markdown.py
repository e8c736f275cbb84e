"""The lesson as Markdown (CommonMark), to read and to print."""

import re
from collections.abc import Iterator

from backend.exports.document import Layer, LessonExport, Moment
from backend.exports.paragraphs import Paragraph, clean_text, clock_time, cut_paragraphs

LAYER_NAMES = {Layer.TRANSCRIPT: "as recognised", Layer.CORRECTED: "corrected"}

MARKUP = re.compile(r"([\\`*_\[\]<>&|~$#^@])")
LINE_START = re.compile(r"^(?:[-+=]|\d{1,9}(?=[.)]))")
NET_ADDRESS = re.compile(r"(?i)\b(https?|ftp|mailto|xmpp)(:)|\b(www)(\.)")


def write_markdown(document: LessonExport) -> str:
    """Title, facts, summary with its moments, and the transcript with a time per paragraph.

    Whatever people or machines wrote is escaped: it reads as it was written, and none of it
    becomes markup or HTML.
    """
    paragraphs = cut_paragraphs(document.segments, document.language)
    blocks = [
        f"# {escape_markdown(document.title) or 'Untitled lesson'}",
        "\n".join(_facts(document)),
        *_summary(document),
        "## Transcript",
        *(_timed(paragraph) for paragraph in paragraphs),
    ]
    if not paragraphs:
        blocks.append("No words were recognised.")
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


def _facts(document: LessonExport) -> Iterator[str]:
    if document.date is not None:
        yield f"- Date: {document.date:%Y-%m-%d}"
    if document.duration is not None:
        yield f"- Length: {clock_time(document.duration)}"
    if document.language:
        yield f"- Language: {escape_markdown(document.language)}"
    yield f"- Text: {LAYER_NAMES[document.layer]}"


def _summary(document: LessonExport) -> Iterator[str]:
    brief, summary = (document.brief or "").strip(), (document.summary or "").strip()
    if not (brief or summary or document.moments):
        return
    yield "## Summary"
    if brief and brief != summary:
        yield _lines(brief)
    if summary and not _consists_of(summary, document.moments):
        yield from (_lines(part) for part in re.split(r"\n\s*\n", summary))
    if document.moments:
        yield "\n".join(
            f"- [{clock_time(moment.start)}] {escape_markdown(moment.text)}"
            for moment in document.moments
        )


def _consists_of(summary: str, moments: tuple[Moment, ...]) -> bool:
    """Whether the moments say the summary word for word, so that one of them is enough."""
    return summary.split() == " ".join(moment.text for moment in moments).split()


def _lines(text: str) -> str:
    """Several lines that stay lines when rendered."""
    return "\\\n".join(escape_markdown(line) for line in text.splitlines() if line.strip())


def _timed(paragraph: Paragraph) -> str:
    return f"[{clock_time(paragraph.start)}] {escape_markdown(paragraph.text)}"
