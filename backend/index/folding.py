"""Words as they are compared: without case, accents and the other differences of writing.

Text is cut into words and folded here, when it is indexed and when it is asked for. The databases
are given nothing but folded words, so that both of them find the same, whatever their own
dictionaries, extensions or versions of Unicode.

A text may be read in two ways. In the first each word stands for itself: `e-mail` is `e`, `mail`.
In the second what writers part or leave together at will is together (`email`, `dont`, `usa`,
`1000`), and Korean words are without their particles. Texts are indexed, and queries asked, in
both, so that each way of writing finds the others, in phrases too.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from backend.index.korean import HANGUL, without_particle

LONGEST_WORD = 100
"""Characters of a folded word that are kept. PostgreSQL takes no lexeme of 2 KiB."""


class FoldedWord(NamedTuple):
    """A word of a text, and where it stands there: characters `start` to `end`."""

    folded: str
    start: int
    end: int


def find_words(text: str) -> Iterator[FoldedWord]:
    """The words of a text, in their order.

    A word is letters and digits with their marks; whatever stands between words separates them.
    Scripts that are written without spaces give one word for each character.
    """
    pattern, classes = (_ASCII_WORD, text) if text.isascii() else (_WORD, text.translate(_CLASSES))
    for found in pattern.finditer(classes):
        start, end = found.span()
        if folded := _fold(text[start:end]):
            yield FoldedWord(folded, start, end)


def fold_words(text: str) -> list[str]:
    """The words of a text as they are compared."""
    if text.isascii():  # the same as below, in a fifth of the time
        return [word[:LONGEST_WORD] for word in _ASCII_WORD.findall(text.lower())]
    return [word.folded for word in find_words(text)]


def read_words(text: str) -> list[list[FoldedWord]]:
    """The words of a text in each way that it can be read: once, or twice where they differ."""
    words = list(find_words(text))
    if not _may_differ(text):
        return [words]
    together = _read_together(text, words)
    return [words] if together == words else [words, together]


def fold_readings(text: str) -> list[list[str]]:
    """The words of each reading as they are compared."""
    if not _may_differ(text):
        return [fold_words(text)]
    return [[word.folded for word in words] for words in read_words(text)]


_CHUNK = re.compile(r"(?<!\S)\d{1,3}(?:[^\S\r\n]\d{3})++(?!\w)\S*+|\S++")


def find_chunks(typed: str) -> list[str]:
    """What is typed, at its spaces, but for those within a number (`1 000`)."""
    return _CHUNK.findall(typed)


# --- what a word is --------------------------------------------------------------------------

LETTER, ZERO, DIGIT, MARK, SIGN = "w01mc"
"""Classes of characters of a word. A mark goes on with one, a sign is one."""

APOSTROPHE, HYPHEN, NON_JOINER, STOP, COMMA, THIN_SPACE, SPACE, SEPARATOR = "'-~.,_ |"
"""Classes of characters between words. A separator is all that has no other class."""

_ASCII_WORD = re.compile("[A-Za-z0-9]+")
_WORD = re.compile(f"{SIGN}{MARK}*|[w01][w01m]*")

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

JOINERS = "\u00ad\u200d\u2060\ufeff"
"""Invisible characters within words: soft hyphen, joiner, no-break marks."""

VOICED_SOUND_MARKS = "\u309b\u309c\uff9e\uff9f"
"""Marks of Kana that have a width of their own."""

OF_CLASS = {
    APOSTROPHE: "'\u2018\u2019\u201b\u02bb\u02bc\ua78c\u2032\u0060\u00b4\u05f3\u05f4\u055a",
    HYPHEN: "-\u2010\u058a\u05be\u00b7",
    NON_JOINER: "\u200c",
    STOP: ".",
    COMMA: ",\u066c",
    THIN_SPACE: "\u00a0\u2007\u2008\u2009\u200a\u202f",
    SPACE: " ",
    MARK: JOINERS + VOICED_SOUND_MARKS,
}
"""Characters whose class their category does not tell."""

_LISTED = {character: name for name, listed in OF_CLASS.items() for character in listed}


class _Classes(dict[int, str]):
    """The class of each character, found when it is first met."""

    def __missing__(self, codepoint: int) -> str:
        found = self[codepoint] = _classify(chr(codepoint))
        return found


_CLASSES = _Classes()


def _classify(character: str) -> str:
    if character in _LISTED:
        return _LISTED[character]
    category = unicodedata.category(character)
    if category[0] == "M":
        return MARK
    if category == "Nd":
        return DIGIT if unicodedata.digit(character) else ZERO
    if category[0] not in "LN":
        # Full width, no-break hyphen, ...: of the class of the plain character.
        return _LISTED.get(unicodedata.normalize("NFKC", character), SEPARATOR)
    codepoints = {*map(ord, character + unicodedata.normalize("NFKD", character))}
    is_sign = any(first <= c <= last for c in codepoints for first, last in WITHOUT_SPACES)
    return SIGN if is_sign else LETTER


# --- what is together in the second reading --------------------------------------------------

_PIECE = "[w01][w01m]*+"
# Numbers stay apart: what stands between them is a point, a range or a date.
_NOT_BETWEEN_DIGITS = "(?:(?<![01]){0}|{0}(?![01]))"
_TIGHT = "(?:" + _NOT_BETWEEN_DIGITS.format("[-.]") + f"|{NON_JOINER}{{1,3}}+)"
_LOOSE = _NOT_BETWEEN_DIGITS.format(APOSTROPHE)

_TOGETHER = re.compile(
    "(?<![w01m])(?:"
    # 1,000 and 1 000 000, and 10,00,000 as in India
    r"(?:1[01]{0,2}(?=([,.'_ ]))(?:\1[01]{3})++"
    r"|1[01]?(?:,[01]{2}(?=,))++,[01]{3})(?![01])[w01m]*+"
    # e-mail, U.S.A.
    f"|{_PIECE}(?:{_TIGHT}{_PIECE})++"
    # don't, l'eau; in l'e-mail what is elided stays apart
    f"|{_PIECE}(?:{_LOOSE}{_PIECE}(?!{_TIGHT}[w01]))+"
    ")"
)
"""Over the classes of a text's characters."""

