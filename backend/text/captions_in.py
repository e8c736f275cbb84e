"""Captions that were made elsewhere (SRT, WebVTT), read as timed text.

Files from the wild are mended where it is clear what was meant, and each mending is told. No word
is lost without a notice: every line is a cue, a comment, or named with its number. pysubs2, which
writes our captions, reads everything between `<` and `>` as a tag and drops it, so `a < b` would
lose words; hence these rules of our own. What WebVTT says of its parts:
https://www.w3.org/TR/webvtt1/.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise

from backend.errors.recordings import UnreadableCaptions
from backend.models.notices import Notice
from backend.models.transcript import Segment
from backend.text.caption_characters import decode_captions
from backend.text.caption_markup import plain_text
from backend.text.caption_times import CaptionTiming, is_like_timing, read_timing

LARGEST_BYTES = 20 << 20
"""Far beyond the captions of any lesson."""

LONGEST_LINE = 20_000
LONGEST_CUE = 50_000
"""In characters, as LONGEST_LINE."""
MOST_CUES = 200_000
MOST_NAMED = 100
"""So many stretches of lines a notice names; a file with more that is unclear is refused."""

HEADER = re.compile(r"webvtt(?:\s.*)?", re.IGNORECASE)
COMMENT = re.compile(r"NOTE(?:\s.*)?|STYLE|REGION")
TIMESTAMP_MAP = re.compile(r"X-TIMESTAMP-MAP=([^\s]{1,100})", re.IGNORECASE)
MPEG_CLOCK_HZ = 90_000
MPEG_CLOCK_WRAPS = 1 << 33


@dataclass(frozen=True)
class Captions:
    """The cues of a file as segments: in time order, none empty, none overlapping."""

    format: str
    """`srt` or `vtt`."""
    encoding: str
    """As Python names it."""
    segments: tuple[Segment, ...]
    lines: tuple[int, ...]
    """Where the segments stand in the file: the number of the line with their times."""
    notices: tuple[Notice, ...]
    """What was mended."""


_Placed = tuple[Segment, int]
"""A segment, and the number of its line."""


@dataclass
class _Cue:
    line: int
    """The number of the line with its times, from 1."""
    timing: CaptionTiming
    lines: list[str]
    part: int = 0
    """Which of the files that were joined it comes from."""


@dataclass
class _Reading:
    """What was found, with the numbers of the lines that need a notice."""

    cues: list[_Cue] = field(default_factory=list)
    offsets: list[float] = field(default_factory=lambda: [0.0])
    """Of each joined part, in seconds."""
    outside: list[int] = field(default_factory=list)
    """Lines before the first cue."""
    untimed: list[int] = field(default_factory=list)
    """Lines of cues whose times cannot be read."""
    added: list[int] = field(default_factory=list)
    """Lines apart from any cue, which were added to the one before."""


def read_captions(content: bytes, encoding: str | None = None) -> Captions:
    """Read an SRT or WebVTT file.

    Parameters
    ----------
    encoding
        The name of the text's encoding; None: it is found out.

    Raises
    ------
    UnreadableCaptions
        Saying why.
    """
    if len(content) > LARGEST_BYTES:
        raise UnreadableCaptions(
            f"The file has {len(content):,} bytes, and captions have {LARGEST_BYTES:,} at most: "
            "choose an SRT or VTT file."
        )
    decoded = decode_captions(content, encoding)
    lines = [line.replace("\ufeff", "") for line in _split(decoded.text)]
    _refuse_long_lines(lines)
    is_vtt = (
        HEADER.fullmatch(next((line.strip() for line in lines if line.strip()), "")) is not None
    )
    reading = _read_vtt(lines) if is_vtt else _read_srt(lines)
    if not reading.cues:
        raise UnreadableCaptions(
            "The file holds no captions with readable times: choose an SRT or VTT file."
        )
    placed, mended = _to_segments(reading, is_vtt)
    segments, places = zip(*placed, strict=True)
    notices = (*decoded.notices, *_told(reading), *mended)
    return Captions("vtt" if is_vtt else "srt", decoded.encoding, segments, places, notices)


def clip_to(captions: Captions, seconds: float) -> Captions:
    """The captions as far as the recording goes; what stands after it is named."""
    within = [segment for segment in captions.segments if segment.start < seconds]
    after = set(captions.lines[len(within) :])
    lines = _lines(_stretches(captions.lines, after))
    notices = _counted(
        "captions-after-end",
        len(after),
        f"cue stood after the end of the recording ({seconds:.0f} s) and was left out "
        f"({_line_word(lines)} {lines})",
        {"seconds": round(seconds), "lines": lines},
    )
    n_clipped = sum(segment.end > seconds for segment in within)
    notices += _counted(
        "captions-cut", n_clipped, "cue went on after the end of the recording and was cut there"
    )
    return replace(
        captions,
        segments=tuple(
            segment.model_copy(update={"end": min(segment.end, seconds)}) for segment in within
        ),
        lines=captions.lines[: len(within)],
        notices=(*captions.notices, *notices),
    )


def _counted(
    code: str, number: int, sentence: str, facts: Mapping[str, str | int] | None = None
) -> list[Notice]:
    """`sentence` is said of one cue; nothing is said of none."""
    if not number:
        return []
    plural = sentence.replace("cue ", "cues ", 1).replace(" was ", " were ")
    text = f"1 {sentence}." if number == 1 else f"{number:,} {plural}."
    return [Notice(code, text, {"n": number, **(facts or {})})]


def _named(code: str, numbers: Iterable[int], sentence: str) -> list[Notice]:
    """`sentence` is said of these lines; more than can be named make the file unreadable."""
    named = set(numbers)
    if not named:
        return []
    stretches = _stretches(range(min(named), max(named) + 1), named)
    if len(stretches) > MOST_NAMED:
        raise UnreadableCaptions(
            f"The file is damaged in {len(stretches):,} places, the first on line "
            f"{stretches[0][0]:,}: export the captions again. Nothing was changed."
        )
    lines = _lines(stretches)
    text = f"{_line_word(lines).capitalize()} {lines}: {sentence}."
    return [Notice(code, text, {"lines": lines, "n": len(named)})]


def _stretches(places: Iterable[int], chosen: AbstractSet[int]) -> list[tuple[int, int]]:
    """The first and the last of each stretch of `places` that are all chosen."""
    groups = groupby(sorted(places), key=lambda place: place in chosen)
    stretches = [list(group) for is_chosen, group in groups if is_chosen]
    return [(stretch[0], stretch[-1]) for stretch in stretches]


def _lines(stretches: Sequence[tuple[int, int]]) -> str:
    return ", ".join(str(one) if one == other else f"{one}–{other}" for one, other in stretches)


def _line_word(lines: str) -> str:
    return "line" if lines.isdecimal() else "lines"


def _split(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _refuse_long_lines(lines: Sequence[str]) -> None:
    for number, line in enumerate(lines, 1):
        if len(line) > LONGEST_LINE:
            raise UnreadableCaptions(
                f"Line {number:,} has {len(line):,} characters, and a line of captions has "
                f"{LONGEST_LINE:,} at most: choose an SRT or VTT file."
            )


def _begin_cue(reading: _Reading, number: int, timing: CaptionTiming) -> _Cue:
    if len(reading.cues) >= MOST_CUES:
        raise UnreadableCaptions(
            f"The file has more than {MOST_CUES:,} captions: import the lesson's parts one by one."
        )
    words = [timing.words] if timing.words else []
    cue = _Cue(number, timing, words, len(reading.offsets) - 1)
    reading.cues.append(cue)
    return cue


def _read_srt(lines: Sequence[str]) -> _Reading:
    """Empty lines may stand in a text, and the next cue's number before its times."""
    timings = {at: timing for at, line in enumerate(lines) if (timing := read_timing(line))}
    damaged = {at for at, line in enumerate(lines) if at not in timings and is_like_timing(line)}
    places = sorted(timings.keys() | damaged)
    numbers = _cue_numbers(lines, places)
    reading = _Reading()
    first = places[0] if places else len(lines)
    reading.outside = [
        at + 1 for at in range(first) if plain_text([lines[at]]) and at not in numbers
    ]
    for place, following in pairwise([*places, len(lines)]):
        body = [at for at in range(place + 1, following) if at not in numbers]
        if place in timings:
            cue = _begin_cue(reading, place + 1, timings[place])
            cue.lines.extend(lines[at] for at in body)
        else:
            reading.untimed += [place + 1, *(at + 1 for at in body if lines[at].strip())]
    return reading


