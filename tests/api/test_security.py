"""What protects the server, and that every error is a problem with what to do."""

import json
import socket
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
import pytest

from backend.errors.lessons import LessonNotFound
from backend.web.security import host_name
from tests.api.server import running_app

V1 = "/api/v1"
JSON = {"Content-Type": "application/json"}
FOLLOWED = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
"""What a browser sends when a link on a page of another site is followed."""

MakeLesson = Callable[..., int]


def assert_problem(answer: httpx.Response, status: int, code: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"] == f"urn:lectern:problem:{code}"
    assert problem["detail"].endswith((".", ")."))
    assert problem["action"].endswith(".")
    assert problem["request_id"] == answer.headers["x-request-id"]


# --- other sites -----------------------------------------------------------------------------


def test_the_server_answers_to_loopback_names_alone(sqlite_client: httpx.Client) -> None:
    for host in ("localhost", "LOCALHOST:80", "127.0.0.1:8000", "[::1]:8000", "[::1]"):
        assert sqlite_client.get("/healthz", headers={"Host": host}).status_code == 200, host
    foreign = (
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.nip.io",
        "10.0.0.1",
        "",
        "[::2]",
    )
    strange = (
        "localhost@evil.example",
        "evil.example/localhost",
        "localhost:x",
        "localhost#",
        "a b",
    )
    for host in foreign + strange:
        answer = sqlite_client.get("/healthz", headers={"Host": host})
        assert_problem(answer, 421, "wrong-host")


def test_a_host_name_is_read_without_its_port() -> None:
    assert host_name("LocalHost:80") == "localhost"
    assert host_name("[::1]:80") == "::1"
    assert host_name("localhost:99999") == ""


def test_what_a_page_of_another_site_sends_does_nothing(
    sqlite_client: httpx.Client, lesson_of: MakeLesson
) -> None:
    address = f"{V1}/lessons/{lesson_of()}"
    own = f"http://{urlsplit(str(sqlite_client.base_url)).netloc}"
    foreign: list[dict[str, str]] = [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": own},
        {
            "Sec-Fetch-Site": "cross-site",
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Dest": "document",
        },
    ]
    for headers in foreign:
        assert_problem(sqlite_client.delete(address, headers=headers), 403, "foreign-site")
    assert sqlite_client.get(address).status_code == 200

    allowed: list[dict[str, str]] = [
        {"Origin": own, "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": own},
    ]
    for headers in allowed:
        made = sqlite_client.post(f"{V1}/courses", json={"title": str(headers)}, headers=headers)
        assert made.status_code == 201, headers


def test_a_page_of_another_site_can_read_nothing_either(sqlite_client: httpx.Client) -> None:
    embedded = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}

    assert sqlite_client.get(f"{V1}/search?q=x", headers=embedded).status_code == 403
    link = sqlite_client.get("/healthz", headers=FOLLOWED | {"Sec-Fetch-Dest": "document"})
    frame = sqlite_client.get("/healthz", headers=FOLLOWED | {"Sec-Fetch-Dest": "iframe"})
    preflight = sqlite_client.options(f"{V1}/courses", headers={"Origin": "http://evil.example"})

    assert (link.status_code, frame.status_code) == (200, 403)
    assert not [name for name in preflight.headers if name.startswith("access-control-")]


def test_every_answer_tells_the_browser_what_not_to_do(sqlite_client: httpx.Client) -> None:
    answers = [
        sqlite_client.get("/healthz"),
        sqlite_client.get("/nothing"),
        sqlite_client.get("/healthz", headers={"Host": "evil.example"}),
        sqlite_client.post(f"{V1}/courses", content=b"x" * (2 << 20), headers=JSON),
    ]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-inline" not in policy
        assert "http" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "server" not in answer.headers


def test_there_is_no_page_with_scripts_from_elsewhere(sqlite_client: httpx.Client) -> None:
    for path in ("/docs", "/redoc", "/docs/oauth2-redirect"):
        assert sqlite_client.get(path).status_code == 404


# --- requests --------------------------------------------------------------------------------


def test_each_request_has_an_id_that_stands_in_the_log(sqlite_client: httpx.Client) -> None:
    sane = sqlite_client.get("/healthz", headers={"X-Request-ID": "mine-1.2_3"})
    strange = [
        sqlite_client.get("/healthz", headers={"X-Request-ID": name}).headers["x-request-id"]
        for name in ("", "a b", "x" * 65, "<script>", "a\tb")
    ]

    assert sane.headers["x-request-id"] == "mine-1.2_3"
    assert all(len(name) == 16 for name in strange)
    assert len(set(strange)) == len(strange)


def test_every_error_is_a_problem(sqlite_client: httpx.Client, lesson_of: MakeLesson) -> None:
    client, lesson = sqlite_client, f"{V1}/lessons/{lesson_of()}"

    assert_problem(client.get("/nothing"), 404, "not-found")
    assert_problem(client.get(f"{V1}/lessons/"), 404, "not-found")
    assert_problem(client.get(f"{V1}/lessons/99"), 404, "lesson-not-found")
    assert_problem(client.get(f"{V1}/lessons/x"), 422, "invalid-request")
    assert_problem(client.get(f"{V1}/lessons/{2**31}"), 422, "invalid-request")
    assert_problem(client.put(lesson), 405, "method-not-allowed")
    assert_problem(client.patch(lesson, json={}), 428, "precondition-required")
    form = client.post(f"{V1}/courses", data={"title": "x"})
    assert_problem(form, 415, "wrong-content-type")
    bare = client.post(f"{V1}/courses", content=b'{"title": "x"}')
    assert_problem(bare, 415, "wrong-content-type")


