"""`lectern serve` as a process: started, stopped, killed, with a worker beside it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from backend.config.environment import log_dir, owner_token_path
from backend.server import _listen
from tests.acceptance.workers import make_quiet_recording, query, spoken
from tests.api.server import LECTERN, LIMIT_SECONDS, ServerProcess
from tests.stubs.hub import HubStub, serve_hub
from tests.waiting import wait_until

V1 = "/api/v1"
STOP_SECONDS = 10
MakeLesson = Callable[..., int]
NANO = Path(__file__).parents[1] / "data" / "nano-whisper"


def is_running(pid: int) -> bool:
    """Whether there is such a process; one that has ended and was not looked after does not run."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_for_worker(other_than: int | None = None) -> int:
    """The process id of a live worker."""

    def pids() -> list[int]:
        found = [int(row.pid) for row in query("SELECT pid FROM worker ORDER BY started_at DESC")]
        return [pid for pid in found if pid != other_than and is_running(pid)]

    wait_until(pids, LIMIT_SECONDS)
    return pids()[0]


# --- the whole way ---------------------------------------------------------------------------


@pytest.mark.usefixtures("nano_config")
def test_a_lesson_is_processed_followed_read_and_exported(
    each_database: str, lesson_of: MakeLesson, tmp_path: Path
) -> None:
    lesson_id = lesson_of(make_quiet_recording(tmp_path / "lesson.flac", 1))
    with ServerProcess() as server, server.client() as client:
        lesson = f"{V1}/lessons/{lesson_id}"
        asked = {"task_type": "process", "parameters": {"lesson_id": lesson_id}}
        task = client.post(f"{V1}/tasks", json=asked).headers["Location"]
        with client.stream("GET", f"{task}/events") as events:
            told = "\n".join(events.iter_lines())  # the stream ends with the task
        done = client.get(task).json()
        transcript = client.get(f"{lesson}/transcript").json()
        summary = client.get(f"{lesson}/summary").json()
        captions = client.get(f"{lesson}/export", params={"format": "vtt"})

        assert done["status"] == "completed", done["error"]
        assert '"status":"running"' in told
        assert '"status":"completed"' in told
        assert transcript["segments"]
        assert summary["lesson_id"] == lesson_id
        assert captions.text.startswith("WEBVTT")
        assert server.stop() == 0


# --- the end ---------------------------------------------------------------------------------


def test_told_to_stop_it_ends_the_streams_and_the_worker_and_says_that_all_is_well(
    each_database: str,
) -> None:
    with ServerProcess() as server, server.client() as client:
        worker = wait_for_worker()
        with client.stream("GET", f"{V1}/events") as events:
            lines = events.iter_lines()
            assert next(lines) == "retry: 2000"
            began = time.monotonic()
            server.process.send_signal(signal.SIGTERM)
            list(lines)  # to the end of the stream, which is an orderly one

        assert server.end() == 0
        assert time.monotonic() - began < STOP_SECONDS
        assert not is_running(worker)
        assert server.has_said("lectern worker: worker .* has stopped")


def test_a_worker_that_dies_is_followed_by_another(each_database: str) -> None:
    with ServerProcess() as server, server.client() as client:
        first = wait_for_worker()
        os.kill(first, signal.SIGKILL)

        second = wait_for_worker(other_than=first)

        assert second != first
        assert server.has_said("the worker has ended .* another is started")
        assert client.get("/healthz").status_code == 200
        assert server.stop() == 0


def test_without_a_worker_none_is_started(each_database: str) -> None:
    with ServerProcess("--no-worker") as server, server.client() as client:
        assert client.get("/readyz").status_code == 200
        assert server.stop() == 0

    assert query("SELECT pid FROM worker") == []


