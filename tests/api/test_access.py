"""What is the owner's alone, as long as there are no accounts."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from backend.app import create_app
from backend.config.environment import config_path, owner_token_path
from backend.config.file import load_config
from backend.web.access import ACCESS, OWNER
from tests.api.server import LIMIT_SECONDS, running_app
from tests.stubs.llm_server import serve
from tests.stubs.openai import OpenAIStub
from tests.waiting import wait_until

V1 = "/api/v1"
ANY = {"If-Match": "*"}
KEY = "sk-the-owners-own-key"


@pytest.fixture
def stranger(sqlite_client: httpx.Client) -> Iterator[httpx.Client]:
    """A program of another account of the same computer, at the owner's server."""
    with httpx.Client(base_url=sqlite_client.base_url, timeout=LIMIT_SECONDS) as client:
        yield client


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in create_app().openapi()["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


# --- the policy ------------------------------------------------------------------------------


def test_of_each_operation_it_is_said_whether_it_is_the_owners() -> None:
    documented = {operation["operationId"]: operation for *_, operation in operations()}

    assert set(documented) == set(ACCESS)
    for name, operation in documented.items():
        is_owners = ACCESS[name] == OWNER
        assert (operation.get("security") == [{"ownerToken": []}]) is is_owners, name
        assert ("401" in operation["responses"]) is is_owners, name


def test_without_the_token_exactly_the_owners_operations_are_refused(
    stranger: httpx.Client,
) -> None:
    for method, path, operation in operations():
        address = re.sub(r"\{\w+\}", "1", path)
        headers = ANY | {"Content-Type": "application/json"}
        with stranger.stream(method, address, headers=headers) as answer:
            if not path.endswith("/events"):
                answer.read()
            is_refused = answer.status_code == 401
            assert is_refused is (ACCESS[operation["operationId"]] == OWNER), (method, path)
            if is_refused:
                assert answer.headers["WWW-Authenticate"].startswith("Bearer")
                assert answer.json()["code"] == "owner-only"
    assert not config_path().exists()


def test_what_a_stranger_removes_can_be_brought_back(
    stranger: httpx.Client, lesson_of: Callable[..., int]
) -> None:
    lesson_id = lesson_of(title="Optics")

    assert stranger.delete(f"{V1}/lessons/{lesson_id}", headers=ANY).status_code == 204
    assert stranger.delete(f"{V1}/trash/{lesson_id}").status_code == 401

    assert stranger.post(f"{V1}/trash/{lesson_id}/restore").json()["title"] == "Optics"


def test_an_operation_that_nobody_thought_of_is_nobodys(
    stranger: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(ACCESS, "list_lessons")

    assert stranger.get(f"{V1}/lessons").status_code == 401


# --- the token -------------------------------------------------------------------------------


def test_what_is_not_the_token_opens_nothing(stranger: httpx.Client) -> None:
    token = owner_token_path().read_text().strip()
    guesses = ["Bearer", f"Bearer {token}x", f"Bearer {token[:-1]}", f"Bearer {token.swapcase()}"]
    guesses += [token, f"Basic {token}", "Bearer \u00e9"]
    wrong: list[dict[bytes, bytes]] = [{b"Authorization": guess.encode()} for guess in guesses]
    wrong += [{b"Cookie": f"owner={token}".encode()}, {b"X-Owner-Token": token.encode()}]
    for headers in wrong:
        refused = stranger.post(f"{V1}/preferences/trial?owner={token}", headers=headers)
        assert refused.status_code == 401, headers
        assert stranger.get(f"{V1}/owner", headers=headers).json()["is_owner"] is False

    accepted = stranger.get(f"{V1}/owner", headers={"Authorization": f"bearer {token}"})
    assert accepted.json() == {"is_owner": True, "token_file": str(owner_token_path())}


def test_the_token_is_no_way_round_what_other_sites_may_not(sqlite_client: httpx.Client) -> None:
    trial = f"{V1}/preferences/trial"
    rebound = sqlite_client.post(trial, headers={"Host": "evil.example"})
    foreign = sqlite_client.post(trial, headers={"Origin": "http://evil.example"})
    preflight = sqlite_client.options(
        trial,
        headers={
            "Origin": "http://evil.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization",
        },
    )

    assert (rebound.status_code, foreign.status_code) == (421, 403)
    assert not [name for name in preflight.headers if name.startswith("access-control-")]


# --- keys and their servers ------------------------------------------------------------------


def keys_sent(stub: OpenAIStub) -> set[str]:
    return {request.key for request in stub.received}


def test_a_stored_key_stays_with_the_server_that_it_was_typed_for(
    sqlite_client: httpx.Client,
) -> None:
    def change(**values: str) -> httpx.Response:
        return sqlite_client.patch(f"{V1}/preferences", json=values, headers=ANY)

    with serve(OpenAIStub()) as first, serve(OpenAIStub()) as second:
        # All stubs are on one port: another name makes another server.
        here, there = (each.base_url.replace("localhost", "127.0.0.1") for each in (first, second))
        there = there.replace("127.0.0.1", "localhost")
        change(provider="OpenAI", base_url=here, api_key=KEY)
        sqlite_client.post(f"{V1}/preferences/trial")
        moved = change(base_url=there).json()
        sqlite_client.post(f"{V1}/preferences/trial")
        typed_again = change(api_key="sk-another").json()
        sqlite_client.post(f"{V1}/preferences/trial")

        assert keys_sent(first) == {KEY}
        assert keys_sent(second) == {"no-key", "sk-another"}
    assert moved["has_api_key"] is False
    assert moved["other_key_server"] == "http://" + httpx.URL(here).netloc.decode()
    assert (typed_again["has_api_key"], typed_again["other_key_server"]) == (True, None)
    assert KEY not in json.dumps(moved)


def test_whom_a_key_is_for_cannot_be_said_over_http(sqlite_client: httpx.Client) -> None:
    answer = sqlite_client.patch(
        f"{V1}/preferences", json={"api_key_server": "http://evil.example"}, headers=ANY
    )

    assert answer.status_code == 422
    assert not config_path().exists()


# --- ways outside, passwords -----------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"library": {"watch_folder": "/home/ada"}},
        {"library": {"watch_folder": "../.."}},
        {"transcription": {"model": "/home/ada/model"}},
        {"transcription": {"model": "~/model"}},
        {"transcription": {"model": "./model"}},
        {"transcription": {"model": "../../model"}},
        {"transcription": {"model": "a/../../model"}},
    ],
)
def test_what_leads_outside_the_data_directory_is_not_set_over_http(
    sqlite_client: httpx.Client, change: dict[str, Any]
) -> None:
    answer = sqlite_client.patch(f"{V1}/preferences", json=change, headers=ANY)

    assert (answer.status_code, answer.json()["code"]) == (422, "file-only-setting")
    assert not config_path().exists()


