"""Notes as files."""

import csv
from datetime import UTC, datetime
from io import BytesIO, StringIO

import pytest
from docx import Document
from pypdf import PdfReader

from backend.exports.notes import NotesFormat, export_notes
from backend.models import LessonNotes, Note
from tests.unit.exports.documents import HARD_TEXT


def make_note(quote: str, text: str = "", *, start: float = 65, is_there: bool = True) -> Note:
    return Note(
        lesson_id=1,
        first_segment=0 if is_there else None,
        start=start,
        end=start + 2,
        quote=quote,
        colour="green",
        text=text,
        author="Ann",
        created_at=datetime(2026, 11, 4, tzinfo=UTC),
    )


def notes_of(*notes: Note, title: str = "Prisms", course: str | None = "Physics") -> LessonNotes:
    return LessonNotes(7, title, course, datetime(2026, 11, 3, tzinfo=UTC), "en", list(notes))


def rows_of(*lessons: LessonNotes) -> list[dict[str, str]]:
    content = export_notes(lessons, NotesFormat.CSV).content.decode("utf-8-sig")
    return list(csv.DictReader(StringIO(content, newline="")))


def test_markdown_has_each_quote_with_its_time_and_what_was_written_to_it() -> None:
    lesson = notes_of(make_note("white light", "Ask *why*.\nThen draw it."))

    exported = export_notes([lesson], NotesFormat.MARKDOWN)

    assert exported.filename == "Prisms - Notes.md"
    assert exported.content.decode() == (
        "# Prisms\n\n- Course: Physics\n- Date: 2026-11-03\n\n> [0:01:05] white light\n\n"
        "Ask \\*why\\*.\\\nThen draw it.\n\n(Ann, 2026-11-04, green)\n"
    )


def test_notes_of_several_lessons_stand_under_their_titles() -> None:
    lessons = [notes_of(make_note("one")), notes_of(make_note("two"), title="Lenses")]

    exported = export_notes(lessons, NotesFormat.MARKDOWN)

    assert exported.filename == "Notes.md"
    headings = [line for line in exported.content.decode().splitlines() if line.startswith("#")]
    assert headings == ["# Notes", "## Prisms", "## Lenses"]


def test_a_note_whose_words_are_gone_says_so_in_every_format() -> None:
    lesson = notes_of(make_note("gone", is_there=False))

    assert b"not in the text any more" in export_notes([lesson], NotesFormat.MARKDOWN).content
    assert [row["is_in_text"] for row in rows_of(lesson)] == ["no"]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "  =1", "\t=1", "\u200b=1", "\ufeff=1", "＝1", "\r=1"]
)
def test_no_cell_begins_as_a_formula(text: str) -> None:
    lesson = notes_of(make_note(text, text), title=text, course=text)

    for name in ("lesson", "course", "quote", "note"):
        assert rows_of(lesson)[0][name].startswith("'")


def test_rows_keep_lines_quotes_and_commas() -> None:
    [row] = rows_of(notes_of(make_note('a "b", c', "one\ntwo; שלום")))

    assert (row["quote"], row["note"]) == ('a "b", c', "one\ntwo; שלום")
    assert (row["lesson_id"], row["start"], row["colour"]) == ("7", "0:01:05", "green")


def test_a_word_document_and_a_pdf_have_the_notes() -> None:
    lessons = [
        notes_of(make_note("white light", f"{HARD_TEXT}\nmore")),
        notes_of(make_note("האור הלבן", "הערה"), title="אור"),
    ]

    word = Document(BytesIO(export_notes(lessons, NotesFormat.DOCX).content))
    pdf = PdfReader(BytesIO(export_notes(lessons, NotesFormat.PDF).content))

    assert [(line.style.name, line.text) for line in word.paragraphs if line.style][:7] == [
        ("Title", "Notes"),
        ("Heading 1", "Prisms"),
        ("LessonFact", "Course: Physics"),
        ("LessonFact", "Date: 2026-11-03"),
        ("LessonTimed", "0:01:05\twhite light"),
        ("LessonNote", HARD_TEXT),
        ("LessonNote", "more"),
    ]
    text = "\n".join(page.extract_text() for page in pdf.pages)
    assert "white light" in text
    assert "Ann, 2026-11-04, green" in text


@pytest.mark.parametrize("notes_format", NotesFormat)
def test_no_notes_are_a_valid_file(notes_format: NotesFormat) -> None:
    assert export_notes([], notes_format).content
