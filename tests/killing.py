"""Processes that are killed with SIGKILL at each of the steps by which they change files."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

from backend import database

WRITING = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.link")
WRITING_TOO = ("sqlite3.connect", "shutil.rmtree")


def killed_at_each_step(work: Callable[[], object], *directories: Path) -> Iterator[int]:
    """Do the work in child processes of which each is killed one step further on, until one comes
    to its end; gives the number of each step at which one was killed.

    A step is a change to something under one of the directories.
    """
    for step in count(1):
        if not run_killed(work, step, *directories):
            return
        yield step


def run_killed(work: Callable[[], object], step: int, *directories: Path) -> bool:
    """Do the work in a child process that is killed at that step; says whether it was."""
    database.dispose_engines()
    child = os.fork()
    if child == 0:
        status = 1
        with suppress(BaseException):
            _kill_at_step(step, directories)
            work()
            status = 0
        os._exit(status)
    _, status = os.waitpid(child, 0)
    was_killed = os.WIFSIGNALED(status)
    assert was_killed or os.WEXITSTATUS(status) == 0
    return was_killed


def _kill_at_step(step: int, directories: tuple[Path, ...]) -> None:
    """Have this process killed as it is about to change the directories that often."""
    n_steps = 0

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal n_steps
        if event not in (*WRITING, *WRITING_TOO) and not _opens_for_writing(event, arguments):
            return
        if any(str(directory) in str(arguments[0]) for directory in directories):
            n_steps += 1
            if n_steps == step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def _opens_for_writing(event: str, arguments: tuple[object, ...]) -> bool:
    if event != "open":
        return False
    mode, flags = arguments[1], arguments[2]
    if mode is None:  # by `os.open`
        return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))
    return mode not in ("r", "rb")
