"""Tasks and their events over HTTP."""

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from sqlmodel import Session

from backend import database
from backend.tasks.pipeline import run_process
from backend.tasks.stage import StageContext
from backend.web.events import EventHub
from tests.acceptance.workers import execute, insert_task, spoken
from tests.api.server import LIMIT_SECONDS
from tests.waiting import wait_until

TASKS = "/api/v1/tasks"
MakeLesson = Callable[..., int]


def ask(client: httpx.Client, lesson_id: int, **fields: Any) -> httpx.Response:
    asked = {"task_type": "process", "parameters": {"lesson_id": lesson_id}} | fields
    return client.post(TASKS, json=asked)


# --- tasks -----------------------------------------------------------------------------------


def test_a_task_is_asked_for_and_found(client: httpx.Client, lesson_of: MakeLesson) -> None:
    lesson_id = lesson_of()

    created = ask(client, lesson_id, priority=3)
    found = client.get(created.headers["Location"])

    assert created.status_code == 201
    assert found.json() == created.json()
    assert found.json()["status"] == "pending"
    assert found.json()["lesson_id"] == lesson_id
    assert found.json()["lesson_title"] == "A lesson"
    assert found.json()["priority"] == 3


IMPOSSIBLE: list[tuple[dict[str, Any], int]] = [
    ({"parameters": {"lesson_id": 99}}, 404),
    ({"depends_on": 99}, 404),
    ({"parameters": {}}, 422),
    ({"parameters": {"lesson_id": "1"}}, 422),
    ({"parameters": {"lesson_id": True}}, 422),
    ({"parameters": {"lesson_id": 1, "colour": "red"}}, 422),
    ({"parameters": {"lesson_id": 1, "again": [[]]}}, 422),
    ({"parameters": []}, 422),
    ({"task_type": "cooking"}, 422),
    ({"priority": 10**9}, 422),
    ({"depends_on": -1}, 422),
    ({"worker": "me"}, 422),
]


def test_a_task_that_could_never_run_is_not_stored(
    client: httpx.Client, lesson_of: MakeLesson
) -> None:
    lesson_id = lesson_of()
    for fields, status in IMPOSSIBLE:
        answer = ask(client, lesson_id, **fields)

        assert answer.status_code == status, fields
        assert answer.headers["content-type"] == "application/problem+json"
    assert client.get(TASKS).json()["items"] == []


def test_a_lesson_in_the_trash_gets_no_task_until_it_is_back(
    client: httpx.Client, lesson_of: MakeLesson
) -> None:
    lesson_id = lesson_of()
    address = ask(client, lesson_id).headers["Location"]

    client.delete(f"/api/v1/lessons/{lesson_id}").raise_for_status()
    refused = ask(client, lesson_id), client.post(f"{address}/retry")
    client.post(f"/api/v1/trash/{lesson_id}/restore").raise_for_status()

    assert {(each.status_code, each.json()["code"]) for each in refused} == {
        (404, "lesson-in-trash")
    }
    assert client.get(address).json()["error_code"] == "lesson-removed"
    assert client.post(f"{address}/retry").json()["status"] == "pending"


def test_a_task_is_cancelled_once_and_retried(client: httpx.Client, lesson_of: MakeLesson) -> None:
    address = ask(client, lesson_of()).headers["Location"]

    cancelled, again = client.post(f"{address}/cancel"), client.post(f"{address}/cancel")
    retried, too_early = client.post(f"{address}/retry"), client.post(f"{address}/retry")

    assert cancelled.json()["status"] == "cancelled"
    assert cancelled.json()["error_code"] == "task-cancelled"
    assert (again.status_code, again.json()["code"]) == (409, "task-ended")
    assert retried.json()["status"] == "pending"
    assert (retried.json()["error"], retried.json()["error_code"]) == (None, None)
    assert (too_early.status_code, too_early.json()["code"]) == (409, "task-not-retryable")


def test_a_retry_may_say_that_a_better_text_may_go(
    client: httpx.Client, lesson_of: MakeLesson
) -> None:
    lesson_id = lesson_of()
    address = ask(client, lesson_id).headers["Location"]
    client.post(f"{address}/cancel")

    retried = client.post(f"{address}/retry", params={"accept_lower_quality": True})

    expected = {"lesson_id": lesson_id, "accept_lower_quality": True}
    assert retried.json()["parameters"] == expected


