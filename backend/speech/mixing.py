"""One channel out of many whose places in the room nobody has named.

FFmpeg mixes by the places of the channels (left, centre, bass). Where a file does not say them it
takes the usual ones for that number, and leaves out "the bass" — the only speaker, perhaps, of
three at a table.
"""

from collections.abc import Iterable, Iterator

import numpy as np
from av.audio.frame import AudioFrame

_FULL_SCALE = {"u8": 128.0, "s16": 2.0**15, "s32": 2.0**31, "s64": 2.0**63}


def mix_unnamed(frames: Iterable[AudioFrame]) -> Iterator[AudioFrame]:
    """Frames with three or more channels without places become mono; the others stay."""
    for frame in frames:
        yield _mix_by_level(frame) if _has_unnamed_channels(frame) else frame


def _has_unnamed_channels(frame: AudioFrame) -> bool:
    name = frame.layout.name  # such as "3 channels" and "ambisonic 1"
    is_unnamed = name.endswith("channels") or "ambisonic" in name or "discrete" in name
    return frame.layout.nb_channels > 2 and is_unnamed


def _mix_by_level(frame: AudioFrame) -> AudioFrame:
    """The louder a channel is, the more of it is heard: silent ones take nothing away."""
    channels = _to_float(frame)
    energy = np.square(channels).mean(axis=1)
    total = float(energy.sum())
    weights = energy / total if total > 0 else np.full(energy.size, 1 / energy.size)
    mono = (weights @ channels).astype(np.float32)
    mixed = AudioFrame.from_ndarray(mono[np.newaxis], "flt", "mono")
    mixed.sample_rate = frame.sample_rate
    mixed.pts, mixed.time_base = frame.pts, frame.time_base
    return mixed


def _to_float(frame: AudioFrame) -> np.ndarray:
    """float64, shape (n_channels, n_samples), in [-1, 1]."""
    samples = frame.to_ndarray()
    if not frame.format.is_planar:
        samples = samples.reshape(-1, frame.layout.nb_channels).T
    kind = frame.format.name.removesuffix("p")
    wide = samples.astype(np.float64)
    if kind == "u8":
        wide -= 128.0
    return wide / _FULL_SCALE.get(kind, 1.0)
