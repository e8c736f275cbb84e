"""Every state of the pages that a visit can bring about is open to everybody, and fits."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import FilePayload, Page, expect
from sqlmodel import Session

from backend import database
from backend.models import Course, Task, Theme
from backend.models.people import SegmentEdit
from tests.acceptance.pages.lessons import nano_segments
from tests.acceptance.pages.visitor import Visitor
from tests.api.server import ServerProcess
from tests.audio_files import NANO_LESSON_PATH, tone, write_text, write_wav

OpenPages = Callable[..., Visitor]

SLOW_BYTES_PER_SECOND = 1_500_000
BOTH = ("wide", "phone, dark")
CHANGES = re.compile(r"\d+ changes")
DEAD_PORT = "http://127.0.0.1:9"
LONG, PLAIN, SILENT, NEW, WAITING, RUNNING, FAILED, ARABIC = range(1, 9)
"""The ids of the lessons."""
CAPTIONS = "\n\n".join(
    f"{n}\n00:00:{n:02d},000 --> 00:00:{n:02d},900\nThis is caption {n}." for n in range(40)
)


@pytest.fixture
def serve_options() -> tuple[str, ...]:
    """Without a worker tasks stay as they are put there."""
    return ("--no-worker",)


@pytest.fixture
def library(lesson_of: Callable[..., int]) -> None:
    """A lesson in each state, and a task in each."""
    said = {"summary": "Light is said to be many things.", "brief": "About light."}
    heard = [
        segment | {"flags": ["repetition"]} if number in (1, 30) else segment
        for number, segment in enumerate(nano_segments())
    ]
    corrected = [
        segment | {"text": f"{segment['text']} Indeed."} if number % 4 == 0 else segment
        for number, segment in enumerate(heard)
    ]
    with Session(database.engine) as session:
        session.add(Course(title="Physics"))
        session.commit()
        session.add(Theme(title="Light", course_id=1))
        session.commit()
    lesson_of(
        NANO_LESSON_PATH,
        title="Light",
        language="en",
        duration=278.0,
        course_id=1,
        theme_id=1,
        transcript=heard,
        corrected_transcript=corrected,
        **said,
    )
    lesson_of(title="Waves", language="en", duration=60.0, transcript=heard[:12])
    lesson_of(NANO_LESSON_PATH, title="Silence", duration=60.0, transcript=[])
    lesson_of(NANO_LESSON_PATH, title="New", duration=278.0)
    for title in ("Waiting", "Running", "Failed"):
        lesson_of(NANO_LESSON_PATH, title=title, duration=278.0)
    arabic = [segment | {"text": "هذه هي الجملة عن الضوء.", "words": None} for segment in heard]
    lesson_of(title="الضوء", language="ar", duration=278.0, transcript=arabic, **said)
    put_people_and_tasks()


def put_people_and_tasks() -> None:
    now = datetime.now(UTC)
    lost = SegmentEdit(
        lesson_id=PLAIN,
        start=4.0,
        end=6.0,
        heard="What was heard.",
        before="What was heard.",
        before_by_person=False,
        text="What was said.",
        editor="Ada",
    )
    running = {"status": "running", "worker": "desk-1", "start_date": now, "progress": 0.4}
    failed = {"status": "failed", "error": "The recording could not be read.", "end_date": now}
    states: dict[int, dict[str, Any]] = {
        WAITING: {},
        RUNNING: running,
        FAILED: failed,
        PLAIN: {"status": "completed", "end_date": now, "duration": 12.0},
    }
    with Session(database.engine) as session:
        session.add(lost)
        for lesson_id, fields in states.items():
            parameters = {"lesson_id": lesson_id}
            session.add(
                Task(task_type="process", parameters=parameters, lesson_id=lesson_id, **fields)
            )
        session.commit()


def look(visitor: Visitor, state: str) -> None:
    visitor.check_access(state)
    visitor.check_fits()


def visit(visitor: Visitor, path: str, state: str) -> None:
    visitor.page.goto(path)
    visitor.settle()
    look(visitor, state)


def name_oneself(visitor: Visitor) -> None:
    visitor.page.evaluate("localStorage.setItem('lectern.name', 'Ada')")


@pytest.mark.parametrize("look_of", BOTH)
def test_the_library_and_what_is_around_it(
    open_pages: OpenPages, library: None, tmp_path: Path, look_of: str
) -> None:
    visitor = open_pages(look=look_of)
    visitor.expect_trouble("answer: PATCH .*/uploads/.* 422")
    page = visitor.page
    visit(visitor, "/", "library: tasks in all states")
    page.get_by_role("button", name="Appearance and language").click()
    look(visitor, "library: appearance menu")
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Select", exact=True).click()
    page.get_by_role("checkbox", name="Select Waves").check()
    look(visitor, "library: selection bar")
    page.get_by_role("button", name="Move", exact=True).click()
    look(visitor, "library: menu of the selection bar")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Cancel selection").click()

    page.get_by_role("button", name="New course").click()
    page.get_by_role("button", name="Save").click()
    look(visitor, "library: name dialog with an error")
    page.keyboard.press("Escape")
    visit(visitor, "/?course=1", "library: a course")
    page.get_by_role("button", name="Actions for Physics").click()
    look(visitor, "library: course menu")
    page.get_by_role("menuitem", name="Rename").click()
    look(visitor, "library: rename dialog")
    page.keyboard.press("Escape")
    visit(visitor, "/?state=corrected&course=1&from=2000-01-01", "library: nothing is like that")

    page.get_by_role("button", name="Add recordings").first.click()
    page.get_by_role("checkbox", name="Transcribe").set_checked(False)
    look(visitor, "uploads: add dialog")
    visitor.slow_down(SLOW_BYTES_PER_SECOND)
    write_text(tmp_path / "notes.mp3")
    long_recording = write_wav(tmp_path / "long.wav", tone(400))
    files = [NANO_LESSON_PATH, tmp_path / "notes.mp3", long_recording]
    page.get_by_label("Choose files").set_input_files(files)
    tray = page.get_by_role("region", name="Uploads")
    expect(tray.get_by_text("cannot be read as a recording")).to_be_visible()
    expect(tray.get_by_text("Added to the library")).to_be_visible()
    expect(tray.get_by_text("MB/s")).to_be_visible()
    look(visitor, "uploads: running, failed and done")
    page.get_by_role("button", name="Pause long.wav").click()
    look(visitor, "uploads: paused")
    # What it has sent may still be written down when it is cancelled: it is removed later.
    visitor.expect_trouble(r"DELETE .*/uploads/\w+ 423$")
    page.get_by_role("button", name="Cancel long.wav").click()
    page.get_by_role("button", name="Clear").click()


@pytest.mark.parametrize("look_of", BOTH)
def test_a_lesson_that_is_read_heard_and_changed(
    open_pages: OpenPages, library: None, server: ServerProcess, look_of: str
) -> None:
    with server.client() as api:
        put_edit(api, LONG, 2, "What somebody wrote.")
        put_note(api, LONG, 3)
    visitor = open_pages(look=look_of)
    visitor.expect_trouble("answer: PATCH .*/segments/5 412", "^failed: ", "EventSource", " 503")
    page = visitor.page
    is_wide = look_of == "wide"
    visit(visitor, f"/lessons/{LONG}", "lesson: with everything")
    page.get_by_role("button", name=CHANGES).click()
    expect(page.locator("ins").first).to_be_visible()
    look(visitor, "lesson: changes shown")
    page.get_by_role("button", name="Check this passage").first.click()
    look(visitor, "lesson: a flag explained")
    page.get_by_role("button", name=CHANGES).click()
    for button, state in (
        ("Export", "export menu"),
        ("More", "menu"),
        ("Speed: 1×", "speed menu"),
    ):
        page.get_by_role("button", name=button, exact=True).click()
        expect(page.get_by_role("menu")).to_be_visible()
        look(visitor, f"lesson: {state}")
        page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    look(visitor, "lesson: keys dialog")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Edit details").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    look(visitor, "lesson: details dialog")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Edited by Ada").first.click()
    expect(page.get_by_text("Before any edits")).to_be_visible()
    look(visitor, "lesson: history dialog")
    page.keyboard.press("Escape")

    page.keyboard.press("Control+f")
    page.get_by_role("searchbox").fill("the")
    expect(page.get_by_role("status").filter(has_text=" of ").first).to_be_visible()
    look(visitor, "lesson: find bar with hits")
    for _ in range(12):
        page.keyboard.press("Enter")
    look(visitor, "lesson: find bar, scrolled")
    page.keyboard.press("Escape")
    look_at_dialogs(visitor)

    page.locator("[data-segment='4']").focus()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_role("toolbar", name="Selected words")).to_be_visible()
    look(visitor, "lesson: selection bar")
    page.keyboard.press("n")
    expect(page.get_by_role("dialog", name="Note")).to_be_visible()
    look(visitor, "lesson: note card")
    page.get_by_role("textbox", name="Note").fill("Asked in the exam.")
    page.keyboard.press("Control+Enter")
    page.locator("label", has_text="2 notes").click()
    expect(page.get_by_text("Asked in the exam.").first).to_be_visible()
    look(visitor, "lesson: notes beside the text")
    page.get_by_role("main").get_by_role("button", name="Edit note").first.click()
    look(visitor, "lesson: note editor")
    page.keyboard.press("Escape")
    if not is_wide:
        page.locator("label", has_text="Summary").click()
        look(visitor, "lesson: summary on a phone")
        page.locator("label", has_text="Transcript").click()

    page.locator("[data-segment='5']").focus()
    page.keyboard.press("e")
    field = page.get_by_role("textbox", name="Text at")
    look(visitor, "lesson: segment editor")
    with server.client() as api:
        put_edit(api, LONG, 5, "Theirs.")
    field.fill("Mine.")
    expect(page.get_by_text("Someone else has changed this passage")).to_be_visible()
    look(visitor, "lesson: conflict notice")
    page.get_by_role("button", name="Use the other version").click()

    for step in range(1, 9):
        page.evaluate(f"window.scrollTo(0, {step} * 237)")
        look(visitor, "lesson: scrolled down")
    server.kill()
    expect(page.get_by_text("The server is not responding.")).to_be_visible()
    look(visitor, "lesson: the server is gone")


def look_at_dialogs(visitor: Visitor) -> None:
    """Those of the lesson's menu, as whoever uses them meets them."""
    page = visitor.page
    dialog = page.get_by_role("dialog")
    open_from_menu(page, "Find and replace")
    page.get_by_label("Find", exact=True).fill("light")
    page.get_by_label("Replace with").fill("colour")
    expect(dialog.locator("ins").first).to_be_visible()
    look(visitor, "lesson: find and replace")
    open_from_menu(page, "Import captions")
    captions = FilePayload(name="a.srt", mimeType="text/plain", buffer=CAPTIONS.encode())
    page.get_by_label("Caption file").set_input_files(captions)
    expect(dialog.get_by_text("40 captions")).to_be_visible()
    look(visitor, "lesson: captions before they are imported")
    open_from_menu(page, "Print")
    look(visitor, "lesson: print dialog")
    for stage in ("Transcribe again", "Correct again", "Summarise again"):
        open_from_menu(page, stage)
        expect(dialog.get_by_role("button", name="Cancel")).to_be_visible()
        expect(dialog.locator(".skeleton")).to_have_count(0)
        look(visitor, f"lesson: {stage.lower()}")
    page.keyboard.press("Escape")


