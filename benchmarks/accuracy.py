"""Words and times of one hour against what was truly said, and against faster-whisper's.

The nano model's own speech is the only one whose every word and time is known. A sentence's start
counts where a segment begins with its first word (its end likewise), so the shares say how many
did; a word's times count where the word itself was heard right.

The targets are for the mixed lesson. The repeated lesson is shown as well: there Lectern's windows
begin at the same place in almost every turn, so that its figures are those of one turn (its
errors too are the same each time), while faster-whisper comes upon each turn at another place.

The errors come in bunches, where the model loses its place. Two programs that are equally good
still differ by chance, so "no worse" allows twice the standard error of the difference, which is
estimated from stretches of five minutes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from math import sqrt
from statistics import mean, median, stdev
from typing import Any

from backend.text.error_rate import compare_runs
from backend.text.sentences import normalise_words
from benchmarks.materials import Recording, mixed_lesson, repeated_lesson
from benchmarks.report import Targets, print_table
from benchmarks.runs import FASTER_WHISPER, LECTERN, Job, run
from tests.audio_files import SpokenSentence

STRETCH_SECONDS = 300.0
N_ATTEMPTS = 3
"""The same as in `cpu_time`. What the model is unsure of is decoded by chance, so that the same
program makes other errors each time: some 10 % more or fewer of them."""


@dataclass(frozen=True)
class TimedWord:
    """A word as it is compared. Its segment's start or end is known where it is at the edge."""

    text: str
    start: float
    end: float
    begins_at: float | None
    ends_at: float | None


@dataclass(frozen=True)
class Error:
    """Where in the recording, and how much: seconds, or a number of wrong words."""

    at: float
    amount: float


@dataclass
class Errors:
    """All that a transcript is off by."""

    starts: list[Error] = field(default_factory=list)
    ends: list[Error] = field(default_factory=list)
    word_starts: list[Error] = field(default_factory=list)
    word_ends: list[Error] = field(default_factory=list)
    words: list[Error] = field(default_factory=list)
    n_words: int = 0
    n_sentences: int = 0


def main(targets: Targets, is_quick: bool) -> None:
    length = "30 min" if is_quick else "1 h"
    if not is_quick:
        _compare_systems(repeated_lesson("nano", length), [Job("", "nano", length)])
    jobs = [
        Job("", "nano", length, is_mixed=True, attempt=attempt)
        for attempt in range(1 if is_quick else N_ATTEMPTS)
    ]
    found = _compare_systems(mixed_lesson(length), jobs)
    ours, theirs = found[LECTERN], found[FASTER_WHISPER]
    for measure in MEASURES:
        if measure.unit != SHARE:
            allowed = measure.of(theirs) + 2 * standard_error(measure, ours, theirs)
            targets.at_most(measure.name, measure.of(ours), allowed, measure.unit)


def _compare_systems(recording: Recording, jobs: Sequence[Job]) -> dict[str, Errors]:
    truth = spoken_words(recording.sentences())
    found = {LECTERN: Errors(), FASTER_WHISPER: Errors()}
    for system, errors in found.items():
        for job in jobs:
            add_errors(errors, truth, heard_words(run(replace(job, system=system)).segments))
    rows = [
        (measure.name, *(f"{measure.of(errors):.1f}{measure.unit}" for errors in found.values()))
        for measure in MEASURES
    ]
    print_table(f"{recording.path.stem} x {len(jobs)}, model nano", ("", *found), rows)
    return found


MILLISECONDS, PERCENT, SHARE = " ms", " %", " % of all"


@dataclass(frozen=True)
class Measure:
    """One figure for how far a transcript is from the truth."""

    name: str
    unit: str
    of: Callable[[Errors], float]


def _times(name: str, which: Callable[[Errors], list[Error]]) -> list[Measure]:
    def average(how: Callable[[Sequence[float]], float]) -> Callable[[Errors], float]:
        return lambda errors: 1000 * how([error.amount for error in which(errors)])

    return [
        Measure(f"{name}, median", MILLISECONDS, average(median)),
        Measure(f"{name}, mean", MILLISECONDS, average(mean)),
    ]