def test_what_the_file_says_of_ways_outside_may_stay_and_be_taken_back(
    sqlite_client: httpx.Client, write_config: Callable[[str], None]
) -> None:
    write_config("library: {watch_folder: /home/ada}\ntranscription: {model: /models/small}\n")
    same = {"library": {"watch_folder": "/home/ada"}, "transcription": {"model": "/models/small"}}
    back = {"library": {"watch_folder": None}, "transcription": {"model": "school/small"}}

    for change in (same, back):
        answer = sqlite_client.patch(f"{V1}/preferences", json=change, headers=ANY)
        assert answer.status_code == 200, answer.text

    assert load_config().library.watch_folder is None


def test_a_password_in_an_address_goes_in_and_never_comes_out(
    sqlite_client: httpx.Client,
) -> None:
    def change(address: str) -> httpx.Response:
        values = {"provider": "OpenAI", "base_url": address}
        return sqlite_client.patch(f"{V1}/preferences", json=values, headers=ANY)

    set_ = change("http://ada:geheimnis@localhost:9/v1")
    trial = sqlite_client.post(f"{V1}/preferences/trial")
    kept = change("http://***@localhost:9/v2")
    elsewhere = change("http://***@localhost:10/v2")
    wrong = change("ftp://ada:geheimnis@localhost")

    assert set_.json()["base_url"] == "http://***@localhost:9/v1"
    assert load_config().base_url == "http://ada:geheimnis@localhost:9/v2"
    assert (kept.status_code, elsewhere.status_code, wrong.status_code) == (200, 422, 422)
    for answer in (set_, trial, kept, elsewhere, wrong, sqlite_client.get(f"{V1}/preferences")):
        assert "geheimnis" not in answer.text
    config_path().write_text("base_url: ftp://ada:geheimnis@localhost\n")
    for path in (f"{V1}/preferences", "/readyz"):
        assert "geheimnis" not in sqlite_client.get(path).text


# --- streams ---------------------------------------------------------------------------------


def test_more_connections_than_there_are_places_are_told_so(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.server.MOST_CONNECTIONS", 1)
    with running_app() as address, httpx.Client(base_url=address, timeout=LIMIT_SECONDS) as client:
        with client.stream("GET", f"{V1}/events"):
            refused = client.get("/healthz")
            assert (refused.status_code, refused.json()["code"]) == (503, "server-busy")
            assert int(refused.headers["Retry-After"]) > 0
        wait_until(lambda: client.get("/healthz").status_code == 200, LIMIT_SECONDS)


def test_more_streams_than_there_are_places_are_refused_until_one_ends(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.web.events.MOST_STREAMS_OF_CLIENT", 2)
    with running_app() as address, httpx.Client(base_url=address, timeout=LIMIT_SECONDS) as client:
        with client.stream("GET", f"{V1}/events"), client.stream("GET", f"{V1}/events"):
            refused = client.get(f"{V1}/events")
            assert (refused.status_code, refused.json()["code"]) == (503, "too-many-streams")
            assert int(refused.headers["Retry-After"]) > 0
            assert client.get("/healthz").status_code == 200

        def is_there_a_place() -> bool:
            with client.stream("GET", f"{V1}/events") as again:
                return again.status_code == 200

        wait_until(is_there_a_place, LIMIT_SECONDS)
