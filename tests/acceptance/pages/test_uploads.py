"""Recordings come in through the browser, whatever happens on the way."""

import hashlib
import re
import resource
import shutil
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.acceptance.pages.visitor import Visitor
from tests.api.server import ServerProcess
from tests.audio_files import NANO_LESSON_PATH, tone, write_wav

OpenPages = Callable[..., Visitor]

SLOW_BYTES_PER_SECOND = 1_500_000


@pytest.fixture
def long_recording(tmp_path: Path) -> Path:
    """About 13 MB, so that a slow upload takes some seconds."""
    return write_wav(tmp_path / "long lesson.wav", tone(400))


def add(page: Page, *recordings: Path, process: bool = False) -> None:
    # An empty library has its button elsewhere once it is known to be empty.
    expect(page.locator("main h1").first).to_be_visible()
    expect(page.locator(".skeleton")).to_have_count(0)
    page.get_by_role("button", name="Add recordings").first.click()
    page.get_by_role("checkbox", name="Transcribe").set_checked(process)
    page.get_by_label("Choose files").set_input_files(list(recordings))


def row_of(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name="Uploads").get_by_role("listitem").filter(has_text=name)


def wait_for_bytes(page: Page, name: str) -> None:
    """Until some of it is on the way, but not all."""
    expect(row_of(page, name).get_by_text("B/s")).to_be_visible()


def stored_hash(server: ServerProcess, lesson_id: int) -> str:
    with server.client() as client:
        content = client.get(f"/api/v1/lessons/{lesson_id}/media").content
    return hashlib.sha256(content).hexdigest()


def hash_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_recording_that_is_dropped_becomes_a_lesson_with_a_transcript(
    open_pages: OpenPages,
) -> None:
    visitor = open_pages()
    page = visitor.page
    expect(page.get_by_role("heading", name="Your library is empty")).to_be_visible()
    content = list(NANO_LESSON_PATH.read_bytes())
    data = page.evaluate_handle(
        """content => {
            const data = new DataTransfer()
            data.items.add(new File([new Uint8Array(content)], 'light.ogg', { type: 'audio/ogg' }))
            return data
        }""",
        content,
    )

    page.dispatch_event("body", "dragenter", {"dataTransfer": data})
    expect(page.get_by_text("Drop recordings here")).to_be_visible()
    visitor.check_access("uploads: drop overlay")
    page.dispatch_event("body", "drop", {"dataTransfer": data})

    expect(page.get_by_text("“light.ogg” was added.")).to_be_visible()
    lesson = page.get_by_role("list", name="Lessons").get_by_role("link", name="light")
    expect(lesson).to_be_visible()
    expect(page.get_by_role("list", name="Lessons").locator("p")).to_be_visible()
    visitor.check_access("library: a task runs, toast")


def test_uploads_that_a_reload_cut_off_go_on_where_they_were(
    open_pages: OpenPages, server: ServerProcess, long_recording: Path
) -> None:
    other = Path(shutil.copy(long_recording, long_recording.with_name("other lesson.wav")))
    waiting = write_wav(long_recording.with_name("waiting lesson.wav"), tone(3))
    files = [long_recording, other, waiting]
    visitor = open_pages()
    page = visitor.page
    visitor.slow_down(SLOW_BYTES_PER_SECOND)
    add(page, *files)
    wait_for_bytes(page, long_recording.name)
    expect(row_of(page, waiting.name).get_by_text("Waiting ·")).to_be_visible()

    with page.expect_event("dialog") as asked:
        page.once("dialog", lambda dialog: dialog.accept())
        page.reload()
    assert asked.value.type == "beforeunload"
    visitor.slow_down(-1)
    expect(page.get_by_role("heading", name="3 uploads need their files")).to_be_visible()
    expect(row_of(page, long_recording.name).get_by_text("B of 12")).to_be_visible()
    visitor.check_access("uploads: cut off by a reload")
    with page.expect_request(
        lambda request: request.method == "PATCH" and "/uploads/" in request.url
    ) as sent:
        page.get_by_label("Choose these files again").set_input_files(files)

    for file in files:
        expect(row_of(page, file.name).get_by_role("link", name=file.name)).to_be_visible()
    assert int(sent.value.headers["upload-offset"]) > 0
    hashes = sorted(stored_hash(server, lesson_id) for lesson_id in (1, 2, 3))
    assert hashes == sorted(map(hash_of, files))


def test_a_folder_is_walked_and_what_is_left_out_is_said(
    open_pages: OpenPages, tmp_path: Path
) -> None:
    folder = tmp_path / "Biology"
    (folder / "week 2").mkdir(parents=True)
    write_wav(folder / "2025-03-05 Enzymes.wav", tone(1.0))
    write_wav(folder / "week 2" / "Lecture 12.03.2025.wav", tone(1.1))
    (folder / "plan.pdf").write_bytes(b"%PDF")
    visitor = open_pages()
    page = visitor.page
    page.get_by_role("button", name="Add recordings").first.click()
    page.get_by_role("checkbox", name="Transcribe").uncheck()

    page.get_by_label("Choose a folder").set_input_files(folder)

    expect(page.get_by_text("2 recordings were added.")).to_be_visible()
    expect(page.get_by_text("1 is not a recording: plan.pdf")).to_be_visible()
    lessons = page.get_by_role("list", name="Lessons")
    expect(lessons.get_by_text("5 March 2025")).to_be_visible()
    expect(lessons.get_by_text("12 March 2025")).to_be_visible()
    visitor.check_access("uploads: a folder, something left out")


