"""The library in the browser: first start, courses, lessons that go and come back."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.acceptance.pages.visitor import Visitor
from tests.api.server import ServerProcess

OpenPages = Callable[..., Visitor]


def fill(lesson_of: Callable[..., int], *titles: str) -> None:
    for title in titles:
        lesson_of(title=title, duration=1800.0, language="en")


def titles_shown(page: Page) -> list[str]:
    return page.get_by_role("list", name="Lessons").get_by_role("heading").all_inner_texts()


def test_the_sample_lesson_is_one_click_away(open_pages: OpenPages, server: ServerProcess) -> None:
    visitor = open_pages()
    page = visitor.page
    expect(page.get_by_role("heading", name="Your library is empty")).to_be_visible()
    visitor.check_access("library: empty")

    page.get_by_role("button", name="Try the sample lesson").click()

    expect(page.get_by_role("heading", level=1, name="Newton")).to_be_visible()
    page.get_by_role("link", name="Library").first.click()
    lessons = page.get_by_role("list", name="Lessons")
    expect(lessons.get_by_role("link", name="Newton")).to_be_visible()
    # The summary appears by itself.
    expect(lessons.locator("p")).to_be_visible()


def test_courses_are_made_renamed_removed_and_had_back(
    open_pages: OpenPages, lesson_of: Callable[..., int]
) -> None:
    fill(lesson_of, "Enzymes", "Waves")
    visitor = open_pages()
    page = visitor.page
    page.get_by_role("button", name="New course").click()
    visitor.check_access("library: name dialog")
    page.get_by_label("Title").fill("Biology")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Biology")).to_be_visible()

    page.get_by_role("link", name="All courses").click()
    page.get_by_role("button", name="Select", exact=True).click()
    page.get_by_role("checkbox", name="Select Enzymes").check()
    visitor.check_access("library: selection bar")
    page.get_by_role("button", name="Move", exact=True).click()
    page.get_by_role("menuitem", name="Biology").click()
    expect(page.get_by_text("1 lesson was moved to “Biology”.")).to_be_visible()

    page.get_by_role("navigation", name="Courses").get_by_role("link", name="Biology").click()
    expect(page.get_by_role("list", name="Lessons").get_by_role("heading")).to_have_text("Enzymes")
    page.get_by_role("button", name="Actions for Biology").click()
    page.get_by_role("menuitem", name="Rename").click()
    page.get_by_label("Title").fill("Life")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1, name="Life")).to_be_visible()

    page.get_by_role("button", name="Actions for Life").click()
    page.get_by_role("menuitem", name="Delete course").click()
    expect(page.get_by_role("heading", level=1, name="Library")).to_be_visible()
    page.get_by_role("button", name="Undo").last.click()
    page.get_by_role("navigation", name="Courses").get_by_role("link", name="Life").click()
    expect(page.get_by_role("list", name="Lessons").get_by_role("heading")).to_have_text("Enzymes")
    visitor.check_access("library: a course brought back")


def test_removed_lessons_come_back_from_the_trash(
    open_pages: OpenPages, lesson_of: Callable[..., int]
) -> None:
    fill(lesson_of, "Enzymes", "Waves")
    visitor = open_pages()
    page = visitor.page
    page.get_by_role("button", name="Select", exact=True).click()
    page.get_by_role("checkbox", name="Select Enzymes").check()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("“Enzymes” was moved to the trash.")).to_be_visible()
    expect(page.get_by_role("link", name="Enzymes")).to_be_hidden()

    page.get_by_role("link", name="Trash").click()
    expect(page.get_by_text("days left")).to_be_visible()
    visitor.check_access("trash: a lesson")
    page.get_by_role("button", name="Restore Enzymes").click()
    expect(page.get_by_role("heading", name="The trash is empty")).to_be_visible()
    visitor.check_access("trash: empty")

    page.get_by_role("link", name="Go to the library").click()
    expect(page.get_by_role("link", name="Enzymes")).to_be_visible()
    assert sorted(titles_shown(page)) == ["Enzymes", "Waves"]


def test_a_removed_lesson_is_deleted_by_the_owner_after_one_question(
    open_pages: OpenPages, lesson_of: Callable[..., int], server: ServerProcess
) -> None:
    fill(lesson_of, "Enzymes")
    visitor = open_pages(f"/#owner={server.token}")
    page = visitor.page
    page.get_by_role("button", name="Select", exact=True).click()
    page.get_by_role("checkbox", name="Select Enzymes").check()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("link", name="Trash").click()

    page.get_by_role("button", name="Delete Enzymes permanently").click()
    expect(page.get_by_role("dialog")).to_contain_text("This cannot be undone")
    visitor.check_access("trash: a question")
    page.get_by_role("button", name="Delete permanently", exact=True).click()

    expect(page.get_by_role("heading", name="The trash is empty")).to_be_visible()


def test_the_filter_is_in_the_address(open_pages: OpenPages, lesson_of: Callable[..., int]) -> None:
    fill(lesson_of, "Enzymes", "Waves")
    page = open_pages("/?sort=-title").page
    expect(page.get_by_role("list", name="Lessons").get_by_role("heading").first).to_have_text(
        "Waves"
    )

    page.get_by_label("Sort by").select_option("title")

    expect(page).to_have_url(re.compile("sort=title"))
    expect(page.get_by_role("list", name="Lessons").get_by_role("heading").first).to_have_text(
        "Enzymes"
    )
    page.get_by_label("Status").select_option("Summarised")
    expect(page.get_by_role("heading", name="No matching lessons")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="No matching lessons")).to_be_visible()
