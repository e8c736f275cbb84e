"""The summary that needs no language model: the lesson's own most telling sentences.

Sentences are ranked by LexRank: a sentence counts for as much as the sentences that resemble it
count. G. Erkan and D. R. Radev, "LexRank: Graph-based Lexical Centrality as Salience in Text
Summarization", Journal of Artificial Intelligence Research 22 (2004), 457-479; this is the
continuous variant of its section 3.3.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy
from numpy.typing import NDArray

from backend.models.transcript import Flag, Segment
from backend.text.running_text import TimedSentence, timed_sentences
from backend.text.sentences import base_language, normalise_words
from backend.text.word_lists import FUNCTION_WORDS, OPEN_ENDED, SENTENCE_STARTERS, STUTTERED

Floats = NDArray[numpy.float64]

DAMPING = 0.85
"""The share of a sentence's rank that comes from its neighbours (LexRank's 1 - d)."""
CONVERGED = 1e-8
MIN_DEGREE = 1e-9  # of a sentence that resembles no other: above the rounding error of a sum
MAX_ITERATIONS = 100

MIN_STATEMENT_WORDS = 6
MIN_SUBJECT_WORDS = 4
"""A sentence with fewer ("Thank you, and see you on Thursday.") says nothing by itself."""
MAX_SIMILARITY = 0.5
"""Two sentences whose cosine is above say the same."""
MIN_SHARE_WORDS = 40
MAX_SHARE = 1 / 3
"""A summary is at most this share of the words, but for lessons of a few sentences."""
MAX_BRIEF_CHARACTERS = 240
INVENTED = {Flag.REPETITION, Flag.NO_SPEECH}
"""Segments with these flags may hold what nobody said: they are not quoted."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of the summary and where it was said.

    `segment_ids` are positions in the transcript, `start` and `end` seconds from the start of
    the recording: those of the first and the last of these segments.
    """

    text: str
    segment_ids: tuple[int, ...]
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class OfflineSummary:
    """`text` is the statements, one a line, in the order of the lesson; `brief` its gist."""

    statements: tuple[Statement, ...]
    brief: str
    text: str


def summarise_offline(
    segments: Sequence[Segment], language: str | None, max_words: int
) -> OfflineSummary:
    """Choose the sentences that tell most, from all parts of the lesson, without saying a thing
    twice.

    Parameters
    ----------
    max_words
        The words of `text` at most, as parted by white space. Where no sentence is that short,
        the best one is cut after a word and ends with "…".

    Returns
    -------
    OfflineSummary
        Empty where nothing was said. The same transcript always gives the same summary.
    """
    if max_words < 1:
        raise ValueError(f"max_words must be at least 1, not {max_words}.")
    heard = [index for index, segment in enumerate(segments) if not INVENTED & set(segment.flags)]
    candidates = _candidates(timed_sentences(segments, language, heard), language)
    if not candidates:
        return OfflineSummary((), "", "")
    vectors = SentenceVectors([_subject_words(s.text, language) for s in candidates])
    ranking = numpy.argsort(-vectors.rank().round(12), kind="stable").tolist()
    chosen = _choose(candidates, vectors, ranking, _word_budget(segments, heard, max_words))
    best_first = [candidates[index] for index in ranking if index in chosen]
    statements = [candidates[index] for index in sorted(chosen)]
    if not statements:
        statements = best_first = [_cut(candidates[ranking[0]], max_words)]
    return OfflineSummary(
        tuple(Statement(s.text, s.segment_ids, s.start, s.end) for s in statements),
        _write_brief(best_first),
        "\n".join(sentence.text for sentence in statements),
    )


def _candidates(sentences: Sequence[TimedSentence], language: str | None) -> list[TimedSentence]:
    """The sentences that tell something, or all that hold words if none does."""
    spoken = [sentence for sentence in sentences if normalise_words(sentence.text)]
    return [sentence for sentence in spoken if _tells(sentence.text, language)] or spoken


def _tells(text: str, language: str | None) -> bool:
    is_question = text.rstrip("\"'»”’) ").endswith(("?", "？", "؟"))
    return (
        not is_question
        and len(normalise_words(text)) >= MIN_STATEMENT_WORDS
        and len(_subject_words(text, language)) >= MIN_SUBJECT_WORDS
    )


def _subject_words(text: str, language: str | None) -> list[str]:
    """The words that a sentence is about: all of them where it has only function words."""
    code = base_language(language)
    words = normalise_words(text)
    lists = (FUNCTION_WORDS, SENTENCE_STARTERS, OPEN_ENDED, STUTTERED)
    ignored = [word_sets[code] for word_sets in lists if code in word_sets]
    return [word for word in words if not any(word in known for known in ignored)] or words


def _word_budget(segments: Sequence[Segment], heard: Sequence[int], max_words: int) -> int:
    spoken_words = sum(len(segments[index].text.split()) for index in heard)
    return min(max_words, max(MIN_SHARE_WORDS, int(spoken_words * MAX_SHARE)))


# --- ranking ---------------------------------------------------------------------------------


class SentenceVectors:
    """Sentences as tf-idf vectors of length 1, stored sparsely.

    The matrix of similarities, n x n, is never made: the method needs only its products with
    vectors, and those take one pass over the words. So ten hours of speech take no more memory
    than their text.

    `weights`: float64, shape (n_entries,), the word `terms[i]` in the sentence `rows[i]`.
    """

    def __init__(self, sentences: Sequence[Sequence[str]]) -> None:
        counts = [Counter(words) for words in sentences]
        vocabulary = {word: None for count in counts for word in count}
        term_of = {word: index for index, word in enumerate(vocabulary)}
        self.n_sentences, self.n_terms = len(sentences), len(term_of)
        entries = [
            (row, term_of[word], times)
            for row, count in enumerate(counts)
            for word, times in count.items()
        ]
        rows, terms, times = (numpy.array(column) for column in zip(*entries, strict=True))
        self.rows: NDArray[numpy.intp] = rows
        self.terms: NDArray[numpy.intp] = terms
        # A word that is in every sentence still counts a little: of one sentence, all are.
        sentences_with = numpy.bincount(terms, minlength=self.n_terms)
        weights = times * numpy.log((self.n_sentences + 1) / sentences_with)[terms]
        lengths = numpy.sqrt(numpy.bincount(rows, weights**2, self.n_sentences))
        self.weights: Floats = weights / lengths[rows]

    def similarities(self, shares: Floats) -> Floats:
        """The matrix of cosines times `shares`, both of shape (n_sentences,)."""
        by_term = numpy.bincount(self.terms, self.weights * shares[self.rows], self.n_terms)
        products: Floats = self.weights * by_term[self.terms]
        return numpy.bincount(self.rows, products, self.n_sentences).astype(numpy.float64)

    def similarities_to(self, row: int) -> Floats:
        """The cosine of every sentence with one of them, shape (n_sentences,)."""
        one = numpy.zeros(self.n_sentences)
        one[row] = 1.0
        return self.similarities(one)

    def rank(self) -> Floats:
        """LexRank by power iteration: shape (n_sentences,), positive, with sum 1.

        A sentence gives no rank to itself: one that resembles no other would keep all of its own.
        """
        everyone = numpy.ones(self.n_sentences)
        degrees = numpy.maximum(self.similarities(everyone) - everyone, MIN_DEGREE)
        rank = everyone / self.n_sentences
        for _ in range(MAX_ITERATIONS):
            before, shares = rank, rank / degrees
            rank = (1 - DAMPING) / self.n_sentences + DAMPING * (self.similarities(shares) - shares)
            rank = numpy.maximum(rank, 0.0) / numpy.maximum(rank, 0.0).sum()
            if numpy.abs(rank - before).sum() < CONVERGED:
                break
        return rank


# --- choosing --------------------------------------------------------------------------------


def _choose(
    candidates: Sequence[TimedSentence],
    vectors: SentenceVectors,
    ranking: Sequence[int],
    budget: int,
) -> set[int]:
    """The statements: first the best of each part of the lesson, then the best of all."""
    words = [len(candidate.text.split()) for candidate in candidates]
    n_parts = max(1, math.floor(budget / numpy.mean(words)))
    chosen: set[int] = set()
    told_parts: set[int] = set()
    is_said = numpy.zeros(len(candidates), dtype=bool)
    for may_repeat_part in (False, True):
        for index in ranking:
            part = index * n_parts // len(ranking)
            is_due = may_repeat_part or part not in told_parts
            if is_due and not is_said[index] and words[index] <= budget:
                chosen.add(index)
                told_parts.add(part)
                budget -= words[index]
                is_said |= vectors.similarities_to(index) > MAX_SIMILARITY
    return chosen


# --- writing ---------------------------------------------------------------------------------


def _cut(sentence: TimedSentence, max_words: int) -> TimedSentence:
    words = sentence.text.split()
    if len(words) <= max_words:
        return sentence
    return replace(sentence, text=" ".join(words[:max_words]).rstrip(",;:—–- ") + "…")


def _write_brief(best_first: Sequence[TimedSentence]) -> str:
    """The best statement, and the next best if it fits, in the order of the lesson."""
    best = best_first[0]
    if len(best.text) > MAX_BRIEF_CHARACTERS:
        return _cut_characters(best.text)
    fitting = [
        (best, other)
        for other in best_first[1:]
        if len(best.text) + 1 + len(other.text) <= MAX_BRIEF_CHARACTERS
    ]
    pair = sorted(fitting[0], key=lambda sentence: sentence.segment_ids) if fitting else [best]
    return "\n".join(sentence.text for sentence in pair)


def _cut_characters(text: str) -> str:
    kept = text[: MAX_BRIEF_CHARACTERS - 1]
    at_a_word = kept.rsplit(" ", 1)[0] if " " in kept else kept
    return at_a_word.rstrip(",;:—–- ") + "…"