def _share(name: str, which: Callable[[Errors], list[Error]]) -> Measure:
    return Measure(name, SHARE, lambda errors: 100 * len(which(errors)) / errors.n_sentences)


MEASURES = (
    Measure(
        "word error rate",
        PERCENT,
        lambda errors: 100 * sum(error.amount for error in errors.words) / errors.n_words,
    ),
    _share("starts of sentences found", lambda errors: errors.starts),
    *_times("start of a sentence", lambda errors: errors.starts),
    _share("ends of sentences found", lambda errors: errors.ends),
    *_times("end of a sentence", lambda errors: errors.ends),
    *_times("start of a word", lambda errors: errors.word_starts),
    *_times("end of a word", lambda errors: errors.word_ends),
)


def standard_error(measure: Measure, ours: Errors, theirs: Errors) -> float:
    """How far the difference of the two would scatter over other recordings of the length."""
    ours_by_stretch, theirs_by_stretch = by_stretch(ours), by_stretch(theirs)
    differences = [
        measure.of(ours_by_stretch[stretch]) - measure.of(theirs_by_stretch[stretch])
        for stretch in sorted(ours_by_stretch.keys() & theirs_by_stretch.keys())
    ]
    return stdev(differences) / sqrt(len(differences))


def spoken_words(sentences: Sequence[SpokenSentence]) -> list[TimedWord]:
    return [
        word
        for sentence in sentences
        for word in _timed_words(
            [(spoken.text, spoken.start, spoken.end) for spoken in sentence.words],
            sentence.start,
            sentence.end,
        )
    ]


def heard_words(segments: Sequence[dict[str, Any]]) -> list[TimedWord]:
    return [
        word
        for segment in segments
        for word in _timed_words(
            [(heard["text"], heard["start"], heard["end"]) for heard in segment["words"] or ()],
            segment["start"],
            segment["end"],
        )
    ]


def _timed_words(
    words: Sequence[tuple[str, float, float]], begins_at: float, ends_at: float
) -> list[TimedWord]:
    plain = [(text, start, end) for word, start, end in words for text in normalise_words(word)]
    last = len(plain) - 1
    return [
        TimedWord(
            text, start, end, begins_at if place == 0 else None, ends_at if place == last else None
        )
        for place, (text, start, end) in enumerate(plain)
    ]


def add_errors(errors: Errors, truth: Sequence[TimedWord], heard: Sequence[TimedWord]) -> None:
    errors.n_words += len(truth)
    errors.n_sentences += sum(word.begins_at is not None for word in truth)
    for part in compare_runs([word.text for word in truth], [word.text for word in heard]):
        said = truth[part.before_start : part.before_end]
        found = heard[part.after_start : part.after_end]
        if part.is_equal:
            for said_word, found_word in zip(said, found, strict=True):
                _note_times(errors, said_word, found_word)
        else:
            at = truth[min(part.before_start, len(truth) - 1)].start
            errors.words.append(Error(at, max(len(said), len(found))))


def _note_times(errors: Errors, said: TimedWord, found: TimedWord) -> None:
    def note(which: list[Error], true_time: float | None, found_time: float | None) -> None:
        if true_time is not None and found_time is not None:
            which.append(Error(true_time, abs(true_time - found_time)))

    note(errors.word_starts, said.start, found.start)
    note(errors.word_ends, said.end, found.end)
    note(errors.starts, said.begins_at, found.begins_at)
    note(errors.ends, said.ends_at, found.ends_at)


def by_stretch(errors: Errors) -> dict[int, Errors]:
    """The errors of each five minutes; words and sentences are counted by the times found."""
    stretches: dict[int, Errors] = {}
    for name in ("starts", "ends", "word_starts", "word_ends", "words"):
        for error in getattr(errors, name):
            stretch = stretches.setdefault(int(error.at // STRETCH_SECONDS), Errors())
            getattr(stretch, name).append(error)
    for stretch in stretches.values():
        stretch.n_words, stretch.n_sentences = len(stretch.word_starts), len(stretch.starts)
    return {number: stretch for number, stretch in stretches.items() if stretch.ends}
