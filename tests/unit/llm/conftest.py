"""What the tests of the language-model room share."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from backend.config.settings import Provider
from backend.database import engine_for
from backend.llm.calls import ChatCaller
from backend.llm.provider import ModelChoice
from backend.models import Lesson
from tests.stubs.anthropic import AnthropicStub
from tests.stubs.clocks import FakeTime
from tests.stubs.llm_server import ProviderStub, serve
from tests.stubs.openai import OpenAIStub
from tests.stubs.questions import KEY


@dataclass(frozen=True)
class Case:
    """A provider in one of the ways that a model of it is asked for structure."""

    provider: Provider
    stub_class: type[ProviderStub]
    model: str


CASES = {
    "openai-json-schema": Case(Provider.OPENAI, OpenAIStub, "gpt-4o"),
    "openai-forced-tool": Case(Provider.OPENAI, OpenAIStub, "gpt-4"),
    "openai-responses": Case(Provider.OPENAI, OpenAIStub, "gpt-5-pro"),
    "anthropic-forced-tool": Case(Provider.ANTHROPIC, AnthropicStub, "claude-sonnet-4-6"),
    "anthropic-json-schema": Case(Provider.ANTHROPIC, AnthropicStub, "claude-opus-5-5"),
}


@pytest.fixture(params=list(CASES))
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


@pytest.fixture
def stub(case: Case) -> Iterator[ProviderStub]:
    with serve(case.stub_class()) as served:
        yield served


@pytest.fixture
def choice(case: Case, stub: ProviderStub) -> ModelChoice:
    return ModelChoice(case.provider, case.model, 0.3, stub.base_url, KEY)


@pytest.fixture
def fake_time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def caller(choice: ModelChoice, fake_time: FakeTime) -> ChatCaller:
    return ChatCaller(choice, timing=fake_time.timing(), timeout_seconds=20)


@pytest.fixture
def openai_stub() -> Iterator[OpenAIStub]:
    with serve(OpenAIStub()) as served:
        yield served


@pytest.fixture
def openai_caller(openai_stub: OpenAIStub, fake_time: FakeTime) -> ChatCaller:
    choice = ModelChoice(Provider.OPENAI, "gpt-4o", 0.3, openai_stub.base_url, KEY)
    return ChatCaller(choice, timing=fake_time.timing(), timeout_seconds=20)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty library on each of the two databases."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'lectern.db'}"
    else:
        address = request.getfixturevalue("postgres_url")
        url = address.replace("postgresql://", "postgresql+psycopg://")
    built = engine_for(url)
    yield built
    built.dispose()


@pytest.fixture
def lesson_id(engine: Engine) -> int:
    with Session(engine) as session:
        lesson = Lesson(title="Cells")
        session.add(lesson)
        session.commit()
        assert lesson.id is not None
        return lesson.id
