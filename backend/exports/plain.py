"""The lesson as plain text, and as JSON."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from backend.exports.document import LessonExport, Part
from backend.exports.outline import Outline, make_outline
from backend.models.transcript import segments_to_json


def write_text(document: LessonExport, part: Part) -> str:
    """The words in paragraphs with a blank line between, without times or title.

    Summary and transcript have their names above them where both are written.
    """
    outline = make_outline(document, part)
    is_named = outline.summary is not None and outline.transcript is not None
    return "\n".join(f"{paragraph}\n" for paragraph in _paragraphs(outline, is_named=is_named))


def _paragraphs(outline: Outline, *, is_named: bool) -> Iterator[str]:
    if outline.summary:
        if is_named:
            yield "Summary"
        yield from ("\n".join(lines) for lines in outline.summary.paragraphs)
        yield from (moment.text for moment in outline.summary.moments)
    if outline.transcript:
        if is_named:
            yield "Transcript"
        yield from (paragraph.text for paragraph in outline.transcript)


def write_json(document: LessonExport, part: Part) -> str:
    """Everything that was asked for, with these keys:

    `title`; `course` (its title) or null; `date` (ISO 8601, UTC) or null; `language` (ISO 639-1)
    or null; `duration` (seconds) or null.
    Unless only the transcript was asked for: `brief` and `summary`, or null; `moments`: a list of
    `text, start, end, segment_ids`.
    Unless only the summary was: `layer` (`transcript` or `corrected_transcript`); `segments`: a
    list of `start, end, text` and, where they are known, `words` (`text, start, end,
    probability`) and the recogniser's own figures.
    Times are seconds from the start of the recording; a segment's id is its position, counted
    from 0. The segments may be assigned to a lesson's transcript again and lose nothing.
    """
    content: dict[str, Any] = {
        "title": document.title,
        "course": document.course,
        "date": _utc(document.date),
        "language": document.language,
        "duration": document.duration,
    }
    if part is not Part.TRANSCRIPT:
        content["brief"] = document.brief
        content["summary"] = document.summary
        content["moments"] = [asdict(moment) for moment in document.moments]
    if part is not Part.SUMMARY:
        content["layer"] = document.layer
        content["segments"] = segments_to_json(document.segments)
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=2)
    # Half of a character, as a broken decoder leaves it, could not be written to a file.
    return text.encode(errors="replace").decode() + "\n"


def _utc(date: datetime | None) -> str | None:
    if date is None:
        return None
    aware = date if date.tzinfo else date.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat().replace("+00:00", "Z")
