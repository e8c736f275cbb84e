"""Texts in parts that fit a model's context."""

from bisect import bisect_left
from collections.abc import Sequence

CHARACTERS_PER_TOKEN = 3.0
"""On the safe side for the languages of Europe (English has some 4)."""
WIDE_CHARACTER = 0x2E80
"""From here on (Chinese, Japanese, Korean …) a character is about one token."""


def estimate_tokens(text: str) -> int:
    """How many tokens a text takes, on the safe side. The real number is the provider's."""
    wide = sum(ord(character) >= WIDE_CHARACTER for character in text)
    return int(wide + (len(text) - wide) / CHARACTERS_PER_TOKEN) + 1


def split_evenly(lines: Sequence[str], max_tokens: int) -> list[range]:
    """Ranges of lines, in order, all of them, as few as fit and of about the same size.

    A single line that is longer than `max_tokens` makes a part of its own.
    """
    sizes = [estimate_tokens(line) for line in lines]
    n_parts = len(_fill(sizes, max_tokens))
    # The smallest limit that needs no more parts makes their sizes even.
    limit = bisect_left(
        range(max_tokens), True, key=lambda tokens: len(_fill(sizes, tokens)) <= n_parts
    )
    return _fill(sizes, limit)


def _fill(sizes: Sequence[int], limit: int) -> list[range]:
    """A new part begins with each line that no longer fits into the last one."""
    parts: list[range] = []
    start, total = 0, 0
    for index, size in enumerate(sizes):
        if index > start and total + size > limit:
            parts.append(range(start, index))
            start, total = index, 0
        total += size
    parts.append(range(start, len(sizes)))
    return parts
