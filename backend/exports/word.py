"""The lesson as a Word document (Office Open XML)."""

from collections.abc import Iterable
from io import BytesIO

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph as WordParagraph

from backend.exports.direction import is_right_to_left, language_code, split_by_direction
from backend.exports.document import LessonExport, Part
from backend.exports.notes import NO_NOTES, NotesOutline
from backend.exports.outline import NO_WORDS, Outline, make_outline
from backend.exports.paragraphs import Paragraph, clock_time

PAGE_WIDTH, PAGE_HEIGHT = Mm(210), Mm(297)  # ISO A4
MARGIN = Mm(25)
TIME_WIDTH = Mm(17)
"""The room before a paragraph in which its time stands."""
GREY = RGBColor(0x59, 0x59, 0x59)
MAX_PROPERTY_CHARACTERS = 255
"""Of a document's title and the like (python-docx refuses more)."""

# Styles, by the ids under which paragraphs refer to them.
TITLE, HEADING, NORMAL = "Title", "Heading1", "Normal"
FACT, TIMED, TIME = "LessonFact", "LessonTimed", "LessonTime"
NOTE, ABOUT = "LessonNote", "LessonNoteAbout"

Facts = Iterable[tuple[str, str]]


def write_docx(document: LessonExport, part: Part) -> bytes:
    """Title, facts, summary with its moments, and the transcript with a time per paragraph."""
    outline = make_outline(document, part)
    word = _start(outline.title, document.language)
    body = _Body(word, document.language, is_leftward=outline.is_right_to_left)
    body.write_lesson(outline)
    return _save(word)


def write_notes_docx(outline: NotesOutline) -> bytes:
    """Each note's words with their time, and what was written to them, lesson by lesson."""
    word = _start(outline.title, outline.language)
    body = _Body(word, outline.language, is_leftward=outline.is_right_to_left)
    body.write_notes(outline)
    return _save(word)


def _start(title: str, language: str | None) -> WordDocument:
    word = Document()
    _set_page(word)
    _add_styles(word)
    _set_language(word, language_code(language))
    _set_properties(word, title)
    return word


def _save(word: WordDocument) -> bytes:
    stream = BytesIO()
    word.save(stream)
    return stream.getvalue()


# --- what stands in it -----------------------------------------------------------------------


class _Body:
    """The paragraphs of a document, added at its end.

    They are made as XML: python-docx's own paragraphs search the whole document for their place,
    ten times as slow with ten thousand of them.
    """

    def __init__(self, word: WordDocument, language: str | None, *, is_leftward: bool) -> None:
        self._section = word.element.body.sectPr
        self._language = language
        self._is_all_leftward = is_leftward

    def write_lesson(self, outline: Outline) -> None:
        self._add_title(outline.title, outline.facts)
        if outline.summary:
            self._add_own(HEADING, "Summary")
            for lines in outline.summary.paragraphs:
                self._add(NORMAL, *lines, is_leftward=self._is_leftward(" ".join(lines)))
            self._add_timed(outline.summary.moments)
        if outline.transcript is not None:
            self._add_own(HEADING, "Transcript")
            self._add_timed(outline.transcript)
            if not outline.transcript:
                self._add_own(NORMAL, NO_WORDS)

    def write_notes(self, outline: NotesOutline) -> None:
        self._add_title(outline.title, outline.facts)
        for lesson in outline.lessons:
            if not outline.is_of_one:
                self._add(HEADING, lesson.title, is_leftward=self._is_leftward(lesson.title))
                self._add_facts(lesson.facts)
            for note in lesson.notes:
                self._add_timed([Paragraph(note.start, note.quote)])
                for line in note.text:
                    self._add(NOTE, line, is_leftward=self._is_leftward(line))
                self._add_own(ABOUT, note.about)
        if not outline.lessons:
            self._add_own(NORMAL, NO_NOTES)

    def _add_title(self, title: str, facts: Facts) -> None:
        self._add(TITLE, title, is_leftward=self._is_leftward(title))
        self._add_facts(facts)

    def _add_facts(self, facts: Facts) -> None:
        for name, fact in facts:
            self._add_own(FACT, f"{name}: {fact}")

    def _is_leftward(self, text: str) -> bool:
        return is_right_to_left(text, self._language)

    def _add_own(self, style_id: str, text: str) -> None:
        """A paragraph of ours, at the side where the lesson's own begin."""
        self._add(style_id, text, is_leftward=self._is_all_leftward)

    def _add(self, style_id: str, *lines: str, is_leftward: bool) -> None:
        paragraph = self._start(style_id, is_leftward=is_leftward)
        for index, line in enumerate(lines):
            if index:
                paragraph.append(_make_run(OxmlElement("w:br")))
            _append_text(paragraph, line, is_leftward=is_leftward)

    def _add_timed(self, paragraphs: Iterable[Paragraph]) -> None:
        for timed in paragraphs:
            is_leftward = self._is_leftward(timed.text)
            paragraph = self._start(TIMED, is_leftward=is_leftward)
            time = _make_run(_make_text(clock_time(timed.start)), OxmlElement("w:tab"))
            time.insert(0, _make_properties("w:rPr", "w:rStyle", TIME))
            paragraph.append(time)
            _append_text(paragraph, timed.text, is_leftward=is_leftward)

    def _start(self, style_id: str, *, is_leftward: bool) -> BaseOxmlElement:
        paragraph = OxmlElement("w:p")
        properties = _make_properties("w:pPr", "w:pStyle", style_id)
        if is_leftward:
            properties.append(OxmlElement("w:bidi"))
        paragraph.append(properties)
        self._section.addprevious(paragraph)
        return paragraph


