"""`lectern export`, as it is run."""

import json
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from pypdf import PdfReader

from tests.acceptance.commands import LIMIT_SECONDS, Library

SEGMENTS = json.dumps([{"start": 0, "end": 1, "text": "Cells divide."}])


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Lesson 1, without a summary, of the course Biology; lesson 2 with one."""
    made = Library(tmp_path_factory.mktemp("library") / "data")
    assert made.run("list").status == 0
    with made.database() as connection:
        connection.execute("INSERT INTO course (id, title) VALUES (1, 'Biology')")
        insert = (
            "INSERT INTO lesson (id, title, date, course_id, transcript, brief)"
            " VALUES (?, 'Cells', '2026-11-03 08:30:00', 1, ?, ?)"
        )
        connection.execute(insert, [1, SEGMENTS, None])
        connection.execute(insert, [2, SEGMENTS, "About cells."])
    return made


def test_a_word_document_is_written(library: Library, tmp_path: Path) -> None:
    ended = library.run("export", "1", "--format", "docx", "-o", tmp_path / "lesson.docx")

    assert (ended.status, ended.errors) == (0, "")
    lines = [line.text for line in Document(str(tmp_path / "lesson.docx")).paragraphs]
    assert lines[:2] == ["Cells", "Course: Biology"]
    assert lines[-1] == "0:00:00\tCells divide."
    assert [path.name for path in tmp_path.iterdir()] == ["lesson.docx"]


def test_a_pdf_goes_through_a_pipe(library: Library) -> None:
    process = library.start("export", "2", "--format", "pdf", "--what", "summary")

    written, errors = process.communicate(timeout=LIMIT_SECONDS)

    assert (process.returncode, errors) == (0, b"")
    shown = PdfReader(BytesIO(written)).pages[0].extract_text()
    assert "About cells." in shown
    assert "Cells divide." not in shown


def test_a_terminal_gets_text_and_no_pdf(library: Library) -> None:
    status, written = library.run_on_terminal("export", "1", "--format", "pdf")
    _, text = library.run_on_terminal("export", "1", "--format", "text")

    assert status == 2
    assert b"name a file with -o" in written
    assert b"%PDF" not in written
    assert text.strip() == b"Cells divide."


def test_a_full_disk_keeps_the_older_file(library: Library, tmp_path: Path) -> None:
    target = tmp_path / "lesson.docx"
    target.write_text("older")

    words = " ".join(f"{index * index * 7919 % 1_000_003:x}" for index in range(100_000))
    with library.database() as connection:
        connection.execute(
            "INSERT INTO lesson (id, title, date, transcript) VALUES (4, 'Long', ?, ?)",
            ["2026-11-03 08:30:00", json.dumps([{"start": 0, "end": 1, "text": words}])],
        )

    ended = library.run_with_small_files(100_000, "export", "4", "--format", "docx", "-o", target)

    assert ended.status == 1
    assert "not enough room" in ended.errors
    assert target.read_text() == "older"
    assert [path.name for path in tmp_path.iterdir()] == ["lesson.docx"]


@pytest.mark.parametrize(
    ("lesson", "export_format", "sentence"),
    [("1", "pdf", "no summary yet"), ("2", "srt", "choose another format")],
)
def test_what_cannot_be_exported_is_said(
    library: Library, lesson: str, export_format: str, sentence: str
) -> None:
    ended = library.run("export", lesson, "--format", export_format, "--what", "summary")

    assert (ended.status, ended.output) == (1, "")
    assert sentence in ended.errors


def test_what_the_fonts_lack_is_told_beside_the_file(library: Library, tmp_path: Path) -> None:
    with library.database() as connection:
        connection.execute(
            "INSERT INTO lesson (id, title, date, transcript) VALUES (3, ?, ?, '[]')",
            ["Unknown \u0378", "2026-11-03 08:30:00"],
        )

    ended = library.run("export", "3", "--format", "pdf", "-o", tmp_path / "lesson.pdf")

    assert ended.status == 0
    assert "U+0378" in ended.errors
    assert (tmp_path / "lesson.pdf").read_bytes().startswith(b"%PDF-")


def test_notes_are_written_lesson_by_lesson_in_the_order_of_time(
    library: Library, tmp_path: Path
) -> None:
    with library.database() as connection:
        for start, lesson_id, colour in ((9, 1, "pink"), (4, 1, "pink"), (1, 2, "blue")):
            connection.execute(
                "INSERT INTO note (lesson_id, start, end, quote, colour, text, author, created_at,"
                " changed_at) VALUES (?, ?, ?, 'Cells', ?, '', 'Ann', ?, ?)",
                [lesson_id, start, start + 1, colour, *["2026-11-04 08:30:00"] * 2],
            )

    options = ("--course", "Biology", "--colour", "pink", "-o", tmp_path / "notes.csv", "--json")
    ended = library.run("notes", "export", "--format", "csv", *options)
    missing = library.run("notes", "export", "--format", "csv", "--lesson", "99")

    assert json.loads(ended.output)["notes"] == 2
    rows = (tmp_path / "notes.csv").read_text("utf-8-sig").splitlines()[1:]
    assert [row.split(",")[4] for row in rows] == ["0:00:04", "0:00:09"]
    assert missing.status == 1
    assert "99" in missing.errors
