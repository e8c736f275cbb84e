"""The moments of a summary's statements, when a person has rewritten these."""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from backend.text.sentences import split_sentences

ALIKE = 0.5
"""How much of a sentence must have stayed for it to be the same statement, in other words."""

Statement = Mapping[str, Any]


def carry_moments(
    statements: Sequence[Statement], text: str, language: str | None
) -> list[dict[str, Any]]:
    """The sentences of a rewritten summary, each with the moment of the statement it came from.

    A sentence that stayed keeps its moment; one in the place of others has that of the one it is
    most like. One that is new rests on no certain place, and has none.
    """
    old = [_words(str(statement.get("text", ""))) for statement in statements]
    sentences = [each for line in text.splitlines() for each in split_sentences(line, language)]
    new = [_words(sentence) for sentence in sentences]
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    carried = []
    for kind, first, end, new_first, new_end in matcher.get_opcodes():
        for position in range(new_first, new_end):
            place = range(first, end)
            found = first + position - new_first if kind == "equal" else None
            if kind == "replace":
                found = _most_alike(new[position], old, place)
            carried.append(_statement(sentences[position], statements, found))
    return carried


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _most_alike(words: tuple[str, ...], old: Sequence[tuple[str, ...]], place: range) -> int | None:
    likeness = {
        index: SequenceMatcher(None, old[index], words, autojunk=False).ratio() for index in place
    }
    best = max(likeness, key=likeness.__getitem__)
    return best if likeness[best] >= ALIKE else None


def _statement(text: str, statements: Sequence[Statement], position: int | None) -> dict[str, Any]:
    known: Statement = {} if position is None else statements[position]
    return {
        "text": text,
        "segments": list(known.get("segments") or ()),
        "start": known.get("start"),
        "end": known.get("end"),
    }
