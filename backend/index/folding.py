"""Words as they are compared: without case, accents and the other differences of writing.

Text is cut into words and folded here, when it is indexed and when it is asked for. The databases
are given nothing but folded words, so that both of them find the same, whatever their own
dictionaries, extensions or versions of Unicode.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

LONGEST_WORD = 100
"""Characters of a folded word that are kept. PostgreSQL takes no lexeme of 2 KiB."""


class Word(NamedTuple):
    """A word of a text, and where it stands there: characters `start` to `end`."""

    folded: str
    start: int
    end: int


def find_words(text: str) -> Iterator[Word]:
    """The words of a text, in their order.

    A word is letters and digits with their marks; whatever stands between words separates them.
    Scripts that are written without spaces give one word for each character.
    """
    pattern, classes = (_ASCII_WORD, text) if text.isascii() else (_WORD, text.translate(_CLASSES))
    for found in pattern.finditer(classes):
        start, end = found.span()
        if folded := _fold(text[start:end]):
            yield Word(folded, start, end)


def fold_words(text: str) -> list[str]:
    """The words of a text as they are compared."""
    if text.isascii():  # the same as below, in a fifth of the time
        return [word[:LONGEST_WORD] for word in _ASCII_WORD.findall(text.lower())]
    return [word.folded for word in find_words(text)]


# --- what a word is --------------------------------------------------------------------------

LETTER, MARK, SIGN, SEPARATOR = "wmc "
"""Classes of characters: of a word, going on with a word, being a word, standing between words."""

_ASCII_WORD = re.compile("[A-Za-z0-9]+")
_WORD = re.compile(f"{SIGN}{MARK}*|{LETTER}[{LETTER}{MARK}]*")

WITHOUT_SPACES = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x2FDF),  # radicals
    (0x3005, 0x3007),
    (0x3040, 0x312F),  # Hiragana, Katakana, Bopomofo
    (0x31A0, 0x31FF),
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0xFF66, 0xFF9F),  # halfwidth Katakana
    (0x1B000, 0x1B16F),
    (0x20000, 0x3FFFD),
)
"""Scripts in which no space tells where a word ends."""

JOINERS = "\u00ad\u200c\u200d\u2060\ufeff"
"""Invisible characters within words: soft hyphen, (non-)joiners, no-break marks."""


class _Classes(dict[int, str]):
    """The class of each character, found when it is first met."""

    def __missing__(self, codepoint: int) -> str:
        found = self[codepoint] = _classify(chr(codepoint))
        return found


_CLASSES = _Classes()


def _classify(character: str) -> str:
    if character in JOINERS:
        return MARK
    category = unicodedata.category(character)
    if category[0] == "M":
        return MARK
    if category[0] not in "LN":
        return SEPARATOR
    codepoint = ord(character)
    is_sign = any(first <= codepoint <= last for first, last in WITHOUT_SPACES)
    return SIGN if is_sign else LETTER


# --- what is the same word -------------------------------------------------------------------

PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ı": "i"}
    | {"ـ": None}  # the Arabic stroke that only widens a word
)
"""What people type for letters that Unicode does not take apart into a letter and an accent."""


def _fold(word: str) -> str:
    return word.lower()[:LONGEST_WORD] if word.isascii() else _fold_letters(word)


@lru_cache(maxsize=50_000)
def _fold_letters(word: str) -> str:
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    kept = "".join(filter(_is_compared, spread.translate(PLAIN_LETTERS)))
    return unicodedata.normalize("NFC", kept)[:LONGEST_WORD]


def _is_compared(character: str) -> bool:
    """Whether a character tells words apart: letters do, and marks that are no accents."""
    if _CLASSES[ord(character)] == SEPARATOR or character in JOINERS:
        return False
    # By the classes of Unicode: overlays, the points of Hebrew, Arabic and Syriac, and what stands
    # above and below. The vowel signs and tones of other scripts have others, and are letters.
    combining = unicodedata.combining(character)
    return not (combining == 1 or 10 <= combining <= 36 or combining >= 200)
