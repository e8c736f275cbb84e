"""What models put around an answer: announcements, headings, tables, offers of more.

They were asked for plain text, and most keep to that. What is taken away says nothing of the lesson
by itself; in doubt, a sentence stays.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from backend.text.sentences import sentence_spans
from backend.text.wrapping_words import (
    ANNOUNCED,
    ANNOUNCING,
    GREETINGS,
    LESSONS,
    OFFERS,
    QUALITIES,
)

MAX_LEADS = 4
"""Announcements one after the other: `Sure!`, `Summary:`, `Here is a concise summary:`."""
MAX_OFFERS = 4

FENCE = re.compile(r"\s{0,9}(?:```|~~~)[\w-]{0,20}\s{0,9}")
HEADING = re.compile(r"\s{0,3}#{1,6}\s.{0,999}")
RULE = re.compile(r"\s{0,9}(?:[-*_=]\s{0,2}){3,200}")
TABLE_ROW = re.compile(r"\s{0,9}\|.{0,9999}\|\s{0,9}")
TABLE_RULE = re.compile(r"[\s|:-]{1,9999}")
UNDERLINE = re.compile(r"\s{0,3}={3,200}\s{0,9}")
BULLET = re.compile(r"\s{0,9}[-*•]\s{1,9}(?=\S)")
WHOLLY_BOLD = re.compile(r"\s{0,9}(\*\*|__)[^*_\s][^*_\n]{0,200}\1\s{0,3}:?\s{0,9}")
BOLD = re.compile(r"(?<![\w*])\*\*([^\s*][^*\n]{0,200})\*\*(?![\w*])")
CITED = re.compile(r"\[\s{0,9}\d")
SENTENCE_END = re.compile(r"[.!?…][\"”»’)\]]{0,2}\s{0,9}$")

LESSON = rf"(?:of|de|du|der|des|della|dello|del|da|do|di)\s(?:\w{{1,8}}\s)?(?:{LESSONS})"
NAMED = rf"(?:{ANNOUNCED})(?:\s(?:{QUALITIES})){{0,2}}(?:\s{LESSON}(?:\s\d{{1,4}})?)?"
LABEL = re.compile(
    rf"\s{{0,9}}(?:(?:{QUALITIES})\s){{0,3}}{NAMED}\s?(?::\s{{0,9}}|(?=\n|\Z))", re.IGNORECASE
)
"""`Summary:`, `Short summary of the lesson:`, alone on its line or before the text itself."""

GREETING = re.compile(rf"\s{{0,9}}¡?(?:{GREETINGS})\s?([!.:,…–—-])\s{{0,9}}", re.IGNORECASE)
OPEN_ANNOUNCEMENT = re.compile(
    rf"\s{{0,9}}(?:{ANNOUNCING})\b[^\n:[\]]{{0,120}}?\b(?:{ANNOUNCED})\b[^\n:[\]]{{0,120}}:\s{{0,9}}",
    re.IGNORECASE,
)
"""With its colon it may say what it likes: `Here is a summary of what was said about cells:`."""
CLOSED_ANNOUNCEMENT = re.compile(
    rf"\s{{0,9}}(?:{ANNOUNCING})\s(?:\w{{1,12}}\s){{0,2}}(?:(?:{QUALITIES})\s){{0,3}}{NAMED}"
    r"\s?[.!:]?\s{0,9}",
    re.IGNORECASE,
)
"""Without one it may be a sentence of the lesson, such as `Here is an overview of the cell.`"""

OFFER = re.compile(rf"[\s*_¡¿\"“(>-]{{0,9}}(?:{OFFERS})", re.IGNORECASE)
COUNT = re.compile(
    r"[(*_\s]{0,9}(?:word count\s?:?[*_\s]{0,3}\d{1,5}(?: words)?"
    r"|\d{1,5} (?:words|mots|wörter|palabras|parole|palavras))[.)*_\s]{0,9}",
    re.IGNORECASE,
)


def unwrap(reply: str) -> str:
    """The answer itself: paragraphs of plain text, "" where there is none."""
    lines = _without_tables(reply.splitlines())
    text = "\n".join(_plain_lines(lines)).strip()
    return _without_offers(_without_leads(text))


# --- lines -----------------------------------------------------------------------------------


def _without_tables(lines: Sequence[str]) -> list[str]:
    kept: list[str] = []
    in_table = False
    for line, following in zip_longest(lines, lines[1:], fillvalue=""):
        begins = TABLE_ROW.fullmatch(line) or _is_table_rule(following)
        in_table = "|" in line and bool(in_table or begins)
        kept.append("" if in_table else line)
    return kept


def _is_table_rule(line: str) -> bool:
    return {"|", "-"} <= set(line) and bool(TABLE_RULE.fullmatch(line))


def _plain_lines(lines: Sequence[str]) -> Iterator[str]:
    """Each line without its markup; one that says nothing else parts paragraphs."""
    for line, following in zip_longest(lines, lines[1:], fillvalue=""):
        if FENCE.fullmatch(line):
            continue
        plain = _after(LABEL, BOLD.sub(r"\1", _after(BULLET, line)))
        is_heading = _is_heading(line) or UNDERLINE.fullmatch(following)
        is_lead = is_heading or OPEN_ANNOUNCEMENT.fullmatch(plain)
        yield "" if is_lead and not CITED.search(line) else plain


def _after(pattern: re.Pattern[str], line: str) -> str:
    found = pattern.match(line)
    return line[found.end() :] if found else line


def _is_heading(line: str) -> bool:
    is_bold = WHOLLY_BOLD.fullmatch(line) and not SENTENCE_END.search(line.rstrip(" *_"))
    return bool(HEADING.fullmatch(line) or RULE.fullmatch(line) or is_bold)


# --- what stands before and after ------------------------------------------------------------


def _without_leads(text: str) -> str:
    for _ in range(MAX_LEADS):
        text = text[_end_of_lead(text) :].lstrip()
    return text


def _end_of_lead(text: str) -> int:
    """Where the first announcement ends; 0 where the text begins with what it has to say."""
    greeting = GREETING.match(text)
    if greeting and (greeting[1] in "!.:" or _end_of_lead(text[greeting.end() :])):
        return greeting.end()
    for pattern in (LABEL, OPEN_ANNOUNCEMENT):
        lead = pattern.match(text)
        if lead and not text[lead.end() : lead.end() + 1].islower():
            return lead.end()
    first_line, _, _ = text.partition("\n")
    return len(first_line) if CLOSED_ANNOUNCEMENT.fullmatch(first_line) else 0


def _without_offers(text: str) -> str:
    for _ in range(MAX_OFFERS):
        last_line = text.rfind("\n") + 1
        spans = sentence_spans(text[last_line:])
        if not spans or not _is_offer(text[last_line + spans[-1].start :]):
            break
        text = text[: last_line + spans[-1].start].rstrip()
    return text


def _is_offer(sentence: str) -> bool:
    says_nothing = OFFER.match(sentence) or COUNT.fullmatch(sentence)
    return bool(says_nothing or not re.search(r"\w", sentence)) and not CITED.search(sentence)
