"""The notes of one lesson, or of many, as files: Markdown, CSV, DOCX and PDF."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from io import StringIO
from typing import Protocol

from backend.exports.direction import is_right_to_left
from backend.exports.file_names import safe_file_name
from backend.exports.formats import Exported, ExportFormat
from backend.exports.markdown import escape_markdown
from backend.exports.outline import UNTITLED
from backend.exports.paragraphs import clean_text, clock_time

ALL_NOTES = "Notes"
NO_NOTES = "There are no notes."
GONE = "its words are not in the text any more"

COLUMNS = (
    "lesson_id",
    "lesson",
    "course",
    "date",
    "start",
    "end",
    "quote",
    "note",
    "colour",
    "author",
    "written",
    "is_in_text",
)
FORMULA = re.compile(r"\A[\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*[=+\-@＝＋－＠]")
"""What spreadsheets take for the beginning of a formula, whatever space is before it."""
BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel reads UTF-8 as something else."""


class NotesFormat(StrEnum):
    """A format of exported notes; the value is its name on the command line and in addresses."""

    MARKDOWN = "markdown"
    """To read, and for programs that keep notes."""
    DOCX = "docx"
    """For word processors."""
    PDF = "pdf"
    """To print and to pass on."""
    CSV = "csv"
    """For spreadsheets."""

    @property
    def suffix(self) -> str:
        """The file name's ending, with its dot."""
        return ".md" if self is NotesFormat.MARKDOWN else f".{self}"

    @property
    def is_binary(self) -> bool:
        """Whether the file is no text that a terminal could show."""
        return self in (NotesFormat.DOCX, NotesFormat.PDF)


NOTES_MEDIA_TYPES = {
    NotesFormat.MARKDOWN: ExportFormat.MARKDOWN.kind.media_type,
    NotesFormat.DOCX: ExportFormat.DOCX.kind.media_type,
    NotesFormat.PDF: ExportFormat.PDF.kind.media_type,
    NotesFormat.CSV: "text/csv; charset=utf-8",
}