def _cue_numbers(lines: Sequence[str], places: Sequence[int]) -> set[int]:
    """Which lines hold the number of a cue, and no words."""
    last_lines = {place: _line_before(lines, place) for place in places}
    found: dict[int, int] = {
        place: at for place, at in last_lines.items() if at is not None and _is_number(lines[at])
    }
    are_all_numbered = len(found) == len(places)
    numbers: set[int] = set()
    expected: int | None = None
    for at in found.values():
        number = int(lines[at].strip().removeprefix("#"))
        stands_apart = at == 0 or not lines[at - 1].strip()
        if are_all_numbered or stands_apart or number == expected:
            numbers.add(at)
        expected = number + 1
    return numbers


def _line_before(lines: Sequence[str], place: int) -> int | None:
    """The last line before the times that is not empty, where it is not far away."""
    at = place - 1
    while at >= max(0, place - 3) and not lines[at].strip():
        at -= 1
    return at if at >= max(0, place - 3) else None


def _is_number(line: str) -> bool:
    digits = line.strip().removeprefix("#")
    return digits.isdecimal() and len(digits) < 10


def _read_vtt(lines: Sequence[str]) -> _Reading:
    """What follows an empty line is a cue, its name before its times, a comment or a header."""
    reading = _Reading()
    cue: _Cue | None = None
    maps: list[tuple[float, float] | None] = [None]
    state = "apart"
    for at, line in enumerate(lines):
        stripped = line.strip()
        timing = read_timing(line)
        if timing is not None:
            cue, state = _begin_cue(reading, at + 1, timing), "cue"
        elif is_like_timing(line):
            state = "untimed"
            reading.untimed.append(at + 1)
        elif HEADER.fullmatch(stripped) and _is_header(lines, at, state):
            if reading.cues or (at > 0 and maps[-1] is not None):
                maps.append(None)
                reading.offsets.append(0.0)
            state = "comment"
        elif not stripped:
            state = "apart"
        elif state == "comment":
            maps[-1] = _timestamp_map(stripped) or maps[-1]
        elif state == "untimed":
            reading.untimed.append(at + 1)
        elif state == "cue" and cue is not None:
            if not _is_close_number(lines, at, len(reading.cues)):
                cue.lines.append(line)
        elif state == "apart" and COMMENT.fullmatch(stripped):
            state = "comment"
        elif not _is_name(lines, at):
            _add_stray(reading, cue, at + 1, line)
    reading.offsets = _offsets(maps)
    return reading


