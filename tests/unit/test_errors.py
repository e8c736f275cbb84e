"""What no message of an error shows, and what is said beside it."""

import ast
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

import backend
from backend.errors import FactName, LecternError, hide_passwords
from backend.errors.lessons import NoTranscript
from backend.errors.remedies import REMEDIES, explain, explain_stored, find_remedy
from backend.errors.settings import ConfigError
from backend.errors.storage import DatabaseAway, DatabaseError
from backend.errors.tasks import WorkerDied

BACKEND = Path(backend.__file__).parent


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://ada:secret@box/v1", "http://***@box/v1"),
        ("http://secret@box", "http://***@box"),
        ("http://secret:@box", "http://***@box"),
        ("at http://a:s@one/ and https://b:s@two.", "at http://***@one/ and https://***@two."),
        ("http://ada@school:sec@ret@box/", "http://***@box/"),
        ("'ftp://ada:secret@box'", "'ftp://***@box'"),
        ("postgresql://me:***@box/db", "postgresql://me:***@box/db"),
        ("http://box/@ada and ada@box", "http://box/@ada and ada@box"),
        ("http://box?q=a@b", "http://box?q=a@b"),
    ],
)
def test_the_user_of_an_address_is_hidden_and_nothing_else(text: str, shown: str) -> None:
    assert hide_passwords(text) == shown
    assert ConfigError(text).message == shown


def test_what_to_do_names_the_object_where_it_is_known() -> None:
    assert explain(NoTranscript(facts={"lesson": 7})).endswith("`lectern transcribe 7` first.")
    assert explain(NoTranscript()).endswith("`lectern transcribe LESSON` first.")


def test_a_kind_of_error_has_the_remedy_of_the_kind_above_it() -> None:
    assert find_remedy(DatabaseAway) is find_remedy(DatabaseError)
    assert explain(DatabaseAway("It does not answer.")) == "It does not answer."


def test_what_a_row_keeps_of_an_error_is_explained_like_the_error() -> None:
    error = WorkerDied(facts={"task": 3})

    assert explain_stored(error.message, error.code, error.facts) == explain(error)
    assert explain_stored("Somebody wrote this.", None, None) == "Somebody wrote this."
    assert explain_stored("Of a later version.", "no-such-code", {}) == "Of a later version."


def test_remedies_name_facts_that_there_are() -> None:
    texts = [text for remedy in REMEDIES.values() for text in (remedy.at_terminal, remedy.by_api)]
    named = {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}

    assert {"lesson", "task", "model"} <= named <= set(get_args(FactName))


def messages_that_name_commands(source: str) -> set[str]:
    """Texts with a command of ours that are given to an error."""
    raised = [node for node in ast.walk(ast.parse(source)) if is_error(node)]
    texts = [node for each in raised for node in ast.walk(each) if isinstance(node, ast.Constant)]
    return {str(node.value) for node in texts if "`lectern " in str(node.value)}


def is_error(node: ast.AST) -> bool:
    name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
    return name in {each.__name__ for each in family(LecternError)}


def family(kind: type[LecternError]) -> set[type[LecternError]]:
    return {kind}.union(*(family(child) for child in kind.__subclasses__()))


def test_commands_are_named_by_the_list_alone() -> None:
    # The command line's own errors are read at a terminal, and nowhere else.
    found = {
        path.relative_to(BACKEND).as_posix(): texts
        for path in BACKEND.rglob("*.py")
        if path.parts[-2] != "cli"
        and (texts := messages_that_name_commands(path.read_text("utf-8")))
    }

    assert messages_that_name_commands('raise NoTranscript(f"Run `lectern x {1}`.")') != set()
    assert found == {}
