import pytest
from hypothesis import given

from backend.exports.direction import is_right_to_left, language_code, split_by_direction
from tests.unit.text.transcripts import ANY_TEXT, SPOKEN_TEXT


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Cells divide.", "en", False),
        ("שלום", "he", True),
        ("مرحبا", "ar", True),
        ("הפונקציה numpy.linalg.eigvals", "he", True),
        ("הפונקציה numpy.linalg.eigvals", "en", False),
        ("הפונקציה print", None, True),
        ("Only English here.", "he", False),
        ("10:30", "he", False),
        ("", "ar", False),
        ("שלום", "iw-IL", True),
    ],
)
def test_the_direction_of_a_paragraph(text: str, language: str | None, expected: bool) -> None:
    assert is_right_to_left(text, language) is expected


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("שלום Python 3.12 הוא", ["<שלום ", ">Python 3.12", "< הוא"]),
        ("עמודים 3-5, (print(x)).", ["<עמודים 3-5, (", ">print(x)", "<)."]),
        ("הפונקציה len(x) מחזירה [5]", ["<הפונקציה ", ">len(x)", "< מחזירה [5]"]),
        ("שיעור (Python) ראשון", ["<שיעור (", ">Python", "<) ראשון"]),
        ("مرحبا ٣ أشياء 10:30", ["<مرحبا ٣ أشياء 10:30"]),
        ("Hello (שלום לכם) 3!", None),
    ],
)
def test_a_right_to_left_paragraph_is_split_where_the_direction_changes(
    text: str, runs: list[str] | None
) -> None:
    found = [
        ("<" if run.is_right_to_left else ">") + run.text
        for run in split_by_direction(text, is_right_to_left=runs is not None)
    ]

    assert found == (runs or [">Hello (", "<שלום לכם", ">) 3!"])


@given(text=SPOKEN_TEXT | ANY_TEXT)
@pytest.mark.parametrize("base", [True, False])
def test_no_character_is_lost_in_runs(base: bool, text: str) -> None:
    runs = list(split_by_direction(text, is_right_to_left=base))

    assert "".join(run.text for run in runs) == text
    assert all(run.text for run in runs)


@pytest.mark.parametrize(
    ("language", "code"),
    [("he", "he"), ("he-IL", "he"), ("ZH_Hant", "zh"), ("Hebrew", None), ("", None), (None, None)],
)
def test_the_code_of_a_language(language: str | None, code: str | None) -> None:
    assert language_code(language) == code
