"""Texts in parts that fit a model's context."""

from collections.abc import Iterable, Sequence

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
    n_parts = max(1, -(-sum(sizes) // max_tokens))
    while True:
        parts = _fill(sizes, sum(sizes) / n_parts)
        if n_parts >= len(lines) or all(_fits(sizes, part, max_tokens) for part in parts):
            return parts
        n_parts += 1


def _fill(sizes: Sequence[int], target: float) -> list[range]:
    """Cut where the running total passes each multiple of the target."""
    parts: list[range] = []
    start, total = 0, 0.0
    for index, size in enumerate(sizes):
        total += size
        if total >= target * (len(parts) + 1):
            parts.append(range(start, index + 1))
            start = index + 1
    if start < len(sizes):
        parts.append(range(start, len(sizes)))
    return parts


def _fits(sizes: Sequence[int], part: Iterable[int], max_tokens: int) -> bool:
    indices = list(part)
    return len(indices) == 1 or sum(sizes[index] for index in indices) <= max_tokens
