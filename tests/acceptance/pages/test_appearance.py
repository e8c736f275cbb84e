"""Every page on a phone and on a wide screen, light and dark, in French, and from right to left."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.acceptance.pages.visitor import LOOKS, Visitor

OpenPages = Callable[..., Visitor]

SEGMENTS = [
    {"start": 5.0 * n, "end": 5.0 * n + 4, "text": f"This is sentence {n} about light."}
    for n in range(40)
]
RIGHT_TO_LEFT = [
    {"start": 5.0 * n, "end": 5.0 * n + 4, "text": f"هذه هي الجملة {n} عن الضوء."}
    for n in range(40)
]
PAGES = {
    "library": "/",
    "lesson": "/lessons/1",
    "search": "/search?q=light",
    "notes": "/notes",
    "tasks": "/tasks",
    "settings": "/settings",
    "trash": "/trash",
    "not found": "/nothing",
}


@pytest.fixture
def lessons(lesson_of: Callable[..., int]) -> None:
    said = {"summary": "Light is said to be many things.", "brief": "About light."}
    lesson_of(title="Light", language="en", duration=200.0, transcript=SEGMENTS, **said)
    lesson_of(title="الضوء", language="ar", duration=200.0, transcript=RIGHT_TO_LEFT, **said)


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_is_open_to_everybody_and_fits(
    open_pages: OpenPages, lessons: None, look: str
) -> None:
    visitor = open_pages(look=look)
    visitor.expect_trouble("answer: GET .*/nothing 404", "/api/v1/lessons/1/media")
    for name, path in PAGES.items():
        visitor.page.goto(path)
        expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()
        visitor.settle()
        visitor.check_access(name)
        visitor.check_fits()


def test_the_pages_speak_french(open_pages: OpenPages, lessons: None) -> None:
    page = open_pages(look="French").page

    expect(page.get_by_role("heading", level=1, name="Bibliothèque")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.get_by_role("link", name="Light")).to_be_visible()


def test_the_pages_are_dark_where_the_device_is(open_pages: OpenPages) -> None:
    brightness = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3)"
    light, dark = (
        open_pages(color_scheme=scheme).page.evaluate(brightness) for scheme in ("light", "dark")
    )

    assert all(int(value) > 200 for value in light)
    assert all(int(value) < 60 for value in dark)


def test_a_lesson_from_right_to_left_is_shown_so(open_pages: OpenPages, lessons: None) -> None:
    visitor = open_pages("/lessons/2")
    visitor.expect_trouble("/api/v1/lessons/2/media")

    sentence = visitor.page.get_by_text("هذه هي الجملة").first
    expect(sentence).to_be_visible()

    assert sentence.evaluate("element => getComputedStyle(element).direction") == "rtl"
    visitor.check_access("lesson: from right to left")
