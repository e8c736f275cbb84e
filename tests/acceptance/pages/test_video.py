"""A lesson with a picture: captions, sizes, the whole screen."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.acceptance.pages.visitor import Visitor
from tests.audio_files import tone, write_video

OpenPages = Callable[..., Visitor]

CAPTIONS = """() => [...(document.querySelector('video')?.textTracks ?? [])]
    .filter(track => track.mode === 'showing')
    .flatMap(track => [...(track.cues ?? [])].map(cue => cue.text))"""

WIDTH = "document.querySelector('video').getBoundingClientRect().width"


@pytest.fixture
def serve_options() -> tuple[str, ...]:
    return ("--no-worker",)


@pytest.fixture
def lesson_id(lesson_of: Callable[..., int], tmp_path: Path) -> int:
    said = [{"start": 0.0, "end": 3.0, "text": "Light bends.", "words": []}]
    video = write_video(tmp_path / "light.webm", tone(4.0), seconds=4.0)
    return lesson_of(video, title="Light", language="en", duration=4.0, transcript=said)


def test_captions_are_seen_and_the_picture_has_the_size_that_is_chosen(
    open_pages: OpenPages, lesson_id: int
) -> None:
    visitor = open_pages(f"/lessons/{lesson_id}")
    page = visitor.page
    captions = page.get_by_role("button", name="Captions", exact=True)
    expect(captions).to_have_attribute("aria-pressed", "false")
    assert page.evaluate(CAPTIONS) == []

    captions.click()
    expect(captions).to_have_attribute("aria-pressed", "true")
    page.wait_for_function(f"() => ({CAPTIONS})()[0] === 'Light bends.'")
    page.reload()  # this browser remembers it
    page.wait_for_function(f"() => ({CAPTIONS})()[0] === 'Light bends.'")
    captions.click()
    page.wait_for_function(f"() => ({CAPTIONS})().length === 0")

    widths = []
    for size in ("Small", "Medium", "Large, above the text"):
        page.get_by_role("button", name="Video size").click()
        page.get_by_role("menuitemradio", name=size).click()
        visitor.settle()
        widths.append(page.evaluate(WIDTH))
    assert widths[0] < widths[1] < widths[2]

    page.get_by_role("button", name="Full screen").click()
    page.wait_for_function("() => document.fullscreenElement?.tagName === 'VIDEO'")
    page.evaluate("document.exitFullscreen()")
    page.wait_for_function("() => document.fullscreenElement === null")
