"""Lessons with texts, and providers that answer over real HTTP."""

from collections.abc import Callable, Iterator

import pytest

from tests.stubs.anthropic import AnthropicStub
from tests.stubs.llm_server import ProviderStub, serve
from tests.stubs.openai import OpenAIStub

KEY = "sk-test-5b1d"


@pytest.fixture(params=["OpenAI", "Anthropic"])
def provider(
    request: pytest.FixtureRequest, write_config: Callable[[str], None]
) -> Iterator[ProviderStub]:
    """Each test runs against both providers; config.yaml names the stub."""
    models = {"OpenAI": "gpt-4o", "Anthropic": "claude-sonnet-4-6"}
    stubs: dict[str, type[ProviderStub]] = {"OpenAI": OpenAIStub, "Anthropic": AnthropicStub}
    model = models[request.param]
    with serve(stubs[request.param]()) as stub:
        write_config(
            f"provider: {request.param}\napi_key: {KEY}\nbase_url: {stub.base_url}\n"
            f"correction: {{model: {model}, prompt: Correct it.}}\n"
            f"summary: {{model: {model}, prompt: Summarise it., max_length: 40}}\n"
        )
        yield stub


@pytest.fixture
def spoken_lesson(lesson_of: Callable[..., int]) -> Callable[[int], int]:
    """A lesson whose transcript has so many segments, with words."""

    def make(n_segments: int) -> int:
        return lesson_of(transcript=[a_segment(number) for number in range(n_segments)])

    return make


def a_segment(number: int) -> dict[str, object]:
    texts = [f"the {number} word", "of", f"segment {number}"]
    start = 3.0 * number
    return {
        "start": start,
        "end": start + 2.5,
        "text": " ".join(texts),
        "words": [
            {"text": word, "start": start + 0.3 * index, "end": start + 0.3 * index + 0.25}
            for index, word in enumerate(" ".join(texts).split())
        ],
    }
