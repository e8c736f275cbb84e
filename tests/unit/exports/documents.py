"""Lessons to export, and readers of captions that are not the program's own."""

import html
import re
from collections.abc import Sequence
from datetime import UTC, datetime

import pysubs2

from backend.exports.document import Layer, LessonExport, Part
from backend.exports.formats import ExportFormat, export_lesson
from backend.models.transcript import Segment

HARD_TEXT = (
    r"1. *bold* _it_ `code` [a](https://x.y) ![b](c) <script>alert(1)</script> &amp; <b>x</b> "
    r"# no ## heading | t | ~~s~~ $x^2$ {\an8} \nabla \N --> www.x.org a@b.c ==="
)


def make_lesson(*segments: Segment, language: str | None = "en") -> LessonExport:
    return LessonExport(
        title="Cells",
        date=datetime(2026, 11, 3, 8, 30, tzinfo=UTC),
        language=language,
        duration=3725.5,
        segments=segments,
        layer=Layer.CORRECTED,
    )


def export_text(
    document: LessonExport, export_format: ExportFormat, part: Part | None = None
) -> str:
    return export_lesson(document, export_format, part).content.decode()


def words_of(segments: Sequence[Segment]) -> str:
    """What is said, in time order, without any space."""
    in_order = sorted(segments, key=lambda segment: segment.start)
    return "".join("".join(visible(segment.text).split()) for segment in in_order)


def visible(text: str) -> str:
    """`text` as an export may hold it: controls that are spaces as such, others not at all."""
    spaced = re.sub(r"\s", " ", text)
    return "".join(mark for mark in spaced if mark.isprintable() or not is_control(mark))


def is_control(mark: str) -> bool:
    """Control characters, and those that XML does not allow."""
    return ord(mark) < 32 or 127 <= ord(mark) < 160 or mark in "\ufffe\uffff"


def read_captions(text: str, *, kind: str) -> list[tuple[int, int, list[str]]]:
    """Cues as start and end in ms and lines, by the rules of the format and nothing else."""
    blocks = [block for block in text.removeprefix("WEBVTT\n\n").split("\n\n") if block]
    return [read_cue(block.split("\n"), kind) for block in blocks]


def read_cue(block: list[str], kind: str) -> tuple[int, int, list[str]]:
    number, times, *lines = block
    assert number.isdigit()
    match = re.fullmatch(r"(\d{2,}:\d\d:\d\d[.,]\d{3}) --> (\d{2,}:\d\d:\d\d[.,]\d{3})", times)
    assert match
    assert all("-->" not in line for line in lines)
    if kind == "vtt":
        assert all(not re.search(r"[<>]|&(?!amp;|lt;|gt;)", line) for line in lines)
        lines = [html.unescape(line) for line in lines]
    else:
        lines = [line.replace("\u2060", "") for line in lines]
    return to_ms(match[1]), to_ms(match[2]), lines


def to_ms(time: str) -> int:
    hours, minutes, seconds = time.replace(",", ".").split(":")
    return round(1000 * (int(hours) * 3600 + int(minutes) * 60 + float(seconds)))


def read_with_pysubs2(text: str) -> list[str]:
    """The cues' texts as another program shows them."""
    return [event.plaintext for event in pysubs2.SSAFile.from_string(text)]
