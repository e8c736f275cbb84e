"""Reading recordings: what a file holds, and its sound as a stream of samples.

Everything goes through PyAV, whose wheel brings FFmpeg's libraries. A recording is never held
in memory as a whole.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain, groupby
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.fifo import AudioFifo
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.container import InputContainer
from av.error import FFmpegError

from backend.clock import clock
from backend.errors.recordings import MediaError, NoAudioTrack, NoSound, NoSuchFile, UnreadableMedia
from backend.models.notices import Notice
from backend.speech.audio_info import AudioInfo
from backend.speech.completeness import is_cut_off
from backend.speech.formats import OPTIONS, duration_seconds, require_plausible
from backend.speech.mixing import mix_unnamed
from backend.speech.timeline import Hole, SamplePlaces, fill_holes

SAMPLE_RATE_HZ = 16_000
"""What every recogniser here listens at."""

READ_BUFFER_BYTES = 1 << 20

LONGEST_TAG = 1000
"""In characters."""

MOST_FAILURES = 1000
"""On end, to find a packet: then the rest is taken for lost."""

JOINED_SAMPLES = 1 << 17
"""About 8 s at our rate: no more is held at once, whatever rate and frames a file has."""

JOINED_BYTES = 1 << 25
"""Nor more than this of what is still to be resampled, whatever number of channels it has."""

LONGEST_SECONDS = 48 * 3600
"""A few bytes can be decoded to years of silence."""


@dataclass
class DecodingReport:
    """What was noticed while a recording was decoded; complete at its end."""

    samples: int = 0
    damaged_packets: int = 0
    invalid_samples: int = 0
    """Samples that were no numbers (NaN, infinity) and were taken as silence."""
    end_error: str | None = None
    """Why reading stopped before the end, if it did."""
    is_cut_off: bool = False
    """Whether the file itself lacks its end."""
    is_too_long: bool = False
    """Whether it was left at `LONGEST_SECONDS`."""
    holes: list[Hole] = field(default_factory=list)
    """Where there was no sound to decode."""

    def notices(self, expected_seconds: float | None) -> list[Notice]:
        """What a person should know about the recording."""
        found = []
        if self.damaged_packets:
            pieces = _counted(self.damaged_packets, "damaged piece", "damaged pieces")
            text = f"Skipped in the recording: {pieces}."
            found.append(Notice("damaged-pieces", text, {"n": self.damaged_packets}))
        if self.holes:
            found.append(_tell_holes(self.holes))
        if self.invalid_samples:
            samples = _counted(self.invalid_samples, "sample", "samples")
            text = f"Taken as silence in the recording, being not numbers: {samples}."
            found.append(Notice("not-numbers", text, {"n": self.invalid_samples}))
        decoded_seconds = self.samples / SAMPLE_RATE_HZ
        if self.is_too_long:
            hours = LONGEST_SECONDS // 3600
            text = f"Only the first {hours} hours of the recording were read."
            found.append(Notice("too-long", text, {"hours": hours}))
        elif expected_seconds and decoded_seconds < 0.98 * expected_seconds - 1:
            text = (
                f"The recording is cut off: its header promises {expected_seconds:.0f} s, "
                f"{decoded_seconds:.0f} s could be read."
            )
            lengths = {"seconds": round(decoded_seconds), "promised": round(expected_seconds)}
            found.append(Notice("cut-off-early", text, lengths))
        elif self.end_error or self.is_cut_off:
            text = f"The recording is cut off: it could be read up to {decoded_seconds:.0f} s."
            found.append(Notice("cut-off", text, {"seconds": round(decoded_seconds)}))
        return found


def _tell_holes(holes: Sequence[Hole]) -> Notice:
    seconds = round(sum(hole.end - hole.start for hole in holes))
    named = [f"{clock(hole.start)} – {clock(hole.end)}" for hole in holes[:5]]
    places = ", ".join([*named, *(["…"] if len(holes) > 5 else [])])
    text = f"Parts of the recording are missing ({seconds} s in all), and stay silent: {places}."
    return Notice("missing-parts", text, {"seconds": seconds, "places": places})


def _counted(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"


def probe(path: Path) -> AudioInfo:
    """Say what the recording holds, having decoded its first sound.

    Raises
    ------
    NoSuchFile, UnreadableMedia, NoAudioTrack, NoSound
        Each with a sentence that names the file.
    """
    with _open(path) as container:
        stream = _audio_stream(container, path)
        info = AudioInfo(
            duration_seconds=duration_seconds(container, stream, path),
            codec=stream.codec_context.name,
            sample_rate_hz=stream.codec_context.sample_rate,
            channels=stream.codec_context.channels,
            has_video=any(not _is_cover(video) for video in container.streams.video),
            title=_title(container, stream),
            recorded_at=_recorded_at(container.metadata.get("creation_time", "")),
        )
        report = DecodingReport()
        if next(_decode_frames(container, stream, report), None) is None:
            if report.damaged_packets or report.end_error:
                raise UnreadableMedia(
                    f"{path.name}: its sound is damaged or encrypted and cannot be decoded: "
                    "export the recording again, or choose another file.",
                    facts={"file": path.name},
                )
            raise NoSound(
                f"{path.name} holds no sound at all (0 s): choose another file.",
                facts={"file": path.name},
            )
    return info


@dataclass
class AudioStream:
    """The sound of one recording, read once from front to back.

    Iterating gives blocks: float32, shape (n_samples,), mono, 16 kHz, in [-1, 1].
    """

    path: Path
    report: DecodingReport = field(default_factory=DecodingReport)

    def __iter__(self) -> Iterator[np.ndarray]:
        with _open(self.path) as container:
            stream = _audio_stream(container, self.path)
            frames = mix_unnamed(_decode_frames(container, stream, self.report))
            for block in _resample(fill_holes(frames, container, self.report.holes)):
                self.report.samples += block.size
                yield block
                if self.report.samples >= LONGEST_SECONDS * SAMPLE_RATE_HZ:
                    self.report.is_too_long = True
                    return
            self.report.is_cut_off = is_cut_off(self.path)


@contextmanager
def _open(path: Path) -> Iterator[InputContainer]:
    _require_content(path)
    try:
        # An open file instead of a name: FFmpeg reads protocols into names ("concat:…", "-").
        with (
            path.open("rb") as file,
            av.open(
                file,
                mode="r",
                metadata_errors="replace",
                buffer_size=READ_BUFFER_BYTES,
                io_open=_refuse_other_files,
                options=OPTIONS,
            ) as container,
        ):
            yield container
    except (FFmpegError, ValueError) as error:
        raise UnreadableMedia(
            f"{path.name} is not a recording that can be read (it may be damaged or cut off at "
            "its end): choose another file, or export it again.",
            facts={"file": path.name},
        ) from error
    except FileNotFoundError as error:
        raise NoSuchFile(
            f"The file {path} vanished while it was being read: put it back, and start again.",
            facts={"file": path.name},
        ) from error
    except OSError as error:
        raise MediaError(
            f"{path.name} cannot be read: {error.strerror}.",
            facts={"file": path.name, "said": error.strerror or ""},
        ) from error


def _refuse_other_files(url: str, *arguments: object) -> Any:
    raise PermissionError(1, f"a recording may not refer to {url}")


def _require_content(path: Path) -> None:
    try:
        if path.is_dir():
            raise MediaError(f"{path} is a folder: name the recording in it.")
        if path.stat().st_size == 0:
            raise UnreadableMedia(
                f"{path.name} is empty (0 bytes): choose another file.", facts={"file": path.name}
            )
    except FileNotFoundError as error:
        raise NoSuchFile(f"There is no file {path}.", facts={"file": path.name}) from error
    except (OSError, ValueError) as error:
        raise MediaError(f"{path} cannot be read: {error}.", facts={"file": path.name}) from error


def _audio_stream(container: InputContainer, path: Path) -> Any:
    stream: Any = container.streams.best("audio")
    if stream is None:
        raise NoAudioTrack(
            f"{path.name} has no audio track: export the recording with sound, or choose another "
            "file.",
            facts={"file": path.name},
        )
    require_plausible(stream, path)
    return stream


def _title(container: InputContainer, stream: Any) -> str | None:
    """What the recording is called; of the streams only Ogg's tags are of the whole."""
    tags = stream.metadata if container.format.name == "ogg" else container.metadata
    titles = [value for name, value in tags.items() if name.lower() == "title"]
    return titles[0][:LONGEST_TAG] if titles else None


