"""From the first start to a file to pass on: the way of somebody who hears of Lectern today."""

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, Route, expect
from pypdf import PdfReader

from tests.acceptance.pages.lessons import nano_segments
from tests.acceptance.pages.visitor import Visitor
from tests.api.server import LIMIT_SECONDS, ServerProcess
from tests.audio_files import NANO_LESSON_PATH
from tests.waiting import wait_until

OpenPages = Callable[..., Visitor]

SPOKEN = """() => {
    const [range] = CSS.highlights.get('lesson-spoken') ?? []
    const at = document.querySelector('video').currentTime
    return range ? { text: range.toString().trim(), at } : null
}"""


@pytest.fixture
def api(server: ServerProcess) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client


def start_with_sample(page: Page, api: httpx.Client) -> list[dict[str, Any]]:
    """The sample lesson, opened and processed; its segments."""
    page.get_by_role("button", name="Try the sample lesson").click()
    expect(page.get_by_role("heading", level=1, name="Newton")).to_be_visible()
    expect(
        page.get_by_role("list", name="Transcript").get_by_role("listitem").first
    ).to_be_visible()
    wait_until(lambda: api.get("/api/v1/lessons/1/summary").is_success, LIMIT_SECONDS)
    segments: list[dict[str, Any]] = api.get("/api/v1/lessons/1/transcript").json()["segments"]
    return segments


def words_around(segments: list[dict[str, Any]], at: float) -> set[str]:
    """The words about a moment: what is painted is some frames old when it is asked for."""
    return {
        word["text"].strip()
        for segment in segments
        for word in segment["words"]
        if word["start"] - 1 <= at <= word["end"] + 1
    }


def words_of(segment: dict[str, Any]) -> str:
    return " ".join(segment["text"].split())


def test_from_the_first_start_to_a_file_to_pass_on(
    open_pages: OpenPages, api: httpx.Client
) -> None:
    visitor = open_pages()
    page = visitor.page
    segments = start_with_sample(page, api)
    visitor.check_access("lesson: just transcribed")

    # It follows the sound, word by word.
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function(f"() => ({SPOKEN})()?.at > 1")
    spoken = page.evaluate(SPOKEN)
    assert spoken["text"] in words_around(segments, spoken["at"])
    page.wait_for_function(f"before => ({SPOKEN})()?.text !== before", arg=spoken["text"])
    page.get_by_role("button", name="Pause", exact=True).click()

    # It goes on while one looks around, and its page takes it over without a pause.
    page.get_by_role("button", name="Play", exact=True).click()
    page.evaluate(
        "document.querySelector('video').addEventListener('pause', () => (window.hasPaused = true))"
    )
    page.get_by_role("link", name="Notes").first.click()
    page.get_by_role("region", name="Playing").get_by_role("link").click()
    page.locator(".picture-box video").wait_for(state="attached")
    assert page.evaluate("window.hasPaused") is None
    page.get_by_role("button", name="Pause", exact=True).click()

    # On paper there is all of the text, and nothing of the program.
    printed = PdfReader(BytesIO(page.pdf()))
    paper = " ".join("".join(sheet.extract_text() for sheet in printed.pages).split())
    assert words_of(segments[-1]) in paper
    assert "Settings" not in paper

    # A word that is pressed is heard.
    target = segments[3]
    page.locator("[data-segment='3']").click()
    page.wait_for_function(
        "([start, end]) => { const at = document.querySelector('video').currentTime;"
        " return start - 0.1 <= at && at <= end + 0.1 }",
        arg=[target["start"], target["end"]],
    )

    # What was said is found, and its moment opened.
    wanted = max((word["text"] for word in segments[-1]["words"]), key=len).strip(".,").lower()
    page.get_by_role("link", name="Search").click()
    page.get_by_role("searchbox").fill(wanted)
    moment = page.get_by_role("main").get_by_role("link", name=re.compile(r"^\d+:\d\d")).first
    expect(moment.locator("mark").first).to_be_visible()
    visitor.check_access("search: results")
    moment.click()
    expect(page).to_have_url(re.compile(r"/lessons/1\?t="))
    shown = page.locator("[data-segment][aria-current]")
    expect(shown).to_contain_text(wanted, ignore_case=True)
    expect(shown).to_be_in_viewport()

    # It goes out as captions.
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Captions (SRT)").click()
    captions = Path(download.value.path()).read_text(encoding="utf-8")
    assert captions.startswith("1\n00:00:")
    assert download.value.suggested_filename.endswith(".srt")


def test_on_a_phone_the_lesson_is_read_heard_and_searched(
    open_pages: OpenPages, api: httpx.Client
) -> None:
    visitor = open_pages(look="phone")
    page = visitor.page
    start_with_sample(page, api)
    visitor.check_fits()

    page.get_by_role("button", name="Play", exact=True).tap()
    page.wait_for_function(f"() => ({SPOKEN})()?.at > 1")
    page.get_by_role("button", name="Pause", exact=True).tap()
    page.get_by_role("link", name="Search").tap()
    expect(page.get_by_role("heading", level=1, name="Search")).to_be_visible()
    visitor.check_fits()


def test_what_is_opened_with_a_time_begins_there(open_pages: OpenPages, api: httpx.Client) -> None:
    visitor = open_pages()
    segments = start_with_sample(visitor.page, api)
    late = segments[-2]

    page = open_pages(f"/lessons/1?t={late['start'] + 0.1:.1f}").page

    shown = page.locator("[data-segment][aria-current]")
    expect(shown).to_be_in_viewport()
    expect(shown).to_have_attribute("data-segment", str(len(segments) - 2))
    page.wait_for_function(SPOKEN)


def test_what_is_opened_while_the_moment_is_on_its_way_stays_in_sight(
    open_pages: OpenPages, lesson_of: Callable[..., int]
) -> None:
    segments = nano_segments()
    lesson_of(NANO_LESSON_PATH, title="Light", language="en", duration=278.0, transcript=segments)
    page = open_pages().page
    held: list[Route] = []
    page.route("**/lessons/1/transcript", lambda route: held.append(route))

    page.goto(f"/lessons/1?t={segments[-1]['start']}")
    page.get_by_role("button", name="Export").click()
    item = page.get_by_role("menuitem", name="Captions (SRT)")
    expect(item).to_be_in_viewport()
    held.pop().continue_()

    back = page.get_by_role("button", name="Return to the current sentence")
    expect(back).to_be_visible()
    expect(item).to_be_in_viewport()
    page.keyboard.press("Escape")
    back.click()
    expect(page.locator("[data-segment][aria-current]")).to_be_in_viewport()
