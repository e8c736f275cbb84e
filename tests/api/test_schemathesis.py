"""The whole OpenAPI document, tried with requests that it allows and that it does not."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case, HookContext, SerializationContext
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from sqlmodel import Session

from backend import database
from backend.app import create_app
from backend.config.environment import owner_token_path
from backend.models import Course, Lesson, Note, Task, Theme
from backend.models.transcript import to_segments
from tests.acceptance.workers import spoken
from tests.api.server import ServerProcess
from tests.postgres import empty_database

CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
]
EXAMPLES = 8
ENDED_TASK = 1
RETRYABLE_TASKS = ("2", "3")
NO_HUB = "http://127.0.0.1:9"
"""Nobody listens there: a download that is asked for fails at once."""

schema = schemathesis.openapi.from_dict(create_app().openapi())
# A stream of all events has no end; those of a task end with it.
tried = schema.exclude(path="/api/v1/events")


@schemathesis.serializer(
    "application/offset+octet-stream",
    "text/vtt",
    "application/x-subrip",
    "application/octet-stream",
)
def write_bytes(context: SerializationContext, value: Any) -> Any:
    return value if isinstance(value, bytes) else getattr(value, "data", str(value).encode())


@schema.hook
def map_path_parameters(
    context: HookContext, path_parameters: dict[str, Any] | None
) -> dict[str, Any] | None:
    """Mostly ids of what is there."""
    for name, value in (path_parameters or {}).items():
        if name.endswith("_id") and isinstance(value, int) and value > 0:
            path_parameters[name] = 1 + value % 3  # type: ignore[index]
    return path_parameters


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def address(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A server with something of everything in its library."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LECTERN_DATA_DIR", str(tmp_path_factory.mktemp("library")))
        patch.setenv("HF_ENDPOINT", NO_HUB)
        patch.delenv("LECTERN_DATABASE_URL", raising=False)
        if request.param == "sqlite":
            yield from _serve()
        else:
            with empty_database(request.getfixturevalue("postgres_server")) as url:
                patch.setenv("LECTERN_DATABASE_URL", url)
                yield from _serve()


def _serve() -> Iterator[str]:
    _fill()
    with ServerProcess("--no-worker") as server, server.client():
        assert server.address is not None
        yield server.address
    database.dispose_engines()


def _fill() -> None:
    recording = Path(os.environ["LECTERN_DATA_DIR"]) / "audio" / "one.flac"
    recording.parent.mkdir()
    recording.write_bytes(b"fLaC" + bytes(1000))
    with Session(database.engine) as session:
        session.add(Course(title="Physics"))
        session.flush()
        session.add(Theme(title="Light", course_id=1))
        session.flush()
        heard = to_segments(spoken(3))
        moment = {"text": "Light.", "start": 0.0, "end": 1.0, "segments": [0]}
        session.add(
            Lesson(
                title="Waves",
                course_id=1,
                filename="one.flac",
                transcript=heard,
                corrected_transcript=heard,
                summary="Light.",
                summary_metadata={"moments": [moment]},
            )
        )
        session.add(Lesson(title="Nothing yet"))
        session.flush()
        session.add(Note(lesson_id=1, start=0, end=1, quote="one", colour="yellow", author="Ada"))
        for status in ("completed", "failed", "cancelled"):
            session.add(Task(task_type="process", status=status, parameters={"lesson_id": 1}))
            session.flush()  # so that the first is ENDED_TASK
        session.commit()


@tried.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_request_fails_the_server_or_gets_an_answer_that_is_not_documented(
    case: Case[Any], address: str
) -> None:
    is_stream = case.path.endswith("/events")
    if is_stream and str(case.path_parameters.get("task_id")) in RETRYABLE_TASKS:
        case.path_parameters["task_id"] = ENDED_TASK  # the stream of one that waits has no end
    token = owner_token_path().read_text().strip()
    headers = {"Authorization": f"Bearer {token}"}
    answer = case.call(base_url=address, headers=headers, timeout=60)

    case.validate_response(answer, checks=CHECKS)