def test_tasks_are_listed_newest_first_in_pages(
    client: httpx.Client, lesson_of: MakeLesson
) -> None:
    lesson_id = lesson_of()
    ids = [ask(client, lesson_id).json()["id"] for _ in range(5)]
    client.post(f"{TASKS}/{ids[0]}/cancel")

    first = client.get(TASKS, params={"limit": 3}).json()
    rest = client.get(TASKS, params={"limit": 3, "cursor": first["next_cursor"]}).json()
    cancelled = client.get(TASKS, params={"status": ["cancelled", "failed"]}).json()
    of_another = client.get(TASKS, params={"lesson_id": lesson_id + 1}).json()

    assert [item["id"] for item in first["items"] + rest["items"]] == ids[::-1]
    assert {item["lesson_title"] for item in first["items"]} == {"A lesson"}
    assert rest["next_cursor"] is None
    assert [item["id"] for item in cancelled["items"]] == ids[:1]
    assert of_another["items"] == []


def test_a_row_that_another_program_wrote_is_listed_whatever_is_in_it(
    client: httpx.Client, each_database: str
) -> None:
    insert_task("cooking", "[1, 2]", status="done?")

    (item,) = client.get(TASKS).json()["items"]

    assert (item["task_type"], item["status"], item["parameters"]) == ("cooking", "done?", None)


# --- events ----------------------------------------------------------------------------------


class Reader:
    """Reads an event stream in a thread of its own."""

    def __init__(self, events: Iterator[str]) -> None:
        self.events: list[dict[str, str]] = []
        self.has_ended = False
        self._lines = events
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        event: dict[str, str] = {}
        try:
            for line in self._lines:
                name, _, value = line.partition(": ")
                if name in ("id", "event", "data"):
                    event[name] = value
                elif not line and event:
                    self.events.append(event)
                    event = {}
        except httpx.HTTPError:
            pass  # the test has closed the stream
        self.has_ended = True

    def join(self) -> None:
        self._thread.join(LIMIT_SECONDS)

    def wait_for(self, name: str, **content: Any) -> dict[str, str]:
        """The first event of this name whose content has these values."""

        def find() -> dict[str, str] | None:
            for event in list(self.events):
                found = json.loads(event["data"])
                if event["event"] == name and content.items() <= found.items():
                    return event
            return None

        wait_until(find, LIMIT_SECONDS)
        found = find()
        assert found is not None
        return found


