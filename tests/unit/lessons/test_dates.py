"""A date in a recording's name is the lesson's."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from datetime import date as date_type
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.lessons.dates import date_in_name, date_of_file, date_of_recording
from backend.lessons.service import LessonDetails

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _a_server_in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def told(name: str) -> str | None:
    moment = date_in_name(PurePosixPath(name), NOW)
    return None if moment is None else moment.isoformat(timespec="minutes").removesuffix("+00:00")


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("20250305_0915_enzymes.mp3", "2025-03-05T09:15"),
        ("2025-03-05 Optics.m4a", "2025-03-05T12:00"),
        ("Lecture 05.03.2025.mp3", "2025-03-05T12:00"),
        ("Cours du 5.3.2025.mp3", "2025-03-05T12:00"),
        ("VID_20250305_091512.mp4", "2025-03-05T09:15"),
        ("20250305091512.wav", "2025-03-05T09:15"),
        ("Recording 2025-03-05 at 09.15.12.m4a", "2025-03-05T09:15"),
        ("2025_03_05_09h15.mp3", "2025-03-05T09:15"),
        ("AUD-20250305-WA0001.opus", "2025-03-05T12:00"),
        ("25-03-2025.mp3", "2025-03-25T12:00"),
        ("03-25-2025.mp3", "2025-03-25T12:00"),
        ("20250305_9999.mp3", "2025-03-05T12:00"),
    ],
)
def test_names_as_recorders_and_people_write_them_are_read(name: str, moment: str) -> None:
    assert told(name) == moment


@pytest.mark.parametrize(
    "name",
    [
        "enzymes.mp3",
        "lesson 2025.mp3",
        "2025-13-45.mp3",
        "2024-02-30.mp3",
        "1234567890123.mp3",
        "20991231.mp3",  # still to come
        "19000101.mp3",
        "05-03-2025.mp3",  # in March or in May
    ],
)
def test_what_is_no_date_or_may_be_two_is_none(name: str) -> None:
    assert told(name) is None


def test_a_time_in_a_name_is_the_servers_own_and_that_of_a_meeting_is_in_gmt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()

    assert told("20250305_0915.mp3") == "2025-03-05T00:15"
    assert told("GMT20250305-091500_Recording.m4a") == "2025-03-05T09:15"


@given(st.text(st.characters(codec="utf-8", exclude_characters="/\0"), max_size=40))
def test_no_name_is_too_odd(name: str) -> None:
    moment = date_in_name(PurePosixPath(f"{name}.mp3"), NOW)

    assert moment is None or moment.tzinfo is UTC


def test_what_a_person_says_goes_before_what_the_name_says() -> None:
    said = LessonDetails(title="Optics", date=NOW)

    assert said.completed(PurePosixPath("2025-03-05 x.mp3"), "Enzymes", None) == said
    named = LessonDetails().completed(PurePosixPath("2025-03-05 Optics.mp3"), None, None)
    assert (named.title, named.date) == ("2025-03-05 Optics", datetime(2025, 3, 5, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("recorded_at", "is_believed"),
    [
        (datetime(2025, 3, 5, 8, 15, tzinfo=UTC), True),
        (datetime(1904, 1, 1, tzinfo=UTC), False),
        (datetime(1970, 1, 1, 0, 0, 7, tzinfo=UTC), False),
        (datetime(2036, 2, 7, tzinfo=UTC), False),
        (None, False),
    ],
)
def test_a_clock_that_was_never_set_dates_no_recording(
    recorded_at: datetime | None, is_believed: bool
) -> None:
    now = datetime(2026, 11, 27, tzinfo=UTC)

    assert date_of_recording(recorded_at, now) == (recorded_at if is_believed else None)


def test_a_file_has_its_own_time_unless_it_cannot_be(tmp_path: Path) -> None:
    now, path = datetime(2026, 11, 27, tzinfo=UTC), tmp_path / "a.mp3"
    path.touch()
    found = []
    for moment in (1_741_162_500, 0, 4_000_000_000):
        os.utime(path, (moment, moment))
        found.append(date_of_file(path, now))

    assert found == [datetime(2025, 3, 5, 8, 15, tzinfo=UTC), None, None]
    assert date_of_file(tmp_path / "absent.mp3", now) is None


def test_a_person_says_the_date_then_the_name_then_the_recorder_then_the_file(
    tmp_path: Path,
) -> None:
    plain, dated = tmp_path / "lesson.mp3", tmp_path / "20250102.mp3"
    plain.touch()
    os.utime(plain, (1_741_162_500, 1_741_162_500))
    recorded = datetime(2025, 2, 1, tzinfo=UTC)
    said = datetime(2024, 1, 1, tzinfo=UTC)

    def date(path: Path, recorded_at: datetime | None, said: datetime | None = None) -> date_type:
        details = LessonDetails(date=said).completed(path, None, recorded_at, plain)
        assert details.date is not None
        return details.date.date()

    assert date(dated, recorded, said) == date_type(2024, 1, 1)
    assert date(dated, recorded) == date_type(2025, 1, 2)
    assert date(plain, recorded) == date_type(2025, 2, 1)
    assert date(plain, None) == date_type(2025, 3, 5)