def _recorded_at(tag: str) -> datetime | None:
    """The moment that a tag names, or None; without a zone it is UTC."""
    try:
        moment = datetime.fromisoformat(tag)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _is_cover(stream: Any) -> bool:
    """Whether a video stream is only the picture of an album."""
    return bool(stream.disposition & stream.disposition.attached_pic)


def _decode_frames(
    container: InputContainer, stream: Any, report: DecodingReport
) -> Iterator[AudioFrame]:
    """Every frame that can be decoded; a damaged packet costs itself, not the rest."""
    # Only stored floating-point samples can be NaN or infinite, and looking costs time.
    may_hold_invalid = stream.codec_context.name.startswith("pcm_f")
    places = SamplePlaces(container)
    for packet in _packets(container, stream, report):
        try:
            frames = packet.decode()
        except FFmpegError:
            report.damaged_packets += 1
            places.note_damage(packet)
            continue
        places.note_frame(packet)
        for frame in map(places.put, frames):
            yield _without_invalid_samples(frame, report) if may_hold_invalid else frame


def _packets(container: InputContainer, stream: Any, report: DecodingReport) -> Iterator[Any]:
    """Every packet that can be found, past stretches in which there are none.

    FFmpeg gives up after so many bytes without a beginning (64 KiB in Ogg), and finds the next one
    when it is asked again.
    """
    packets = container.demux(stream)
    n_failures = 0
    while n_failures <= MOST_FAILURES:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except FFmpegError as error:
            report.end_error = str(error)
            n_failures += 1
            packets = container.demux(stream)
        else:
            if packet.size:  # an empty one says that this is the end
                report.end_error, n_failures = None, 0
            yield packet


