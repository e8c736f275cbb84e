"""Every regular expression of the program takes time in proportion to the text, whatever it is.

Python's engine holds the interpreter while it searches, so one slow pattern stops the whole server.
"""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from backend import text
from backend.text.captions_in import read_captions

BACKEND = Path(text.__file__).parents[1]
LENGTH = 1_000
GROWTH = 4
MOST_RATIO = 9
"""Between the time for GROWTH times as long a text and that for the text itself: 4 where it is
linear, 16 where it is quadratic."""
NEGLIGIBLE_SECONDS = 0.004
ENDS = ("", "\x00")
ATTEMPTS = 3


def patterns() -> Iterator[Any]:
    """Those that modules keep. Each module is imported, so that a new one is tested as well."""
    for path in sorted(BACKEND.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if "re.compile" not in source:
            continue
        name = ".".join(path.relative_to(BACKEND.parent).with_suffix("").parts)
        for variable, value in vars(importlib.import_module(name)).items():
            if isinstance(value, re.Pattern):
                yield pytest.param(_of_text(value), id=f"{name}.{variable}")


def _of_text(pattern: "re.Pattern[Any]") -> "re.Pattern[str]":
    is_text = isinstance(pattern.pattern, str)
    return pattern if is_text else re.compile(pattern.pattern.decode("latin-1"))


def inline_patterns() -> Iterator[Any]:
    """Those that stand in a call, such as `re.sub(pattern, …)`."""
    for path in sorted(BACKEND.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "re"
                and node.func.attr != "compile"
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                place = f"{path.relative_to(BACKEND)}:{node.lineno}"
                yield pytest.param(re.compile(str(node.args[0].value)), id=place)


def pieces(pattern: "re.Pattern[str]") -> list[str]:
    """What may make it slow when it stands again and again: its own letters, alone and in runs."""
    letters = dict.fromkeys(
        character for character in re.sub(r"\\.", "", pattern.pattern) if character.isprintable()
    )
    literals = re.findall(r"[^\\()\[\]{}|*+?^$]{2,}", pattern.pattern)
    pairs = [f"{one}{other}" for one in ("<", "&", "[", "{", "-") for other in " .1a"]
    starts = [f"{literal[:6]} " for literal in literals[:6]]
    return [*letters, " ", "\n", "1", "a", "A", ".", ",", "é", "\u00a0", *pairs, *starts]


def seconds(pattern: "re.Pattern[str]", content: str) -> float:
    began = process_time()
    sum(1 for _ in pattern.finditer(content))
    pattern.fullmatch(content)
    return process_time() - began


def grows_too_fast(pattern: "re.Pattern[str]", piece: str, end: str) -> bool:
    n = LENGTH // len(piece)
    for _ in range(ATTEMPTS):
        long = seconds(pattern, piece * n * GROWTH + end)
        if long < NEGLIGIBLE_SECONDS or long < MOST_RATIO * seconds(pattern, piece * n + end):
            return False
    return True


def slow_pieces(pattern: "re.Pattern[str]") -> list[tuple[str, str]]:
    return [
        (piece, end)
        for piece in pieces(pattern)
        for end in ENDS
        if grows_too_fast(pattern, piece, end)
    ]


@pytest.mark.parametrize("pattern", [*patterns(), *inline_patterns()])
def test_a_pattern_takes_time_in_proportion_to_the_text(pattern: "re.Pattern[str]") -> None:
    assert slow_pieces(pattern) == []


@pytest.mark.parametrize("pattern", [r"<[^>]*>", r"\s+,", r"(\d+)x", r"<v\s+([^>]+)>"])
def test_a_quadratic_pattern_is_noticed(pattern: str) -> None:
    assert slow_pieces(re.compile(pattern))


@pytest.mark.parametrize("sign", ["<", "<v ", "{\\", "&", "<b "])
def test_a_line_full_of_signs_is_read_in_proportion_to_its_length(sign: str) -> None:
    line = (sign * 20_000)[:20_000]
    captions = read_captions(f"WEBVTT\n\n00:01.000 --> 00:02.000\n{line}\n".encode())

    assert captions.segments[0].text == " ".join(line.split())
