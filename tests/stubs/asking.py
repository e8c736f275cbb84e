"""Asks questions in a process of its own, as a job does: for tests of what processes share.

    python -m tests.stubs.asking LESSON_ID NAME QUESTIONS AT_ONCE

Settings and database are those of the environment. The questions read `NAME 0`, `NAME 1`, …; the
process ends with status 0 when all of them are answered.
"""

import argparse
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from backend import database
from backend.config.file import load_config
from backend.llm.ledger import Ledger, open_run
from backend.llm.paid import PaidCaller, Question
from backend.llm.provider import ModelChoice
from backend.tasks.ownership import Owner


@contextmanager
def asking(
    lesson_id: int, name: str, questions: int, at_once: int
) -> Iterator["subprocess.Popen[bytes]"]:
    """The process, which is killed if it has not ended with the block."""
    command = [sys.executable, "-m", "tests.stubs.asking"]
    arguments = [str(lesson_id), name, str(questions), str(at_once)]
    with subprocess.Popen(command + arguments) as process:
        try:
            yield process
        finally:
            process.kill()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("lesson_id", type=int)
    parser.add_argument("name")
    parser.add_argument("questions", type=int)
    parser.add_argument("at_once", type=int)
    asked = parser.parse_args()
    settings = load_config()
    ledger = Ledger(
        database.engine, open_run(database.engine, asked.lesson_id, asked.name), Owner()
    )
    choice = ModelChoice.from_settings(settings, settings.correction)
    caller = PaidCaller(choice, ledger, asked.at_once, threading.Event())
    questions = [Question("Answer.", f"{asked.name} {i}") for i in range(asked.questions)]
    assert all(isinstance(outcome, dict) for _, outcome in caller.ask_all(questions))


if __name__ == "__main__":
    main()