def test_an_upload_goes_on_by_itself_when_the_server_is_back(
    open_pages: OpenPages, server: ServerProcess, long_recording: Path
) -> None:
    visitor = open_pages()
    page = visitor.page
    visitor.expect_trouble("^failed: ", "answer: .* 503", "^console: .*EventSource")
    visitor.slow_down(SLOW_BYTES_PER_SECOND)
    add(page, long_recording)
    wait_for_bytes(page, "long lesson.wav")

    server.kill()
    row = row_of(page, "long lesson.wav")
    expect(row.get_by_text("The server is not responding")).to_be_visible()
    visitor.slow_down(-1)
    port = httpx.URL(server.address or "").port
    with ServerProcess(port=port or 0) as again:
        expect(row.get_by_role("link", name="long lesson.wav")).to_be_visible(timeout=60_000)
        assert stored_hash(again, 1) == hash_of(long_recording)
        page.close()


def test_an_upload_is_paused_and_gone_on_with_and_stays_through_the_pages(
    open_pages: OpenPages, server: ServerProcess, long_recording: Path
) -> None:
    visitor = open_pages()
    page = visitor.page
    visitor.slow_down(SLOW_BYTES_PER_SECOND)
    add(page, long_recording)
    wait_for_bytes(page, "long lesson.wav")

    page.get_by_role("button", name="Pause long lesson.wav").click()
    page.get_by_role("link", name="Search").click()
    expect(row_of(page, "long lesson.wav").get_by_text("Paused")).to_be_visible()
    visitor.slow_down(-1)
    page.get_by_role("button", name="Resume long lesson.wav").click()

    expect(page.get_by_role("link", name="long lesson.wav")).to_be_visible()
    assert stored_hash(server, 1) == hash_of(long_recording)


def test_an_upload_that_is_given_up_leaves_nothing(
    open_pages: OpenPages, server: ServerProcess, long_recording: Path, data_dir: Path
) -> None:
    visitor = open_pages()
    page = visitor.page
    visitor.expect_trouble("answer: DELETE .*/uploads/.* 423")
    visitor.slow_down(SLOW_BYTES_PER_SECOND)
    add(page, long_recording)
    wait_for_bytes(page, "long lesson.wav")

    with page.expect_response(
        lambda answer: answer.request.method == "DELETE" and answer.status == 204
    ):
        page.get_by_role("button", name="Cancel long lesson.wav").click()

    expect(page.get_by_role("region", name="Uploads")).to_be_hidden()
    assert not [path for path in (data_dir / "uploads").rglob("*") if path.stat().st_size > 100_000]
    with server.client() as client:
        assert client.get("/api/v1/lessons").json()["items"] == []


def test_a_full_disk_is_said_and_the_upload_goes_on_when_there_is_room(
    open_pages: OpenPages, server: ServerProcess, long_recording: Path
) -> None:
    visitor = open_pages()
    page = visitor.page
    visitor.expect_trouble("answer: PATCH .*/uploads/.* 507")
    limit_files(server, 10_000_000)
    visitor.slow_down(4 * SLOW_BYTES_PER_SECOND)
    add(page, long_recording)
    row = row_of(page, "long lesson.wav")

    expect(row.get_by_role("alert")).to_have_text(
        re.compile(r"The disk is full\.\s*Free up some space, then try again\.")
    )
    expect(page.get_by_role("heading", name="An upload needs your attention")).to_be_visible()
    visitor.check_access("uploads: the disk is full")
    limit_files(server, -1)
    page.get_by_role("button", name="Resume long lesson.wav").click()

    expect(row.get_by_role("link", name="long lesson.wav")).to_be_visible()
    assert stored_hash(server, 1) == hash_of(long_recording)


def limit_files(server: ServerProcess, max_bytes: int) -> None:
    """From now on the disk is full for whatever grows over this; -1 lifts it."""
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (max_bytes, -1))


def test_what_cannot_be_a_lesson_is_said_in_words(open_pages: OpenPages, tmp_path: Path) -> None:
    visitor = open_pages()
    page = visitor.page
    visitor.expect_trouble("answer: PATCH .*/uploads/.* 422")
    (tmp_path / "empty.mp3").touch()
    (tmp_path / "notes.mp3").write_text("These are only words.")

    add(page, tmp_path / "empty.mp3", tmp_path / "notes.mp3")

    expect(row_of(page, "empty.mp3").get_by_text("1 is empty")).to_be_visible()
    expect(row_of(page, "notes.mp3").get_by_text("cannot be read as a recording")).to_be_visible()
    visitor.check_access("uploads: refused")


def test_the_same_recording_is_noticed(open_pages: OpenPages) -> None:
    page = open_pages().page
    add(page, NANO_LESSON_PATH)
    expect(page.get_by_text("Added to the library")).to_be_visible()

    add(page, NANO_LESSON_PATH)

    expect(page.get_by_text("the same recording is already in")).to_be_visible()
