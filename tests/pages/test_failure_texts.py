"""The pages have words for the errors that end tasks, and for none that there are not."""

import json
from typing import Any

import pytest

from backend import errors
from backend.errors import LecternError
from scripts.build_pages import FRONTEND

FAMILIES = (errors.TaskStopped, errors.MediaError, errors.RecogniserError, errors.ProviderError)
NEVER_OF_TASKS = {
    errors.TaskStopped,  # of which, as of the provider's, there are only kinds
    errors.ProviderError,
    errors.CallsStopped,
    errors.DownloadFailed,
    errors.HubUnreachable,
}
OTHERS = {
    errors.AudioMissing,
    errors.ConfigError,
    errors.DatabaseAway,
    errors.DatabaseError,
    errors.InputChanged,
    errors.InvalidValue,
    errors.LessonNotFound,
    errors.LowerQuality,
    errors.NoTranscript,
    errors.StorageFull,
    errors.UnexpectedError,
}


def family(error: type[LecternError]) -> set[type[LecternError]]:
    return {error}.union(*(family(child) for child in error.__subclasses__()))


def code_of(error: type[LecternError]) -> str:
    return error.__new__(error).code


def read_texts(language: str) -> dict[str, Any]:
    path = FRONTEND / "src" / "failures" / "texts" / f"{language}.json"
    texts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return texts


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_pages_have_words_for_what_ends_tasks(language: str) -> None:
    texts = read_texts(language)
    ends = OTHERS.union(*map(family, FAMILIES)) - NEVER_OF_TASKS

    missing = {code_of(error) for error in ends} - texts["messages"].keys()

    assert missing - texts["tasks"]["messages"].keys() == set()


def test_the_words_of_tasks_are_of_errors_that_there_are() -> None:
    codes = {code_of(error) for error in family(LecternError)}
    of_tasks = read_texts("en")["tasks"]

    assert of_tasks["messages"].keys() | of_tasks["actions"].keys() <= codes
