"""How long a server asks to wait, in every form in which one says it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.llm.waits import read_reset, read_retry_after, read_wait

NOON = 1_795_348_800.0
"""2026-11-22 12:00:00 UTC."""


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "1m30s"}, 90.0),
        ({"retry-after": "0s"}, 0.0),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "1"}, 1.0),
        ({"retry-after": "Sun, 22 Nov 2026 12:00:30 GMT"}, 30.0),
        ({"retry-after": "Sun, 22 Nov 2026 11:59:00 GMT"}, 0.0),
        ({"retry-after": "2026-11-22T12:00:30Z"}, 30.0),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "later"}, None),
        ({"retry-after": ""}, None),
    ],
)
def test_retry_after_is_read_in_all_its_forms(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert read_retry_after(headers, NOON) == seconds


@pytest.mark.parametrize(
    ("stated", "seconds"),
    [
        ("1s", 1.0),
        ("6m0s", 360.0),
        ("120ms", 0.12),
        ("2m59.56s", 179.56),
        ("1h2m3.5s", 3723.5),
        ("1d2h", 93_600.0),
        ("33011.38", 33_011.38),
        ("1795348830", 30.0),
        ("1795348830000", 30.0),
        ("1795348700", 0.0),
        ("2026-11-22T12:00:34Z", 34.0),
        ("2026-11-22T13:00:34.5+01:00", 34.5),
        ("Sun, 22 Nov 2026 12:00:30 GMT", 30.0),
        ("5 messages", None),
        ("soon", None),
    ],
)
def test_a_moment_or_a_duration_is_read_in_the_form_of_each_maker(
    stated: str, seconds: float | None
) -> None:
    assert read_reset({"x-ratelimit-reset": stated}, NOON) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("remaining", "seconds"),
    [
        ({"requests": "0", "tokens": "5"}, 1.0),
        ({"requests": "5", "tokens": "0"}, 60.0),
        ({"requests": "0", "tokens": "0"}, 60.0),
        ({"requests": "0"}, 1.0),
        ({}, 60.0),
        ({"requests": "5", "tokens": "5"}, None),
        ({"requests": "none", "tokens": "5"}, 1.0),
    ],
)
def test_only_what_is_used_up_is_waited_for(
    remaining: dict[str, str], seconds: float | None
) -> None:
    headers = {"x-ratelimit-reset-requests": "1s", "x-ratelimit-reset-tokens": "1m0s"}
    headers |= {f"x-ratelimit-remaining-{name}": left for name, left in remaining.items()}

    assert read_reset(headers, NOON) == seconds


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("Please try again in 20s.", 20.0),
        ("Please try again in 1m30s. Visit us.", 90.0),
        ("try again in 450ms", 0.45),
        ("Please retry in 34.074824224s.", 34.074824224),
        ("Please retry after 59 seconds.", 59.0),
        ("Wait for about 2 minutes", 120.0),
        ('{"retryDelay": "34s"}', 34.0),
        ('"message": "{\\n  \\"retryDelay\\": \\"21.5s\\"}"', 21.5),
        ('{"metadata": {"retry_after_seconds": 12}}', 12.0),
        ("try again in a moment", None),
        ("try again in 5 messages", None),
        ('{"retryDelay": "1.2.3s"}', None),
    ],
)
def test_a_wait_is_found_in_the_words(words: str, seconds: float | None) -> None:
    assert read_wait({}, words, NOON) == seconds


def test_the_header_goes_before_the_words() -> None:
    assert read_wait({"retry-after": "7"}, "try again in 20s", NOON) == 7


STATED = st.text(max_size=30) | st.from_regex(r"[0-9]{1,30}(\.[0-9]{1,9})?(ms|s|m|h|d)?")


@given(st.dictionaries(st.sampled_from(["retry-after", "x-ratelimit-reset-a"]), STATED), STATED)
def test_any_header_and_any_words_give_a_wait_or_none(headers: dict[str, str], body: str) -> None:
    for wait in (read_wait(headers, f"try again in {body}", NOON), read_reset(headers, NOON)):
        assert wait is None or 0 <= wait < float("inf")
