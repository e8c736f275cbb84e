"""A model's summary, taken apart: its brief, its sentences, and the segments each rests on."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from backend.text.sentences import sentence_spans, split_sentences
from backend.text.wrappings import unwrap

# [12], [12, 15], [12-15] and chains of them
CITATION = re.compile(r"\s{0,9}\[\s{0,9}\d{1,9}(?:\s{0,9}[-–,;]\s{0,9}\d{1,9}){0,99}\s{0,9}\]")
NUMBER_OR_RANGE = re.compile(r"(\d{1,9})(?:\s{0,9}[-–]\s{0,9}(\d{1,9}))?")

MAX_CITED_RANGE = 200
"""A longer range names no moment."""
MAX_BRIEF_CHARACTERS = 300
MAX_BRIEF_LINES = 3


@dataclass(frozen=True)
class CitedSentence:
    """A sentence without its brackets, and the ids of the segments that it names."""

    text: str
    segment_ids: tuple[int, ...]


@dataclass(frozen=True)
class CitedSummary:
    """A summary as the model gave it; `paragraphs` are lists of sentences."""

    brief: str
    paragraphs: tuple[tuple[CitedSentence, ...], ...]

    @property
    def sentences(self) -> list[CitedSentence]:
        return [sentence for paragraph in self.paragraphs for sentence in paragraph]

    @property
    def text(self) -> str:
        return "\n\n".join(
            " ".join(sentence.text for sentence in paragraph) for paragraph in self.paragraphs
        )

    @property
    def n_words(self) -> int:
        return len(self.text.split())


def read_summary(reply: str, known_ids: Collection[int], language: str | None) -> CitedSummary:
    """Take a reply apart: the first of several paragraphs is the brief, the rest the summary.

    A reply of one paragraph is a summary without a brief: its first sentences serve. Numbers
    that no segment has are dropped, and so is what models put around an answer.
    """
    blocks = [block.strip() for block in re.split(r"\n\s*\n", unwrap(reply)) if block.strip()]
    paragraphs = _cited_paragraphs(blocks[1:], known_ids, language)
    if paragraphs:
        return CitedSummary(_shorten_brief(CITATION.sub("", blocks[0]), language), paragraphs)
    paragraphs = _cited_paragraphs(blocks, known_ids, language)
    brief = " ".join(sentence.text for sentence in paragraphs[0]) if paragraphs else ""
    return CitedSummary(_shorten_brief(brief, language), paragraphs)


def says_anything(reply: str) -> bool:
    """Whether there is a statement in a reply, beside what models put around it."""
    return bool(re.search(r"\w", CITATION.sub("", unwrap(reply))))


def _cited_paragraphs(
    blocks: Sequence[str], known_ids: Collection[int], language: str | None
) -> tuple[tuple[CitedSentence, ...], ...]:
    found = (_cited_sentences(block, known_ids, language) for block in blocks)
    return tuple(sentences for sentences in found if sentences)


def cut_to_words(summary: CitedSummary, max_words: int) -> CitedSummary:
    """The summary's first sentences that fit; a first one that alone does not is cut at a word."""
    left = max_words
    paragraphs: list[tuple[CitedSentence, ...]] = []
    for paragraph in summary.paragraphs:
        kept: list[CitedSentence] = []
        for sentence in paragraph:
            n_words = len(sentence.text.split())
            if n_words > left:
                if not kept and not paragraphs:
                    words = sentence.text.split()[:max_words]
                    kept.append(CitedSentence(" ".join(words) + "…", sentence.segment_ids))
                return CitedSummary(summary.brief, (*paragraphs, *([tuple(kept)] if kept else [])))
            kept.append(sentence)
            left -= n_words
        paragraphs.append(tuple(kept))
    return summary


def _cited_sentences(
    block: str, known_ids: Collection[int], language: str | None
) -> tuple[CitedSentence, ...]:
    """The sentences of a paragraph; a citation belongs to the sentence of the text before it."""
    clean = ""
    cited: list[tuple[int, list[int]]] = []
    end = 0
    block = " ".join(block.split())
    for match in CITATION.finditer(block):
        clean += block[end : match.start()]
        cited.append((len(clean), _read_ids(match[0], known_ids)))
        end = match.end()
    clean += block[end:]
    found = []
    for span in sentence_spans(clean, language):
        ids = {n for place, numbers in cited if span.start < place <= span.end for n in numbers}
        found.append(CitedSentence(clean[span.start : span.end], tuple(sorted(ids))))
    return tuple(found)


def _read_ids(citations: str, known_ids: Collection[int]) -> list[int]:
    ids: list[int] = []
    for match in NUMBER_OR_RANGE.finditer(citations):
        first, last = int(match[1]), int(match[2] or match[1])
        if last - first <= MAX_CITED_RANGE:
            ids.extend(number for number in range(first, last + 1) if number in known_ids)
    return ids


def _shorten_brief(text: str, language: str | None) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()][:MAX_BRIEF_LINES]
    text = " ".join(lines)
    if len(text) <= MAX_BRIEF_CHARACTERS:
        return text
    return _first_sentences(split_sentences(text, language))


def _first_sentences(sentences: Sequence[str]) -> str:
    """As many as fit, at least one, which is cut at a word if it must be."""
    brief = ""
    for sentence in sentences:
        longer = f"{brief} {sentence}".strip()
        if len(longer) > MAX_BRIEF_CHARACTERS:
            break
        brief = longer
    if brief:
        return brief
    return sentences[0][:MAX_BRIEF_CHARACTERS].rpartition(" ")[0] + "…"
