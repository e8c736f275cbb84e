import json
import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from html.parser import HTMLParser

import pytest
from hypothesis import given
from markdown_it import MarkdownIt

from backend.errors import InvalidValue
from backend.errors.lessons import NoSummary
from backend.exports.document import LessonExport, Moment, Part
from backend.exports.formats import ExportFormat, export_lesson
from backend.exports.markdown import escape_markdown
from backend.models.transcript import Flag, Segment, Word, to_segments
from tests.unit.exports.documents import HARD_TEXT, export_text, make_lesson, words_of
from tests.unit.text.transcripts import ANY_TEXT, SPOKEN_TEXT, make_transcript, transcripts


class Rendered(HTMLParser):
    """What a reader of HTML sees: its elements, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def render(markdown: str) -> Rendered:
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return Rendered(parser.render(markdown))


# --- text ------------------------------------------------------------------------------------


def test_text_has_a_paragraph_for_each_long_pause() -> None:
    segments = [
        Segment(start=0, end=2, text=" Hello there."),
        Segment(start=3, end=5, text=" We begin"),
        Segment(start=5, end=6, text=" now."),
        Segment(start=8.1, end=9, text=" After a pause."),
    ]

    text = export_text(make_lesson(*segments), ExportFormat.TEXT)

    assert text == "Hello there. We begin now.\n\nAfter a pause.\n"


def test_text_has_a_new_paragraph_after_six_sentences() -> None:
    segments = make_transcript(*(f"This is sentence {index}." for index in range(8)))

    first, second = export_text(make_lesson(*segments), ExportFormat.TEXT).split("\n\n")

    assert first.endswith("sentence 5.")
    assert second.startswith("This is sentence 6.")


@given(segments=transcripts())
def test_text_keeps_every_word_once(segments: list[Segment]) -> None:
    text = export_text(make_lesson(*segments), ExportFormat.TEXT)

    assert "".join(text.split()) == words_of(segments)


def test_an_empty_transcript_is_an_empty_text() -> None:
    assert export_text(make_lesson(), ExportFormat.TEXT) == ""


# --- Markdown --------------------------------------------------------------------------------


def test_markdown_has_facts_summary_moments_and_timed_paragraphs() -> None:
    segments = make_transcript("Cells divide.", "They grow.", gap=3600)
    lesson = replace(
        make_lesson(*segments),
        brief="About cells.",
        summary="Cells divide and grow.\nThey do.",
        moments=(Moment("Cells grow.", 3602.9, 3604, (1,)),),
    )

    markdown = export_text(lesson, ExportFormat.MARKDOWN)

    assert markdown == (
        "# Cells\n\n- Date: 2026-11-03\n- Length: 1:02:05\n- Language: en\n- Text: corrected\n\n"
        "## Summary\n\nAbout cells.\n\nCells divide and grow.\\\nThey do.\n\n"
        "- [1:00:02] Cells grow.\n\n"
        "## Transcript\n\n[0:00:00] Cells divide.\n\n[1:00:02] They grow.\n"
    )


def test_a_summary_that_its_moments_say_is_printed_once() -> None:
    moments = (Moment("Cells divide.", 0, 1), Moment("They grow.", 2, 3))
    lesson = replace(make_lesson(), summary="Cells divide.\nThey grow.", moments=moments)

    assert export_text(lesson, ExportFormat.MARKDOWN).count("Cells divide.") == 1


def test_markdown_of_an_empty_transcript_says_so() -> None:
    markdown = export_text(make_lesson(), ExportFormat.MARKDOWN)

    assert markdown.endswith("## Transcript\n\nNo words were recognised.\n")


@pytest.mark.parametrize(
    "text",
    [
        HARD_TEXT,
        "- item",
        "+ item",
        "1) item",
        "12. item",
        "# title",
        "title\n===",
        "> quote",
        "    code",
        "---",
        "***",
        "```\ncode\n```",
        "[a]: https://x.y",
        "<https://x.y>",
        "&lt;b&gt;",
        "| a |\n| - |",
        "ends with \\",
        "<!-- -->",
        "a  \nb",
    ],
)
def test_what_people_wrote_does_not_become_markup(text: str) -> None:
    lesson = replace(
        make_lesson(Segment(start=0, end=2, text=text)),
        title=text,
        brief=text,
        summary=text + "\n\n" + text,
        moments=(Moment(text, 0, 1),),
    )

    rendered = render(export_text(lesson, ExportFormat.MARKDOWN))

    assert rendered.elements <= {"h1", "h2", "ul", "li", "p", "br"}
    letters = "".join(text.split())
    assert "".join(rendered.text.split()).count(letters) == 6


@given(text=SPOKEN_TEXT | ANY_TEXT)
def test_escaped_text_reads_as_it_was_written(text: str) -> None:
    markdown = escape_markdown(text)

    rendered = render(markdown)
    assert rendered.elements <= {"p"}
    assert "".join(rendered.text.split()) == words_of([Segment(start=0, end=1, text=text)])


# --- JSON ------------------------------------------------------------------------------------


def full_lesson() -> LessonExport:
    words = (Word(text="Hi", start=0, end=0.5, probability=0.75),)
    flagged = Segment(start=0, end=1, text="Hi\t<b>", words=words, flags=(Flag.REPETITION,), mine=7)
    moments = (Moment("Hi", 0, 1, (0,)),)
    return replace(make_lesson(flagged), brief="B", summary="S", moments=moments)


def test_json_holds_all_of_it_and_comes_back() -> None:
    lesson = full_lesson()

    content = json.loads(export_text(lesson, ExportFormat.JSON))

    assert to_segments(content.pop("segments")) == list(lesson.segments)
    assert content == {
        "title": "Cells",
        "date": "2026-11-03T08:30:00Z",
        "language": "en",
        "duration": 3725.5,
        "course": None,
        "layer": "corrected_transcript",
        "brief": "B",
        "summary": "S",
        "moments": [{"text": "Hi", "start": 0, "end": 1, "segment_ids": [0]}],
    }


@given(segments=transcripts())
def test_a_transcript_comes_back_from_json(segments: list[Segment]) -> None:
    content = json.loads(export_text(make_lesson(*segments), ExportFormat.JSON))

    assert to_segments(content["segments"]) == segments


def test_dates_in_json_are_utc() -> None:
    rome = timezone(timedelta(hours=1))
    lesson = replace(make_lesson(), date=datetime(2026, 11, 3, 0, 30, tzinfo=rome))

    content = json.loads(export_text(lesson, ExportFormat.JSON))

    assert content["date"] == "2026-11-02T23:30:00Z"


# --- all -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "export_format", [each for each in ExportFormat if not each.kind.is_binary]
)
def test_every_text_can_be_stored_whatever_the_title_and_the_words(
    export_format: ExportFormat,
) -> None:
    segment = Segment(start=0, end=2, text="a\x00b\x07c\x1b[0m \x85 ok\u2028next\uffff")
    lesson = replace(make_lesson(segment), title="bad \ud800 \x08 title", brief="\udfff")

    written = export_lesson(lesson, export_format).content

    if export_format is not ExportFormat.JSON:
        assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", written)
        assert b"abc[0m ok next" in written.replace(b"\\", b"").replace(b"  ", b" ")


@pytest.mark.parametrize(
    ("name", "suffix", "media_type"),
    [
        ("text", ".txt", "text/plain; charset=utf-8"),
        ("markdown", ".md", "text/markdown; charset=utf-8"),
        ("json", ".json", "application/json"),
        ("srt", ".srt", "application/x-subrip; charset=utf-8"),
        ("vtt", ".vtt", "text/vtt; charset=utf-8"),
        (
            "docx",
            ".docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        ("pdf", ".pdf", "application/pdf"),
    ],
)
def test_a_format_knows_its_file_and_its_media_type(
    name: str, suffix: str, media_type: str
) -> None:
    assert (ExportFormat(name).kind.suffix, ExportFormat(name).kind.media_type) == (
        suffix,
        media_type,
    )


# --- transcript, summary or both ---------------------------------------------------------------


def test_the_summary_alone_leaves_the_transcript_out_and_the_other_way_round() -> None:
    lesson = replace(make_lesson(*make_transcript("Cells divide.")), brief="About cells.")

    summary = export_text(lesson, ExportFormat.MARKDOWN, Part.SUMMARY)
    transcript = export_text(lesson, ExportFormat.MARKDOWN, Part.TRANSCRIPT)

    assert "About cells." in summary
    assert "Transcript" not in summary
    assert "Text: corrected" not in summary
    assert "Cells divide." in transcript
    assert "Summary" not in transcript


def test_a_text_of_both_has_their_names_above_them() -> None:
    moments = (Moment("They divide.", 1, 2),)
    lesson = make_lesson(*make_transcript("Cells divide."))
    summarised = replace(lesson, brief="About cells.", summary="They divide.", moments=moments)

    assert export_text(summarised, ExportFormat.TEXT) == "Cells divide.\n"
    assert export_text(summarised, ExportFormat.TEXT, Part.SUMMARY) == (
        "About cells.\n\nThey divide.\n"
    )
    assert export_text(summarised, ExportFormat.TEXT, Part.BOTH) == (
        "Summary\n\nAbout cells.\n\nThey divide.\n\nTranscript\n\nCells divide.\n"
    )
    assert export_text(lesson, ExportFormat.TEXT, Part.BOTH) == "Cells divide.\n"


def test_json_holds_only_the_keys_of_what_was_asked_for() -> None:
    keys = {
        part: set(json.loads(export_text(full_lesson(), ExportFormat.JSON, part))) for part in Part
    }

    of_both = {"title", "course", "date", "language", "duration"}
    assert keys[Part.TRANSCRIPT] == of_both | {"layer", "segments"}
    assert keys[Part.SUMMARY] == of_both | {"brief", "summary", "moments"}
    assert keys[Part.BOTH] == keys[Part.TRANSCRIPT] | keys[Part.SUMMARY]


@pytest.mark.parametrize("export_format", list(ExportFormat))
def test_a_summary_that_is_not_there_is_said(export_format: ExportFormat) -> None:
    with pytest.raises((NoSummary, InvalidValue)):
        export_lesson(make_lesson(), export_format, Part.SUMMARY)


@pytest.mark.parametrize("part", [Part.SUMMARY, Part.BOTH])
@pytest.mark.parametrize("name", ["srt", "vtt"])
def test_captions_hold_the_transcript_alone(name: str, part: Part) -> None:
    with pytest.raises(InvalidValue, match=f"{name.upper()} holds captions"):
        export_lesson(full_lesson(), ExportFormat(name), part)


def test_the_course_is_a_fact_of_the_lesson() -> None:
    lesson = replace(make_lesson(), course="Biology *1*")

    assert "- Course: Biology \\*1\\*\n" in export_text(lesson, ExportFormat.MARKDOWN)
    assert json.loads(export_text(lesson, ExportFormat.JSON))["course"] == "Biology *1*"
