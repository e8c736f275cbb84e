"""Finding words in a text to replace them: every place, as a person means it.

Accents and vowel points always count, so that `ou` is not found in `où`. The work grows with the
text alone: what is looked for is never read as a pattern.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

JOINERS = "\u200c\u200d_"
APOSTROPHES = "'’ʼ‘"
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Scripts that put no spaces between words (Thai, Lao, Burmese, Khmer, kana, Chinese characters):
words are taken to begin and end anywhere."""


@dataclass(frozen=True)
class Replacement:
    """What is looked for, and what is to stand there.

    Without `match_case`, a place that begins with a capital where `words` does not gets one in the
    new words, too.
    """

    words: str
    new_words: str = ""
    whole_words: bool = False
    match_case: bool = False


@dataclass(frozen=True)
class Piece:
    """A stretch of a text: `new_text` is what would stand there; None: it is no place."""

    text: str
    new_text: str | None = None


def cut_at_places(text: str, wanted: Replacement) -> list[Piece]:
    """The text in pieces, in order; together their texts are the text (composed, NFC).

    Without a place there is no piece. Places do not overlap: the first of two that do counts.
    """
    composed = unicodedata.normalize("NFC", text)
    pieces: list[Piece] = []
    end = 0
    for first, after in _places(composed, wanted):
        if first > end:
            pieces.append(Piece(composed[end:first]))
        found = composed[first:after]
        pieces.append(Piece(found, _new_text(found, wanted)))
        end = after
    if pieces and end < len(composed):
        pieces.append(Piece(composed[end:]))
    return pieces


def _places(text: str, wanted: Replacement) -> Iterator[tuple[int, int]]:
    words = unicodedata.normalize("NFC", wanted.words).split()
    if not words:
        return
    flags = re.NOFLAG if wanted.match_case else re.IGNORECASE
    pattern = re.compile(r"\s+".join(map(_literal, words)), flags)
    at = 0
    while match := pattern.search(text, at):
        if _is_place(text, *match.span(), is_whole=wanted.whole_words):
            yield match.span()
            at = match.end()
        else:
            at = match.start() + 1


def _literal(word: str) -> str:
    """A pattern of nothing but the word, in which all kinds of apostrophes are one."""
    return "".join(f"[{APOSTROPHES}]" if c in APOSTROPHES else re.escape(c) for c in word)


def _is_place(text: str, first: int, after: int, *, is_whole: bool) -> bool:
    if after < len(text) and unicodedata.category(text[after]).startswith("M"):
        return False  # its last letter has a mark more
    return not is_whole or (_is_border(text, first) and _is_border(text, after))


def _is_border(text: str, at: int) -> bool:
    """Whether a word begins or ends before the character at this position."""
    if at in (0, len(text)):
        return True
    before, behind = text[at - 1], text[at]
    if UNSPACED.match(before) or UNSPACED.match(behind):
        return True
    return not (_is_of_word(before) and _is_of_word(behind))


def _is_of_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN" or character in JOINERS


def _new_text(found: str, wanted: Replacement) -> str:
    new = unicodedata.normalize("NFC", wanted.new_words)
    words = wanted.words.lstrip()
    if wanted.match_case or not (words and new):
        return new
    is_raised = found[0].isupper() and words[0].islower() and new[0].islower()
    return new[0].upper() + new[1:] if is_raised else new