_BETWEEN_LETTERS = re.compile("['`.,-](?<=[A-Za-z0-9].)(?=[A-Za-z0-9])")
_BETWEEN_DIGITS = re.compile(" (?<=[0-9] )(?=[0-9]{3})")


def _may_differ(text: str) -> bool:
    """Whether the two readings of a text may be different. Of most texts they are not."""
    if not text.isascii():
        return True
    return bool(_BETWEEN_LETTERS.search(text) or _BETWEEN_DIGITS.search(text))


def _read_together(text: str, words: list[FoldedWord]) -> list[FoldedWord]:
    spans = [found.span() for found in _TOGETHER.finditer(text.translate(_CLASSES))]
    if not spans and not HANGUL.search(text):
        return words
    return [_without_particle(text, word) for word in _join(words, spans)]


def _join(words: list[FoldedWord], spans: list[tuple[int, int]]) -> Iterator[FoldedWord]:
    """The words, those of each span in one."""
    left = iter(spans)
    start, end = next(left, (0, 0))
    joined: list[FoldedWord] = []
    for word in words:
        while end <= word.start and (start, end) != (0, 0):
            start, end = next(left, (0, 0))
        if start <= word.start and word.end <= end:
            joined.append(word)
            if word.end == end:
                yield _as_one(joined)
                joined = []
        else:
            yield word


def _as_one(words: list[FoldedWord]) -> FoldedWord:
    folded = unicodedata.normalize("NFC", "".join(word.folded for word in words))
    return FoldedWord(folded[:LONGEST_WORD], words[0].start, words[-1].end)


def _without_particle(text: str, word: FoldedWord) -> FoldedWord:
    stem = without_particle(word.folded)
    if stem == word.folded:
        return word
    ends = range(word.start + 1, word.end + 1)
    end = next((end for end in ends if _fold(text[word.start : end]) == stem), word.end)
    return FoldedWord(stem, word.start, end)


# --- what is the same word -------------------------------------------------------------------

PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ı": "i"}
    | {"ـ": None}  # the Arabic stroke that only widens a word
    # What the keyboards of Arabic, Persian, Urdu and Kurdish have for the same letters.
    | dict.fromkeys("ٱٲٳٵ", "ا")
    | dict.fromkeys("كڪ", "ک")
    | dict.fromkeys("يىےېۍ", "ی")
    | dict.fromkeys("ةەہھۃ", "ه")
)
"""What people type for letters that Unicode does not take apart into a letter and an accent."""

_TAKEN_APART = (("\u0e4d\u0e32", "\u0e33"), ("\u0ecd\u0eb2", "\u0eb3"))
"""Vowels of Thai and Lao, which are one letter, and what Unicode makes of each."""


def _fold(word: str) -> str:
    return word.lower()[:LONGEST_WORD] if word.isascii() else _fold_letters(word)


@lru_cache(maxsize=50_000)
def _fold_letters(word: str) -> str:
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    plain = "".join(map(_fold_digit, spread.translate(PLAIN_LETTERS)))
    folded = unicodedata.normalize("NFC", "".join(filter(_is_compared, plain)))
    for apart, letter in _TAKEN_APART:
        folded = folded.replace(apart, letter)
    # What stands for two signs would be two words: it is one, and stays as it is.
    n_signs = folded.translate(_CLASSES).count(SIGN)
    return word if n_signs > 1 else folded[:LONGEST_WORD]


def _fold_digit(character: str) -> str:
    return str(unicodedata.decimal(character, character))


def _is_compared(character: str) -> bool:
    """Whether a character tells words apart: letters do, and marks that are no accents."""
    if _CLASSES[ord(character)] not in "w01mc" or character in JOINERS:
        return False
    # By the classes of Unicode: overlays, the points of Hebrew, Arabic and Syriac, and what stands
    # above and below. The vowel signs and tones of other scripts have others, and are letters.
    combining = unicodedata.combining(character)
    return not (combining == 1 or 10 <= combining <= 36 or combining >= 200)
