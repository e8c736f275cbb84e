"""Uploads over HTTP: a real client of the protocol against a real server, and their accidents."""

import base64
import hashlib
import io
import os
import resource
import socket
import sqlite3
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

from tests.api.server import LIMIT_SECONDS, ServerProcess
from tests.audio_files import (
    HOSTILE_FILE_NAMES,
    NANO_LESSON_PATH,
    tone,
    write_garbage,
    write_text,
    write_video,
    write_wav,
)
from tests.waiting import wait_until

TUS = {"Tus-Resumable": "1.0.0"}
BYTES = TUS | {"Content-Type": "application/offset+octet-stream"}
UPLOADS = "/api/v1/uploads"


class Uploads:
    """A client of the protocol, as low as need be."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    @property
    def port(self) -> int:
        return self.client.base_url.port or 0

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    @property
    def tus(self) -> TusClient:
        return TusClient(self.url(UPLOADS))

    def create(self, length: int, **metadata: str) -> str:
        """Begin an upload; returns its path."""
        pairs = ",".join(
            f"{key} {encoded(text.encode())}".strip() for key, text in metadata.items()
        )
        headers = TUS | {"Upload-Length": str(length), "Upload-Metadata": pairs}
        answer = self.client.post(UPLOADS, headers=headers)
        assert answer.status_code == 201, answer.text
        return answer.headers["Location"]

    def send(self, path: str, offset: int, content: bytes, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.patch(
            path, headers=BYTES | {"Upload-Offset": str(offset)} | named, content=content
        )

    def offset(self, path: str) -> int:
        answer = self.client.head(path, headers=TUS)
        assert answer.status_code == 200
        return int(answer.headers["Upload-Offset"])

    def media(self, lesson_id: object) -> bytes:
        answer = self.client.get(f"/api/v1/lessons/{lesson_id}/media")
        assert answer.status_code == 200
        return answer.content

    @contextmanager
    def half_sent(self, path: str, content: bytes, n_bytes: int) -> Iterator[socket.socket]:
        """A connection over which the first bytes came, and then nothing."""
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            lines = [f"PATCH {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
            headers = BYTES | {"Upload-Offset": "0", "Content-Length": str(len(content))}
            lines += [f"{name}: {value}" for name, value in headers.items()]
            connection.sendall("\r\n".join([*lines, "", ""]).encode() + content[:n_bytes])
            yield connection


class KilledServer(Uploads):
    """`lectern serve` on one port, through its deaths."""

    def __init__(self) -> None:
        self.process = ServerProcess("--no-worker")
        super().__init__(self.process.client())

    def kill(self) -> None:
        self.process.kill()

    def restart(self) -> None:
        self.client.close()
        self.process = ServerProcess("--no-worker", port=self.port)
        self.client = self.process.client()

    def end(self) -> None:
        self.client.close()
        if self.process.process.poll() is None:
            self.process.kill()

    def limit_files(self, max_bytes: int) -> None:
        """From now on the disk is full for whatever grows over this; -1 lifts it."""
        resource.prlimit(self.process.process.pid, resource.RLIMIT_FSIZE, (max_bytes, -1))


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem that an answer tells, which is one of the protocol, too."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    told: dict[str, Any] = answer.json()
    assert told["code"] == code
    return told


@pytest.fixture
def uploads(client: httpx.Client) -> Uploads:
    """To a server with an empty library, on SQLite and on PostgreSQL."""
    return Uploads(client)


@pytest.fixture
def sqlite_uploads(sqlite_client: httpx.Client) -> Uploads:
    """The same on SQLite alone, where the database makes no difference."""
    return Uploads(sqlite_client)


@pytest.fixture
def server(each_database: str) -> Iterator[KilledServer]:
    """A process of its own."""
    server = KilledServer()
    yield server
    server.end()


@pytest.fixture
def long_recording(tmp_path: Path) -> bytes:
    """Some 48 MB of noise, so that more than one stretch is made safe on the way."""
    path = tmp_path / "long.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, 48_000, 0, "NONE", ""))
        file.writeframes(os.urandom(48_000_000))
    return path.read_bytes()


# --- as it should be -------------------------------------------------------------------------


def test_a_client_of_the_protocol_brings_a_recording_in(uploads: Uploads) -> None:
    uploader = uploads.tus.uploader(
        file_stream=io.BytesIO(NANO_LESSON_PATH.read_bytes()),
        chunk_size=300_000,
        metadata={"filename": "Leçon_1.ogg", "course": "Algèbre", "process": "true"},
        upload_checksum=True,
    )

    uploader.upload()

    assert uploader.url
    status = uploads.client.get(urlsplit(uploader.url).path).json()
    assert status["stage"] == "done"
    lesson = uploads.client.get(f"/api/v1/lessons/{status['lesson_id']}").json()
    assert lesson["title"] == "Leçon 1"
    assert lesson["duration"] == pytest.approx(278, abs=1)
    assert uploads.media(lesson["id"]) == NANO_LESSON_PATH.read_bytes()
    task = uploads.client.get(f"/api/v1/tasks/{status['task_id']}").json()
    assert (task["task_type"], task["parameters"]) == ("process", {"lesson_id": lesson["id"]})


def test_the_last_answer_names_the_lesson_and_those_with_the_same_recording(
    uploads: Uploads,
) -> None:
    content = NANO_LESSON_PATH.read_bytes()
    first = uploads.send(uploads.create(len(content)), 0, content)

    second = uploads.send(uploads.create(len(content)), 0, content)

    assert first.status_code == second.status_code == 204
    assert "Lectern-Same-Recording" not in first.headers
    assert second.headers["Lectern-Same-Recording"] == first.headers["Lectern-Lesson"]
    assert second.headers["Lectern-Lesson"] != first.headers["Lectern-Lesson"]


def test_the_server_says_what_it_can(sqlite_uploads: Uploads) -> None:
    answer = sqlite_uploads.client.options(UPLOADS)

    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    extensions = set(answer.headers["Tus-Extension"].split(","))
    assert extensions >= {"creation", "expiration", "checksum", "termination"}
    assert int(answer.headers["Tus-Max-Size"]) == 10 << 30
    assert set(answer.headers["Tus-Checksum-Algorithm"].split(",")) == {"sha1", "sha256"}


def test_the_first_bytes_may_come_with_the_creation(sqlite_uploads: Uploads) -> None:
    content = NANO_LESSON_PATH.read_bytes()
    headers = BYTES | {"Upload-Length": str(len(content))}

    part = sqlite_uploads.client.post(UPLOADS, headers=headers, content=content[:1000])
    whole = sqlite_uploads.client.post(UPLOADS, headers=headers, content=content)

    assert (part.status_code, part.headers["Upload-Offset"]) == (201, "1000")
    rest = sqlite_uploads.send(part.headers["Location"], 1000, content[1000:])
    assert rest.headers["Lectern-Lesson"]
    assert whole.headers["Lectern-Lesson"]


@pytest.mark.parametrize("ending", [".mp4", ".mkv"])
def test_a_video_plays_as_it_came(sqlite_uploads: Uploads, tmp_path: Path, ending: str) -> None:
    video = write_video(tmp_path / f"video{ending}", tone(2.0)).read_bytes()

    answer = sqlite_uploads.send(sqlite_uploads.create(len(video), filename="v"), 0, video)

    media = sqlite_uploads.client.get(
        f"/api/v1/lessons/{answer.headers['Lectern-Lesson']}/media",
        headers={"Range": "bytes=-500"},
    )
    assert media.status_code == 206
    assert media.headers["Content-Type"].startswith("video/")
    assert media.content == video[-500:]


def test_an_upload_can_be_given_up(sqlite_uploads: Uploads, data_dir: Path) -> None:
    path = sqlite_uploads.create(1000)
    sqlite_uploads.send(path, 0, b"abc")

    assert sqlite_uploads.client.delete(path, headers=TUS).status_code == 204

    problem(sqlite_uploads.client.get(path), 404, "upload-not-found")
    problem(sqlite_uploads.send(path, 3, b"def"), 404, "upload-not-found")
    assert list((data_dir / "uploads").iterdir()) == []


# --- accidents -------------------------------------------------------------------------------


def test_an_upload_goes_on_where_its_connection_dropped(uploads: Uploads) -> None:
    content = NANO_LESSON_PATH.read_bytes()
    path = uploads.create(len(content))
    with uploads.half_sent(path, content, 700_000):
        pass
    wait_until(lambda: uploads.offset(path) == 700_000, LIMIT_SECONDS)

    uploader = uploads.tus.uploader(file_stream=io.BytesIO(content), url=uploads.url(path))
    uploader.upload()

    lesson_id = uploads.client.get(path).json()["lesson_id"]
    assert uploads.media(lesson_id) == content


def test_an_upload_goes_on_after_its_server_was_killed(
    server: KilledServer, long_recording: bytes
) -> None:
    path = server.create(len(long_recording), filename="long.wav")
    with server.half_sent(path, long_recording, 40_000_000):
        wait_until(lambda: server.offset(path) >= 32 << 20, LIMIT_SECONDS)
        server.kill()
    server.restart()
    assert server.offset(path) >= 32 << 20

    uploader = server.tus.uploader(
        file_stream=io.BytesIO(long_recording),
        url=server.url(path),
        chunk_size=5_000_000,
    )
    uploader.upload()

    lesson = server.client.get(f"/api/v1/lessons/{server.client.get(path).json()['lesson_id']}")
    assert lesson.json()["title"] == "long"
    media = server.media(lesson.json()["id"])
    assert hashlib.sha256(media).digest() == hashlib.sha256(long_recording).digest()


def test_a_server_that_is_told_to_stop_keeps_what_came(
    server: KilledServer, long_recording: bytes, data_dir: Path
) -> None:
    path = server.create(len(long_recording), filename="long.wav")
    upload_id = path.rpartition("/")[2]
    on_disk = data_dir / "uploads" / upload_id / upload_id
    with server.half_sent(path, long_recording, 10_000_000):
        wait_until(lambda: on_disk.stat().st_size > 8 << 20, LIMIT_SECONDS)
        server.process.stop()
    server.restart()

    offset = server.offset(path)
    assert offset > 8 << 20
    rest = server.send(path, offset, long_recording[offset:])
    assert server.media(rest.headers["Lectern-Lesson"]) == long_recording


def test_a_server_that_starts_makes_the_lesson_that_a_killed_one_did_not(
    server: KilledServer, data_dir: Path
) -> None:
    content = NANO_LESSON_PATH.read_bytes()
    path = server.create(len(content), filename="late.ogg")
    server.send(path, 0, content[:-1])
    server.kill()
    folder = data_dir / "uploads" / path.rpartition("/")[2]
    with (folder / folder.name).open("ab") as file:
        file.write(content[-1:])  # as if it was killed when all had come
    state = (folder / "state.json").read_text()
    written = state.replace(f'"offset":{len(content) - 1}', f'"offset":{len(content)}')
    (folder / "state.json").write_text(written)

    server.restart()

    wait_until(lambda: server.client.get(path).json()["stage"] == "done", LIMIT_SECONDS)
    assert server.media(server.client.get(path).json()["lesson_id"]) == content


def test_of_two_that_send_at_once_one_is_told_to_wait(
    sqlite_uploads: Uploads, data_dir: Path
) -> None:
    content = NANO_LESSON_PATH.read_bytes()
    path = sqlite_uploads.create(len(content))
    upload_id = path.rpartition("/")[2]
    on_disk = data_dir / "uploads" / upload_id / upload_id

    with sqlite_uploads.half_sent(path, content, 1_200_000) as connection:
        wait_until(lambda: on_disk.stat().st_size > 0, LIMIT_SECONDS)
        problem(sqlite_uploads.send(path, 0, b"x"), 423, "upload-busy")
        problem(sqlite_uploads.client.delete(path, headers=TUS), 423, "upload-busy")
        assert sqlite_uploads.offset(path) == 0  # nobody is kept from asking
        connection.sendall(content[1_200_000:])
        assert connection.recv(1000).startswith(b"HTTP/1.1 204")

    assert sqlite_uploads.media(1) == content


def test_a_disk_that_fills_stops_an_upload_and_not_for_good(
    server: KilledServer, long_recording: bytes
) -> None:
    path = server.create(len(long_recording), filename="long.wav")
    server.limit_files(36_000_000)

    problem(server.send(path, 0, long_recording), 507, "storage-full")

    server.limit_files(-1)
    offset = server.offset(path)
    assert 0 < offset < 36_000_000
    rest = server.send(path, offset, long_recording[offset:])
    assert server.media(rest.headers["Lectern-Lesson"]) == long_recording


# --- what is refused -------------------------------------------------------------------------


def test_offsets_that_overlap_or_skip_are_refused(sqlite_uploads: Uploads) -> None:
    path = sqlite_uploads.create(1000)
    sqlite_uploads.send(path, 0, b"abc")

    for offset in (0, 2, 4, 999, 1000, 10**17):
        problem(sqlite_uploads.send(path, offset, b"x"), 409, "upload-offset-wrong")

    assert sqlite_uploads.offset(path) == 3


def test_more_than_was_declared_is_refused_with_and_without_its_length(
    sqlite_uploads: Uploads,
) -> None:
    path = sqlite_uploads.create(10)

    problem(sqlite_uploads.send(path, 0, b"x" * 11), 413, "upload-too-large")
    streamed = sqlite_uploads.client.patch(
        path, headers=BYTES | {"Upload-Offset": "0"}, content=iter([b"x" * 6, b"x" * 6])
    )

    problem(streamed, 413, "upload-too-large")
    assert sqlite_uploads.offset(path) < 10


def test_bytes_that_are_not_what_was_sent_are_not_taken(sqlite_uploads: Uploads) -> None:
    content = NANO_LESSON_PATH.read_bytes()
    path = sqlite_uploads.create(len(content))
    right = f"sha1 {encoded(hashlib.sha1(content).digest())}"

    damaged = sqlite_uploads.send(path, 0, content[:-1] + b"!", Upload_Checksum=right)
    problem(damaged, 460, "checksum-wrong")
    assert sqlite_uploads.offset(path) == 0
    unknown = sqlite_uploads.send(path, 0, content, Upload_Checksum="md5 YWJj")
    problem(unknown, 400, "upload-error")

    assert sqlite_uploads.send(path, 0, content, Upload_Checksum=right).status_code == 204


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 412),
        ({"Tus-Resumable": "0.2.2", "Upload-Length": "10"}, 412),
        (TUS, 400),
        (TUS | {"Upload-Length": "ten"}, 400),
        (TUS | {"Upload-Length": "-1"}, 400),
        (TUS | {"Upload-Length": "0"}, 422),
        (TUS | {"Upload-Length": str((10 << 30) + 1)}, 413),
        (TUS | {"Upload-Length": "10", "Upload-Metadata": "filename !"}, 400),
        (TUS | {"Upload-Length": "10", "Upload-Metadata": "language ZnJlbmNo"}, 422),
        (TUS | {"Upload-Length": "10", "Upload-Concat": "partial"}, 400),
        (TUS | {"Upload-Defer-Length": "1"}, 400),
    ],
)
def test_what_cannot_begin_is_told_why(
    sqlite_uploads: Uploads, headers: dict[str, str], status: int
) -> None:
    answer = sqlite_uploads.client.post(UPLOADS, headers=headers)

    assert answer.status_code == status, answer.text
    assert answer.json()["detail"].endswith(".")


def test_other_types_and_versions_are_refused(sqlite_uploads: Uploads) -> None:
    path = sqlite_uploads.create(10)

    problem(
        sqlite_uploads.send(path, 0, b"x", Content_Type="application/json"),
        415,
        "upload-type-wrong",
    )
    version = sqlite_uploads.send(path, 0, b"x", Tus_Resumable="0.2.2")
    assert problem(version, 412, "protocol-version-wrong")["detail"]
    assert sqlite_uploads.client.head(path).status_code == 412
    problem(sqlite_uploads.client.patch(path, headers=BYTES), 400, "upload-error")


def test_pages_of_other_sites_send_nothing(sqlite_uploads: Uploads) -> None:
    headers = TUS | {"Upload-Length": "10", "Origin": "http://evil.example"}

    assert sqlite_uploads.client.post(UPLOADS, headers=headers).status_code == 403


def test_a_file_that_lies_about_its_type_is_refused_by_its_name(
    sqlite_uploads: Uploads, tmp_path: Path
) -> None:
    for make in (write_text, write_garbage):
        content = make(tmp_path / "lies").read_bytes()
        path = sqlite_uploads.create(len(content), filename="film.mp4")

        told = problem(sqlite_uploads.send(path, 0, content), 422, "unreadable-media")

        assert told["detail"].startswith("film.mp4 is not a recording")
        status = sqlite_uploads.client.get(path).json()
        assert (status["stage"], status["refusal"]) == ("refused", told["detail"])
    with pytest.raises(TusCommunicationError):
        sqlite_uploads.tus.uploader(file_stream=io.BytesIO(b"text")).upload()
    assert sqlite_uploads.client.get("/api/v1/lessons").json()["items"] == []


def test_names_of_any_kind_lead_nowhere(sqlite_uploads: Uploads, data_dir: Path) -> None:
    content = write_wav(data_dir / "short.wav", tone(0.3)).read_bytes()
    names = (*HOSTILE_FILE_NAMES, "\u202eשיעור.wav", "x" * 300 + ".wav", "<script>.mp4")

    for name in names:
        path = sqlite_uploads.create(len(content), filename=name)
        assert sqlite_uploads.send(path, 0, content).status_code == 204

    with sqlite3.connect(data_dir / "lectern.db") as connection:
        stored = {row[0] for row in connection.execute("SELECT filename FROM lesson")}
    connection.close()
    assert {entry.name for entry in (data_dir / "audio").iterdir()} == stored
    assert len(stored) == len(names)
    assert not any(set(name) & set("/\\<>\0") for name in stored)
    assert os.listdir(data_dir.parent) == ["data"]  # noqa: PTH208 - nothing beside it
