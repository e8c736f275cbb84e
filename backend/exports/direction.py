"""Which way a text is read, by the classes of the Unicode bidirectional algorithm (UAX 9)."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

RIGHT_TO_LEFT_LANGUAGES = frozenset(
    ("ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "ps", "sd", "ug", "ur", "yi")
)
RIGHT_TO_LEFT_CLASSES = ("R", "AL", "AN")
BRACKETS = {"(": ")", "[": "]", "{": "}"}
MAX_OPEN_BRACKETS = 63
"""As in the algorithm: with more, the rest of a paragraph's brackets are marks like others."""
LANGUAGE_CODE = re.compile(r"[a-z]{2,3}(?=$|[-_])")


@dataclass(frozen=True, slots=True)
class TextRun:
    """A stretch of text that is read in one direction."""

    text: str
    is_right_to_left: bool


def language_code(language: str | None) -> str | None:
    """The ISO 639 code at the beginning of a language's name (`he` of `he-IL`), if it has one."""
    match = LANGUAGE_CODE.match((language or "").lower())
    return match[0] if match else None


def is_right_to_left(text: str, language: str | None) -> bool:
    """Whether a paragraph begins at the right.

    In a language that is written so, it does as soon as it holds a letter of such a script, also
    where foreign names are longer than the rest. In others, or an unknown one, its letters decide.
    """
    if text.isascii():
        return False
    classes = [unicodedata.bidirectional(character) for character in text]
    leftward, rightward = sum(kind in ("R", "AL") for kind in classes), classes.count("L")
    if language_code(language) in RIGHT_TO_LEFT_LANGUAGES:
        return leftward > 0
    return leftward > rightward


def split_by_direction(text: str, *, is_right_to_left: bool) -> Iterator[TextRun]:
    """The text in stretches of one direction, in a paragraph of the given one.

    A number after letters that are read from left to right belongs to them, and brackets to what
    they hold; other marks between two letters of one direction take that direction, else the
    paragraph's.
    """
    if not text:
        return
    if text.isascii() and not is_right_to_left:
        yield TextRun(text, is_right_to_left=False)
        return
    directions = _letter_directions(text)
    for opening, closing in _bracket_pairs(text):
        direction = _bracket_direction(directions, opening, closing, base=is_right_to_left)
        directions[opening] = directions[closing] = direction
    resolved = _resolve_others(directions, base=is_right_to_left)
    for flag, group in groupby(zip(resolved, text, strict=True), key=lambda pair: pair[0]):
        yield TextRun("".join(character for _, character in group), flag)


# Directions are True for right to left, False for left to right, None for what takes either.


def _letter_directions(text: str) -> list[bool | None]:
    directions: list[bool | None] = []
    letter: bool | None = None
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind == "L":
            letter = False
        elif kind in RIGHT_TO_LEFT_CLASSES:
            letter = True
        is_known = kind in ("L", *RIGHT_TO_LEFT_CLASSES) or (kind == "EN" and letter is False)
        directions.append(letter if is_known else None)
    return directions


def _bracket_pairs(text: str) -> list[tuple[int, int]]:
    """The positions of brackets that belong together, by where they open (rule BD16)."""
    pairs: list[tuple[int, int]] = []
    open_brackets: list[int] = []
    for position, character in enumerate(text):
        if character in BRACKETS:
            if len(open_brackets) == MAX_OPEN_BRACKETS:
                break
            open_brackets.append(position)
        elif character in BRACKETS.values():
            for depth in range(len(open_brackets) - 1, -1, -1):
                if BRACKETS[text[open_brackets[depth]]] == character:
                    pairs.append((open_brackets[depth], position))
                    del open_brackets[depth:]
                    break
    return sorted(pairs)


def _bracket_direction(
    directions: Sequence[bool | None], opening: int, closing: int, *, base: bool
) -> bool | None:
    """Rule N0: the paragraph's direction, unless all within and the letters before have another."""
    within = set(directions[opening + 1 : closing]) - {None}
    if base in within:
        return base
    if not within:
        return None
    before = (directions[position] for position in range(opening - 1, -1, -1))
    return next((known for known in before if known is not None), base)


def _resolve_others(directions: Iterable[bool | None], *, base: bool) -> list[bool]:
    """Rules N1 and N2: what stands between two of one direction takes it, else the paragraph's."""
    stretches = [(direction, len(list(group))) for direction, group in groupby(directions)]
    resolved: list[bool] = []
    for index, (direction, length) in enumerate(stretches):
        if direction is None:
            before = resolved[-1] if resolved else base
            after = stretches[index + 1][0] if index + 1 < len(stretches) else base
            direction = before if before is after else base
        resolved.extend([direction] * length)
    return resolved
