"""What no message of an error shows."""

import pytest

from backend.errors import ConfigError, hide_passwords


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://ada:secret@box/v1", "http://***@box/v1"),
        ("http://secret@box", "http://***@box"),
        ("http://secret:@box", "http://***@box"),
        ("at http://a:s@one/ and https://b:s@two.", "at http://***@one/ and https://***@two."),
        ("http://ada@school:sec@ret@box/", "http://***@box/"),
        ("'ftp://ada:secret@box'", "'ftp://***@box'"),
        ("postgresql://me:***@box/db", "postgresql://me:***@box/db"),
        ("http://box/@ada and ada@box", "http://box/@ada and ada@box"),
        ("http://box?q=a@b", "http://box?q=a@b"),
    ],
)
def test_the_user_of_an_address_is_hidden_and_nothing_else(text: str, shown: str) -> None:
    assert hide_passwords(text) == shown
    assert ConfigError(text).message == shown
