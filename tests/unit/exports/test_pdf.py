"""The PDF files, opened again."""

import json
from dataclasses import replace
from io import BytesIO

import pytest
import typst
from hypothesis import given, settings
from pypdf import PdfReader
from pypdf.generic import BooleanObject, DictionaryObject, StreamObject

from backend.errors.lessons import PdfNotMade
from backend.exports.document import LessonExport, Moment, Part
from backend.exports.formats import ExportFormat, export_lesson
from backend.exports.pdf import make_content
from backend.exports.typesetting import TEMPLATE
from backend.models.transcript import Segment
from tests.unit.exports.documents import HARD_TEXT, make_lesson
from tests.unit.text.transcripts import make_transcript, transcripts

UNASSIGNED = "\u0378"  # no font has it
PAGE_WIDTH = 595.28  # points: A4
MARGIN = 70.87


def read_pdf(lesson: LessonExport, part: Part | None = None) -> PdfReader:
    return PdfReader(BytesIO(export_lesson(lesson, ExportFormat.PDF, part).content))


def text_of(reader: PdfReader) -> str:
    return "\n".join(page.extract_text() for page in reader.pages)


def fitted_into_lines(text: str) -> str:
    return "".join(text.replace("\u200b", "").split())


def starts_of(reader: PdfReader, sought: str) -> list[float]:
    """How far from the left edge, in points, the pieces that hold the sought text begin."""
    starts = []

    def visit(text: str, block: list[float], within_block: list[float], *_: object) -> None:
        if sought in text:
            starts.append(block[4] + within_block[4])

    reader.pages[0].extract_text(visitor_text=visit)
    return starts


def test_a_file_has_facts_summary_moments_timed_paragraphs_and_page_numbers() -> None:
    lesson = replace(
        make_lesson(*make_transcript("Cells divide.", "They grow.", gap=3600)),
        course="Biology",
        brief="About cells.",
        summary="Cells divide and grow.\nThey do.",
        moments=(Moment("Cells grow.", 3602.9, 3604),),
    )

    reader = read_pdf(lesson)

    assert text_of(reader).split("\n") == [
        "Cells",
        "Course: Biology",
        "Date: 2026-11-03",
        "Length: 1:02:05",
        "Language: en",
        "Text: corrected",
        "Summary",
        "About cells.",
        "Cells divide and grow.",
        "They do.",
        "1:00:02 Cells grow.",
        "Transcript",
        "0:00:00 Cells divide.",
        "1:00:02 They grow.",
        "1 / 1",
    ]


def test_parts_can_be_left_out() -> None:
    lesson = replace(make_lesson(*make_transcript("Cells divide.")), brief="About cells.")

    assert "Summary" not in text_of(read_pdf(lesson, Part.TRANSCRIPT))
    assert "Transcript" not in text_of(read_pdf(lesson, Part.SUMMARY))


def test_screen_readers_are_told_title_language_and_structure() -> None:
    reader = read_pdf(make_lesson(*make_transcript("Les cellules."), language="fr"))

    root = reader.root_object
    mark_info, metadata = root["/MarkInfo"], root["/Metadata"]
    assert reader.metadata
    assert reader.metadata.title == "Cells"
    assert str(root["/Lang"]) == "fr"
    assert isinstance(mark_info, DictionaryObject)
    assert mark_info["/Marked"] == BooleanObject(True)
    assert isinstance(metadata, StreamObject)
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata.get_data().decode()


def test_the_title_and_a_number_stand_on_each_further_page() -> None:
    sentences = (f"This is sentence {index}." for index in range(200))

    first, second, *_ = read_pdf(make_lesson(*make_transcript(*sentences, gap=5))).pages

    assert first.extract_text().count("Cells") == 1
    assert second.extract_text().startswith("Cells\n")
    assert "2 / " in second.extract_text()


@pytest.mark.parametrize(
    "text",
    [
        HARD_TEXT,
        '#read("/etc/passwd") #import "@preview/x:1.0.0" #sys.inputs @ref <label> //c /*c*/ $x$',
        '"], "title": "other", "x": ["',
        "\\u{41} = heading - item + item / term: x",
    ],
)
def test_what_people_wrote_is_shown_as_text_and_reads_no_file(text: str) -> None:
    lesson = replace(make_lesson(Segment(start=0, end=2, text=text)), title=text, brief=text)

    reader = read_pdf(lesson)

    assert fitted_into_lines(text_of(reader)).count(fitted_into_lines(text)) == 3
    assert reader.metadata
    assert reader.metadata.title == text
    assert len(reader.pages) == 1


