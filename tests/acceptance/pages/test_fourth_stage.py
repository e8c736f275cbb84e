"""A stage that one file registers is done by the worker and the command line, and shown by the API
and the task page, without another line about it anywhere."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.acceptance.pages.visitor import Visitor
from tests.api.server import ServerProcess
from tests.waiting import wait_until

PLUGGED = "import tests.fourth_stage; "
LECTERN = (sys.executable, "-c", PLUGGED + "from backend.cli import main; main()")
LIMIT_SECONDS = 120
MakeLesson = Callable[..., int]
TRANSCRIPT = [{"start": 0, "end": 2, "text": "the chloroplast makes sugar"}]


def lectern(*arguments: str) -> str:
    done = subprocess.run(
        [*LECTERN, *arguments], capture_output=True, text=True, timeout=LIMIT_SECONDS, check=True
    )
    return done.stdout


@pytest.fixture
def worker(data_dir: Path) -> Iterator[None]:
    process = subprocess.Popen([*LECTERN, "worker"], stderr=subprocess.DEVNULL)
    yield
    process.terminate()
    process.wait(LIMIT_SECONDS)


@pytest.fixture
def plugged_server(data_dir: Path, nano_config: None) -> Iterator[ServerProcess]:
    with ServerProcess("--no-worker", command=LECTERN) as server:
        server.client().close()
        yield server


@pytest.mark.usefixtures("nano_config")
def test_the_command_line_does_it_as_the_last_of_the_way(
    data_dir: Path, lesson_of: MakeLesson
) -> None:
    lesson_id = lesson_of(transcript=TRANSCRIPT, language="en")

    lectern("process", str(lesson_id))

    assert (data_dir / f"headline-{lesson_id}.txt").read_text() == "chloroplast"


@pytest.mark.usefixtures("worker")
def test_it_is_asked_for_over_the_api_done_by_the_worker_and_shown_as_a_task(
    browser: Browser, plugged_server: ServerProcess, data_dir: Path, lesson_of: MakeLesson
) -> None:
    lesson_id = lesson_of(title="Leaves", transcript=TRANSCRIPT, language="en")
    wanted = {"lesson_id": lesson_id, "words": 2}
    with plugged_server.client() as api:
        task = api.post("/api/v1/tasks", json={"task_type": "headline", "parameters": wanted})
        assert task.status_code == 201, task.text
        place = task.headers["location"]
        wait_until(lambda: api.get(place).json()["status"] == "completed", LIMIT_SECONDS)
        whole = {"task_type": "process", "parameters": {"lesson_id": lesson_id}}
        second = api.post("/api/v1/tasks", json=whole).headers["location"]
        wait_until(lambda: api.get(second).json()["status"] == "completed", LIMIT_SECONDS)
        names = [stage["name"] for stage in api.get("/api/v1/stages").json()["items"]]
        results = api.get(second).json()["result"]

    assert names == ["transcription", "correction", "summary", "headline"]
    assert (data_dir / f"headline-{lesson_id}.txt").read_text() == "sugar chloroplast"
    # It was there already, so the way of the whole lesson ends before it.
    assert list(results) == ["correction", "summary", "headline"]
    assert plugged_server.address is not None
    visitor = Visitor(browser, plugged_server.address)
    visitor.page.goto("/tasks")
    expect(visitor.page.get_by_text("Headline", exact=True)).to_be_visible()
    visitor.close()
    visitor.check()