@contextmanager
def reading(
    client: httpx.Client, address: str, last_event_id: str | None = None
) -> Iterator[Reader]:
    headers = {} if last_event_id is None else {"Last-Event-ID": last_event_id}
    with client.stream("GET", address, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        reader = Reader(answer.iter_lines())
        yield reader
        # To close the stream would not wake the thread that waits for the next heartbeat.
        answer.extensions["network_stream"].get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        reader.join()


def test_all_readers_are_told_what_any_program_changes(
    client: httpx.Client, lesson_of: MakeLesson
) -> None:
    with reading(client, "/api/v1/events") as one, reading(client, "/api/v1/events") as other:
        for reader in (one, other):
            reader.wait_for("begin")
        task_id = insert_task("summary", {"lesson_id": lesson_of()})
        for reader in (one, other):
            reader.wait_for("task", id=task_id, status="pending")
        execute("UPDATE task SET progress = 0.5, status = 'running' WHERE id = :id", id=task_id)

        events = [
            reader.wait_for("task", id=task_id, progress=0.5, lesson_title="A lesson")
            for reader in (one, other)
        ]

    assert events[0] == events[1]


def test_a_reader_that_comes_back_is_told_what_it_missed_and_nothing_twice(
    client: httpx.Client,
) -> None:
    with reading(client, "/api/v1/events") as reader:
        reader.wait_for("begin")
        first = insert_task("summary", {"lesson_id": 1})
        last = reader.wait_for("task", id=first)["id"]
        second = insert_task("summary", {"lesson_id": 2})
        reader.wait_for("task", id=second)

    with reading(client, "/api/v1/events", last) as again:
        again.wait_for("task", id=second)

    assert [json.loads(event["data"])["id"] for event in again.events] == [second]


def test_a_stream_begins_only_when_whatever_changes_is_told() -> None:
    async def read() -> list[str]:
        hub = EventHub()
        hub.open()
        stream = hub.stream(None)
        first = [(await anext(stream)).decode()]
        waiting = asyncio.ensure_future(anext(stream))
        # The task rows are not known yet: a change of now would be told to nobody.
        is_told = (await asyncio.wait([waiting], timeout=0.2))[0]
        hub.begin()
        return [*first, "too early" if is_told else "waits", (await waiting).decode()]

    retry, meanwhile, begin = asyncio.run(read())

    assert retry.startswith("retry: ")
    assert meanwhile == "waits"
    assert "event: begin" in begin


def test_a_reader_whose_place_is_not_known_begins_anew(sqlite_client: httpx.Client) -> None:
    for last_event_id in ("0-0", "x", "", "deadbeef-17", "-", "9" * 99):
        with reading(sqlite_client, "/api/v1/events", last_event_id) as reader:
            reader.wait_for("begin")


def test_the_stream_of_a_task_ends_with_it(client: httpx.Client, lesson_of: MakeLesson) -> None:
    address = ask(client, lesson_of()).headers["Location"]

    with reading(client, f"{address}/events") as reader:
        reader.wait_for("task", status="pending")
        insert_task("summary", {"lesson_id": 9})  # which is nobody's business here
        client.post(f"{address}/cancel")
        last = reader.wait_for("task", status="cancelled")
        wait_until(lambda: reader.has_ended, LIMIT_SECONDS)

    assert {json.loads(event["data"])["lesson_id"] for event in reader.events} != {9}
    assert len(reader.events) == 2
    come_back = client.get(f"{address}/events", headers={"Last-Event-ID": last["id"]})
    assert come_back.status_code == 204
    with reading(client, f"{address}/events") as anew:
        anew.wait_for("task", status="cancelled")


def test_there_is_no_stream_of_a_task_that_is_not_there(sqlite_client: httpx.Client) -> None:
    assert sqlite_client.get(f"{TASKS}/99/events").status_code == 404


def test_what_would_make_a_text_worse_is_refused_until_that_is_accepted(
    client: httpx.Client, lesson_of: MakeLesson
) -> None:
    lesson_id = lesson_of(
        transcript=spoken(1),
        transcript_metadata={"engine": "faster-whisper", "model": "small"},
        summary="A summary.",
        summary_metadata={"provider": "OpenAI", "model": "gpt-4o"},
    )
    asked = {"task_type": "summary", "parameters": {"lesson_id": lesson_id}}
    accepted = asked | {"parameters": {"lesson_id": lesson_id, "accept_lower_quality": True}}

    refused = client.post(TASKS, json=asked)
    (*_, summary) = client.get(f"/api/v1/lessons/{lesson_id}/reruns").json()["items"]
    taken = client.post(TASKS, json=accepted)

    assert (refused.status_code, refused.json()["code"]) == (409, "lower-quality")
    assert summary["is_lower_quality"] is True
    assert summary["made_by"] == {"maker": "OpenAI", "model": "gpt-4o", "words": None}
    assert summary["would_be_made_by"] == {"maker": "Offline", "model": "lexrank", "words": None}
    assert taken.status_code == 201


def test_processing_what_is_finished_says_that_there_is_nothing_to_do(
    sqlite_client: httpx.Client, lesson_of: MakeLesson
) -> None:
    lesson_id = lesson_of(transcript=spoken(1), language="en")
    with Session(database.engine) as session:
        list(run_process(StageContext(lesson_id, session)))
    asked = {"task_type": "process", "parameters": {"lesson_id": lesson_id}}

    nothing = sqlite_client.post(TASKS, json=asked)
    again = asked | {"parameters": {"lesson_id": lesson_id, "again": True}}

    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing-to-do")
    assert sqlite_client.post(TASKS, json=again).status_code == 201
