"""Audio files of every kind that a test may need, made on the spot.

Plain functions over numpy and PyAV: no fixture, no program, no file from elsewhere but the nano
lesson in tests/data. A waveform here is float32, shape (n_samples,) for one channel or
(n_channels, n_samples), in [-1, 1]; what is random has a fixed seed. Each function that writes a
file returns its path.
"""

import json
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

DATA_DIR = Path(__file__).resolve().parent / "data"
NANO_MODEL_DIR = DATA_DIR / "nano-whisper"
NANO_LESSON_PATH = DATA_DIR / "nano-lesson.ogg"

SAMPLE_RATE_HZ = 16_000
LAYOUT_OF_CHANNELS = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}

Waveform = NDArray[np.float32]

AWKWARD_FILE_NAMES = (
    "a lesson with  spaces .wav",
    'it\'s a "quoted" `lesson`.wav',
    "le\u00e7on d'\u00e9t\u00e9 (NFC).wav",
    "lec\u0327on d'e\u0301te\u0301 (NFD).wav",
    "\u05e9\u05d9\u05e2\u05d5\u05e8 \u0627\u0644\u062f\u0631\u0633.wav",
    "\u7b2c\u4e00\u8bfe.wav",
    "-rf.wav",
    "--help",
    "..wav",
    "lesson..2..wav",
    ".wav",
    "lesson",
    "LESSON.WAV",
    "lesson.with.many.dots.mp3.wav",
    "\U0001f393\U0001f468\u200d\U0001f3eb lesson.wav",
    "first line\nsecond line.wav",
    "tab\tand bell\x07.wav",
    "100 %s {title} $HOME; *?.wav",
    "https: lesson.wav",
    "\u00e9" * 125 + "x.wav",  # 255 bytes in UTF-8, the most that Linux's file systems take
)
"""Names of files that exist on people's disks; every one can be created on Linux."""

HOSTILE_FILE_NAMES = (
    "",
    ".",
    "..",
    "../escape.wav",
    "folder/lesson.wav",
    "/absolute.wav",
    "..\\escape.wav",
    "nul\x00byte.wav",
    "\u00e9" * 128 + ".wav",
)
"""Names that no file can or may be given: what an upload or an archive may still claim."""


# --- signals ---------------------------------------------------------------------------------


def silence(seconds: float, *, sample_rate_hz: int = SAMPLE_RATE_HZ) -> Waveform:
    """Digital silence: every sample 0."""
    return np.zeros(round(seconds * sample_rate_hz), np.float32)


def tone(
    seconds: float,
    *,
    frequency_hz: float = 440.0,
    amplitude: float = 0.5,
    sample_rate_hz: int = SAMPLE_RATE_HZ,
) -> Waveform:
    """A sine."""
    times = np.arange(round(seconds * sample_rate_hz)) / sample_rate_hz
    return (amplitude * np.sin(2 * np.pi * frequency_hz * times)).astype(np.float32)


def clipped_square(seconds: float, *, sample_rate_hz: int = SAMPLE_RATE_HZ) -> Waveform:
    """A sine driven so far over full scale that every sample is -1 or 1."""
    sine = tone(seconds, frequency_hz=220.0, sample_rate_hz=sample_rate_hz)
    return np.where(sine < 0, -1, 1).astype(np.float32)


def white_noise(
    seconds: float,
    *,
    rms: float = 0.1,
    seed: int = 0,
    sample_rate_hz: int = SAMPLE_RATE_HZ,
) -> Waveform:
    """Gaussian noise, held within [-1, 1]."""
    n_samples = round(seconds * sample_rate_hz)
    noise = np.random.default_rng(seed).normal(0, rms, n_samples)
    return np.clip(noise, -1, 1).astype(np.float32)


def constant(
    seconds: float, *, level: float = 0.5, sample_rate_hz: int = SAMPLE_RATE_HZ
) -> Waveform:
    """A direct current: every sample `level`."""
    return np.full(round(seconds * sample_rate_hz), level, np.float32)


