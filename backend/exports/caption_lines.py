"""Cutting timed words into cues, and cues into lines."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

MAX_LINE_WIDTH = 42
"""Columns of a line, as is usual on television; a Chinese character takes two."""
MAX_LINES = 2
MAX_CUE_SECONDS = 7.0
"""A cue that would stand for longer ends earlier, where the times of its words are known."""
MAX_PAUSE_SECONDS = 1.5
"""After a longer silence a new cue begins."""
GOOD_CUE_WIDTH = 30
"""A cue at least this wide ends where a clause ends."""

SENTENCE_MARKS = tuple(".!?…。！？؟।")
CLAUSE_MARKS = (*SENTENCE_MARKS, *",;:，；：、،؛")


@dataclass(frozen=True, slots=True)
class CaptionWord:
    """A word and when it is spoken, in seconds. `is_glued`: no space stands before it."""

    text: str
    start: float
    end: float
    is_glued: bool = False
    is_heard: bool = True
    """Whether the recogniser timed it; otherwise its time is a share of the segment's."""


# --- cues ------------------------------------------------------------------------------------


def cut_words(words: Sequence[CaptionWord]) -> Iterator[Sequence[CaptionWord]]:
    """Cut a segment's words into the runs that are shown together, each at most two lines.

    A run ends at a pause, else where a sentence or clause ends if it is long enough by then,
    else where it is full.
    """
    first = 0
    while first < len(words):
        last = _cue_end(words, first)
        yield words[first:last]
        first = last


def _cue_end(words: Sequence[CaptionWord], first: int) -> int:
    end = first + 1
    while end < len(words) and _may_grow(words, first, end):
        end += 1
    if end == len(words) or words[end].start - words[end - 1].end > MAX_PAUSE_SECONDS:
        return end
    return _best_end(words, first, end)


def _may_grow(words: Sequence[CaptionWord], first: int, end: int) -> bool:
    """Whether the word at `end` fits into the cue that begins with the word at `first`."""
    return (
        words[end].start - words[end - 1].end <= MAX_PAUSE_SECONDS
        and not (words[end].is_heard and words[end].end - words[first].start > MAX_CUE_SECONDS)
        and _fits(words[first : end + 1])
    )


def _best_end(words: Sequence[CaptionWord], first: int, full: int) -> int:
    """The last end of a sentence, else of a clause, that leaves a cue of good width."""
    for marks in (SENTENCE_MARKS, CLAUSE_MARKS):
        for end in range(full, first, -1):
            if width(join_words(words[first:end])) < GOOD_CUE_WIDTH:
                break
            if words[end - 1].text.endswith(marks):
                return end
    return full


def _fits(words: Sequence[CaptionWord]) -> bool:
    lines, column = 1, 0
    for word in words:
        space = 0 if word.is_glued or not column else 1
        if column and column + space + width(word.text) > MAX_LINE_WIDTH:
            lines, column, space = lines + 1, 0, 0
        column += space + width(word.text)
    return lines <= MAX_LINES


# --- lines -----------------------------------------------------------------------------------


def break_lines(words: Sequence[CaptionWord]) -> list[str]:
    """One line if the words fit into it, else two of about the same width."""
    return [join_words(line) for line in _split_for_lines(words)]


def _split_for_lines(words: Sequence[CaptionWord]) -> list[Sequence[CaptionWord]]:
    if _line_fits(words):
        return [words]
    splits = [[words[:index], words[index:]] for index in range(1, len(words))]
    return min(splits, key=_unevenness)


def _unevenness(lines: Sequence[Sequence[CaptionWord]]) -> int:
    """How ill two lines look: too wide is worst, then uneven; after a comma is a good place."""
    widths = [width(join_words(line)) for line in lines]
    overflow = sum(1000 for line in lines if not _line_fits(line))
    bonus = 8 if lines[0][-1].text.endswith(CLAUSE_MARKS) else 0
    return overflow + max(widths) - bonus


def _line_fits(words: Sequence[CaptionWord]) -> bool:
    # A word that is too wide by itself (an address) stays whole and has its line alone.
    return len(words) == 1 or width(join_words(words)) <= MAX_LINE_WIDTH


def join_words(words: Sequence[CaptionWord]) -> str:
    return "".join(
        word.text if word.is_glued or index == 0 else f" {word.text}"
        for index, word in enumerate(words)
    )


def width(text: str) -> int:
    """Columns that `text` takes: two for wide characters, none for accents set on others."""
    if text.isascii():
        return len(text)
    return sum(_character_width(character) for character in text)


def _character_width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


# --- scripts without spaces ------------------------------------------------------------------

UNSPACED_SCRIPTS = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR")


def part_unspaced(word: CaptionWord) -> list[CaptionWord]:
    """Part what is too wide for a line in a script that puts no spaces between words.

    It is parted after punctuation where there is some, else between characters, and its time
    is shared in proportion. Other words are left whole.
    """
    if width(word.text) <= MAX_LINE_WIDTH or not _is_unspaced(word.text):
        return [word]
    seconds_per_character = (word.end - word.start) / len(word.text)
    parted: list[CaptionWord] = []
    position = 0
    for piece in _line_pieces(word.text):
        start = word.start + position * seconds_per_character
        position += len(piece)
        end = min(word.end, word.start + position * seconds_per_character)
        parted.append(replace(word, text=piece, start=start, end=end, is_glued=bool(parted)))
    return parted


def _is_unspaced(text: str) -> bool:
    return any(unicodedata.name(character, "").startswith(UNSPACED_SCRIPTS) for character in text)


def _line_pieces(text: str) -> Iterator[str]:
    piece = ""
    for character in text:
        is_full = width(piece + character) > MAX_LINE_WIDTH
        is_joined = unicodedata.category(character)[0] == "M" or character in CLAUSE_MARKS
        ends_clause = piece.endswith(CLAUSE_MARKS) and width(piece) > MAX_LINE_WIDTH // 2
        if piece and (is_full or ends_clause) and not is_joined:
            yield piece
            piece = ""
        piece += character
    yield piece
