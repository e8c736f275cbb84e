"""When a lesson was held, as the name of its recording says."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePath

NOON = (12, 0, 0)
"""The time of a name that has only a day: it is the same day wherever it is read."""
FIRST_YEAR = 1970
EARLIEST = datetime(1970, 1, 3, tzinfo=UTC)
"""A day or two after the zero of clocks, wherever they stand."""

YEAR, MONTH, DAY = r"(?P<year>\d{4})", r"(?P<month>\d{2})", r"(?P<day>\d{2})"
TIME = (
    r"(?:[ _T-]{1,3}(?:at |um |à )?"
    r"(?P<hour>\d{2})(?P<colon>[.:h_-]?)(?P<minute>\d{2})(?:(?P=colon)(?P<second>\d{2}))?(?!\d))?"
)
COMPACT = r"(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?(?!\d)"
FORMS = tuple(
    re.compile(rf"(?<!\d)(?P<zone>GMT|UTC)?{moment}")
    for moment in (
        rf"{YEAR}{MONTH}{DAY}{COMPACT}",
        rf"{YEAR}(?P<dash>[-._ ]?){MONTH}(?P=dash){DAY}(?!\d){TIME}",
        rf"(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.{YEAR}(?!\d){TIME}",
        rf"(?P<one>\d{{2}})(?P<dash>[-_ ])(?P<other>\d{{2}})(?P=dash){YEAR}(?!\d){TIME}",
    )
)
"""`20250305091500`; `2025-03-05`, `20250305`; `05.03.2025`; `25-03-2025` and `03-25-2025`."""


def date_in_name(path: PurePath, now: datetime) -> datetime | None:
    """The moment that a recording's name tells, in UTC; None: none, or none that can be.

    What stands in names is the time of the place, which is taken to be the server's own; meeting
    programs write `GMT` before theirs. A moment that is still to come is none of a recording.
    """
    for form in FORMS:
        for found in form.finditer(path.stem):
            moment = _read(found)
            if moment is not None and moment <= now + timedelta(days=1):
                return moment
    return None


def date_of_recording(recorded_at: datetime | None, now: datetime) -> datetime | None:
    """When recording began, as the file says; None where its clock was not set, or says nothing.

    A clock that was never set counts from 1904, 1970 or the year in which the device was made.
    """
    if recorded_at is None or not EARLIEST <= recorded_at <= now + timedelta(days=1):
        return None
    return recorded_at


def date_of_file(path: Path, now: datetime) -> datetime | None:
    """When a file was last written, which is about the end of what was recorded into it."""
    try:
        return date_of_recording(datetime.fromtimestamp(path.stat().st_mtime, UTC), now)
    except (OSError, ValueError, OverflowError):
        return None  # gone, which whoever copies it says; or a time that no calendar has


def _read(found: re.Match[str]) -> datetime | None:
    parts = found.groupdict()
    day = _day_of(parts)
    if day is None or day[0] < FIRST_YEAR:
        return None
    time = NOON
    if parts["hour"]:
        time = (int(parts["hour"]), int(parts["minute"]), int(parts["second"] or 0))
    try:
        return _to_utc(datetime(*day, *time), parts["zone"])
    except ValueError:
        # `20250305_9999`: the day may be meant, and the rest be a number.
        return None if time == NOON else _read_day(day)


def _read_day(day: tuple[int, int, int]) -> datetime | None:
    try:
        return _to_utc(datetime(*day, *NOON), None)
    except ValueError:
        return None


def _to_utc(moment: datetime, zone: str | None) -> datetime:
    return moment.replace(tzinfo=UTC) if zone else moment.astimezone(UTC)


def _day_of(parts: dict[str, str | None]) -> tuple[int, int, int] | None:
    year = int(parts["year"] or 0)
    if "one" not in parts:
        return year, int(parts["month"] or 0), int(parts["day"] or 0)
    one, other = int(parts["one"] or 0), int(parts["other"] or 0)
    if one > 12 or one == other:
        return year, other, one
    # `05-03-2025` is the fifth of March here, and the third of May there.
    return (year, one, other) if other > 12 else None