def open_from_menu(page: Page, item: str) -> None:
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name=item).click()
    expect(page.get_by_role("dialog")).to_be_visible()


def put_edit(api: httpx.Client, lesson_id: int, position: int, text: str) -> None:
    path = f"/api/v1/lessons/{lesson_id}/segments/{position}"
    etag = api.get(path).headers["etag"]
    body = {"text": text, "editor": "Ada"}
    api.patch(path, headers={"If-Match": etag}, json=body).raise_for_status()


def put_note(api: httpx.Client, lesson_id: int, position: int) -> None:
    segment = api.get(f"/api/v1/lessons/{lesson_id}/segments/{position}").json()
    last = len(segment["text"].split()) - 1
    places = {"first_segment": position, "last_segment": position}
    stretch = places | {"first_word": 0, "last_word": last}
    body = {"stretch": stretch, "quote": segment["text"], "text": "A note.", "author": "Ada"}
    api.post(f"/api/v1/lessons/{lesson_id}/notes", json=body).raise_for_status()


@pytest.mark.parametrize("look_of", BOTH)
def test_lessons_that_are_not_whole_and_the_other_pages(
    open_pages: OpenPages, library: None, server: ServerProcess, look_of: str
) -> None:
    with server.client() as api:
        put_note(api, LONG, 3)
    visitor = open_pages(look=look_of)
    visitor.expect_trouble("answer: GET .* 404", "lessons/999")
    page = visitor.page
    for lesson_id, state in (
        (PLAIN, "without a recording, an edit lost its place"),
        (SILENT, "no speech"),
        (NEW, "no transcript"),
        (WAITING, "a task waits"),
        (RUNNING, "a task runs"),
        (FAILED, "a task failed"),
        (ARABIC, "from right to left"),
        (999, "there is none"),
    ):
        visit(visitor, f"/lessons/{lesson_id}", f"lesson: {state}")
        if lesson_id == PLAIN:
            page.get_by_role("button", name="Show", exact=True).click()
            look(visitor, "lesson: edits that lost their place")

    for path, state in (
        ("/search", "empty"),
        ("/search?q=light", "results"),
        ("/search?q=light&course=1", "filters"),
        ("/search?q=xyzzy", "no results"),
    ):
        visit(visitor, path, f"search: {state}")
    visit(visitor, "/notes", "notes: some")
    page.get_by_role("button", name="Export notes").click()
    look(visitor, "notes: export menu")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Edit note").first.click()
    look(visitor, "notes: editor")
    visit(visitor, "/notes?q=xyzzy", "notes: none is like that")
    visit(visitor, "/tasks", "tasks: in all states")
    visit(visitor, "/tasks?state=cancelled", "tasks: none")
    visit(visitor, "/trash", "trash: empty")
    with server.client() as api:
        etag = api.get(f"/api/v1/lessons/{NEW}").headers["etag"]
        api.delete(f"/api/v1/lessons/{NEW}", headers={"If-Match": etag}).raise_for_status()
    visit(visitor, "/trash", "trash: a lesson")
    page.get_by_role("button", name="Delete New permanently").click()
    expect(page.get_by_role("button", name="Unlock")).to_be_visible()
    look(visitor, "trash: somebody else is asked who they are")
    page.keyboard.press("Escape")

    visit(visitor, "/settings", "settings: of somebody else")
    expect(page.get_by_role("button", name="Unlock")).to_be_visible()
    visit(visitor, f"/settings#owner={server.token}", "settings")
    expect(page.get_by_role("button", name="Unlock")).to_be_hidden()
    assert page.url.endswith("/settings")
    for more in page.locator("summary").all():
        more.click()
    look(visitor, "settings: all fields")
    page.get_by_role("radio", name="OpenAI").check()
    page.get_by_label("Server address").fill(DEAD_PORT)
    look(visitor, "settings: something is not saved")
    page.get_by_role("button", name="Save and test").click()
    expect(page.get_by_text("Problem").first).to_be_visible()
    look(visitor, "settings: a trial that failed")
