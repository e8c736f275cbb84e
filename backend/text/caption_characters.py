"""The characters of a caption file, in whatever encoding it is."""

import codecs
import re
from dataclasses import dataclass

from backend.errors.recordings import UnreadableCaptions
from backend.models.notices import Notice
from backend.text.character_sets import NAMES, find_encoding

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins as the mark of UTF-16 does
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
SURELY_TIMES = re.compile(r"\d:\d\d")
BAD_LETTER = "\ufffd"
MOST_BAD = 0.01
"""The share of a text that may be damaged."""
FEW = 10
"""So many bad bytes a short text may have, too."""
MOST_LINES_NAMED = 20


@dataclass(frozen=True)
class Decoded:
    """A text, the encoding that it was in (as Python names it), and what had to be mended."""

    text: str
    encoding: str
    notices: tuple[Notice, ...] = ()


def decode_captions(content: bytes, encoding: str | None = None) -> Decoded:
    """The text of a caption file; without `encoding`, it is found out.

    Raises
    ------
    UnreadableCaptions
        The file is not in `encoding`, or not text.
    """
    if encoding is not None:
        return _decode_as(content, encoding)
    for mark, name in MARKS:
        if content.startswith(mark):
            return _decode_as(content, name)
    if b"\x00" in content:
        return _decode_wide(content)
    if b"\x1b$" in content and content.isascii():
        return _decode_as(content, "iso2022_jp")
    if _is_damaged_utf8(content):
        return _mended(content.decode("utf-8", "replace"), content, "utf-8")
    try:
        return Decoded(content.decode(), "utf-8")
    except UnicodeDecodeError:
        return _decode_guessed(content)


def _decode_wide(content: bytes) -> Decoded:
    """UTF-16 without its mark: times are digits, of which every other byte is 0."""
    for name in ("utf-16-le", "utf-16-be"):
        text = content.decode(name, "replace")
        if SURELY_TIMES.search(text) is not None:
            return _mended(text, content, name)
    if content.count(b"\x00") > max(FEW, len(content) * MOST_BAD):
        raise UnreadableCaptions("The file is not text: choose an SRT or VTT file.")
    return decode_captions(content.replace(b"\x00", b""))


def _is_damaged_utf8(content: bytes) -> bool:
    """Whether a text has bad bytes, and is too often right for being in another encoding."""
    text = content.decode("utf-8", "replace")
    n_bad = text.count(BAD_LETTER)
    return 0 < n_bad < sum(not character.isascii() for character in text) - n_bad


def _decode_guessed(content: bytes) -> Decoded:
    name = find_encoding(content)
    decoded = _mended(content.decode(name, "replace"), content, name)
    usual = NAMES.get(name, name)
    text = (
        f"The file is not in UTF-8 and was read as {usual}: if letters are wrong, import it again "
        "and choose its encoding."
    )
    notice = Notice("captions-encoding", text, {"encoding": usual})
    return Decoded(decoded.text, name, (notice, *decoded.notices))


def _decode_as(content: bytes, encoding: str) -> Decoded:
    try:
        codec = codecs.lookup(encoding)
        text = codecs.decode(content, encoding, "replace")
        is_text = isinstance(text, str)
    except Exception as error:
        raise UnreadableCaptions(_not_in(encoding)) from error
    if not is_text:
        raise UnreadableCaptions(f"`{encoding}` is no encoding of text: name another.")
    n_bad = text.count(BAD_LETTER)
    if n_bad > len(text) * MOST_BAD and not (codec.name == "utf-8" and _is_damaged_utf8(content)):
        raise UnreadableCaptions(_not_in(encoding))
    return _mended(text.removeprefix("\ufeff"), content, codec.name)


def _not_in(encoding: str) -> str:
    return (
        f"The file is not text in the encoding `{encoding}`: name another, such as utf-8, cp1252 "
        "or cp1255."
    )


def _mended(text: str, content: bytes, encoding: str) -> Decoded:
    """Names the lines in which a letter was replaced, and was not in the file as such."""
    text = text.removeprefix("\ufeff")
    lines = text.splitlines() if BAD_LETTER in text else []
    bad = [number for number, line in enumerate(lines, 1) if BAD_LETTER in line]
    if not bad or _is_valid(content, encoding):
        return Decoded(text, encoding)
    places = ", ".join(str(number) for number in bad[:MOST_LINES_NAMED])
    more = f" and {len(bad) - MOST_LINES_NAMED:,} more" if len(bad) > MOST_LINES_NAMED else ""
    said = (
        f"Line{'s' * (len(bad) > 1)} {places}{more}: a letter was damaged, and stands as "
        f"“{BAD_LETTER}” now."
    )
    named = places + ("…" if more else "")
    notice = Notice("captions-letters", said, {"lines": named, "n": len(bad)})
    return Decoded(text, encoding, (notice,))


def _is_valid(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
