"""The formats of an export, and the way from a lesson to each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from backend.errors import InvalidValue
from backend.errors.lessons import NoSummary
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
    def kind(self) -> "FileKind":
        """All that is known of it."""
        return FILE_KINDS[self]


Written = tuple[bytes, tuple[str, ...]]
"""The file's content, and what a person should know about it."""


@dataclass(frozen=True)
class FileKind:
    """A format of an export: how its file is called, and how it is written."""

    suffix: str
    """The file name's ending, with its dot."""
    media_type: str
    write: Callable[[LessonExport, Part], Written]
    usual_part: Part = Part.BOTH
    """What is exported where nobody says what."""
    is_binary: bool = False
    """Whether the file is no text that a terminal could show."""
    is_captions: bool = False
    """Whether it can hold nothing but the transcript."""


def _as_text(write: Callable[[LessonExport, Part], str]) -> Callable[[LessonExport, Part], Written]:
    return lambda document, part: (write(document, part).encode(), ())


def _as_captions(suffix: str, media_type: str, write: Callable[[LessonExport], str]) -> FileKind:
    return FileKind(
        suffix,
        media_type,
        _as_text(lambda document, _: write(document)),
        usual_part=Part.TRANSCRIPT,
        is_captions=True,
    )


def _write_docx(document: LessonExport, part: Part) -> Written:
    from backend.exports.word import write_docx  # loads python-docx

    return write_docx(document, part), ()


def _write_pdf(document: LessonExport, part: Part) -> Written:
    from backend.exports.pdf import write_pdf  # loads a library of 80 MB

    return write_pdf(document, part)


FILE_KINDS: Mapping[ExportFormat, FileKind] = {
    ExportFormat.TEXT: FileKind(
        ".txt", "text/plain; charset=utf-8", _as_text(write_text), usual_part=Part.TRANSCRIPT
    ),
    ExportFormat.MARKDOWN: FileKind(
        ".md", "text/markdown; charset=utf-8", _as_text(write_markdown)
    ),
    ExportFormat.JSON: FileKind(".json", "application/json", _as_text(write_json)),
    ExportFormat.SRT: _as_captions(".srt", "application/x-subrip; charset=utf-8", write_srt),
    ExportFormat.VTT: _as_captions(".vtt", "text/vtt; charset=utf-8", write_vtt),
    ExportFormat.DOCX: FileKind(
        ".docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        _write_docx,
        is_binary=True,
    ),
    ExportFormat.PDF: FileKind(".pdf", "application/pdf", _write_pdf, is_binary=True),
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
    kind = export_format.kind
    part = part or kind.usual_part
    if kind.is_captions and part is not Part.TRANSCRIPT:
        raise InvalidValue(
            f"{export_format.upper()} holds captions, which are made of the transcript alone: "
            "choose another format for the summary."
        )
    if part is Part.SUMMARY and not has_summary(document):
        raise NoSummary()
    content, notices = kind.write(document, part)
    filename = safe_file_name(document.title, kind.suffix)
    return Exported(content, kind.media_type, filename, notices)