def with_non_finite_samples(waveform: Waveform, *, every: int = 1000) -> Waveform:
    """The waveform with NaN, +Inf and -Inf in turn, one in `every` samples.

    Only the formats f32 and f64 can carry them.
    """
    spoilt = waveform.copy()
    places = np.arange(0, spoilt.shape[-1], every)
    spoilt[..., places] = np.resize(np.array([np.nan, np.inf, -np.inf], np.float32), len(places))
    return spoilt


def in_channels(waveform: Waveform, n_channels: int) -> Waveform:
    """The mono waveform in each of `n_channels`: shape (n_channels, n_samples)."""
    return np.tile(waveform, (n_channels, 1))


# --- files that are what they say --------------------------------------------------------------

WAV_CODECS = {
    "u8": "pcm_u8",
    "s16": "pcm_s16le",
    "s24": "pcm_s24le",
    "s32": "pcm_s32le",
    "f32": "pcm_f32le",
    "f64": "pcm_f64le",
}


def write_wav(
    path: Path,
    waveform: Waveform,
    *,
    sample_rate_hz: int = SAMPLE_RATE_HZ,
    sample_format: str = "s16",
    channels: int = 1,
) -> Path:
    """An uncompressed WAV file; a mono waveform is repeated in each of `channels`.

    No sample at all gives a header alone. `sample_format` is one of WAV_CODECS; the samples are
    written as they are, so that NaN and Inf survive in f32 and f64.
    """
    planes = in_channels(waveform, channels) if waveform.ndim == 1 else waveform
    with av.open(str(path), "w", format="wav") as container:
        stream = container.add_stream(
            WAV_CODECS[sample_format], rate=sample_rate_hz, layout=LAYOUT_OF_CHANNELS[len(planes)]
        )
        container.start_encoding()
        if planes.size:
            packet = av.Packet(_pcm_bytes(planes.T, sample_format))
            packet.stream = stream
            packet.pts = packet.dts = 0
            container.mux(packet)
    return path


