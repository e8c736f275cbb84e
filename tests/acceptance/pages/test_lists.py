"""Languages and models are chosen from lists that are searched by typing."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.acceptance.pages.visitor import Visitor
from tests.api.server import ServerProcess

OpenPages = Callable[..., Visitor]
LOOKS_OF_LISTS = ("wide", "phone, dark", "French")


@pytest.fixture
def serve_options() -> tuple[str, ...]:
    return ("--no-worker",)


@pytest.mark.parametrize("look", LOOKS_OF_LISTS)
def test_a_language_is_found_by_its_code(
    open_pages: OpenPages, server: ServerProcess, look: str
) -> None:
    visitor = open_pages(f"/settings#owner={server.token}", look=look)
    page, is_french = visitor.page, look == "French"
    field = page.get_by_role("combobox", name="Langue parlée" if is_french else "Spoken language")
    found = page.get_by_role("option", name="allemand de" if is_french else "German de")

    field.click()
    expect(page.get_by_role("listbox")).to_be_visible()
    visitor.check_access("settings: list of languages")
    visitor.check_fits()
    page.keyboard.type("DE")
    expect(found).to_be_visible()
    page.keyboard.press("Escape")
    expect(found).to_be_hidden()

    page.keyboard.type("allemand" if is_french else "german")
    expect(page.get_by_role("listbox").get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(field).to_have_value("allemand" if is_french else "German")


def test_a_model_that_the_list_does_not_have_is_typed(
    open_pages: OpenPages, server: ServerProcess
) -> None:
    visitor = open_pages(f"/settings#owner={server.token}")
    page = visitor.page
    section = page.get_by_role("region", name="Speech recognition")
    field = section.get_by_role("combobox", name="Model")

    field.click()
    expect(page.get_by_role("option", name="tiny", exact=True)).to_be_visible()
    page.keyboard.type("school/our-model")
    expect(page.get_by_role("option", name="Use “school/our-model”")).to_be_visible()
    visitor.check_access("settings: a model that is typed")
    page.keyboard.press("Enter")

    expect(field).to_have_value("school/our-model")
    expect(section.get_by_role("button", name="Save")).to_be_visible()


def test_a_lesson_gets_its_language_within_a_dialog(
    open_pages: OpenPages, lesson_of: Callable[..., int]
) -> None:
    lesson_id = lesson_of(title="Light", language="en", duration=60.0)
    visitor = open_pages(f"/lessons/{lesson_id}")
    page = visitor.page
    visitor.expect_trouble("/media")
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Edit details").click()
    dialog = page.get_by_role("dialog", name="Lesson details")

    dialog.get_by_role("combobox", name="Spoken language").click()
    page.keyboard.type("welsh")
    expect(dialog.get_by_role("option", name="Welsh cy")).to_be_visible()
    visitor.check_access("lesson: list of languages in a dialog")
    page.keyboard.press("Escape")
    expect(dialog.get_by_role("option")).to_have_count(0)
    expect(dialog).to_be_visible()
    page.keyboard.type("welsh")
    dialog.get_by_role("option", name="Welsh cy").click()
    dialog.get_by_role("button", name="Save").click()

    expect(dialog).to_be_hidden()
    expect(page.get_by_role("main").get_by_text("Welsh")).to_be_visible()
