"""The Word documents, opened again."""

from dataclasses import replace
from io import BytesIO
from zipfile import ZipFile

import pytest
from docx import Document
from docx.document import Document as WordDocument
from docx.text.paragraph import Paragraph
from hypothesis import given, settings
from lxml import etree

from backend.exports.document import LessonExport, Moment, Part
from backend.exports.formats import ExportFormat, export_lesson
from backend.models.transcript import Segment
from tests.unit.exports.documents import HARD_TEXT, make_lesson, words_of
from tests.unit.text.transcripts import make_transcript, transcripts


def read_docx(lesson: LessonExport, part: Part | None = None) -> WordDocument:
    return Document(BytesIO(export_lesson(lesson, ExportFormat.DOCX, part).content))


def lines_of(document: WordDocument) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs]


def is_bidi(paragraph: Paragraph) -> bool:
    return bool(paragraph._p.xpath("w:pPr/w:bidi"))


def test_a_document_has_facts_summary_moments_and_timed_paragraphs() -> None:
    lesson = replace(
        make_lesson(*make_transcript("Cells divide.", "They grow.", gap=3600)),
        course="Biology",
        brief="About cells.",
        summary="Cells divide and grow.\nThey do.",
        moments=(Moment("Cells grow.", 3602.9, 3604),),
    )

    document = read_docx(lesson)

    assert [(line.style.name, line.text) for line in document.paragraphs if line.style] == [
        ("Title", "Cells"),
        ("LessonFact", "Course: Biology"),
        ("LessonFact", "Date: 2026-11-03"),
        ("LessonFact", "Length: 1:02:05"),
        ("LessonFact", "Language: en"),
        ("LessonFact", "Text: corrected"),
        ("Heading 1", "Summary"),
        ("Normal", "About cells."),
        ("Normal", "Cells divide and grow.\nThey do."),
        ("LessonTimed", "1:00:02\tCells grow."),
        ("Heading 1", "Transcript"),
        ("LessonTimed", "0:00:00\tCells divide."),
        ("LessonTimed", "1:00:02\tThey grow."),
    ]
    assert document.core_properties.title == "Cells"


def test_parts_can_be_left_out() -> None:
    lesson = replace(make_lesson(*make_transcript("Cells divide.")), brief="About cells.")

    assert "Summary" not in lines_of(read_docx(lesson, Part.TRANSCRIPT))
    assert "Transcript" not in lines_of(read_docx(lesson, Part.SUMMARY))


def test_right_to_left_text_is_marked_as_such() -> None:
    lesson = replace(
        make_lesson(
            Segment(start=65, end=69, text="היום נלמד Python 3.12 בשעה 10:30."),
            Segment(start=99, end=104, text="Only English."),
            language="he",
        ),
        title="שיעור ראשון",
    )

    title, *facts, heading, hebrew, english = read_docx(lesson).paragraphs

    assert [is_bidi(line) for line in (title, *facts, heading, hebrew)] == [True] * (3 + len(facts))
    assert not is_bidi(english)
    assert [(run.text, run.font.rtl) for run in hebrew.runs] == [
        ("0:01:05\t", None),
        ("היום נלמד ", True),
        ("Python 3.12", None),
        (" בשעה 10:30.", True),
    ]


def test_pages_are_numbered_by_the_word_processor() -> None:
    footer = read_docx(make_lesson()).sections[0].footer.paragraphs[0]

    fields = footer._p.xpath("w:fldSimple/@w:instr")
    assert fields == ["PAGE", "NUMPAGES"]


def test_the_language_is_told_to_spelling_checkers() -> None:
    document = read_docx(make_lesson(language="fr"))

    assert document.styles.element.xpath("//w:docDefaults//w:lang/@w:val") == ["fr"]


@pytest.mark.parametrize(
    "text",
    [
        HARD_TEXT,
        "</w:t></w:r><w:r><w:t>&xxe; <!ENTITY x SYSTEM 'file:///etc/passwd'> ]]>",
        "{ INCLUDETEXT /etc/passwd } =cmd|' /C calc'!A0",
        "👩‍🔬 naïve \u202eturned",
    ],
)
def test_what_people_wrote_is_text(text: str) -> None:
    lesson = replace(make_lesson(Segment(start=0, end=2, text=text)), title=text, brief=text)

    document = read_docx(lesson)

    assert lines_of(document).count(text) == 2
    assert lines_of(document)[-1] == f"0:00:00\t{text}"


def test_no_character_makes_the_file_invalid() -> None:
    segment = Segment(start=0, end=2, text="a\x00b\x07\x1b \ufffe\uffff ok\u2028next")
    lesson = replace(make_lesson(segment), title="bad \ud800 \x08" + "x" * 300, brief="\udfff")

    document = export_lesson(lesson, ExportFormat.DOCX).content

    with ZipFile(BytesIO(document)) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                etree.fromstring(archive.read(name))
    assert lines_of(read_docx(lesson))[-1] == "0:00:00\tab ok next"


def test_an_empty_transcript_is_said() -> None:
    lesson = replace(make_lesson(language=None), title="", date=None, duration=None)

    assert lines_of(read_docx(lesson)) == [
        "Untitled lesson",
        "Text: corrected",
        "Transcript",
        "No words were recognised.",
    ]


@settings(max_examples=30, deadline=None)
@given(segments=transcripts())
def test_a_document_keeps_every_word_once(segments: list[Segment]) -> None:
    lines = lines_of(read_docx(make_lesson(*segments), Part.TRANSCRIPT))

    words = lines[lines.index("Transcript") + 1 :]
    if words != ["No words were recognised."]:
        said = (line.split("\t", 1)[1] for line in words)
        assert "".join("".join(said).split()) == words_of(segments)
