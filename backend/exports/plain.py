"""The lesson as plain text, and as JSON."""

import json
from dataclasses import asdict
from datetime import UTC, datetime

from backend.exports.document import LessonExport
from backend.exports.paragraphs import cut_paragraphs
from backend.models.transcript import segments_to_json


def write_text(document: LessonExport) -> str:
    """The words of the transcript in paragraphs with a blank line between, without times."""
    paragraphs = cut_paragraphs(document.segments, document.language)
    return "\n".join(f"{paragraph.text}\n" for paragraph in paragraphs)


def write_json(document: LessonExport) -> str:
    """Everything, with these keys:

    `title`; `date` (ISO 8601, UTC) or null; `language` (ISO 639-1) or null; `duration` (seconds)
    or null; `layer` (`transcript` or `corrected_transcript`); `brief` and `summary`, or null;
    `moments`: a list of `text, start, end, segment_ids`; `segments`: a list of `start, end, text`
    and, where they are known, `words` (`text, start, end, probability`) and the recogniser's own
    figures. Times are seconds from the start of the recording; a segment's id is its position,
    counted from 0. The segments may be assigned to a lesson's transcript again and lose nothing.
    """
    content = {
        "title": document.title,
        "date": _utc(document.date),
        "language": document.language,
        "duration": document.duration,
        "layer": document.layer,
        "brief": document.brief,
        "summary": document.summary,
        "moments": [asdict(moment) for moment in document.moments],
        "segments": segments_to_json(document.segments),
    }
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=2)
    # Half of a character, as a broken decoder leaves it, could not be written to a file.
    return text.encode(errors="replace").decode() + "\n"


def _utc(date: datetime | None) -> str | None:
    if date is None:
        return None
    aware = date if date.tzinfo else date.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat().replace("+00:00", "Z")
