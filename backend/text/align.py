"""Word times for a text that was corrected after it was timed."""

from collections.abc import Sequence
from itertools import accumulate

from backend.models.transcript import Segment, Word
from backend.text.error_rate import AlignmentRun, compare_runs
from backend.text.sentences import display_words, normalise_words


def carry_word_times(original: Segment, corrected_text: str) -> tuple[Word, ...] | None:
    """Give the words of `corrected_text` the times of the words that were heard.

    A word that is the same but for case and punctuation keeps its time and probability. Words
    that replace others share the time of those in proportion to their length, without a
    probability: nobody heard them. Words put in take the silence between their neighbours,
    which may be none. Times rise and stay within the segment.

    Returns None where the original has no words.
    """
    if not original.words:
        return None
    heard = _within_segment(original)
    texts = display_words(corrected_text)
    runs = compare_runs([_key(word.text) for word in heard], [_key(text) for text in texts])
    carried: list[Word] = []
    for run in runs:
        run_texts = texts[run.after_start : run.after_end]
        if run.is_equal:
            carried.extend(
                word.model_copy(update={"text": text})
                for word, text in zip(
                    heard[run.before_start : run.before_end], run_texts, strict=True
                )
            )
        else:
            carried.extend(share_time(run_texts, *_run_bounds(original, heard, run)))
    return tuple(carried)


def share_time(texts: Sequence[str], start: float, end: float) -> list[Word]:
    """Words that follow each other from `start` to `end`, each as long as its text."""
    bounds = [0, *accumulate(max(1, len(text)) for text in texts)]
    seconds_per_character = (end - start) / max(1, bounds[-1])
    times = [min(end, start + bound * seconds_per_character) for bound in bounds]
    return [
        Word(text=text, start=times[index], end=times[index + 1])
        for index, text in enumerate(texts)
    ]


def _key(text: str) -> str:
    return "".join(normalise_words(text)) or text.strip()


def _within_segment(segment: Segment) -> list[Word]:
    """The segment's words, mended where a recogniser's times fall or leave the segment."""
    latest, segment_end = segment.start, max(segment.start, segment.end)
    mended = []
    for word in segment.words or ():
        start = min(max(word.start, latest), segment_end)
        latest = max(start, min(word.end, segment_end))
        mended.append(word.model_copy(update={"start": start, "end": latest}))
    return mended


def _run_bounds(segment: Segment, heard: Sequence[Word], run: AlignmentRun) -> tuple[float, float]:
    """The time of the words that were replaced, or the gap where nothing was."""
    if run.before_start < run.before_end:
        return heard[run.before_start].start, heard[run.before_end - 1].end
    gap_start = heard[run.before_start - 1].end if run.before_start else segment.start
    gap_end = heard[run.before_end].start if run.before_end < len(heard) else segment.end
    return gap_start, max(gap_start, gap_end)