def _pcm_bytes(interleaved: Waveform, sample_format: str) -> bytes:
    """The samples, shape (n_samples, n_channels), as little-endian PCM."""
    if sample_format in ("f32", "f64"):
        return interleaved.astype("<f4" if sample_format == "f32" else "<f8").tobytes()
    bits = int(sample_format[1:])
    full_scale = 2 ** (bits - 1)
    scaled = np.round(interleaved.astype(np.float64) * full_scale)
    whole: NDArray[np.int32] = np.clip(scaled, -full_scale, full_scale - 1).astype("<i4")
    if sample_format == "u8":
        return np.asarray(whole + full_scale, np.uint8).tobytes()
    low_bytes_first: NDArray[np.uint8] = np.ascontiguousarray(whole).view(np.uint8).reshape(-1, 4)
    return low_bytes_first[:, : bits // 8].tobytes()


@dataclass(frozen=True)
class Encoding:
    """How a kind of file is encoded. Some encoders know only certain sample rates."""

    container: str
    codec: str
    sample_rate_hz: int | None = None


ENCODINGS = {
    ".mp3": Encoding("mp3", "libmp3lame"),
    ".m4a": Encoding("ipod", "aac"),
    ".mp4": Encoding("mp4", "aac"),
    ".ogg": Encoding("ogg", "libopus", 48_000),
    ".opus": Encoding("ogg", "libopus", 48_000),
    ".webm": Encoding("webm", "libopus", 48_000),
    ".flac": Encoding("flac", "flac"),
    ".mkv": Encoding("matroska", "aac"),
    ".aac": Encoding("adts", "aac"),
    ".wav": Encoding("wav", "pcm_s16le"),
}


def encode(
    path: Path,
    waveform: Waveform,
    *,
    sample_rate_hz: int = SAMPLE_RATE_HZ,
    fast_start: bool = False,
    title: str = "",
) -> Path:
    """A compressed file of the kind that its name's ending says (one of ENCODINGS), with a `title`
    tag.

    `fast_start` puts the index of an m4a or mp4 first, where a cut leaves it whole. Of an empty
    waveform only .wav and .flac make a file with an audio track (of 0 s).
    """
    encoding = ENCODINGS[path.suffix]
    options = {"movflags": "faststart"} if fast_start else {}
    with av.open(str(path), "w", format=encoding.container, options=options) as container:
        container.metadata["title"] = title
        stream = _add_audio_stream(container, encoding, waveform, sample_rate_hz)
        if encoding.container != "ogg":  # its tags are those of the stream
            stream.metadata["title"] = "Stereo"
        # Writes the header even where no sample follows it.
        container.start_encoding()
        _mux_audio(container, stream, [waveform], sample_rate_hz)
    return path


def write_variable_rate_mp3(
    path: Path, waveform: Waveform, *, sample_rate_hz: int = SAMPLE_RATE_HZ
) -> Path:
    """An MP3 whose frames differ in size and which has no Xing header to tell its length.

    Its length can only be guessed from the first frames, and no place in it be sought exactly.
    """
    with av.open(str(path), "w", format="mp3", options={"write_xing": "0"}) as container:
        stream = container.add_stream("libmp3lame", rate=sample_rate_hz, layout="mono")
        quality_in_lambda_units = 4 * 118
        stream.options = {"flags": "+qscale", "global_quality": str(quality_in_lambda_units)}
        _mux_audio(container, stream, [waveform], sample_rate_hz)
    return path


def write_two_tracks(
    path: Path, first: Waveform, second: Waveform, *, sample_rate_hz: int = SAMPLE_RATE_HZ
) -> Path:
    """A file with two audio tracks (.mp4 or .mkv), the first in English, the second in French."""
    encoding = ENCODINGS[path.suffix]
    with av.open(str(path), "w", format=encoding.container) as container:
        streams = [
            _add_audio_stream(container, encoding, waveform, sample_rate_hz)
            for waveform in (first, second)
        ]
        for stream, language in zip(streams, ("eng", "fra"), strict=True):
            stream.metadata["language"] = language
        for stream, waveform in zip(streams, (first, second), strict=True):
            _mux_audio(container, stream, [waveform], sample_rate_hz)
    return path


def _add_audio_stream(
    container: av.container.OutputContainer,
    encoding: Encoding,
    waveform: Waveform,
    sample_rate_hz: int,
) -> av.AudioStream:
    channels = 1 if waveform.ndim == 1 else len(waveform)
    stream = container.add_stream(
        encoding.codec,
        rate=encoding.sample_rate_hz or sample_rate_hz,
        layout=LAYOUT_OF_CHANNELS[channels],
    )
    assert isinstance(stream, av.AudioStream)
    return stream


def _mux_audio(
    container: av.container.OutputContainer,
    stream: av.AudioStream,
    waveforms: Iterable[Waveform],
    sample_rate_hz: int,
) -> None:
    """Encode the waveforms one after the other; only one of them is held at a time."""
    position = 0
    for waveform in waveforms:
        planes = np.ascontiguousarray(np.atleast_2d(waveform))
        if not planes.size:
            continue
        layout = LAYOUT_OF_CHANNELS[len(planes)]
        frame = av.AudioFrame.from_ndarray(planes, format="fltp", layout=layout)
        frame.sample_rate = sample_rate_hz
        frame.time_base = Fraction(1, sample_rate_hz)
        frame.pts = position
        position += planes.shape[1]
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


# --- files with pictures -----------------------------------------------------------------------

PICTURE_WIDTH, PICTURE_HEIGHT = 64, 48
FRAMES_PER_SECOND = 5


def write_video(
    path: Path,
    waveform: Waveform | None,
    *,
    seconds: float = 2.0,
    sample_rate_hz: int = SAMPLE_RATE_HZ,
) -> Path:
    """A small video (.mp4, .mkv, or .webm, whose picture browsers show), with the waveform as its
    sound or, for None, without any."""
    encoding = ENCODINGS[path.suffix]
    with av.open(str(path), "w", format=encoding.container) as container:
        if path.suffix == ".webm":
            video = container.add_stream("libvpx", rate=FRAMES_PER_SECOND)
        else:
            video = container.add_stream("mpeg4", rate=FRAMES_PER_SECOND)
        video.width, video.height, video.pix_fmt = PICTURE_WIDTH, PICTURE_HEIGHT, "yuv420p"
        if waveform is not None:
            audio = _add_audio_stream(container, encoding, waveform, sample_rate_hz)
        for number in range(round(seconds * FRAMES_PER_SECOND)):
            container.mux(video.encode(_picture(brightness=20 * number % 256)))
        container.mux(video.encode(None))
        if waveform is not None:
            _mux_audio(container, audio, [waveform], sample_rate_hz)
    return path


def write_mp3_with_cover(
    path: Path, waveform: Waveform, *, sample_rate_hz: int = SAMPLE_RATE_HZ
) -> Path:
    """An MP3 with an attached cover: a video stream that is no video, as podcasts have."""
    with av.open(str(path), "w", format="mp3") as container:
        audio = container.add_stream("libmp3lame", rate=sample_rate_hz, layout="mono")
        cover = container.add_stream("png", rate=1)
        cover.width, cover.height, cover.pix_fmt = PICTURE_WIDTH, PICTURE_HEIGHT, "rgb24"
        container.mux(cover.encode(_picture(brightness=90)))
        container.mux(cover.encode(None))
        _mux_audio(container, audio, [waveform], sample_rate_hz)
    return path


def write_image(path: Path) -> Path:
    """A PNG picture, whatever the name says."""
    encoder = av.CodecContext.create("png", "w")
    encoder.width, encoder.height, encoder.pix_fmt = PICTURE_WIDTH, PICTURE_HEIGHT, "rgb24"
    encoder.time_base = Fraction(1, 1)
    packets = [*encoder.encode(_picture(brightness=90)), *encoder.encode(None)]
    path.write_bytes(b"".join(bytes(packet) for packet in packets))
    return path


def _picture(brightness: int) -> av.VideoFrame:
    pixels = np.full((PICTURE_HEIGHT, PICTURE_WIDTH, 3), brightness, np.uint8)
    return av.VideoFrame.from_ndarray(pixels, format="rgb24")


# --- files that are damaged, or no recordings ----------------------------------------------------


def cut_copy(source_path: Path, target_path: Path, *, kept_share: float = 0.5) -> Path:
    """The first `kept_share` of a file's bytes, as an interrupted copy leaves them.

    Of an mp4 or m4a nothing can then be read, since its index stands at the end, unless it was
    encoded with `fast_start`; the beginning of any other kind still decodes.
    """
    content = source_path.read_bytes()
    target_path.write_bytes(content[: int(len(content) * kept_share)])
    return target_path


def damage(path: Path, start_share: float, share: float, *, seed: int = 0) -> Path:
    """Overwrite a stretch of a file, as a broken disk or transfer leaves it."""
    content = bytearray(path.read_bytes())
    start, n_bytes = int(start_share * len(content)), int(share * len(content))
    content[start : start + n_bytes] = np.random.default_rng(seed).bytes(n_bytes)
    path.write_bytes(content)
    return path


def write_raw_wav(
    path: Path, samples: NDArray[Any], *, sample_rate_hz: int, channels: int = 1
) -> Path:
    """A WAV file whose header claims whatever it is told, and not which channel stands where.

    `samples` are whole numbers, interleaved.
    """
    data, width = samples.tobytes(), samples.itemsize
    byte_rate = min(sample_rate_hz * channels * width, 2**32 - 1)
    form = struct.pack(
        "<HHIIHH", 1, channels, sample_rate_hz, byte_rate, channels * width, 8 * width
    )
    chunks = b"WAVEfmt " + struct.pack("<I", len(form)) + form
    chunks += b"data" + struct.pack("<I", len(data)) + data
    path.write_bytes(b"RIFF" + struct.pack("<I", len(chunks)) + chunks)
    return path


def write_m4a_of_claimed_packets(path: Path, n_packets: int) -> Path:
    """An m4a of 40 KB whose index claims so many packets, of one byte each: FFmpeg makes a table
    of 24 bytes for each of them."""
    esds = bytes.fromhex("031900010004114015000000000000000000000005021208060102")
    form = bytes(6) + struct.pack(">H8xHHHHI", 1, 1, 16, 0, 0, 44_100 << 16)
    packets = [
        _full_box("stsd", struct.pack(">I", 1), _box("mp4a", form, _full_box("esds", esds))),
        _full_box("stts", struct.pack(">III", 1, n_packets, 1024)),
        _full_box("stsc", struct.pack(">IIII", 1, 1, n_packets, 1)),
        _full_box("stsz", struct.pack(">II", 1, n_packets)),
        _full_box("stco", struct.pack(">II", 1, 40)),
    ]
    media = [
        _full_box("mdhd", struct.pack(">IIIIHH", 0, 0, 44_100, 2**32 - 1, 0x55C4, 0)),
        _full_box("hdlr", bytes(4), b"soun", bytes(13)),
        _box("minf", _full_box("smhd", bytes(4)), _box("stbl", *packets)),
    ]
    header = _full_box("tkhd", struct.pack(">IIIII", 0, 0, 1, 0, 1000), bytes(60))
    movie = _full_box("mvhd", struct.pack(">IIII", 0, 0, 1000, 1000), bytes(80))
    index = _box("moov", movie, _box("trak", header, _box("mdia", *media)))
    sound = np.random.default_rng(0).bytes(40_000)
    kind = _box("ftyp", b"isom", struct.pack(">I", 512), b"isomiso2mp41")
    path.write_bytes(kind + _box("mdat", sound) + index)
    return path


def _box(kind: str, *content: bytes) -> bytes:
    joined = b"".join(content)
    return struct.pack(">I", 8 + len(joined)) + kind.encode() + joined


def _full_box(kind: str, *content: bytes) -> bytes:
    return _box(kind, bytes(4), *content)


def join_files(path: Path, *parts: Path) -> Path:
    """One file after the other, as `cat` and some recorders join them."""
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


def write_garbage(path: Path, *, n_bytes: int = 20_000, seed: int = 0) -> Path:
    """Random bytes, whatever the name says."""
    path.write_bytes(np.random.default_rng(seed).bytes(n_bytes))
    return path


def write_text(path: Path) -> Path:
    """Plain prose, whatever the name says."""
    path.write_text("These are the notes of a lesson, not its recording.\n" * 40, encoding="utf-8")
    return path


def write_subtitles(path: Path) -> Path:
    """An SRT file: media to FFmpeg, but with neither sound nor picture."""
    path.write_text(
        "1\n00:00:00,000 --> 00:00:02,000\nGood morning.\n\n"
        "2\n00:00:02,500 --> 00:00:04,000\nLet us begin.\n",
        encoding="utf-8",
    )
    return path


# --- speech whose words are known --------------------------------------------------------------


@dataclass(frozen=True)
class SpokenWord:
    """A word with its place in seconds from the start of its recording."""

    text: str
    start: float
    end: float


@dataclass(frozen=True)
class SpokenSentence:
    """A sentence with its place in seconds from the start of its recording."""

    text: str
    start: float
    end: float
    voice: str
    words: tuple[SpokenWord, ...]

    def moved(self, seconds: float) -> "SpokenSentence":
        """The same sentence, that much later."""
        words = tuple(
            replace(word, start=word.start + seconds, end=word.end + seconds) for word in self.words
        )
        return replace(self, start=self.start + seconds, end=self.end + seconds, words=words)


@dataclass(frozen=True)
class Speech:
    """A waveform (16 kHz, mono) and what is said in it, in order."""

    waveform: Waveform
    sentences: tuple[SpokenSentence, ...]


@dataclass(frozen=True)
class Say:
    """The sentence of the nano lesson at this position, counted from 0."""

    position: int


@dataclass(frozen=True)
class Pause:
    """Nothing said for so long. Sentences keep 0.1 s of their own silence at each end besides."""

    seconds: float


SENTENCE_MARGIN_SECONDS = 0.1  # under half the shortest pause of the nano lesson, which is 0.36 s
NANO_NOISE_RMS = 3e-4  # the nano lesson's own: its pauses are not digital silence either


@cache
def nano_lesson() -> Speech:
    """The nano lesson: 278 s, 75 sentences, two voices. Not to be written into."""
    document = json.loads((DATA_DIR / "nano-lesson.json").read_text(encoding="utf-8"))
    sentences = tuple(
        SpokenSentence(
            text=sentence["text"],
            start=sentence["start"],
            end=sentence["end"],
            voice=sentence["voice"],
            words=tuple(SpokenWord(*word) for word in sentence["words"]),
        )
        for sentence in document["sentences"]
    )
    waveform = np.concatenate(list(decode_blocks(NANO_LESSON_PATH)))
    waveform.flags.writeable = False
    return Speech(waveform, sentences)


def speak_nano(pieces: Sequence[Say | Pause]) -> Speech:
    """New speech that nano-whisper knows: sentences of the nano lesson with chosen pauses.

    Cut where nobody speaks and joined over the same faint noise, so that no seam is heard. A
    sentence may be said more than once.
    """
    lesson = nano_lesson()
    waveforms: list[Waveform] = []
    sentences: list[SpokenSentence] = []
    n_samples = 0
    for piece in pieces:
        if isinstance(piece, Pause):
            waveforms.append(white_noise(piece.seconds, rms=NANO_NOISE_RMS, seed=len(waveforms)))
        else:
            sentence = lesson.sentences[piece.position]
            first = round((sentence.start - SENTENCE_MARGIN_SECONDS) * SAMPLE_RATE_HZ)
            last = round((sentence.end + SENTENCE_MARGIN_SECONDS) * SAMPLE_RATE_HZ)
            waveforms.append(lesson.waveform[first:last])
            sentences.append(sentence.moved((n_samples - first) / SAMPLE_RATE_HZ))
        n_samples += len(waveforms[-1])
    return Speech(np.concatenate(waveforms or [silence(0)]), tuple(sentences))


def repeat_audio(source_path: Path, times: int, target_path: Path) -> float:
    """The recording `times` times over in one file (.wav, .flac, .opus, …), as mono, 16 kHz.

    The source is read anew for each turn, block by block: memory does not grow with the length.
    Returns the length of one turn in seconds; sentence `s` of turn `n` is `s.moved(n * length)`.
    """
    encoding = ENCODINGS[target_path.suffix]
    n_samples = 0

    def blocks() -> Iterator[Waveform]:
        nonlocal n_samples
        for _ in range(times):
            for block in decode_blocks(source_path):
                n_samples += len(block)
                yield block

    with av.open(str(target_path), "w", format=encoding.container) as container:
        stream = _add_audio_stream(container, encoding, silence(0), SAMPLE_RATE_HZ)
        _mux_audio(container, stream, blocks(), SAMPLE_RATE_HZ)
    return n_samples / times / SAMPLE_RATE_HZ


def decode_blocks(path: Path) -> Iterator[Waveform]:
    """The first audio track as it is decoded: blocks of 16 kHz, the mean of the channels.

    Raises what PyAV raises where the file cannot be decoded further.
    """
    # Without a layout: FFmpeg's own mix of floats to mono makes equal channels 3 dB too loud.
    resampler = av.AudioResampler(format="fltp", rate=SAMPLE_RATE_HZ)
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            for resampled in resampler.resample(frame):
                yield resampled.to_ndarray().mean(axis=0)
        for resampled in resampler.resample(None):
            yield resampled.to_ndarray().mean(axis=0)
