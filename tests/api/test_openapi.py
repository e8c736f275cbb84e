"""The OpenAPI document: committed, complete, and kept by the server."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from backend.app import create_app

COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.json"


def test_the_committed_document_is_that_of_the_program() -> None:
    present = create_app().openapi()

    assert json.loads(COMMITTED.read_text(encoding="utf-8")) == present, (
        "the API has changed: run scripts/openapi.py and look at the difference"
    )


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in create_app().openapi()["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_every_operation_has_a_name_of_its_own_a_summary_and_its_errors() -> None:
    names = []
    for called, operation in operations():
        names.append(operation["operationId"])
        assert operation["description"], called
        assert operation["tags"], called
        errors = {status for status in operation["responses"] if status.startswith(("4", "5"))}
        assert {"403", "421", "500"} <= errors, called
        for status in errors:
            (media_type,) = operation["responses"][status]["content"]
            assert media_type == "application/problem+json", called
    assert len(names) == len(set(names))
