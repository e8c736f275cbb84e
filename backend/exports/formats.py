"""The formats of an export, and the way from a lesson to each."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from backend.errors import InvalidValue, NoSummary
from backend.exports.captions import write_srt, write_vtt
from backend.exports.document import LessonExport, Part
from backend.exports.file_names import safe_file_name
from backend.exports.markdown import write_markdown
from backend.exports.outline import has_summary
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
    DOCX = "docx"
    """As Markdown, for word processors."""
    PDF = "pdf"
    """As Markdown, to print and to pass on."""

    @property
    def suffix(self) -> str:
        """The file name's ending, with its dot."""
        return {ExportFormat.TEXT: ".txt", ExportFormat.MARKDOWN: ".md"}.get(self, f".{self}")

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self]

    @property
    def is_binary(self) -> bool:
        """Whether the file is no text that a terminal could show."""
        return self in (ExportFormat.DOCX, ExportFormat.PDF)

    @property
    def is_captions(self) -> bool:
        """Whether it can hold nothing but the transcript."""
        return self in (ExportFormat.SRT, ExportFormat.VTT)

    @property
    def usual_part(self) -> Part:
        """What is exported where nobody says what."""
        only_words = self.is_captions or self is ExportFormat.TEXT
        return Part.TRANSCRIPT if only_words else Part.BOTH


MEDIA_TYPES = {
    ExportFormat.TEXT: "text/plain; charset=utf-8",
    ExportFormat.MARKDOWN: "text/markdown; charset=utf-8",
    ExportFormat.JSON: "application/json",
    ExportFormat.SRT: "application/x-subrip; charset=utf-8",
    ExportFormat.VTT: "text/vtt; charset=utf-8",
    ExportFormat.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ExportFormat.PDF: "application/pdf",
}


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was made of a lesson. Text is UTF-8.

    `filename` is safe on every system. `notices` are what a person should know about the file.
    """

    content: bytes
    media_type: str
    filename: str
    notices: tuple[str, ...] = ()

    @property
    def content_disposition(self) -> str:
        """The HTTP header (RFC 6266) that has a browser save the file under its name."""
        plain = self.filename.encode("ascii", errors="replace").decode().replace("?", "_")
        exact = quote(self.filename, safe="")
        return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}"


def export_lesson(
    document: LessonExport, export_format: ExportFormat, part: Part | None = None
) -> Exported:
    """The lesson in that format. An empty transcript is a valid file.

    Parameters
    ----------
    part
        None means what is usual for the format. `both` of a lesson without a summary is its
        transcript.

    Raises
    ------
    InvalidValue
        Captions of a summary were asked for.
    NoSummary
        Only the summary was asked for, and there is none.
    """
    part = part or export_format.usual_part
    if export_format.is_captions and part is not Part.TRANSCRIPT:
        raise InvalidValue(
            f"{export_format.upper()} holds captions, which are made of the transcript alone: "
            "choose another format for the summary."
        )
    if part is Part.SUMMARY and not has_summary(document):
        raise NoSummary()
    content, notices = _write(document, export_format, part)
    filename = safe_file_name(document.title, export_format.suffix)
    return Exported(content, export_format.media_type, filename, notices)


def _write(
    document: LessonExport, export_format: ExportFormat, part: Part
) -> tuple[bytes, tuple[str, ...]]:
    if export_format is ExportFormat.PDF:
        from backend.exports.pdf import write_pdf  # loads a library of 80 MB

        return write_pdf(document, part)
    if export_format is ExportFormat.DOCX:
        from backend.exports.word import write_docx

        return write_docx(document, part), ()
    return _write_text(document, export_format, part).encode(), ()


def _write_text(document: LessonExport, export_format: ExportFormat, part: Part) -> str:
    match export_format:
        case ExportFormat.MARKDOWN:
            return write_markdown(document, part)
        case ExportFormat.JSON:
            return write_json(document, part)
        case ExportFormat.SRT:
            return write_srt(document)
        case ExportFormat.VTT:
            return write_vtt(document)
        case _:
            return write_text(document, part)