class StoredNote(Protocol):
    """A row of the note table, as far as it is exported."""

    @property
    def first_segment(self) -> int | None: ...
    @property
    def start(self) -> float: ...
    @property
    def end(self) -> float: ...
    @property
    def quote(self) -> str: ...
    @property
    def colour(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def author(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...


class NotesDocument(Protocol):
    """Some notes of a lesson by their time in it, and what the lesson is."""

    @property
    def lesson_id(self) -> int: ...
    @property
    def title(self) -> str: ...
    @property
    def course(self) -> str | None: ...
    @property
    def date(self) -> datetime: ...
    @property
    def language(self) -> str | None: ...
    @property
    def notes(self) -> Sequence[StoredNote]: ...


@dataclass(frozen=True, slots=True)
class ReadNote:
    """A note as it is read: every text is clean, and the lines of `text` are lines."""

    start: float
    quote: str
    text: tuple[str, ...]
    about: str


@dataclass(frozen=True, slots=True)
class NotesOfLesson:
    """The notes of a lesson under its title, in the order of time."""

    title: str
    language: str | None
    facts: tuple[tuple[str, str], ...]
    notes: tuple[ReadNote, ...]


@dataclass(frozen=True, slots=True)
class NotesOutline:
    """Notes to be read. Those of one lesson have its title; `facts` are that lesson's."""

    title: str
    is_right_to_left: bool
    language: str | None
    facts: tuple[tuple[str, str], ...]
    lessons: tuple[NotesOfLesson, ...]

    @property
    def is_of_one(self) -> bool:
        return len(self.lessons) == 1


def export_notes(lessons: Sequence[NotesDocument], notes_format: NotesFormat) -> Exported:
    """Notes in that format; no notes are a valid file."""
    outline = make_notes_outline(lessons)
    content, notices = _write(lessons, outline, notes_format)
    title = f"{outline.title} - {ALL_NOTES}" if outline.is_of_one else ALL_NOTES
    filename = safe_file_name(title, notes_format.suffix)
    return Exported(content, NOTES_MEDIA_TYPES[notes_format], filename, notices)


def _write(
    lessons: Sequence[NotesDocument], outline: NotesOutline, notes_format: NotesFormat
) -> tuple[bytes, tuple[str, ...]]:
    match notes_format:
        case NotesFormat.CSV:
            return write_notes_csv(lessons).encode("utf-8", "replace"), ()
        case NotesFormat.MARKDOWN:
            return write_notes_markdown(outline).encode("utf-8", "replace"), ()
        case NotesFormat.DOCX:
            from backend.exports.word import write_notes_docx

            return write_notes_docx(outline), ()
        case NotesFormat.PDF:
            from backend.exports.pdf import write_notes_pdf  # loads a library of 80 MB

            return write_notes_pdf(outline)


# --- what is read ----------------------------------------------------------------------------


def make_notes_outline(lessons: Sequence[NotesDocument]) -> NotesOutline:
    """Notes in the order in which they are read."""
    read = tuple(map(_read_lesson, lessons))
    one = read[0] if len(read) == 1 else None
    everything = " ".join(" ".join((n.quote, *n.text)) for lesson in read for n in lesson.notes)
    return NotesOutline(
        title=one.title if one else ALL_NOTES,
        is_right_to_left=is_right_to_left(everything, one.language if one else None),
        language=one.language if one else None,
        facts=one.facts if one else (),
        lessons=read,
    )


def _read_lesson(lesson: NotesDocument) -> NotesOfLesson:
    course = clean_text(lesson.course or "")
    date = ("Date", f"{lesson.date:%Y-%m-%d}")
    return NotesOfLesson(
        title=clean_text(lesson.title) or UNTITLED,
        language=lesson.language,
        facts=(("Course", course), date) if course else (date,),
        notes=tuple(map(_read_note, lesson.notes)),
    )


def _read_note(note: StoredNote) -> ReadNote:
    facts = (clean_text(note.author), f"{note.created_at:%Y-%m-%d}", note.colour)
    about = ", ".join(filter(None, facts))
    return ReadNote(
        start=note.start,
        quote=clean_text(note.quote),
        text=tuple(filter(None, map(clean_text, note.text.splitlines()))),
        about=about if note.first_segment is not None else f"{about}; {GONE}",
    )


# --- text ------------------------------------------------------------------------------------


def write_notes_markdown(outline: NotesOutline) -> str:
    """Each note's words as a quotation with their time, and what was written to them below.

    Whatever people wrote is escaped, as in `write_markdown`.
    """
    blocks = [f"# {escape_markdown(outline.title)}"]
    for lesson in outline.lessons:
        if not outline.is_of_one:
            blocks.append(f"## {escape_markdown(lesson.title)}")
        blocks.append("\n".join(f"- {name}: {escape_markdown(f)}" for name, f in lesson.facts))
        for note in lesson.notes:
            blocks.extend(_markdown_note(note))
    if not outline.lessons:
        blocks.append(NO_NOTES)
    return "\n\n".join(blocks) + "\n"


def _markdown_note(note: ReadNote) -> Iterator[str]:
    yield f"> [{clock_time(note.start)}] {escape_markdown(note.quote)}"
    if note.text:
        yield "\\\n".join(map(escape_markdown, note.text))
    yield f"({escape_markdown(note.about)})"


def write_notes_csv(lessons: Sequence[NotesDocument]) -> str:
    """A row per note (RFC 4180), with the names of `COLUMNS` above.

    A text that a spreadsheet would take for a formula has an apostrophe before it.
    """
    stream = StringIO()
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    for lesson in lessons:
        writer.writerows(_row(lesson, note) for note in lesson.notes)
    return BYTE_ORDER_MARK + stream.getvalue()


def _row(lesson: NotesDocument, note: StoredNote) -> tuple[object, ...]:
    return (
        lesson.lesson_id,
        _cell(lesson.title),
        _cell(lesson.course or ""),
        f"{lesson.date:%Y-%m-%d}",
        clock_time(note.start),
        clock_time(note.end),
        _cell(note.quote),
        _cell(note.text),
        note.colour,
        _cell(note.author),
        f"{note.created_at:%Y-%m-%d}",
        "yes" if note.first_segment is not None else "no",
    )


def _cell(text: str) -> str:
    cleaned = "\n".join(map(clean_text, text.splitlines()))
    return f"'{cleaned}" if FORMULA.match(cleaned) else cleaned
