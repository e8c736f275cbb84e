"""The line of a caption file that says from when to when, as tools and translators write it."""

import html
import re
from dataclasses import dataclass

LONGEST_TIMING = 1000
"""In characters. A line that is longer is none."""

DASHES = "-–—−－="
COLON, POINT = "[:：]", "[.,:;'’´，．。٫]"
TIME = re.compile(
    rf"-?\s?(?:(\d{{1,4}})\s?{COLON}\s?)?-?(\d{{1,3}})\s?{COLON}\s?-?(\d{{1,2}})"
    rf"(?:\s?(?!{COLON}\s?(?:\D|$)){POINT}\s?(?:-(?=\d))?(\d{{0,20}}))?(?![\w:：])"
)
ARROW = re.compile(rf"(?:[{DASHES}]\s?){{1,4}}[>＞»]|[{DASHES}]?[→⟶⇒➔]|>>")
BAR = re.compile(r"[,\s|/~–—-]{1,6}")
"""Between two times in full, as SubViewer writes them."""
NUMBER = re.compile(r"\s{0,20}(?:#?\d{1,9}[.)]?\s{1,20})?")
SETTING = re.compile(
    r"\s{0,20}(?:(?:vertical|line|position|size|align|region|[XY][12]|[ADLST])\s?:\s?[^\s:]{1,100})",
    re.IGNORECASE,
)
SECONDS = re.compile(r"\d{1,2}\s?[.,][\d\s]{0,20}")
PARTED_FRACTION = re.compile(r"[.,](?:\d\s\d\d|\d\d\s\d)\s{0,20}$")
"""What stands behind a blank that parts the digits of a time, and a fraction with one in it."""
BEGINS_LIKE_A_TIME = re.compile(r"-?\d{1,4}\s?[:：]")


@dataclass(frozen=True)
class CaptionTiming:
    """From when to when, in seconds; `start` is not negative, `end` may lie before it."""

    start: float
    end: float
    words: str = ""
    """What stands on the line after the times and their settings."""
    is_negative: bool = False
    is_open: bool = False
    """The end could not be read, and is set to the beginning."""


def read_timing(line: str) -> CaptionTiming | None:
    """What a line says about times; None where it is no such line, or none that can be read."""
    if len(line) > LONGEST_TIMING or not any(character.isdecimal() for character in line):
        return None
    line = html.unescape(line) if "&" in line else line
    timing = _read_times(line)
    is_parted = timing is None or SECONDS.fullmatch(timing.words) or PARTED_FRACTION.search(line)
    return (_read_spaced(line) if is_parted else None) or timing


def is_like_timing(line: str) -> bool:
    """Whether times are meant on a line on which none can be read."""
    if len(line) > LONGEST_TIMING:
        return False
    line = html.unescape(line) if "&" in line else line
    arrow = ARROW.search(line)
    if arrow is None:
        return False
    sides = (line[: arrow.start()], line[arrow.end() :])
    are_times = [BEGINS_LIKE_A_TIME.match(side.strip()) is not None for side in sides]
    return any(are_times) if _is_usual(arrow) else all(are_times) and "," in line


def _is_usual(arrow: "re.Match[str]") -> bool:
    """Whether it is an arrow that people do not write in a sentence."""
    return sum(character in DASHES for character in arrow[0]) > 1


def _read_times(line: str) -> CaptionTiming | None:
    number = NUMBER.match(line)
    first = TIME.match(line, number.end() if number else 0) or TIME.match(line.lstrip())
    if first is None:
        return None
    line = first.string
    at = _skip_blanks(line, first.end())
    bar = ARROW.match(line, at) or BAR.match(line, first.end())
    if bar is None:
        return None
    second = TIME.match(line, _skip_blanks(line, bar.end()))
    is_arrow = BAR.fullmatch(bar[0]) is None
    if second is None:
        rest = line[bar.end() :].strip()
        is_meant = is_arrow and BEGINS_LIKE_A_TIME.match(rest) is not None
        words = " ".join(rest.split()[1:])
        return _timing(first, first, words, is_open=True) if is_meant else None
    tail = line[second.end() :]
    if is_arrow:
        is_meant = _are_full(first, second) or _is_usual(bar)
        return _timing(first, second, _without_settings(tail)) if is_meant else None
    is_certain = all(time[1] and time[4] for time in (first, second)) and not tail.strip()
    return _timing(first, second) if is_certain else None


def _read_spaced(line: str) -> CaptionTiming | None:
    """Times with blanks between their digits: `00:00:0 1,000 --> …`."""
    arrow = ARROW.search(line)
    if arrow is None:
        return None
    sides = ("".join(side.split()) for side in (line[: arrow.start()], line[arrow.end() :]))
    first, second = (TIME.fullmatch(side) for side in sides)
    if first is None or second is None or not (_are_full(first, second) or _is_usual(arrow)):
        return None
    return _timing(first, second)


def _are_full(*times: "re.Match[str]") -> bool:
    return all(time[1] or time[4] for time in times)


def _skip_blanks(line: str, at: int) -> int:
    while at < len(line) and line[at].isspace():
        at += 1
    return at


def _without_settings(tail: str) -> str:
    at = 0
    while (setting := SETTING.match(tail, at)) is not None:
        at = setting.end()
    return tail[at:].strip()


def _timing(
    first: "re.Match[str]", second: "re.Match[str]", words: str = "", is_open: bool = False
) -> CaptionTiming:
    start, end = _seconds(first), _seconds(second)
    is_negative = start < 0 or end < 0
    return CaptionTiming(max(0.0, start), max(0.0, end), words, is_negative, is_open)


def _seconds(time: "re.Match[str]") -> float:
    hours, minutes, seconds, fraction = time.groups()
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    part = float(f"0.{int(fraction):0{len(fraction)}}") if fraction else 0.0
    return -(whole + part) if "-" in time[0] else whole + part