def _is_header(lines: Sequence[str], at: int, state: str) -> bool:
    """Whether a file begins here that was joined to the one before."""
    following = lines[at + 1].strip() if at + 1 < len(lines) else ""
    return state == "apart" or following.upper().startswith("X-TIMESTAMP-MAP")


def _is_name(lines: Sequence[str], at: int) -> bool:
    """Whether the line is a cue's name: alone between an empty line and times."""
    is_before_times = at + 1 < len(lines) and (
        read_timing(lines[at + 1]) is not None or is_like_timing(lines[at + 1])
    )
    if not is_before_times and _is_number(lines[at]):
        following = at + 2
        is_before_times = following < len(lines) and read_timing(lines[following]) is not None
    return is_before_times and (at == 0 or not lines[at - 1].strip())


def _is_close_number(lines: Sequence[str], at: int, n_cues: int) -> bool:
    """Whether a number at the end of a text is the next cue's, the empty line being missing."""
    if not _is_number(lines[at]) or at + 1 >= len(lines) or read_timing(lines[at + 1]) is None:
        return False
    return int(lines[at].strip().removeprefix("#")) in (n_cues, n_cues + 1)


def _add_stray(reading: _Reading, cue: _Cue | None, number: int, line: str) -> None:
    if not plain_text([line]):
        return
    if cue is None:
        reading.outside.append(number)
    else:
        cue.lines.append(line)
        reading.added.append(number)


def _timestamp_map(line: str) -> tuple[float, float] | None:
    """What the clock of the stream and that of the cues say at one moment, in seconds."""
    found = TIMESTAMP_MAP.match(line)
    if found is None:
        return None
    values = dict(pair.upper().split(":", 1) for pair in found[1].split(",") if ":" in pair)
    ticks, local = values.get("MPEGTS", ""), read_timing(f"{values.get('LOCAL', '')} --> 0:00")
    if not ticks.isdecimal() or len(ticks) > 12 or local is None:
        return None
    return int(ticks) / MPEG_CLOCK_HZ, local.start


