"""The lesson as PDF, set by Typst."""

import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from backend.errors.lessons import PdfNotMade
from backend.exports.direction import is_right_to_left, language_code
from backend.exports.document import LessonExport, Part
from backend.exports.notes import NO_NOTES, NotesOutline, ReadNote
from backend.exports.outline import NO_WORDS, Outline, SummaryOutline, make_outline
from backend.exports.paragraphs import Paragraph, clock_time

TYPESETTING = Path(__file__).with_name("typesetting.py")
MAX_SECONDS = 300
"""A transcript of three hours takes about two seconds."""

FONTS = (
    "Libertinus Serif",  # embedded in Typst: Latin, Greek, Cyrillic, Hebrew
    # For Arabic, one of these where it is installed.
    "Noto Naskh Arabic",
    "Amiri",
    "Noto Sans Arabic",
    "Geeza Pro",
    "Segoe UI",
    "DejaVu Sans",
    "DejaVu Sans Mono",  # embedded: Arabic, right but as wide as a typewriter's; symbols
    "New Computer Modern",  # embedded: Devanagari
)
"""In this order; what none of them has is left to any other font that is installed."""

STRICTLY = "--strictly"
MISSING_GLYPH = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
ESCAPE = re.compile(r"\\(?:u\{(?P<code>[0-9a-f]+)\}|(?P<mark>.))")
"""How Typst quotes a text (as Rust does)."""
NAMED_CHARACTERS = 5
"""How many of the characters that no font shows are named in the notice."""

UNBROKEN_CHARACTERS = 40
"""A longer word (an address) may be wider than the page and be broken anywhere."""
LONG_WORD = re.compile(rf"[!-\u0dff]{{{UNBROKEN_CHARACTERS},}}")  # scripts that put spaces
PART_CHARACTERS = 10
BREAK_HERE = "\u200b"  # zero width space


class _TypesettingFailed(Exception):
    """The argument is what Typst says of it."""


def write_pdf(document: LessonExport, part: Part) -> tuple[bytes, tuple[str, ...]]:
    """The file, and what a person should know about it (which is said in the file as well)."""
    return _set(make_content(document, part))


def write_notes_pdf(outline: NotesOutline) -> tuple[bytes, tuple[str, ...]]:
    """The same for notes."""
    return _set(make_notes_content(outline))


def _set(content: dict[str, Any]) -> tuple[bytes, tuple[str, ...]]:
    try:
        return _typeset(content, STRICTLY), ()
    except _TypesettingFailed as failed:
        missing = _missing_characters(str(failed))
        if not missing:
            raise PdfNotMade() from failed
    notice = _describe_missing(missing)
    try:
        return _typeset(content | {"notice": notice}), (notice,)
    except _TypesettingFailed as failed:
        raise PdfNotMade() from failed


def _typeset(content: dict[str, Any], *arguments: str) -> bytes:
    try:
        ended = subprocess.run(
            [sys.executable, "-P", TYPESETTING, *arguments],
            input=json.dumps(content).encode(),
            capture_output=True,
            timeout=MAX_SECONDS,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        raise _TypesettingFailed(error.stderr.decode(errors="replace")) from error
    except subprocess.TimeoutExpired as error:
        raise _TypesettingFailed(f"it was stopped after {MAX_SECONDS} s") from error
    return ended.stdout


# --- what the template is given --------------------------------------------------------------


def make_content(document: LessonExport, part: Part) -> dict[str, Any]:
    outline, language = make_outline(document, part), document.language
    return _frame(outline, language) | {
        "summary": _summary(outline.summary, language) if outline.summary else None,
        "transcript": None if outline.transcript is None else _timed(outline.transcript, language),
        "no_words": NO_WORDS,
    }


def make_notes_content(outline: NotesOutline) -> dict[str, Any]:
    return _frame(outline, outline.language) | {
        "notes": [
            {
                "title": None if outline.is_of_one else _text(lesson.title, lesson.language),
                "facts": [] if outline.is_of_one else _facts(lesson.facts),
                "notes": [_note(note, lesson.language) for note in lesson.notes],
            }
            for lesson in outline.lessons
        ],
        "no_notes": NO_NOTES,
    }


def _note(note: ReadNote, language: str | None) -> dict[str, Any]:
    return {
        "quote": _text(note.quote, language) | {"time": clock_time(note.start)},
        "lines": [_text(line, language) for line in note.text],
        "about": note.about,
    }


def _frame(outline: Outline | NotesOutline, language: str | None) -> dict[str, Any]:
    """What every document has."""
    return {
        "fonts": FONTS,
        "language": language_code(language),
        "is_right_to_left": outline.is_right_to_left,
        "notice": None,
        "name": outline.title,
        "title": _text(outline.title, language),
        "facts": _facts(outline.facts),
        "summary": None,
        "transcript": None,
        "notes": None,
    }


def _facts(facts: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{name}: {fact}" for name, fact in facts]


def _summary(summary: SummaryOutline, language: str | None) -> dict[str, Any]:
    return {
        "paragraphs": [_text("\n".join(lines), language) for lines in summary.paragraphs],
        "moments": _timed(summary.moments, language),
    }


def _timed(paragraphs: Iterable[Paragraph], language: str | None) -> list[dict[str, Any]]:
    return [
        _text(paragraph.text, language) | {"time": clock_time(paragraph.start)}
        for paragraph in paragraphs
    ]


def _text(text: str, language: str | None) -> dict[str, Any]:
    return {
        "text": LONG_WORD.sub(_let_break, text),
        "is_right_to_left": is_right_to_left(text, language),
    }


def _let_break(word: re.Match[str]) -> str:
    """Allow a break in a long word every few characters, before one that is no combining mark."""
    parts = [""]
    for character in word[0]:
        if len(parts[-1]) >= PART_CHARACTERS and not unicodedata.combining(character):
            parts.append("")
        parts[-1] += character
    return BREAK_HERE.join(parts)


# --- characters that no font shows -----------------------------------------------------------


def _missing_characters(reasons: str) -> list[str]:
    texts = (ESCAPE.sub(_unescape, text) for text in MISSING_GLYPH.findall(reasons))
    return sorted(set("".join(texts)))


def _unescape(escape: re.Match[str]) -> str:
    return chr(int(escape["code"], 16)) if escape["code"] else escape["mark"]


def _describe_missing(missing: Sequence[str]) -> str:
    named = ", ".join(map(_name, missing[:NAMED_CHARACTERS]))
    others = (
        f" and {len(missing) - NAMED_CHARACTERS} more" if len(missing) > NAMED_CHARACTERS else ""
    )
    return (
        f"No font on the computer that made this file shows some of its characters ({named}"
        f"{others}): boxes stand in their place. Install a font that has them (the Noto fonts "
        "have most) and export again, or export as DOCX."
    )


def _name(character: str) -> str:
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X} {name}".strip()
