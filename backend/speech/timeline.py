"""A time is the player's time: what is missing in a recording stays missing, as silence.

A player shows each sound at its time stamp. Where packets are damaged or lost, or a track begins
later than the picture, the samples alone would move all that follows forward.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import av
from av.audio.frame import AudioFrame

from backend.speech.frame_headers import seconds_of

HOLE_SECONDS = 0.2
"""Shorter ones are the rounding of time stamps, or the run-in of a codec."""

COUNTED = {"mp3", "aac", "ac3", "eac3", "dts", "loas", "amr", "amrnb", "amrwb"}
"""Frames after frames, without a stamp: FFmpeg counts them, and so misses what it cannot find."""

LARGEST_MP3_FRAME_BYTES = 1441
"""320,000 bits a second at 32 kHz. What seems to be a longer one is damage up to the next."""

LONGEST_HOLE_SECONDS = 6 * 3600.0
"""A longer jump is no pause but a mistake in the stamps: what follows goes on at once."""

SILENCE_SECONDS = 1.0
"""A hole is filled piece by piece, so that none is large."""


@dataclass(frozen=True)
class Hole:
    """A stretch of the recording in which there is no sound to decode, in seconds."""

    start: float
    end: float


@dataclass
class SamplePlaces:
    """Where the frames of a recording belong that has no stamps of its own, by the bytes between
    them: a damaged stretch is as long as such a number of bytes is elsewhere in the recording."""

    container: Any
    late_seconds: float = 0.0
    """How much later what follows is than FFmpeg counts."""
    _bytes: int = 0
    _seconds: float = 0.0
    """Of the whole frames before."""
    _end: int | None = None
    """Where the last packet ended in the file."""

    def note_damage(self, packet: Any) -> None:
        """A packet that is no frame: from where one seemed to begin to the next one."""
        self._follow(packet)
        self._miss(packet.size, self.seconds_of(packet))

    def note_frame(self, packet: Any) -> None:
        self._follow(packet)
        self._bytes += packet.size
        self._seconds += self.seconds_of(packet)

    def put(self, frame: AudioFrame) -> AudioFrame:
        """A frame of the last packet, with its stamp set right."""
        if self.late_seconds and frame.pts is not None and frame.time_base:
            frame.pts += round(self.late_seconds / float(frame.time_base))
        return frame

    def seconds_of(self, packet: Any) -> float:
        return seconds_of(packet, self.container.format.name)

    def _follow(self, packet: Any) -> None:
        if packet.pos is None or packet.pos < 0 or not packet.size:
            return
        if self._end is not None and packet.pos > self._end:
            self._miss(packet.pos - self._end, 0.0)
        self._end = packet.pos + packet.size

    def _miss(self, n_bytes: int, counted_seconds: float) -> None:
        if self.container.format.name in COUNTED and self._bytes:
            lasts = n_bytes * self._seconds / self._bytes
            self.late_seconds += max(0.0, lasts - counted_seconds)


def fill_holes(
    frames: Iterable[AudioFrame], container: Any, holes: list[Hole]
) -> Iterator[AudioFrame]:
    """The frames in their places, with silence where there are none; `holes` notes where.

    Stamps that run backwards, as where files were joined, begin a new count: no sound is dropped.
    """
    begins_at = (container.start_time or 0) / av.time_base
    end = _end_seconds(container)
    position, offset = 0.0, None
    for frame in frames:
        stamp = _stamp(frame)
        if stamp is not None:
            offset = begins_at if offset is None else offset
            missing = stamp - offset - position
            if HOLE_SECONDS < missing <= LONGEST_HOLE_SECONDS and position + missing <= end:
                if position:
                    holes.append(Hole(position, position + missing))
                yield from _silence_like(frame, missing)
                position += missing
            elif abs(missing) > HOLE_SECONDS:
                offset = stamp - position
        yield frame
        position += frame.samples / frame.sample_rate


def _stamp(frame: AudioFrame) -> float | None:
    if frame.pts is None or not frame.time_base:
        return None
    # Not as a fraction: there are some 150,000 frames in an hour.
    return frame.pts * frame.time_base.numerator / frame.time_base.denominator


def _end_seconds(container: Any) -> float:
    """The last moment that a stamp may name."""
    if container.format.name in COUNTED:
        return float("inf")  # those are counted, and hardly any of these says how long it is
    if container.duration and container.duration > 0:
        return float(container.duration / av.time_base) + HOLE_SECONDS
    return float("inf")


def _silence_like(frame: AudioFrame, seconds: float) -> Iterator[AudioFrame]:
    left = round(seconds * frame.sample_rate)
    while left > 0:
        n_samples = min(left, round(SILENCE_SECONDS * frame.sample_rate))
        silence = AudioFrame(frame.format.name, frame.layout.name, n_samples)
        nothing = b"\x80" if frame.format.name.startswith("u8") else b"\x00"
        for plane in silence.planes:
            plane.update(nothing * plane.buffer_size)
        silence.sample_rate = frame.sample_rate
        yield silence
        left -= n_samples
