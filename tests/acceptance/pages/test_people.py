"""People correct, mark and note; the server goes and comes back; two are at it at once."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.acceptance.pages.visitor import Visitor
from tests.api.server import LIMIT_SECONDS, ServerProcess
from tests.waiting import wait_until

OpenPages = Callable[..., Visitor]

SEGMENTS = [
    {"start": 5.0 * n, "end": 5.0 * n + 4, "text": f"This is sentence {n} about light."}
    for n in range(12)
]


@pytest.fixture
def lesson(lesson_of: Callable[..., int]) -> str:
    """The address of a lesson with a transcript and without a recording."""
    lesson_id = lesson_of(title="Light", language="en", duration=60.0, transcript=SEGMENTS)
    return f"/lessons/{lesson_id}"


@pytest.fixture
def visit(open_pages: OpenPages, lesson: str) -> Callable[[], Visitor]:
    return lambda: open_pages(lesson)


def edit(page: Page, position: int) -> Locator:
    """The field in which a segment is edited."""
    page.locator(f"[data-segment='{position}']").dblclick()
    field = page.get_by_role("textbox", name="Text at")
    expect(field).to_be_focused()
    return field


def text_of(server: ServerProcess, position: int) -> str:
    with server.client() as client:
        return str(client.get(f"/api/v1/lessons/1/segments/{position}").json()["text"])


def test_a_sentence_is_edited_in_place(visit: Callable[[], Visitor], server: ServerProcess) -> None:
    visitor = visit()
    page = visitor.page
    field = edit(page, 2)
    visitor.check_access("lesson: segment editor")
    field.fill("This is about colour.")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")

    expect(page.locator("[data-segment='2']")).to_contain_text("This is about colour.")
    wait_until(lambda: text_of(server, 2) == "This is about colour.", LIMIT_SECONDS)
    page.reload()
    expect(page.locator("[data-segment='2']")).to_contain_text("This is about colour.")
    visitor.check_access("lesson: an edited sentence")


def test_an_edit_is_undone_at_once_and_later_from_its_history(
    visit: Callable[[], Visitor], server: ServerProcess
) -> None:
    page = visit().page
    before = text_of(server, 2)
    edit(page, 2).fill("One.")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    wait_until(lambda: text_of(server, 2) == "One.", LIMIT_SECONDS)
    expect(page.get_by_role("button", name="Undo edit")).to_be_visible()

    page.keyboard.press("Control+z")

    expect(page.locator("[data-segment='2']")).to_have_text(before)
    wait_until(lambda: text_of(server, 2) == before, LIMIT_SECONDS)

    page.locator("[data-segment='2']").dblclick()
    page.get_by_role("textbox", name="Text at").fill("Two.")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    wait_until(lambda: text_of(server, 2) == "Two.", LIMIT_SECONDS)
    page.reload()
    page.get_by_role("button", name="Edited: show").click()
    page.get_by_role("button", name="Restore this text").click()

    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator("[data-segment='2']")).to_have_text(before)
    assert text_of(server, 2) == before


def test_text_from_right_to_left_is_edited_so(
    open_pages: OpenPages, lesson_of: Callable[..., int], server: ServerProcess
) -> None:
    said = [{"start": 0.0, "end": 4.0, "text": "هذه جملة عن الضوء."}]
    lesson_id = lesson_of(title="الضوء", language="ar", duration=4.0, transcript=said)
    visitor = open_pages(f"/lessons/{lesson_id}")
    page = visitor.page
    # At its end, which is at the left.
    page.locator("[data-segment='0']").dblclick(position={"x": 3, "y": 10})
    field = page.get_by_role("textbox", name="Text at")
    expect(field).to_be_focused()

    assert field.evaluate("element => getComputedStyle(element).direction") == "rtl"
    page.keyboard.press("End")
    right = caret_of(page)
    page.keyboard.type(" واللون")
    assert caret_of(page) < right
    visitor.check_access("lesson: segment editor, right to left")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")

    wait_until(lambda: text_of(server, 0) == "هذه جملة عن الضوء. واللون", LIMIT_SECONDS)


def caret_of(page: Page) -> float:
    """How far from the left the caret is, in pixels."""
    return float(
        page.evaluate("document.getSelection().getRangeAt(0).getBoundingClientRect().left")
    )


def test_on_a_phone_one_sees_beside_the_sentence_whether_it_is_saved(
    open_pages: OpenPages, lesson: str, server: ServerProcess
) -> None:
    visitor = open_pages(lesson, look="phone")
    visitor.expect_trouble("^failed: ", "answer: .* 503", "^console: .*EventSource")
    page = visitor.page
    last = page.locator("[data-segment='11']")
    last.scroll_into_view_if_needed()
    last.press("e")
    field = page.get_by_role("textbox", name="Text at")
    before = field.bounding_box()

    server.kill()
    field.fill("This is sentence 11 about colour.")

    paragraph = page.get_by_role("listitem").filter(has=field)
    expect(paragraph.get_by_text("Will be saved when the server is back")).to_be_in_viewport()
    visitor.check_access("lesson: an edit waits for the server")
    assert before is not None
    after = field.bounding_box()
    assert after is not None
    assert after["y"] == before["y"]


def test_what_is_typed_while_the_server_is_gone_is_saved_when_it_is_back(
    visit: Callable[[], Visitor], server: ServerProcess
) -> None:
    visitor = visit()
    visitor.expect_trouble("^failed: ", "answer: .* 503", "^console: .*EventSource")
    page = visitor.page
    field = edit(page, 1)
    server.kill()
    field.fill("Typed while nobody listened.")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_text("Will be saved when the server is back").first).to_be_visible()

    port = httpx.URL(server.address or "").port
    with ServerProcess(port=port or 0) as again:
        wait_until(lambda: again.address is not None, LIMIT_SECONDS)
        wait_until(lambda: text_of(again, 1) == "Typed while nobody listened.", LIMIT_SECONDS)
        page.close()


def test_two_people_at_one_sentence_are_both_asked(
    visit: Callable[[], Visitor], server: ServerProcess
) -> None:
    one, other = visit(), visit()
    other.expect_trouble("answer: PATCH .*/segments/3 412")
    mine, theirs = edit(other.page, 3), edit(one.page, 3)
    theirs.fill("Theirs.")
    one.page.keyboard.press("Enter")
    one.page.keyboard.press("Escape")
    wait_until(lambda: text_of(server, 3) == "Theirs.", LIMIT_SECONDS)

    mine.fill("Mine.")
    other.page.keyboard.press("Enter")

    notice = other.page.get_by_text("Someone else has changed this passage in the meantime")
    expect(notice).to_be_visible()
    other.check_access("lesson: conflict notice")
    other.page.get_by_role("button", name="Keep my version").click()
    wait_until(lambda: text_of(server, 3) == "Mine.", LIMIT_SECONDS)
    expect(notice).to_be_hidden()


def test_words_are_highlighted_and_noted_and_found_again(
    visit: Callable[[], Visitor], server: ServerProcess
) -> None:
    visitor = visit()
    page = visitor.page
    select_words(page, 4)
    bar = page.get_by_role("toolbar", name="Selected words")
    expect(bar).to_be_visible()
    visitor.check_access("lesson: selection bar")
    bar.get_by_role("button", name="Add a note").click()
    page.get_by_role("textbox", name="Note").fill("Asked in the exam.")
    page.get_by_role("button", name="Save").click()

    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Notes").click()
    expect(page.get_by_text("Asked in the exam.")).to_be_visible()
    visitor.check_access("notes: some")
    page.get_by_role("main").get_by_role("link").filter(has=page.locator("mark")).click()
    expect(page).to_have_url(re.compile(r"/lessons/1\?t="))
    expect(page.get_by_role("heading", level=1, name="Light")).to_be_visible()


def test_a_removed_note_is_gone_for_all_at_once_and_comes_back_from_another_page(
    visit: Callable[[], Visitor], server: ServerProcess
) -> None:
    visitor = visit()
    page = visitor.page
    select_words(page, 4)
    bar = page.get_by_role("toolbar", name="Selected words")
    bar.get_by_role("button", name="Highlight in Green").click()
    wait_until(lambda: len(notes_of(server)) == 1, LIMIT_SECONDS)
    (note,) = notes_of(server)

    page.locator("label").filter(has_text="1 note").click()
    page.get_by_role("button", name="Delete note").click()
    wait_until(lambda: notes_of(server) == [], LIMIT_SECONDS)
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Notes").click()
    expect(page.get_by_role("heading", name="No notes yet")).to_be_visible()
    page.get_by_role("button", name="Undo").click()

    mark = page.get_by_role("main").locator("mark")
    expect(mark).to_have_text(note["quote"])
    assert notes_of(server) == [note]
    page.get_by_label("Show").select_option("Notes")
    expect(page.get_by_role("heading", name="No matching notes")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/notes\?kind=note$"))
    visitor.check_access("notes: none is like that")
    page.get_by_label("Show").select_option("Highlights only")
    expect(mark).to_be_visible()
    page.get_by_role("searchbox").fill("zebra")
    expect(mark).to_be_hidden()


def notes_of(server: ServerProcess) -> list[dict[str, Any]]:
    with server.client() as client:
        found: list[dict[str, Any]] = client.get("/api/v1/notes").json()["items"]
        return found


def select_words(page: Page, position: int) -> None:
    """All of a segment, as somebody does who draws the pointer over it."""
    box = page.locator(f"[data-segment='{position}']").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 1, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, middle, steps=4)
    page.mouse.move(box["x"] + box["width"] - 2, middle, steps=4)
    page.mouse.up()
