"""How long a server asks to wait, wherever it writes it: in its headers or in its words."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

OLDEST_EPOCH_SECONDS = 1e9
"""From here on a bare number is a moment, in seconds since 1970, and no longer a duration (it is
that of 2001, and 31 years)."""
OLDEST_EPOCH_MILLISECONDS = 1e11

UNIT_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
PART = (
    r"(\d{1,9}(?:\.\d{1,12})?)\s?"
    r"(milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|h|days?|d)(?![a-z])"
)
DURATION = re.compile(rf"(?:{PART}[\s,]{{0,2}}(?:and )?){{1,5}}", re.IGNORECASE)
"""`6m0s`, `2m59.56s`, `120ms` (OpenAI, Groq), `34s` (Google), `20 seconds`."""

WORDED = re.compile(
    rf"(?:try again|retry|wait)\s(?:(?:in|after|for|at least|about)\s){{0,3}}({DURATION.pattern})",
    re.IGNORECASE,
)
"""OpenAI's "Please try again in 20s", Azure's "Please retry after 59 seconds", and the like."""
RETRY_DELAY = re.compile(
    r'retry_?delay\\{0,9}"\s{0,9}:\s{0,9}\\{0,9}"([\d.]{1,20}s)', re.IGNORECASE
)
"""Google's `RetryInfo`, also where its JSON stands as a text within another."""
RETRY_SECONDS = re.compile(r'retry_after(?:_seconds)?\\{0,9}"\s{0,9}:\s{0,9}([\d.]{1,20})')


def read_wait(headers: Mapping[str, str], body: str, now_seconds: float) -> float | None:
    """The seconds that an answer asks to wait, or None where it does not say.

    `now_seconds` is the time of day since 1970.
    """
    stated = read_retry_after(headers, now_seconds)
    return stated if stated is not None else _read_words(body)


def read_retry_after(headers: Mapping[str, str], now_seconds: float) -> float | None:
    """`retry-after-ms` (OpenAI) is the more exact one; `retry-after` holds seconds or an HTTP date
    (RFC 9110, 10.2.3)."""
    milliseconds = _read_number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    return _read_moment(headers.get("retry-after"), now_seconds)


def read_reset(headers: Mapping[str, str], now_seconds: float) -> float | None:
    """Until every limit that is used up is lifted, as `x-ratelimit-reset-requests` (OpenAI, Groq),
    `anthropic-ratelimit-tokens-reset`, `x-ratelimit-reset` (OpenRouter) and their like say it.

    A limit of which something remains holds nobody up. Where no limit says what remains, all count.
    """
    resets = {
        name: _read_moment(stated, now_seconds)
        for name, stated in headers.items()
        if "ratelimit" in name and "reset" in name
    }
    remaining = {name: _read_number(headers.get(_remaining(name))) for name in resets}
    used_up = [resets[name] for name, left in remaining.items() if left == 0]
    unknown = [resets[name] for name, left in remaining.items() if left is None]
    found = [seconds for seconds in used_up or unknown if seconds is not None]
    return max(found, default=None)


def _remaining(name_of_reset: str) -> str:
    return name_of_reset.replace("reset", "remaining")


def _read_words(body: str) -> float | None:
    worded = RETRY_DELAY.search(body) or WORDED.search(body)
    if worded is not None:
        return _read_duration(worded[1])
    counted = RETRY_SECONDS.search(body)
    return _read_number(counted[1]) if counted else None


def _read_moment(stated: str | None, now_seconds: float) -> float | None:
    """Seconds until a moment, or a duration's own: a number, `1m30s`, an HTTP or an ISO date."""
    number = _read_number(stated)
    if number is None:
        duration = _read_duration(stated or "")
        return duration if duration is not None else _seconds_until(stated or "", now_seconds)
    if number >= OLDEST_EPOCH_MILLISECONDS:
        return max(0.0, number / 1000 - now_seconds)
    return max(0.0, number - now_seconds) if number >= OLDEST_EPOCH_SECONDS else number


def _read_number(stated: str | None) -> float | None:
    try:
        number = float(stated or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _read_duration(stated: str) -> float | None:
    if not DURATION.fullmatch(stated.strip()):
        return None
    parts = re.findall(PART, stated, re.IGNORECASE)
    return sum(float(number) * UNIT_SECONDS[_unit(name)] for number, name in parts)


def _unit(name: str) -> str:
    short = name.lower()
    return "ms" if short.startswith(("ms", "milli")) else short[0]


def _seconds_until(date: str, now_seconds: float) -> float | None:
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(date)
            aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return max(0.0, aware.timestamp() - now_seconds)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None
