"""Whatever a server answers: a usable reply or a named error, and nothing kept that cannot be read.

The bodies go through real HTTP and the clients of both providers.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from backend import database
from backend.errors import LecternError
from backend.errors.providers import ProviderError
from backend.llm.calls import FATAL, ChatCaller
from backend.llm.provider import ModelChoice
from backend.models import Lesson, LlmCall
from backend.tasks.pipeline import all_stages
from backend.tasks.stage import StageContext, run_stage
from tests.stubs.clocks import FakeTime
from tests.stubs.llm_server import Behaviour, Received, Response, serve
from tests.stubs.openai import OpenAIStub
from tests.stubs.questions import KEY, Corrections
from tests.unit.llm.conftest import CASES
from tests.unit.test_readable import is_readable

# The program says so, too, as it makes a client; the clients of these tests outlive that.
pytestmark = pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=20)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | ANYTHING
NAMES = ANYTHING | st.sampled_from(
    ["error", "message", "code", "type", "status", "metadata", "headers", "details", "raw", "param"]
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=10,
)
SAID = "Cells divide."
STATUSES = st.sampled_from([200, 200, 200, 400, 401, 403, 404, 418, 422, 429, 498, 500, 503])
TYPES = st.sampled_from(["application/json", "text/html; charset=UTF-8", "text/plain", "x"])


def damaged(whole: Any) -> st.SearchStrategy[Any]:
    """A reply in its form, in which one place holds something else, or is not there."""
    places = list(_places(whole))

    def put(place: tuple[Any, ...], value: Any) -> Any:
        copy = json.loads(json.dumps(whole))
        inner = copy
        for step in place[:-1]:
            inner = inner[step]
        inner[place[-1]] = value
        return copy

    return st.builds(put, st.sampled_from(places), JSON)


def _places(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value)
    for step, inner in steps:
        yield (*before, step)
        if isinstance(inner, dict | list):
            yield from _places(inner, (*before, step))


REQUESTS = {
    "/chat/completions": {"messages": [{"role": "user", "content": "x"}]},
    "/responses": {"input": [{"role": "user", "content": "x"}]},
    "/messages": {"messages": [{"role": "user", "content": "x"}]},
}
PATHS = {"openai-responses": "/responses", "anthropic-forced-tool": "/messages"}
PATHS |= {"anthropic-json-schema": "/messages"}


def whole_reply(name: str) -> Any:
    """What a server of the case answers where all is well."""
    case, path = CASES[name], PATHS.get(name, "/chat/completions")
    request = {"model": case.model, **REQUESTS[path]}
    received = Received(path, {"authorization": "Bearer k"}, request, 0)
    return json.loads(case.stub_class().plain(SAID)(received).body)


class Asker:
    """Asks a stub in one of the ways that there are, again and again."""

    def __init__(self, name: str) -> None:
        self.case, self.reply = CASES[name], whole_reply(name)
        self.stub = self.case.stub_class()
        self._caller: ChatCaller | None = None

    def ask(self, behaviour: Behaviour, *, structured: bool) -> dict[str, Any] | ProviderError:
        self.stub.always(behaviour)
        # A client takes longer to make than to use.
        caller = self._caller = self._caller or self._make_caller()
        try:
            if structured:
                return caller.ask_structured("Correct.", "[]", Corrections).value.model_dump()
            return {"text": caller.ask_text("Summarise.", "Cells.").value}
        except ProviderError as error:
            if isinstance(error, FATAL):
                self._caller = None  # which sends no further call
            return error

    def _make_caller(self) -> ChatCaller:
        choice = ModelChoice(self.case.provider, self.case.model, 0.3, self.stub.base_url, KEY)
        timing = FakeTime().timing()
        return ChatCaller(choice, timing=timing, timeout_seconds=20, max_attempts=1)


@pytest.fixture(scope="module", params=CASES)
def asker(request: pytest.FixtureRequest) -> Iterator[Asker]:
    made = Asker(request.param)
    with serve(made.stub):
        yield made


@settings(max_examples=25)
@given(data=st.data(), status=STATUSES, kind=TYPES, structured=st.booleans())
def test_any_body_is_a_reply_or_a_named_error(
    asker: Asker, data: st.DataObject, status: int, kind: str, structured: bool
) -> None:
    whole = json.dumps(asker.reply)
    texts = (JSON | damaged(asker.reply)).map(json.dumps)
    texts |= ANYTHING.map(lambda said: whole.replace(json.dumps(SAID), json.dumps(said)))
    body = data.draw(st.binary(max_size=60) | texts.map(str.encode))

    got = asker.ask(asker.stub.sent(body, status, {"content-type": kind}), structured=structured)

    if isinstance(got, ProviderError):
        assert is_readable([got.message, dict(got.facts)])
        assert KEY not in got.message
    else:
        assert is_readable(got)
        assert status == 200


def test_json_of_any_depth_is_a_named_error(asker: Asker) -> None:
    befores = (b"", b'{"choices": ', b'{"content": ', b'{"error": ')
    bodies = [before + b"[" * 100_000 for before in befores]
    bodies += [before + b"[" * 400 + b"]" * 400 + b"}" for before in befores]

    got = [
        asker.ask(asker.stub.sent(body, status), structured=False)
        for body in bodies
        for status in (200, 400)
    ]

    assert all(isinstance(each, ProviderError) for each in got)


# --- what is kept ----------------------------------------------------------------------------

REPLIES = ANYTHING.map(lambda text: f"All about cells. {text}\n\nCells divide [1]. {text} [0]")
WHOLE = st.sampled_from(["stop", "length", "error", "content_filter", None])


@pytest.fixture
def postgresql(monkeypatch: pytest.MonkeyPatch, postgres_url: str) -> None:
    monkeypatch.setenv("LECTERN_DATABASE_URL", postgres_url)


@pytest.fixture
def configured(write_config: Callable[[str], None]) -> Iterator[OpenAIStub]:
    with serve(OpenAIStub()) as stub:
        write_config(
            f"provider: OpenAI\napi_key: k\nbase_url: {stub.base_url}\n"
            "correction: {model: gpt-4o}\nsummary: {model: gpt-4o, max_length: 40}\n"
        )
        yield stub


def answer_with(stub: OpenAIStub, text: str, reason: str | None) -> None:
    def respond(received: Received) -> Response:
        items = [{"id": item["id"], "text": item["text"] + text} for item in received.items]
        is_structured = stub.wants_structure(received)
        content = json.dumps({"segments": items}) if is_structured else text
        reply = json.loads(stub.plain(content)(received).body)
        reply["choices"][0]["finish_reason"] = reason
        return stub.json_response(reply)

    stub.always(respond)


def stored(lesson_id: int) -> list[Any]:
    with Session(database.engine) as session:
        calls = [call.model_dump(mode="json") for call in session.exec(select(LlmCall))]
        return [session.get_one(Lesson, lesson_id).model_dump(mode="json"), *calls]


def check_what_is_kept(
    stub: OpenAIStub, lesson_of: Callable[..., int], text: str, reason: str | None
) -> None:
    transcript = [{"start": n, "end": n + 1, "text": f"cell {n}"} for n in range(2)]
    lesson_id = lesson_of(transcript=transcript, language="en")
    answer_with(stub, text, reason)
    is_done = []
    for stage in all_stages()[1:]:
        with Session(database.engine) as session:
            try:
                run_stage(stage, StageContext(lesson_id, session))
                is_done.append(True)
            except LecternError:
                is_done.append(False)

    assert all(map(is_readable, stored(lesson_id)))
    assert is_done == [reason in ("stop", None)] * 2


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=REPLIES, reason=WHOLE)
def test_what_is_kept_of_any_reply_can_be_read_back(
    configured: OpenAIStub, lesson_of: Callable[..., int], text: str, reason: str | None
) -> None:
    check_what_is_kept(configured, lesson_of, text, reason)


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=REPLIES, reason=WHOLE)
def test_what_is_kept_of_any_reply_can_be_read_back_from_postgresql(
    postgresql: None,
    configured: OpenAIStub,
    lesson_of: Callable[..., int],
    text: str,
    reason: str | None,
) -> None:
    check_what_is_kept(configured, lesson_of, text, reason)
