"""A lesson's title as the name of a file."""

import re
import unicodedata

from backend.exports.paragraphs import clean_text

UNTITLED = "lesson"
MAX_NAME_BYTES = 150
"""Without the suffix; file systems allow 255 bytes, encrypted ones 143 characters."""

FORBIDDEN = re.compile(r'[<>:"/\\|?*]+')  # on Windows; `/` everywhere
# Marks that turn the text behind them around show another suffix than the file has.
TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)")  # devices, on Windows


def safe_file_name(title: str, suffix: str) -> str:
    """A name for the file of that lesson that every system takes, in the title's own script.

    It names no folder, is not hidden, and ends with the suffix.
    """
    name = unicodedata.normalize("NFC", TURNING.sub("", clean_text(title)))
    name = " ".join(FORBIDDEN.sub(" ", name).split())
    name = _shorten(name.lstrip(". ~-"))
    if RESERVED.match(name):
        name = f"_{name}"
    return f"{name or UNTITLED}{suffix}"


def _shorten(name: str) -> str:
    cut = name.encode()[:MAX_NAME_BYTES].decode(errors="ignore")
    return cut.rstrip(". ")
