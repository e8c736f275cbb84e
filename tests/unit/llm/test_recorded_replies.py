"""What servers of many makers send, as it is on the wire, and what becomes of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from backend.config.settings import Provider
from backend.errors import providers
from backend.llm.calls import ChatCaller
from backend.llm.provider import ModelChoice
from tests.stubs.anthropic import AnthropicStub
from tests.stubs.clocks import FakeTime
from tests.stubs.llm_server import ProviderStub, serve
from tests.stubs.openai import OpenAIStub
from tests.stubs.questions import KEY, Corrections

RECORDED = sorted((Path(__file__).parents[2] / "data" / "replies").glob("*.json"))
STUBS: dict[str, type[ProviderStub]] = {"OpenAI": OpenAIStub, "Anthropic": AnthropicStub}
MODELS = {"OpenAI": "gpt-4o", "Anthropic": "claude-sonnet-4-6"}


def read(path: Path) -> dict[str, Any]:
    recorded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return recorded


def ask(recorded: dict[str, Any], *, structured: bool = False) -> str:
    provider = recorded["provider"]
    content = recorded.get("text") or json.dumps(recorded["body"])
    with serve(STUBS[provider]()) as stub:
        stub.always(stub.sent(content.encode(), recorded["status"], recorded["headers"]))
        choice = ModelChoice(Provider(provider), MODELS[provider], 0.3, stub.base_url, KEY)
        caller = ChatCaller(choice, timing=FakeTime().timing(), max_attempts=1)
        if structured:
            return str(caller.ask_structured("Correct.", "[]", Corrections).value)
        return caller.ask_text("Summarise.", "Cells divide.").value


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_a_recorded_reply_is_read_or_named_for_what_it_means(path: Path) -> None:
    recorded = read(path)
    expected = recorded["expected"]

    if "text_read" in expected:
        assert ask(recorded) == expected["text_read"]
        return
    with pytest.raises(providers.ProviderError) as raised:
        ask(recorded)

    assert type(raised.value) is getattr(providers, expected["error"])
    assert expected.get("said", "") in raised.value.message
    assert raised.value.retry_after_seconds == pytest.approx(expected.get("wait"))


@pytest.mark.parametrize(
    "path", [path for path in RECORDED if "error" in read(path)["expected"]], ids=lambda p: p.stem
)
def test_what_was_asked_for_in_a_form_fails_in_the_same_way(path: Path) -> None:
    recorded = read(path)

    with pytest.raises(getattr(providers, recorded["expected"]["error"])) as raised:
        ask(recorded, structured=True)

    assert raised.value.retry_after_seconds == pytest.approx(recorded["expected"].get("wait"))
