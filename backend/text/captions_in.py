"""Captions that were made elsewhere (SRT, WebVTT), read as timed text.

Files from the wild are mended where it is clear what was meant, and each mending is told. pysubs2,
which writes our captions, reads everything between `<` and `>` as a tag and drops it, so `a < b`
would lose words; hence these rules of our own. What WebVTT says of its parts:
https://www.w3.org/TR/webvtt1/.
"""

import codecs
import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from backend.errors import UnreadableCaptions
from backend.models.transcript import Segment

LARGEST_BYTES = 20 << 20
"""Far beyond the captions of any lesson."""

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

TIME = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?"
TIMING = re.compile(rf"\s*{TIME}\s*-->\s*{TIME}(?:\s.*)?")
DAMAGED_TIMING = re.compile(r"\s*\d+:.*-->|.*-->\s*\d+:")

SRT_TAG = re.compile(
    r"\{\\[^{}]*\}|</?(?:[biusv]|c|font|ruby|rt|lang)(?:[\s.][^<>]*)?>", re.IGNORECASE
)
VTT_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>", re.IGNORECASE)
VTT_TAG = re.compile(r"<[^>]*>")
INVISIBLE = re.compile("[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2060\ufeff]")
"""Control characters, and what writers of captions put in against being taken for a tag."""


@dataclass(frozen=True)
class Captions:
    """The cues of a file as segments: in time order, none empty, none overlapping."""

    format: str
    """`srt` or `vtt`."""
    segments: tuple[Segment, ...]
    notices: tuple[str, ...]
    """What was mended, in sentences."""


@dataclass(frozen=True)
class _Cue:
    start: float
    end: float
    lines: tuple[str, ...]


def read_captions(content: bytes, encoding: str | None = None) -> Captions:
    """Read an SRT or WebVTT file.

    Parameters
    ----------
    encoding
        The name of the text's encoding; None: UTF-8, UTF-16 with its mark, else Windows-1252.

    Raises
    ------
    UnreadableCaptions
        Saying why.
    """
    text, notices = _decode(content, encoding)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    is_vtt = lines[0].startswith("WEBVTT")
    cues, n_damaged = _read_cues(lines, is_vtt)
    if not cues:
        raise UnreadableCaptions(
            "The file holds no captions with readable times: choose an SRT or VTT file."
        )
    notices += _counted(n_damaged, "cue had no readable times and was left out")
    segments, mended = _to_segments(cues, is_vtt)
    return Captions("vtt" if is_vtt else "srt", tuple(segments), (*notices, *mended))


def clip_to(captions: Captions, seconds: float) -> Captions:
    """The captions as far as the recording goes."""
    within = [segment for segment in captions.segments if segment.start < seconds]
    notices = _counted(
        len(captions.segments) - len(within),
        f"cue stood after the end of the recording ({seconds:.0f} s) and was left out",
    )
    n_clipped = sum(segment.end > seconds for segment in within)
    notices += _counted(n_clipped, "cue went on after the end of the recording and was cut there")
    clipped = [segment.model_copy(update={"end": min(segment.end, seconds)}) for segment in within]
    return Captions(captions.format, tuple(clipped), (*captions.notices, *notices))


def _counted(number: int, sentence: str) -> list[str]:
    """`sentence` is said of one cue; nothing is said of none."""
    if not number:
        return []
    if number == 1:
        return [f"1 {sentence}."]
    plural = sentence.replace("cue ", "cues ", 1).replace(" was ", " were ")
    return [f"{number:,} {plural}."]


# --- characters ------------------------------------------------------------------------------


def _decode(content: bytes, encoding: str | None) -> tuple[str, list[str]]:
    if len(content) > LARGEST_BYTES:
        raise UnreadableCaptions(
            f"The file has {len(content):,} bytes, and captions have {LARGEST_BYTES:,} at most: "
            "choose an SRT or VTT file."
        )
    if encoding is not None:
        return _decode_as(content, encoding), []
    for mark, name in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return _decode_as(content, name), []
    if b"\x00" in content:
        raise UnreadableCaptions("The file is not text: choose an SRT or VTT file.")
    try:
        return content.decode(), []
    except UnicodeDecodeError:
        notice = (
            "The file is not in UTF-8 and was read as Windows-1252: if letters with accents are "
            "wrong, import it again and name its encoding."
        )
        return content.decode("cp1252", "replace"), [notice]