def _append_text(paragraph: BaseOxmlElement, text: str, *, is_leftward: bool) -> None:
    """The text as runs, of which Word must be told which ones are read from right to left."""
    for stretch in split_by_direction(text, is_right_to_left=is_leftward):
        run = _make_run(_make_text(stretch.text))
        if stretch.is_right_to_left:
            properties = OxmlElement("w:rPr")
            properties.append(OxmlElement("w:rtl"))
            run.insert(0, properties)
        paragraph.append(run)


def _make_run(*content: BaseOxmlElement) -> BaseOxmlElement:
    run = OxmlElement("w:r")
    run.extend(content)
    return run


def _make_text(text: str) -> BaseOxmlElement:
    element = OxmlElement("w:t", {qn("xml:space"): "preserve"})
    element.text = text
    return element


def _make_properties(kind: str, style_kind: str, style_id: str) -> BaseOxmlElement:
    properties = OxmlElement(kind)
    properties.append(OxmlElement(style_kind, {qn("w:val"): style_id}))
    return properties


# --- how it looks ----------------------------------------------------------------------------


def _set_page(word: WordDocument) -> None:
    section = word.sections[0]
    section.page_width, section.page_height = PAGE_WIDTH, PAGE_HEIGHT
    section.left_margin = section.right_margin = MARGIN
    section.top_margin = section.bottom_margin = MARGIN
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _add_field(footer, "PAGE")
    footer.add_run(" / ")
    _add_field(footer, "NUMPAGES")


def _add_field(paragraph: WordParagraph, code: str) -> None:
    """A number that the word processor fills in."""
    field = OxmlElement("w:fldSimple", {qn("w:instr"): code})
    field.append(_make_run(_make_text("1")))
    paragraph._p.append(field)


def _add_styles(word: WordDocument) -> None:
    fact = _add_paragraph_style(word, FACT)
    fact.font.color.rgb = GREY
    fact.paragraph_format.space_after = Pt(0)
    timed = _add_paragraph_style(word, TIMED)
    timed.paragraph_format.left_indent = TIME_WIDTH
    timed.paragraph_format.first_line_indent = -TIME_WIDTH
    timed.paragraph_format.tab_stops.add_tab_stop(TIME_WIDTH)
    note = _add_paragraph_style(word, NOTE)
    note.paragraph_format.left_indent = TIME_WIDTH
    about = _add_paragraph_style(word, ABOUT)
    about.font.color.rgb = GREY
    about.font.size = Pt(9)
    about.paragraph_format.left_indent = TIME_WIDTH
    about.paragraph_format.space_after = Pt(14)
    time = word.styles.add_style(TIME, WD_STYLE_TYPE.CHARACTER)
    time.font.color.rgb = GREY


def _add_paragraph_style(word: WordDocument, style_id: str) -> ParagraphStyle:
    style: ParagraphStyle = word.styles.add_style(style_id, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = word.styles["Normal"]
    return style


def _set_language(word: WordDocument, code: str | None) -> None:
    """What spelling checkers and screen readers take the text for."""
    if code is not None:
        [language] = word.styles.element.xpath("w:docDefaults/w:rPrDefault/w:rPr/w:lang")
        language.set(qn("w:val"), code)
        language.set(qn("w:bidi"), code)


def _set_properties(word: WordDocument, title: str) -> None:
    properties = word.core_properties
    properties.title = title[:MAX_PROPERTY_CHARACTERS]
    properties.author = properties.comments = ""  # python-docx names itself
