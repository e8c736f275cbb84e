"""The keyboard alone is enough, and one sees where one is."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.acceptance.pages.lessons import nano_segments
from tests.acceptance.pages.visitor import Visitor
from tests.api.server import LIMIT_SECONDS, ServerProcess
from tests.audio_files import NANO_LESSON_PATH
from tests.waiting import wait_until

OpenPages = Callable[..., Visitor]


@pytest.fixture
def serve_options() -> tuple[str, ...]:
    return ("--no-worker",)


@pytest.fixture
def lesson(lesson_of: Callable[..., int]) -> None:
    said = {"summary": "Light is said to be many things.", "brief": "About light."}
    segments = nano_segments()
    lesson_of(
        NANO_LESSON_PATH,
        title="Light",
        language="en",
        duration=278.0,
        transcript=segments,
        corrected_transcript=segments,
        **said,
    )


def test_from_the_library_to_a_moment_that_was_found(
    open_pages: OpenPages, lesson: None, server: ServerProcess
) -> None:
    visitor = open_pages()
    page, press = visitor.page, visitor.page.keyboard.press
    visitor.settle()
    visitor.tab_to(page.get_by_role("link", name="Light"))
    press("Enter")
    expect(page.get_by_role("heading", level=1, name="Light")).to_be_focused()

    visitor.settle()
    press("Space")
    page.wait_for_function("() => document.querySelector('video').currentTime > 0.5")
    press("Space")
    page.wait_for_function("() => document.querySelector('video').paused")
    before = page.evaluate("document.querySelector('video').currentTime")
    press("ArrowRight")
    page.wait_for_function(
        "before => document.querySelector('video').currentTime > before + 4", arg=before
    )

    press("Control+f")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("the")
    expect(page.get_by_text(re.compile(r"^\d+ of \d+$"))).to_be_visible()
    for _ in range(9):
        press("Enter")
    press("Escape")
    expect(page.get_by_role("searchbox")).to_be_hidden()
    visitor.check_focus()

    press("t")
    press("ArrowDown")
    press("e")
    field = page.get_by_role("textbox", name="Text at")
    expect(field).to_be_focused()
    position = int(page.locator("[data-segment]", has=field).get_attribute("data-segment") or "")
    press("Control+a")
    page.keyboard.type("Zebras were mentioned.")
    press("Enter")
    press("Escape")
    expect(field).to_be_hidden()
    visitor.check_focus()
    path = f"/api/v1/lessons/1/segments/{position}"
    with server.client() as api:
        wait_until(lambda: "Zebras" in api.get(path).json()["text"], LIMIT_SECONDS)

    press("ArrowUp")
    press("n")
    note = page.get_by_role("textbox", name="Note")
    expect(note).to_be_focused()
    page.keyboard.type("Asked in the exam.")
    press("Control+Enter")
    expect(note).to_be_hidden()
    visitor.check_focus()

    press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("zebras")
    expect(page.locator("mark", has_text="Zebras")).to_be_visible()
    press("ArrowDown")
    press("ArrowDown")
    visitor.check_focus()
    press("Enter")
    expect(page).to_have_url(re.compile(r"/lessons/1\?t="))
    shown = page.locator(f"[data-segment='{position}']")
    expect(shown).to_be_in_viewport()
    expect(shown).to_be_focused()
    visitor.check_focus()


def test_the_focus_comes_back_from_whatever_opens(open_pages: OpenPages, lesson: None) -> None:
    visitor = open_pages("/lessons/1")
    page, press = visitor.page, visitor.page.keyboard.press
    visitor.settle()

    for button in ("Appearance and language", "Export", "More", "Speed: 1×"):
        visitor.tab_to(page.get_by_role("button", name=button, exact=True))
        press("Enter")
        expect(page.get_by_role("menu")).to_be_visible()
        press("Escape")
        expect(page.get_by_role("button", name=button, exact=True)).to_be_focused()

    press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    visitor.check_focus()
    press("Escape")
    expect(page.get_by_role("button", name="Speed: 1×")).to_be_focused()

    more = page.get_by_role("button", name="More", exact=True)
    visitor.tab_to(more, "Shift+Tab")
    press("Enter")
    page.get_by_role("menuitem", name="Edit details").press("Enter")
    expect(page.get_by_role("dialog", name="Details")).to_be_visible()
    press("Escape")
    expect(more).to_be_focused()

    page.goto("/")
    visitor.settle()
    visitor.tab_to(page.get_by_role("button", name="Add recordings"))
    press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    press("Escape")
    expect(page.get_by_role("button", name="Add recordings")).to_be_focused()
    visitor.tab_to(page.get_by_role("button", name="New course"), "Shift+Tab")
    press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    press("Escape")
    expect(page.get_by_role("button", name="New course")).to_be_focused()


@pytest.mark.parametrize("look", ["wide", "phone"])
def test_what_has_the_focus_is_never_beneath_a_bar(
    open_pages: OpenPages, lesson: None, look: str
) -> None:
    visitor = open_pages("/lessons/1", look=look)
    page = visitor.page
    visitor.settle()
    loop = page.get_by_role("button", name="Repeat this sentence")

    page.locator("main").focus()
    visitor.tab_to(loop)
    visitor.tab_to(page.get_by_role("button", name="More", exact=True), "Shift+Tab")
    page.keyboard.press("t")
    for _ in range(20):
        page.keyboard.press("ArrowDown")
        visitor.check_focus()
    for _ in range(20):
        page.keyboard.press("ArrowUp")
        visitor.check_focus()
