"""What a recording's header says."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class AudioInfo:
    """What a recording's header says. `duration_seconds` may be an estimate, or unknown."""

    duration_seconds: float | None
    codec: str
    sample_rate_hz: int
    channels: int
    has_video: bool
    title: str | None = None
    """Its own tag, whoever wrote it."""
    recorded_at: datetime | None = None
    """When recording began, by the device's clock: UTC, as the formats want it."""
