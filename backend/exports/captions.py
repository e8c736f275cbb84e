"""The transcript as captions: cues of at most two lines, in order, every word once."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from itertools import zip_longest

from pysubs2 import SSAEvent, SSAFile
from pysubs2.formats.subrip import SubripFormat
from pysubs2.formats.webvtt import WebVTTFormat

from backend.exports.caption_lines import CaptionWord, break_lines, cut_words, part_unspaced
from backend.exports.document import LessonExport
from backend.exports.paragraphs import clean_segments
from backend.models.transcript import Segment
from backend.text.align import carry_word_times, share_time
from backend.text.caption_times import is_like_timing, read_timing
from backend.text.sentences import display_words

MIN_READING_MS = 1000
READING_MS_PER_WORD = 300
"""How long a cue stays where nothing is said after it (BBC subtitle guidelines: 0.3 s a word)."""
MIN_CUE_MS = 100
"""How long it stands at least, even where the recogniser gave it no time at all."""

WORD_JOINER = "\u2060"
"""Invisible, and no place to break a line."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A caption: its lines, shown from `start_ms` to `end_ms` after the recording's start."""

    start_ms: int
    end_ms: int
    lines: tuple[str, ...]


def cut_cues(segments: Sequence[Segment]) -> list[Cue]:
    """Captions for a transcript: in time order, not overlapping, none empty, every word once.

    Segments that overlap, or have no length, are shown one after the other.
    """
    cleaned = [_without_joiners(segment) for segment in clean_segments(segments)]
    in_time_order = sorted(cleaned, key=lambda segment: segment.start)
    cues = [
        _make_cue(words)
        for segment in _with_length(in_time_order)
        for words in cut_words(list(_timed_words(segment)))
    ]
    return _in_sequence(cues)


def _without_joiners(segment: Segment) -> Segment:
    """The invisible word joiner is ours, for escaping; a text may be nothing but it."""
    return segment.model_copy(update={"text": segment.text.replace(WORD_JOINER, "").strip()})


def _with_length(segments: Sequence[Segment]) -> Iterator[Segment]:
    """Give segments that have no length the time to be read, as far as the next one leaves it."""
    starts = [segment.start for segment in segments[1:]]
    for segment, next_start in zip_longest(segments, starts):
        if segment.end > segment.start:
            yield segment
            continue
        end = segment.start + READING_MS_PER_WORD / 1000 * len(segment.text.split())
        limit = end if next_start is None else min(end, next_start)
        yield segment.model_copy(update={"end": limit, "words": None})


def _timed_words(segment: Segment) -> Iterator[CaptionWord]:
    """The words as they are shown, timed by the recogniser's word times if there are any."""
    heard = carry_word_times(segment, segment.text)
    end = max(segment.start, segment.end)
    shared = () if heard else share_time(display_words(segment.text), segment.start, end)
    for word in heard or shared:
        timed = CaptionWord(word.text, word.start, word.end, is_heard=heard is not None)
        yield from part_unspaced(timed)


def _make_cue(words: Sequence[CaptionWord]) -> Cue:
    start_ms, end_ms = (round(1000 * max(0.0, time)) for time in (words[0].start, words[-1].end))
    reading_ms = max(MIN_READING_MS, READING_MS_PER_WORD * len(words))
    return Cue(start_ms, max(end_ms, start_ms + reading_ms), tuple(break_lines(words)))


def _in_sequence(cues: Sequence[Cue]) -> list[Cue]:
    """Let each cue begin after the one before it, and end when the next begins."""
    placed: list[Cue] = []
    for cue in cues:
        start_ms = cue.start_ms
        if placed:
            start_ms = max(start_ms, placed[-1].start_ms + MIN_CUE_MS)
            placed[-1] = replace(placed[-1], end_ms=min(placed[-1].end_ms, start_ms))
        placed.append(
            replace(cue, start_ms=start_ms, end_ms=max(cue.end_ms, start_ms + MIN_CUE_MS))
        )
    return placed


# --- files -----------------------------------------------------------------------------------

# pysubs2 takes a backslash for the beginning of a formatting code. No clean text holds this
# control character, so it may stand for one until the file is written.
BACKSLASH_STAND_IN = "\x01"
TAG_START = re.compile(r"<(?=[a-zA-Z/!?]|\d{1,4}:)|\{(?=\\)|&(?=#?\w{1,31};)")


class LongSubRip(SubripFormat):  # type: ignore[misc]  # mypy is told to skip pysubs2
    """SubRip as pysubs2 writes it, with times past its limit of 100 hours."""

    @staticmethod
    def ms_to_timestamp(ms: int) -> str:
        seconds, milliseconds = divmod(ms, 1000)
        minutes, second = divmod(seconds, 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{second:02},{milliseconds:03}"


class LongWebVtt(WebVTTFormat):  # type: ignore[misc]
    """WebVTT as pysubs2 writes it, with times past its limit of 100 hours."""

    @staticmethod
    def ms_to_timestamp(ms: int) -> str:
        return LongSubRip.ms_to_timestamp(ms).replace(",", ".")


def write_srt(document: LessonExport) -> str:
    """SubRip captions. The format knows no escapes: what a player would take for a tag, a character
    reference or a time line holds an invisible word joiner."""
    return _serialise(cut_cues(document.segments), LongSubRip, _escape_srt)


def write_vtt(document: LessonExport) -> str:
    """WebVTT captions, with `&`, `<` and `>` as character references."""
    return _serialise(cut_cues(document.segments), LongWebVtt, _escape_vtt)


def _escape_srt(line: str) -> str:
    without_tags = TAG_START.sub(rf"\g<0>{WORD_JOINER}", line)
    return _unlike_times(without_tags.replace("-->", f"--{WORD_JOINER}>"))


def _escape_vtt(line: str) -> str:
    escaped = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _unlike_times(escaped)


def _unlike_times(line: str) -> str:
    """Some players, and our own reader, take other arrows between two times for a time line."""
    is_like = read_timing(line) is not None or is_like_timing(line)
    return f"{WORD_JOINER}{line}" if is_like else line


def _serialise(
    cues: Sequence[Cue], caption_format: type[SubripFormat], escape: Callable[[str], str]
) -> str:
    file, stream = SSAFile(), StringIO()
    for cue in cues:
        lines = (escape(line).replace("\\", BACKSLASH_STAND_IN) for line in cue.lines)
        file.append(SSAEvent(cue.start_ms, cue.end_ms, r"\N".join(lines)))
    caption_format.to_file(file, stream, "", keep_ssa_tags=True)
    return stream.getvalue().replace(BACKSLASH_STAND_IN, "\\")
