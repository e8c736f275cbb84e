"""The formats of an export, and the way from a lesson to each."""

from collections.abc import Callable
from enum import StrEnum

from backend.exports.captions import write_srt, write_vtt
from backend.exports.document import LessonExport
from backend.exports.markdown import write_markdown
from backend.exports.plain import write_json, write_text


class ExportFormat(StrEnum):
    """A format of an export; the value is its name on the command line and in addresses."""

    TEXT = "text"
    """The words in paragraphs, and nothing else."""
    MARKDOWN = "markdown"
    """To read: facts, summary with its moments, and the transcript with times."""
    JSON = "json"
    """All of it, for programs."""
    SRT = "srt"
    """Captions for video players."""
    VTT = "vtt"
    """Captions for browsers."""

    @property
    def suffix(self) -> str:
        """The file name's ending, with its dot."""
        return {ExportFormat.TEXT: ".txt", ExportFormat.MARKDOWN: ".md"}.get(self, f".{self}")

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self]


MEDIA_TYPES = {
    ExportFormat.TEXT: "text/plain; charset=utf-8",
    ExportFormat.MARKDOWN: "text/markdown; charset=utf-8",
    ExportFormat.JSON: "application/json",
    ExportFormat.SRT: "application/x-subrip; charset=utf-8",
    ExportFormat.VTT: "text/vtt; charset=utf-8",
}

WRITERS: dict[ExportFormat, Callable[[LessonExport], str]] = {
    ExportFormat.TEXT: write_text,
    ExportFormat.MARKDOWN: write_markdown,
    ExportFormat.JSON: write_json,
    ExportFormat.SRT: write_srt,
    ExportFormat.VTT: write_vtt,
}


def export_lesson(document: LessonExport, export_format: ExportFormat) -> str:
    """The lesson in that format, to be stored as UTF-8. An empty transcript is a valid file."""
    return WRITERS[export_format](document)
