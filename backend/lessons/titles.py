"""The title of a lesson to which nobody gave one: its recording's own, else the file's name.

The title that a recording carries comes first, where it says something: somebody wrote it, while
names are often given by devices (`REC_0012.MP3`). But where the file's name says the same and more,
it is the name: `Biology, week 3.mp3` with the title `Biology` was named by somebody who has several
of them.
"""

import re
import unicodedata
from pathlib import PurePath

from backend.text.character_sets import readable_name
from backend.text.wording import clean_title

FALLBACK_TITLE = "Untitled"
LONGEST_TITLE = 200
"""Of a title that nobody wrote for the lesson, in characters."""

_UNNAMED = (
    "audio track titel titre title piste spur pista traccia faixa nummer nr no part recording",
    "aufnahme aufzeichnung enregistrement grabación grabacion registrazione gravação gravacao",
    "sprachmemo memo dictaphone video film movie mov vid img dsc rec clip file datei fichier",
    "untitled unbenannt sequence timeline project zoom meeting unknown unbekannt inconnu default",
    "none null test n/a",
)
_PHRASES = (
    *("voice", "voice memo", "voice note", "voice recording", "voice message", "screen recording"),
    *("sans titre", "sin título", "senza titolo", "sem título", "no title", "kein titel"),
    *("untitled project", "untitled sequence", "untitled timeline", "zoom meeting", "audio track"),
    *("audiotrack", "bildschirmaufnahme"),
)
NUMBERED = re.compile(
    r"(?:(?:new|neue|nouvel|nouvelle|nueva|nuova|my|unknown)\s)?"
    rf"(?:{'|'.join((*_PHRASES, *' '.join(_UNNAMED).split()))})[\s_#.:()\d-]*",
    re.IGNORECASE,
)
"""What devices and programs write where nobody has written anything."""
OF_PROGRAMS = re.compile(
    r"(?:lav[fc]|lame)\s?\d|(?:handbrake|ffmpeg|gpac|isomedia|mainconcept|audacity|adobe|"
    r"obs studio|core media|sound ?handler|videohandler|microsoft|windows media|itunes|quicktime)\b|https?://",
    re.IGNORECASE,
)
A_FILE = re.compile(r"[\\/]|\.(?:[a-z]{2,3}\d?|\d[a-z]{2}|flac|opus|webm|aiff)$", re.IGNORECASE)
LETTERS = re.compile(r"[^\W\d_]{2}|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
MONTH_OR_ZONE = re.compile(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b"
    r"|\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\b|\b(?:utc|gmt|am|pm|t|z)\b",
    re.IGNORECASE,
)


def title_from(path: PurePath) -> str:
    """A readable title from a file's name, whatever it holds."""
    name = clean_title(readable_name(path.stem).replace("_", " "))
    return name[:LONGEST_TITLE].strip() or FALLBACK_TITLE


def title_of(path: PurePath, tag: str | None) -> str:
    """The title that a recording of this name and with this title tag gets."""
    name, own = title_from(path), clean_title(tag or "")[:LONGEST_TITLE].strip()
    return own if _says_something(own) and not _is_within(own, name) else name


def _says_something(tag: str) -> bool:
    return (
        LETTERS.search(MONTH_OR_ZONE.sub("", tag)) is not None
        and "\ufffd" not in tag  # its letters cannot be read
        and NUMBERED.fullmatch(tag) is None
        and OF_PROGRAMS.match(tag) is None
        and A_FILE.search(tag) is None
    )


def _is_within(tag: str, name: str) -> bool:
    """Whether the name says all that the tag says, and more than a number or a date beside it."""
    words, others = _words(tag), _words(name)
    has_all = f" {' '.join(words)} " in f" {' '.join(others)} "
    more = [word for word in others if word not in words and LETTERS.search(word)]
    return has_all and (bool(more) or len(words) == len(others))


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.findall(r"\w+", folded.replace("_", " "))