def test_the_worker_of_a_killed_server_stops_and_the_next_server_goes_on(
    each_database: str, lesson_of: MakeLesson
) -> None:
    lesson_id = lesson_of(title="Optics", transcript=spoken(3))
    with ServerProcess() as server, server.client():
        worker = wait_for_worker()
        server.kill()
        wait_until(lambda: not is_running(worker), LIMIT_SECONDS)

    with ServerProcess() as server, server.client() as client:
        asked = {"task_type": "correction", "parameters": {"lesson_id": lesson_id}}
        task = client.post(f"{V1}/tasks", json=asked).headers["Location"]
        wait_until(lambda: client.get(task).json()["status"] == "completed", LIMIT_SECONDS)
        assert server.stop() == 0


def change_title(client: httpx.Client, lesson: str, number: int) -> None:
    change = {"title": str(number)}
    client.patch(lesson, json=change, headers={"If-Match": "*"}).raise_for_status()


def read_title(client: httpx.Client, lesson: str) -> int:
    return int(client.get(lesson).json()["title"])


def edit_segment(client: httpx.Client, lesson: str, number: int) -> None:
    seen = client.get(f"{lesson}/segments/0").headers["ETag"]
    change = {"text": f"edit {number}", "editor": "Ada"}
    client.patch(f"{lesson}/segments/0", json=change, headers={"If-Match": seen}).raise_for_status()


def read_edit(client: httpx.Client, lesson: str) -> int:
    """Text, history and index tell of the same one."""
    text = client.get(f"{lesson}/segments/0").json()["text"]
    history = client.get(f"{lesson}/segments/0/history").json()["items"]
    assert history[0]["text"] == text
    assert n_found(client, text) == 1
    return int(text.removeprefix("edit "))


N_CAPTIONS = 40


def import_captions(client: httpx.Client, lesson: str, number: int) -> None:
    cues = [f"00:{n:02}.000 --> 00:{n:02}.900\nimport {number}" for n in range(N_CAPTIONS)]
    client.post(
        f"{lesson}/captions",
        content="\n\n".join(["WEBVTT", *cues]),
        headers={"Content-Type": "text/vtt"},
    ).raise_for_status()


def read_import(client: httpx.Client, lesson: str) -> int:
    """All captions are those of one import, and the index has these and no others."""
    segments = client.get(f"{lesson}/transcript").json()["segments"]
    (text,) = {segment["text"] for segment in segments}
    assert len(segments) == n_found(client, text) == n_found(client, "import") == N_CAPTIONS
    return int(text.removeprefix("import "))


def n_found(client: httpx.Client, phrase: str) -> int:
    return int(client.get(f"{V1}/search", params={"q": f'"{phrase}"'}).json()["total"])


KILLED_AFTER_SECONDS = (0.0, 0.01, 0.03)
"""After an answer, so that it comes at different places of the next change."""


def write_until_killed(
    lesson: str, write: Callable[[httpx.Client, str, int], None], first: int, seconds: float
) -> int:
    """Change after change, until the server is killed; the number of the last that it answered."""
    answered = first - 1
    with ServerProcess("--no-worker") as server, server.client() as client:

        def change_again_and_again() -> None:
            nonlocal answered
            try:
                while True:
                    write(client, lesson, answered + 1)
                    answered += 1
            except httpx.HTTPError:
                return  # the server is gone

        writer = threading.Thread(target=change_again_and_again)
        writer.start()
        wait_until(lambda: answered >= first + 5, LIMIT_SECONDS)
        time.sleep(seconds)
        server.kill()
        writer.join()
    return answered


@pytest.mark.parametrize(
    ("write", "read"),
    [(change_title, read_title), (edit_segment, read_edit), (import_captions, read_import)],
)
def test_no_change_that_was_answered_is_lost_or_half_when_the_server_is_killed(
    each_database: str,
    lesson_of: MakeLesson,
    write: Callable[[httpx.Client, str, int], None],
    read: Callable[[httpx.Client, str], int],
) -> None:
    lesson = f"{V1}/lessons/{lesson_of(title='0', transcript=spoken(3))}"
    stored = 0
    for seconds in KILLED_AFTER_SECONDS:
        answered = write_until_killed(lesson, write, stored + 1, seconds)

        with ServerProcess("--no-worker") as server, server.client() as client:
            stored = read(client, lesson)
            assert stored in (answered, answered + 1)
            assert server.stop() == 0


