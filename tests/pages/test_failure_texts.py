"""The pages have words of their own for all that the server says, and none for what it does not."""

import importlib
import json
import pkgutil
import re
from pathlib import Path
from typing import Any, get_args

import pytest

import backend
from backend.errors import FactName, LecternError
from backend.task_queue.states import Doing
from scripts.build_pages import FRONTEND

NEVER_SEEN = {
    "address-taken",  # before there is a server
    *("backup-damaged", "backup-error", "backup-failed", "backup-not-found", "library-in-use"),
    "calls-stopped",
    "lectern-error",  # of these there are only kinds
    "provider-error",
    "task-stopped",
    "detailed-error",
    "ownership-lost",  # between workers
    "uncommitted-writes",  # between programs
}
OF_TASKS_ALONE = {
    *("circular-dependency", "dependency-missing", "dependency-not-completed"),
    *("lesson-removed", "task-cancelled", "worker-died"),
}
SAID_WITHOUT_AN_ERROR = {
    *("not-found", "bad-request", "method-not-allowed", "invalid-request", "server-busy"),
    *("wrong-host", "foreign-site"),
}
"""Codes of `backend.web`, which are no names of classes."""
FACTS_OF_REMEDIES = {"lesson", "task", "needed"}
OF_THE_PAGES = {"server-gone", "unexpected-answer", "other-file", "recording-refused"}
NOTICE = re.compile(r'(?:Notice|_named|_counted)\(\s*"([a-z-]+)"')


def family(error: type[LecternError]) -> set[type[LecternError]]:
    return {error}.union(*(family(child) for child in error.__subclasses__()))


@pytest.fixture(scope="module")
def codes() -> set[str]:
    for module in pkgutil.walk_packages(backend.__path__, "backend."):
        if not module.name.startswith("backend.migrations"):
            importlib.import_module(module.name)
    known = {each for each in family(LecternError) if each.__module__.startswith("backend.")}
    return {each.code for each in known}


def read_texts(feature: str, language: str) -> dict[str, Any]:
    path = FRONTEND / "src" / feature / "texts" / f"{language}.json"
    texts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return texts


def written_in_the_program(pattern: re.Pattern[str]) -> set[str]:
    sources = Path(backend.__file__).parent.rglob("*.py")
    return {found for path in sources for found in pattern.findall(path.read_text("utf-8"))}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_pages_have_words_for_every_error(language: str, codes: set[str]) -> None:
    texts = read_texts("failures", language)
    needed = codes | SAID_WITHOUT_AN_ERROR | OF_THE_PAGES

    missing = needed - NEVER_SEEN - OF_TASKS_ALONE - texts["messages"].keys()

    assert missing == set()
    assert texts["tasks"]["messages"].keys() >= OF_TASKS_ALONE


def test_the_words_are_of_errors_that_there_are(codes: set[str]) -> None:
    texts = read_texts("failures", "en")
    generally = {"later", "serverFault", "request"}
    said = codes | SAID_WITHOUT_AN_ERROR | OF_THE_PAGES | {"unsupported-media-type"}

    assert texts["messages"].keys() - said == set()
    assert texts["actions"].keys() - said - generally == set()
    assert texts["tasks"]["messages"].keys() | texts["tasks"]["actions"].keys() <= codes


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_pages_have_words_for_every_fact(language: str) -> None:
    facts = set(get_args(FactName)) - FACTS_OF_REMEDIES

    assert read_texts("failures", language)["facts"].keys() == facts


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_pages_have_words_for_what_stages_remark(language: str) -> None:
    noticed = written_in_the_program(NOTICE)

    assert {"done-already", "no-speech", "captions-cut", "captions-bad-times"} <= noticed
    assert read_texts("tasks", language)["notices"].keys() == noticed


def test_the_pages_know_all_that_a_task_may_be_doing() -> None:
    source = (FRONTEND / "src" / "tasks" / "useProgressText.ts").read_text(encoding="utf-8")

    assert set(re.findall(r"case '([a-z-]+)'", source)) == {each.value for each in Doing}