def _offsets(maps: Sequence[tuple[float, float] | None]) -> list[float]:
    """How far the times of each part are moved, so that they count from the first part's that says
    where it lies."""
    base = next(filter(None, maps), None)
    offsets: list[float] = []
    rounds, last = 0, base[0] if base else 0.0
    for entry in maps:
        if base is None or entry is None:
            offsets.append(offsets[-1] if offsets else 0.0)
            continue
        stream, local = entry
        if stream < last - MPEG_CLOCK_WRAPS / MPEG_CLOCK_HZ / 2:
            rounds += 1
        last = stream
        wrapped = rounds * MPEG_CLOCK_WRAPS / MPEG_CLOCK_HZ
        offsets.append((stream + wrapped - base[0]) - (local - base[1]))
    return offsets


def _told(reading: _Reading) -> list[Notice]:
    """What was found in the file, by its lines."""
    timed = [(cue.line, cue.timing) for cue in reading.cues]
    return [
        *_named(
            "captions-without-times", reading.outside, "left out, because no times stand before it"
        ),
        *_named(
            "captions-bad-times", reading.untimed, "left out, because the times cannot be read"
        ),
        *_named(
            "captions-added", reading.added, "stood in no cue, and was added to the one before"
        ),
        *_named(
            "captions-negative",
            (line for line, timing in timed if timing.is_negative),
            "the time was before the beginning, and is now 0",
        ),
        *_named(
            "captions-open-end",
            (line for line, timing in timed if timing.is_open),
            "the end could not be read, and is now the beginning",
        ),
    ]


def _to_segments(reading: _Reading, is_vtt: bool) -> tuple[list[_Placed], list[Notice]]:
    cues = _once(reading.cues)
    timed = [(_to_segment(cue, reading.offsets[cue.part], is_vtt), cue.line) for cue in cues]
    spoken = [(segment, line) for segment, line in timed if segment.text]
    if not spoken:
        raise UnreadableCaptions("The captions hold no words: choose another file.")
    placed, n_overlapping = _part(sorted(spoken, key=lambda place: place[0].start))
    n_unordered = sum(one[0].start > other[0].start for one, other in pairwise(spoken))
    n_backwards = sum(cue.timing.end < cue.timing.start for cue in cues)
    notices = [
        *_joined(reading),
        *_counted(
            "captions-twice",
            len(reading.cues) - len(cues),
            "cue stood twice where files were joined",
        ),
        *_counted("captions-empty", len(timed) - len(spoken), "cue had no words and was left out"),
        *_counted("captions-backwards", n_backwards, "cue ended before it began"),
        *_counted(
            "captions-unordered",
            n_unordered,
            "cue stood before an earlier one and was put in its place",
        ),
        *_counted(
            "captions-overlapping",
            n_overlapping,
            "cue overlapped with the next and was parted from it",
        ),
    ]
    return placed, notices


def _joined(reading: _Reading) -> list[Notice]:
    if not any(reading.offsets):
        return []
    n_files = len(reading.offsets)
    text = f"The file is {n_files:,} files that were joined; their times now follow each other."
    return [Notice("captions-joined", text, {"n": n_files})]


def _once(cues: Sequence[_Cue]) -> list[_Cue]:
    """Without what the next of two joined files repeats: same times, same words."""
    seen: dict[tuple[float, float, str], int] = {}
    kept = []
    for cue in cues:
        key = (cue.timing.start, cue.timing.end, "\n".join(cue.lines).strip())
        if seen.setdefault(key, cue.part) == cue.part:
            kept.append(cue)
    return kept


def _to_segment(cue: _Cue, offset: float, is_vtt: bool) -> Segment:
    if sum(map(len, cue.lines)) > LONGEST_CUE:
        raise UnreadableCaptions(
            f"The caption on line {cue.line:,} has more than {LONGEST_CUE:,} characters: choose "
            "an SRT or VTT file."
        )
    start = max(0.0, cue.timing.start + offset)
    end = max(start, cue.timing.end + offset)
    return Segment(start=start, end=end, text=plain_text(cue.lines, has_codes=not is_vtt))


def _part(timed: Sequence[_Placed]) -> tuple[list[_Placed], int]:
    """Let each segment end where the next one begins; what begins at the same time is one."""
    placed: list[_Placed] = []
    n_overlapping = 0
    for segment, line in timed:
        before, line_before = placed[-1] if placed else (None, line)
        if before is None or before.end <= segment.start:
            placed.append((segment, line))
            continue
        n_overlapping += 1
        if before.start == segment.start:
            joined = {"text": f"{before.text} {segment.text}", "end": max(before.end, segment.end)}
            placed[-1] = before.model_copy(update=joined), line_before
        else:
            placed[-1] = before.model_copy(update={"end": segment.start}), line_before
            placed.append((segment, line))
    return placed, n_overlapping
