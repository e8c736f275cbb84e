"""The pages over HTTP: which address gives what, and what browsers may keep of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from backend.app import create_app
from backend.pages.serving import NOT_BUILT, Pages

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Host": "localhost"}


def client_of(dist: Path) -> TestClient:
    app: FastAPI = create_app()
    app.router.routes[-1] = Pages(dist)
    return TestClient(app, base_url="http://localhost")


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<!doctype html><title>Lectern</title>")
    (dist / "theme.js").write_text("// theme")
    (dist / "assets" / "index-1a2b.js").write_text("// app")
    (tmp_path / "secret.txt").write_text("nobody's business")
    return dist


@pytest.fixture
def client(dist: Path) -> Iterator[TestClient]:
    with_pages = client_of(dist)
    yield with_pages
    with_pages.close()


@pytest.mark.parametrize(
    "path", ["/", "/lessons/12?t=754", "/notes", "/search?q=words", "/tasks", "/settings"]
)
def test_each_page_is_answered_with_the_document(client: TestClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert "<title>Lectern</title>" in answer.text


def test_an_address_that_is_no_page_shows_browsers_the_page_that_says_so(
    client: TestClient,
) -> None:
    answer = client.get("/nothing", headers=BROWSER)

    assert answer.status_code == 404
    assert "<title>Lectern</title>" in answer.text


def test_a_document_that_the_browser_has_is_not_sent_again(client: TestClient, dist: Path) -> None:
    etag = client.get("/").headers["etag"]

    known = client.get("/notes", headers={"If-None-Match": etag})
    (dist / "index.html").write_text("<!doctype html><title>Newer 1</title>")
    newer = client.get("/", headers={"If-None-Match": etag})

    assert (known.status_code, known.content) == (304, b"")
    assert newer.status_code == 200
    assert newer.headers["etag"] != etag


def test_files_that_are_named_by_their_content_are_kept_for_ever(client: TestClient) -> None:
    kept = client.get("/assets/index-1a2b.js")
    asked = client.get("/theme.js")

    assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert kept.headers["content-type"] == "text/javascript; charset=utf-8"
    assert asked.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize(
    "path",
    [
        "/assets/gone-0000.js",
        "/assets/../../secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/assets",
        "/assets/index-1a2b.js/more",
        "/.hidden",
        "/a%00b",
    ],
)
def test_what_is_no_file_of_the_pages_is_not_found(client: TestClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 404
    assert answer.json()["code"] == "not-found"


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1/nothing", "/healthz/more"])
def test_what_the_api_does_not_know_stays_a_problem(client: TestClient, path: str) -> None:
    answer = client.get(path, headers=BROWSER)

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_api_keeps_its_own_methods(client: TestClient) -> None:
    answer = client.get("/api/v1/tasks/3/cancel", headers=BROWSER)

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_pages_are_only_read(client: TestClient, method: str) -> None:
    answer = client.request(method, "/notes")

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


def test_head_has_the_headers_without_the_document(client: TestClient) -> None:
    answer = client.head("/")

    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) > 0


def test_without_a_build_the_api_is_served_and_the_page_says_how_to_build(tmp_path: Path) -> None:
    with_nothing = client_of(tmp_path / "dist")

    page = with_nothing.get("/", headers=BROWSER)
    api = with_nothing.get("/healthz")

    assert (page.status_code, page.text) == (503, NOT_BUILT)
    assert page.headers["content-type"].startswith("text/plain")
    assert "make serve" in page.text
    assert api.status_code == 200