# --- the beginning ---------------------------------------------------------------------------


def serve(*options: str) -> "subprocess.CompletedProcess[str]":
    command = [*LECTERN, "serve", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_SECONDS)


def test_a_port_that_is_taken_is_a_sentence(data_dir: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])

        ended = serve("--port", port)

    assert ended.returncode == 1
    assert ended.stderr.startswith(f"lectern: Another program listens at port {port}")
    assert "Traceback" not in ended.stderr


def test_what_is_made_by_whichever_part_is_its_owners_alone(
    data_dir: Path, lesson_of: MakeLesson, tmp_path: Path, nano_config: None
) -> None:
    """Server, worker and engine, with the usual umask, over a library that others could read."""
    usual = "import os; os.umask(0o022); from backend.cli import main; main()"
    lesson_id = lesson_of(make_quiet_recording(tmp_path / "lesson.flac", 1))
    for path in (data_dir, *data_dir.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    with ServerProcess(command=(sys.executable, "-c", usual)) as server, server.client() as client:
        asked = {"task_type": "process", "parameters": {"lesson_id": lesson_id}}
        task = client.post(f"{V1}/tasks", json=asked).headers["Location"]
        begun = {"Tus-Resumable": "1.0.0", "Upload-Length": "9"}
        client.post(f"{V1}/uploads", headers=begun).raise_for_status()
        client.post(f"{V1}/sample-lesson").raise_for_status()
        change_title(client, f"{V1}/lessons/{lesson_id}", 1)
        wait_until(lambda: client.get(task).json()["status"] == "completed", LIMIT_SECONDS)
        there = {path: path.stat().st_mode for path in (data_dir, *data_dir.rglob("*"))}
        assert server.stop() == 0

    names = {path.name for path in there}
    assert names > {
        "lectern.db",
        "lectern.db-wal",
        "lectern-engine.db",
        "lectern.log",
        "owner-token",
    }
    assert [path for path, mode in there.items() if mode & 0o077] == []
    assert sum("Others could read" in line for line in server.said) == 1


def test_the_owners_address_is_shown_on_a_terminal_alone(data_dir: Path) -> None:
    with ServerProcess("--no-worker") as server, server.client() as client:
        assert client.get(f"{V1}/owner").json()["is_owner"] is True
        assert not server.has_said(server.token)
        assert server.has_said(str(owner_token_path()))
        server.stop()
    controller, terminal = os.openpty()
    with subprocess.Popen(
        [*LECTERN, "serve", "--port", "0", "--no-worker"], stdout=terminal, stdin=subprocess.DEVNULL
    ) as process:
        os.close(terminal)
        with os.fdopen(controller, "rb") as shown:
            line = shown.readline().decode().strip()
        process.terminate()

    assert line.startswith("Lectern is at http://127.0.0.1:")
    assert line.endswith(f"/#owner={owner_token_path().read_text().strip()}")


def test_small_answers_are_sent_at_once(data_dir: Path) -> None:
    """Without this each would wait for the client's word that its head has come."""
    with (
        _listen("127.0.0.1", 0) as listener,
        socket.create_connection(listener.getsockname()),
        listener.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_other_addresses_than_loopback_are_refused(data_dir: Path) -> None:
    ended = serve("--host", "0.0.0.0", "--port", "0")

    assert ended.returncode == 1
    assert "there are no accounts yet" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_command_line_loads_no_web_framework() -> None:
    ask = (
        "import sys; from backend.cli import main; main(['--help'], standalone_mode=False); "
        "print([name for name in ('fastapi', 'uvicorn', 'starlette') if name in sys.modules])"
    )

    ended = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)

    assert ended.stdout.endswith("[]\n")


def test_the_server_starts_while_the_database_is_away_and_says_so(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LECTERN_DATABASE_URL", "postgresql://nobody:secret@127.0.0.1:1/nothing")
    with ServerProcess("--no-worker") as server, server.client() as client:
        alive, ready = client.get("/healthz"), client.get("/readyz")
        listed = client.get(f"{V1}/lessons")

        assert alive.status_code == 200
        assert (ready.status_code, listed.status_code) == (503, 503)
        assert listed.json()["retryable"] is True
        assert listed.headers["retry-after"]
        assert "secret" not in ready.text + listed.text + "\n".join(server.said)
        assert server.stop() == 0


# --- keys, logs, downloads -------------------------------------------------------------------


def test_a_key_that_is_set_while_it_runs_never_reaches_the_log(data_dir: Path) -> None:
    key = "sk-0123456789-a-secret"
    with ServerProcess("--no-worker") as server, server.client() as client:
        preferences = f"{V1}/preferences"
        client.patch(preferences, json={"api_key": key}, headers={"If-Match": "*"})
        client.get(f"{V1}/lessons/{key}", headers={"X-Request-ID": "asked-with-a-key"})
        client.get(f"{V1}/search", params={"q": "what nobody else should know"})
        server.stop()

    log = (log_dir() / "lectern.log").read_text()
    assert "request asked-with-a-key: GET /api/v1/lessons/[key] 422" in log
    assert key not in log + "\n".join(server.said)
    assert "nobody else" not in log


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubStub]:
    repository = tmp_path / "repository"
    shutil.copytree(NANO, repository)
    with serve_hub(repository) as stub:
        yield stub


def test_a_model_is_downloaded_in_the_background(data_dir: Path, hub: HubStub) -> None:
    with (
        ServerProcess("--no-worker", HF_ENDPOINT=hub.endpoint) as server,
        server.client() as client,
    ):
        with client.stream("GET", f"{V1}/events") as events:
            begun = client.post(f"{V1}/models/downloads", json={"name": "school/nano-whisper"})
            told = next(line for line in events.iter_lines() if '"completed"' in line)
        ended = client.get(begun.headers["Location"]).json()
        items = client.get(f"{V1}/models").json()["items"]
        failed = client.post(f"{V1}/models/downloads", json={"name": "school/other"})
        wait_until(
            lambda: client.get(failed.headers["Location"]).json()["status"] == "failed",
            LIMIT_SECONDS,
        )
        server.stop()

    assert (begun.status_code, ended["status"]) == (202, "completed")
    assert ended["done_bytes"] == ended["total_bytes"] > 0
    assert (ended["source"], ended["passed_over"], ended["is_waiting"]) == ("hub", [], False)
    assert "school--nano-whisper" in told
    assert next(item for item in items if item["name"] == ended["name"])["is_installed"] is True


def test_a_download_tells_which_source_did_not_serve_and_why(data_dir: Path) -> None:
    nowhere = "http://127.0.0.1:9"
    with (
        ServerProcess(
            "--no-worker",
            HF_ENDPOINT=nowhere,
            PIP_INDEX_URL=nowhere,
            PIP_EXTRA_INDEX_URL="",
            PIP_FIND_LINKS="",
            PIP_CONFIG_FILE=os.devnull,
        ) as server,
        server.client() as client,
    ):
        begun = client.post(f"{V1}/models/downloads", json={"name": "base"})
        address = begun.headers["Location"]
        wait_until(lambda: client.get(address).json()["status"] == "failed", LIMIT_SECONDS)
        ended = client.get(address).json()
        server.stop()

    [refused] = ended["passed_over"]
    assert (refused["source"], refused["code"]) == ("hub", "hub-unreachable")
    assert (ended["source"], ended["error_code"]) == ("index", "hub-unreachable")
    assert "package index cannot be reached" in ended["error"]
