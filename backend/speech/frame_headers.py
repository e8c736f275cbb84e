"""How long a frame of MP3 or ADTS lasts, as its own header says.

FFmpeg counts all frames of such a file as those at its beginning, also where files of several
sample rates were joined. The headers: ISO/IEC 11172-3 (2.4.1.3), 13818-3 and 13818-7 (6.2).
"""

from typing import Any

MPEG_RATES_HZ = (44_100, 48_000, 32_000)
DIVISOR_OF_VERSION = {3: 1, 2: 2, 0: 4}
"""MPEG-1, MPEG-2 and MPEG-2.5."""
LAYER_3, LAYER_1 = 1, 3
ADTS_RATES_HZ = (
    *(96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000),
    *(22_050, 16_000, 12_000, 11_025, 8_000, 7_350),
)
ADTS_BLOCK_SAMPLES = 1024


def seconds_of(packet: Any, container: str) -> float:
    """How long the sound of a packet lasts; `container` is FFmpeg's name of the form."""
    read = {"mp3": _mp3_seconds, "aac": _adts_seconds}.get(container)
    stated = read(bytes(packet)[:7]) if read and packet.size >= 7 else None
    if stated is not None:
        return stated
    return float((packet.duration or 0) * packet.time_base) if packet.time_base else 0.0


def _mp3_seconds(header: bytes) -> float | None:
    version, layer, rate = header[1] >> 3 & 3, header[1] >> 1 & 3, header[2] >> 2 & 3
    divisor = DIVISOR_OF_VERSION.get(version)
    if not _is_in_step(header) or divisor is None or not layer or rate >= len(MPEG_RATES_HZ):
        return None
    n_samples = 384 if layer == LAYER_1 else 1152
    if layer == LAYER_3 and divisor > 1:
        n_samples = 576
    return n_samples * divisor / MPEG_RATES_HZ[rate]


def _adts_seconds(header: bytes) -> float | None:
    rate = header[2] >> 2 & 15
    if not _is_in_step(header) or rate >= len(ADTS_RATES_HZ):
        return None
    return ADTS_BLOCK_SAMPLES * (1 + (header[6] & 3)) / ADTS_RATES_HZ[rate]


def _is_in_step(header: bytes) -> bool:
    return header[0] == 0xFF and header[1] & 0xE0 == 0xE0