def _without_invalid_samples(frame: AudioFrame, report: DecodingReport) -> AudioFrame:
    samples = frame.to_ndarray()
    invalid = ~np.isfinite(samples)
    if not invalid.any():
        return frame
    report.invalid_samples += int(invalid.sum())
    samples[invalid] = 0.0
    cleaned = AudioFrame.from_ndarray(samples, frame.format.name, frame.layout.name)
    cleaned.sample_rate = frame.sample_rate
    cleaned.pts, cleaned.time_base = frame.pts, frame.time_base
    return cleaned


def _resample(frames: Iterator[AudioFrame]) -> Iterator[np.ndarray]:
    """Samples at our rate. A stream may change its form half-way; a resampler may not."""
    for _, alike in groupby(frames, key=_frame_form):
        resampler = AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE_HZ)
        for frame in chain(_rejoin_frames(alike), (None,)):
            for resampled in resampler.resample(frame):
                samples = resampled.to_ndarray().reshape(-1)
                yield samples.astype(np.float32) / np.float32(32768.0)


def _frame_form(frame: AudioFrame) -> tuple[str, str, int]:
    return frame.format.name, frame.layout.name, frame.sample_rate


def _rejoin_frames(frames: Iterable[AudioFrame]) -> Iterator[AudioFrame]:
    """Frames of about one length: an MP3's hold 26 ms, and each costs a call to resample; one at
    1,000 Hz becomes sixteen times as long."""
    fifo = AudioFifo()
    n_samples = JOINED_SAMPLES
    for frame in frames:
        n_samples = _joined_samples(frame)
        frame.pts = None  # they are in their places
        fifo.write(frame)
        while fifo.samples >= n_samples and (joined := fifo.read(n_samples)):
            yield joined
    if fifo.samples and (joined := fifo.read()):
        yield joined


def _joined_samples(frame: AudioFrame) -> int:
    wanted = JOINED_SAMPLES * frame.sample_rate // SAMPLE_RATE_HZ
    most = JOINED_BYTES // (frame.format.bytes * frame.layout.nb_channels)
    return max(1, min(wanted, most))