def test_a_method_that_is_not_allowed_names_those_that_are(
    sqlite_client: httpx.Client,
) -> None:
    assert sqlite_client.put(f"{V1}/lessons/1").headers["allow"] == "DELETE, GET, PATCH"
    assert sqlite_client.post(f"{V1}/lessons/1/media").headers["allow"] == "GET, HEAD"


def test_a_body_that_is_too_large_is_refused_whether_or_not_it_says_so(
    sqlite_client: httpx.Client,
) -> None:
    large = b'{"title": "' + b"x" * (1 << 20) + b'"}'

    declared = sqlite_client.post(f"{V1}/courses", content=large, headers=JSON)
    chunked = sqlite_client.post(f"{V1}/courses", content=iter([large, large]), headers=JSON)

    assert_problem(declared, 413, "content-too-large")
    assert_problem(chunked, 413, "content-too-large")


STRANGE_BODIES = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"x"',
    b"\xff\xfe",
    b'{"title": 1}',
    b'{"title": null}',
    b'{"title": ["x"]}',
    b'{"title": ""}',
    b'{"title": "   "}',
    b'{"title": "\\u0000"}',
    b'{"title": "\\ud800"}',
    b'{"title": "x", "\\ud800": 1}',
    b'{"title": "x", "id": 5}',
    b'{"title": "' + b"x" * 501 + b'"}',
    b'{"title": ' + b"[" * 100_000,
    b'{"title": ' + b"1" * 10_000 + b"}",
    b"NaN",
]


def test_strange_bodies_are_problems_and_store_nothing(client: httpx.Client) -> None:
    for body in STRANGE_BODIES:
        answer = client.post(f"{V1}/courses", content=body, headers=JSON)

        assert answer.status_code in (400, 422), (body[:40], answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        json.loads(answer.content.decode("utf-8"))
    assert client.get(f"{V1}/courses").json()["items"] == []


STRANGE_ADDRESSES = [
    f"{V1}/lessons/0",
    f"{V1}/lessons/-1",
    f"{V1}/lessons/1%00",
    f"{V1}/lessons/%2e%2e%2fconfig.yaml",
    f"{V1}/lessons/..%2f..%2fconfig.yaml/media",
    f"{V1}/lessons/{'9' * 400}",
    f"{V1}/lessons/1.0",
    f"{V1}/lessons/%F0%9F%98%80",
    f"{V1}/lessons?limit=0",
    f"{V1}/lessons?limit=x",
    f"{V1}/lessons?course_id=99999999999",
    f"{V1}/lessons?from=0000-00-00",
    f"{V1}/lessons?from=%00",
    f"{V1}/lessons?sort=;DROP",
    f"{V1}/lessons?from=0001-01-01T01:00:00%2B14:00",
    f"{V1}/search",
    f"{V1}/search?q=%00",
    f"{V1}/search?q=x&limit=1000",
    f"{V1}/search?q={'+'.join(f'w{number}' for number in range(60))}",
    f"{V1}/tasks?status=done",
    f"{V1}/notes?cursor=x",
    f"{V1}/models/downloads/%00",
]


def test_strange_addresses_are_problems(client: httpx.Client) -> None:
    for address in STRANGE_ADDRESSES:
        answer = client.get(address)

        assert answer.status_code in (404, 422), (address, answer.text)
        assert answer.headers["content-type"] == "application/problem+json", address


def test_extreme_dates_are_no_trouble(client: httpx.Client, lesson_of: MakeLesson) -> None:
    lesson_of()
    for query in ("from=0001-01-01", "to=9999-12-31", "from=9999-12-31&to=0001-01-01"):
        assert client.get(f"{V1}/lessons?{query}").status_code == 200, query


def test_what_is_no_http_is_refused(sqlite_client: httpx.Client) -> None:
    port = urlsplit(str(sqlite_client.base_url)).port
    for sent in (b"\x16\x03\x01\x00\xa5\x01", b"GET / HTTP/1.1\r\n\r\n", b"GET /\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(sent + b"\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.1 4"), sent
    assert sqlite_client.get("/healthz").status_code == 200


def test_a_body_whose_end_two_readers_see_at_two_places_is_refused_and_nothing_behind_it_read(
    sqlite_client: httpx.Client,
) -> None:
    port = urlsplit(str(sqlite_client.base_url)).port
    head = b"POST /api/v1/courses HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    behind = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    for lengths in (
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 0\r\n",
    ):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(head + lengths + b"\r\n0\r\n\r\n" + behind)
            with connection.makefile("rb") as answers:
                answered = answers.read()  # until the server ends the connection

        assert answered.startswith(b"HTTP/1.1 400"), answered
        assert answered.count(b"HTTP/1.1") == 1
        assert b"ambiguous-length" in answered


def test_a_request_whose_head_does_not_come_is_given_up(
    data_dir: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.server.HEAD_SECONDS", 0.2)
    with running_app() as address, httpx.Client(base_url=address) as client:
        port = urlsplit(address).port
        for sent in (b"", b"GET /healthz HTTP/1.1\r\nHost: local"):
            with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
                connection.sendall(sent)
                assert connection.recv(100) == b""
        assert client.get("/healthz").status_code == 200


def test_a_body_that_does_not_come_is_given_up(
    data_dir: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.web.bodies.LONGEST_BODY_SECONDS", 0.2)
    head = (
        b"POST /api/v1/courses HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    )
    with running_app() as address:
        port = urlsplit(address).port
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(head)
            assert connection.recv(100).startswith(b"HTTP/1.1 408")


def test_codes_are_the_names_of_the_errors() -> None:
    assert LessonNotFound(3).code == "lesson-not-found"