def test_right_to_left_paragraphs_begin_at_the_right_with_their_time() -> None:
    lesson = make_lesson(
        Segment(start=65, end=69, text="שלום לכולם."),
        Segment(start=99, end=104, text="Only English."),
        language="he",
    )

    reader = read_pdf(lesson)

    [hebrew_time], [english_time] = starts_of(reader, "0:01:05"), starts_of(reader, "0:01:39")
    [hebrew] = starts_of(reader, "שלום")
    assert PAGE_WIDTH / 2 < hebrew < hebrew_time < PAGE_WIDTH - MARGIN
    assert english_time == pytest.approx(MARGIN, abs=1)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("he", "שָׁלוֹם לכולם, היום נלמד 3 דברים ב-10:30. Python הוא כיף!"),
        ("ar", "مرحبا بكم في الدرس، سنتعلم اليوم ٣ أشياء عند 10:30؟ Python"),
        ("fa", "سلام، امروز درباره گیاهان پژوهش می‌کنیم."),
        ("ru", "Клетки делятся и растут."),
        ("el", "Τα κύτταρα διαιρούνται."),
        ("hi", "कोशिकाएँ विभाजित होती हैं।"),
        ("vi", "Tế bào phân chia và lớn lên."),
    ],
)
def test_these_scripts_need_no_font_of_the_computer(language: str, text: str) -> None:
    lesson = make_lesson(Segment(start=0, end=2, text=text), language=language)

    pdf = typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"lesson": json.dumps(make_content(lesson, Part.BOTH))},
        pdf_standards="ua-1",  # refuses a text without a glyph
    )

    assert pdf.startswith(b"%PDF-")


def test_a_character_that_no_font_has_is_told_in_the_file_and_beside_it() -> None:
    lesson = make_lesson(Segment(start=0, end=2, text=f"Cells {UNASSIGNED} divide."))

    exported = export_lesson(lesson, ExportFormat.PDF)

    [notice] = exported.notices
    assert "(U+0378)" in notice
    shown = text_of(PdfReader(BytesIO(exported.content)))
    assert fitted_into_lines(notice) in fitted_into_lines(shown)
    assert "divide." in shown


def test_many_characters_that_no_font_has_are_counted() -> None:
    text = "".join(map(chr, range(0x10F000, 0x10F020)))

    [notice] = export_lesson(
        make_lesson(Segment(start=0, end=2, text=text)), ExportFormat.PDF
    ).notices

    assert "U+10F004 and 27 more" in notice


def test_a_word_wider_than_the_page_is_broken() -> None:
    address = "https://example.org/" + "abcdefghij" * 40

    reader = read_pdf(make_lesson(Segment(start=0, end=2, text=f"See {address} there.")))

    lines = text_of(reader).replace("\u200b", "").split("\n")
    assert max(map(len, lines)) < 110
    assert address in fitted_into_lines("".join(lines))


def test_no_character_makes_the_file_invalid() -> None:
    segment = Segment(start=0, end=2, text="a\x00b\x07\x1b \ufffe\uffff ok\u2028next \u202e\ufeff")
    lesson = replace(
        make_lesson(segment, language='x"]'), title="bad \ud800 \x08" + "x" * 3000, brief="\udfff"
    )

    assert "0:00:00 ab ok next" in " ".join(text_of(read_pdf(lesson)).split())


def test_an_empty_transcript_is_said() -> None:
    lesson = replace(make_lesson(language=None), title="", date=None, duration=None)

    assert text_of(read_pdf(lesson)).split("\n") == [
        "Untitled lesson",
        "Text: corrected",
        "Transcript",
        "No words were recognised.",
        "1 / 1",
    ]


def test_a_text_on_which_the_typesetter_breaks_is_an_error_and_nothing_worse() -> None:
    lesson = make_lesson(Segment(start=0, end=1, text="e" + 100_000 * "\u0301"))

    with pytest.raises(PdfNotMade, match="export the lesson as DOCX"):
        export_lesson(lesson, ExportFormat.PDF)


def test_the_same_lesson_is_the_same_file() -> None:
    lesson = make_lesson(*make_transcript("Cells divide."))

    first, second = (export_lesson(lesson, ExportFormat.PDF).content for _ in range(2))

    assert first == second
    assert b"CreationDate" not in first
    assert b"CreateDate" not in first


@settings(max_examples=15, deadline=None)
@given(segments=transcripts())
def test_any_transcript_can_be_set(segments: list[Segment]) -> None:
    assert len(read_pdf(make_lesson(*segments)).pages) >= 1
