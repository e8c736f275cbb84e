"""How words sound, roughly, in each language, and how far two of them are apart.

Letters are rewritten to sounds by a few rules a language, and compared by an edit distance in which
a vowel for a vowel costs little and a beginning more than an end: recognisers mishear the same way.
"""

import re
import unicodedata
from functools import cache, lru_cache

from backend.text.guard.tables.limits import SOUNDS_THAT_COUNT
from backend.text.guard.tables.registry import LANGUAGES

VOWELS = frozenset("aeiouAIO")
CLASSES = (
    "pb",
    "td",
    "kg",
    "fv",
    "szSCJjXts",
    "mnN",
    "rlL",
    "TfdtsS",
    "bv",
    "wuvY",
    "iYj",
    "kXhr",
    "kC",
    "gJ",
)
NEAR = frozenset((a, b) for group in CLASSES for a in group for b in group)

VOWEL_CHANGED, VOWEL_MOVED = 0.35, 0.5
NEAR_CHANGED = 0.4
CONSONANT_CHANGED = 1.0
END_LOST = 0.5
"""The last sound, which speakers swallow."""
FIRST_FACTOR = 1.5


def plain(word: str) -> str:
    """Letters alone: no accents, no apostrophes."""
    if word.isascii() and word.isalnum():
        return word
    decomposed = unicodedata.normalize("NFD", word.replace("œ", "oe").replace("æ", "ae"))
    return "".join(character for character in decomposed if character.isalnum())


@cache
def _rules(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    listed = LANGUAGES[language].sounds if language in LANGUAGES else ()
    return tuple((re.compile(pattern), sound) for pattern, sound in listed)


@lru_cache(maxsize=20_000)
def sounds_of(word: str, language: str) -> str:
    """The sounds of a word, one sign each; its letters where the language is not known."""
    word = word.replace("'", "")
    for pattern, sound in _rules(language):
        word = pattern.sub(sound, word)
    return plain(word)


@lru_cache(maxsize=20_000)
def distance(first: str, second: str) -> float:
    """How far two strings of sounds are apart: 0 the same, 1 nothing in common."""
    if first == second:
        return 0.0
    longest = max(len(first), len(second))
    if not first or not second:
        return 1.0
    above = [0.0]
    for place, sound in enumerate(second):
        above.append(above[-1] + _moved(sound, place, len(second)))
    for row, heard in enumerate(first):
        line = [above[0] + _moved(heard, row, len(first))]
        for column, sound in enumerate(second):
            factor = FIRST_FACTOR if row == column == 0 else 1.0
            line.append(
                min(
                    above[column] + factor * _changed(heard, sound),
                    above[column + 1] + _moved(heard, row, len(first)),
                    line[column] + _moved(sound, column, len(second)),
                )
            )
        above = line
    counted = min(longest, SOUNDS_THAT_COUNT)
    return min(1.0, above[-1] / (counted + (longest - counted) / 2))


def _changed(first: str, second: str) -> float:
    if first == second:
        return 0.0
    if first in VOWELS and second in VOWELS:
        return VOWEL_CHANGED
    return NEAR_CHANGED if (first, second) in NEAR else CONSONANT_CHANGED


def _moved(sound: str, place: int, length: int) -> float:
    if place == length - 1 and sound not in VOWELS:
        return END_LOST
    cost = VOWEL_MOVED if sound in VOWELS else CONSONANT_CHANGED
    return cost * (FIRST_FACTOR if place == 0 else 1.0)