def _decode_as(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except (LookupError, UnicodeDecodeError) as error:
        raise UnreadableCaptions(
            f"The file is not text in the encoding `{encoding}`: name another, such as utf-8, "
            "cp1252 or cp1255."
        ) from error
    if not isinstance(text, str):
        raise UnreadableCaptions(f"`{encoding}` is no encoding of text: name another.")
    return text.removeprefix("\ufeff")


# --- cues ------------------------------------------------------------------------------------


def _read_cues(lines: Sequence[str], is_vtt: bool) -> tuple[list[_Cue], int]:
    """The cues in the order of the file, and how many times could not be read."""
    places = [number for number, line in enumerate(lines) if _is_timing(line)]
    cues, n_damaged = [], 0
    for place, following in pairwise([*places, len(lines)]):
        timing = TIMING.fullmatch(lines[place])
        if timing is None:
            n_damaged += 1
            continue
        is_last = following == len(lines)
        body = list(lines[place + 1 : following])
        text = _until_empty_line(body) if is_vtt else _without_number(body, is_last)
        cues.append(_Cue(*_times(timing), tuple(text)))
    return cues, n_damaged


def _is_timing(line: str) -> bool:
    return TIMING.fullmatch(line) is not None or DAMAGED_TIMING.match(line) is not None


def _until_empty_line(lines: Sequence[str]) -> Iterator[str]:
    """WebVTT: what follows an empty line is a name, a note or a style."""
    for line in lines:
        if not line.strip():
            return
        yield line


def _without_number(lines: list[str], is_last: bool) -> list[str]:
    """SRT: empty lines may stand in a text, and the next cue's number before its times."""
    if is_last or not lines or not lines[-1].strip().isdecimal():
        return lines
    stands_apart = len(lines) == 1 or not lines[-2].strip()
    return lines[:-1] if stands_apart else lines


def _times(timing: "re.Match[str]") -> tuple[float, float]:
    groups = timing.groups()
    return _seconds(*groups[:4]), _seconds(*groups[4:])


def _seconds(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> float:
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return whole + float(f"0.{fraction or 0}")


# --- text ------------------------------------------------------------------------------------


def _to_segments(cues: Sequence[_Cue], is_vtt: bool) -> tuple[list[Segment], list[str]]:
    segments = [
        Segment(start=cue.start, end=max(cue.start, cue.end), text=_clean(cue.lines, is_vtt))
        for cue in cues
    ]
    spoken = [segment for segment in segments if segment.text]
    if not spoken:
        raise UnreadableCaptions("The captions hold no words: choose another file.")
    in_order = sorted(spoken, key=lambda segment: segment.start)
    placed, n_overlapping = _part(in_order)
    n_unordered = sum(one.start > other.start for one, other in pairwise(spoken))
    notices = [
        *_counted(len(segments) - len(spoken), "cue had no words and was left out"),
        *_counted(sum(cue.end < cue.start for cue in cues), "cue ended before it began"),
        *_counted(n_unordered, "cue stood before an earlier one and was put in its place"),
        *_counted(n_overlapping, "cue overlapped with the next and was parted from it"),
    ]
    return placed, notices


def _clean(lines: Sequence[str], is_vtt: bool) -> str:
    """One line of plain text. Who speaks, which only WebVTT can say, is put before it."""
    text = "\n".join(lines)
    if is_vtt:
        text = VTT_TAG.sub("", VTT_VOICE.sub(lambda voice: f"{voice[1].strip()}: ", text))
        text = html.unescape(text)
    else:
        text = SRT_TAG.sub("", text)
    readable = INVISIBLE.sub("", text.encode("utf-8", "replace").decode())
    return " ".join(readable.split())


def _part(segments: Sequence[Segment]) -> tuple[list[Segment], int]:
    """Let each segment end where the next one begins; what begins at the same time is one."""
    placed: list[Segment] = []
    n_overlapping = 0
    for segment in segments:
        before = placed[-1] if placed else None
        if before is None or before.end <= segment.start:
            placed.append(segment)
            continue
        n_overlapping += 1
        if before.start == segment.start:
            joined = {"text": f"{before.text} {segment.text}", "end": max(before.end, segment.end)}
            placed[-1] = before.model_copy(update=joined)
        else:
            placed[-1] = before.model_copy(update={"end": segment.start})
            placed.append(segment)
    return placed, n_overlapping
