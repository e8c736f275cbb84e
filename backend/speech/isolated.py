"""Examining a recording in a process of its own, so that no file can harm whoever asks.

The parsers of media read bytes that anybody may have made; one that is made to do harm may eat the
memory, never end, or break the process. So a short-lived child reads it, with little memory, little
time and nothing in its environment, and its end is at worst an error of this one file.
"""

import logging
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from os import pathsep
from pathlib import Path
from typing import IO, Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.errors.recordings import (
    ExaminationFailed,
    MediaError,
    NoAudioTrack,
    NoSound,
    NoSuchFile,
    UnreadableMedia,
)
from backend.files import as_text
from backend.speech.audio_info import AudioInfo

logger = logging.getLogger("lectern.speech")

ANSWER_BYTES = 1 << 16

CHILD = "backend.speech.isolated_child"

ERRORS = {
    kind.__name__: kind for kind in (MediaError, NoSuchFile, UnreadableMedia, NoAudioTrack, NoSound)
}


@dataclass(frozen=True)
class Limits:
    """What the examination of one file may take. The largest real recordings take a second of time
    and 0.2 GiB beyond what the program itself maps."""

    seconds: float = 60.0
    cpu_seconds: int = 30
    memory_bytes: int = 2 << 30
    """Of address space, of which the libraries' threads reserve much and use little."""
    answer_bytes: int = ANSWER_BYTES


class _Answer(BaseModel):
    """What the child says: it has read the file, so it is not to be trusted either."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    info: AudioInfo | None = None
    error: str | None = None
    message: Annotated[str, Field(max_length=5000)] | None = None


def probe_apart(path: Path, limits: Limits | None = None) -> AudioInfo:
    """What `backend.speech.audio.probe` says of a recording, from a process of its own.

    Raises
    ------
    NoSuchFile, UnreadableMedia, NoAudioTrack, NoSound, MediaError
        Each with a sentence that names the file.
    ExaminationFailed
        It is not the file's fault: the process could not begin.
    """
    said = run_child((CHILD, "examine"), path, limits or Limits())
    answer = _read_answer(path, said)
    if answer.info is not None:
        return answer.info
    named = ERRORS.get(answer.error or "", UnreadableMedia)
    message = (answer.message or "").replace(as_text(path.name), path.name)
    raise named(message, facts={"file": path.name})


def run_child(program: Sequence[str], path: Path, limits: Limits, *extra: str) -> list[str]:
    """The lines that a program which reads the file wrote until it ended, or was ended.

    Raises
    ------
    ExaminationFailed
        No process could be started.
    """
    # A file, and not a pipe, has a limit to what can be written into it.
    with naming_what_did_not_start(path), tempfile.TemporaryFile() as output:
        with start_child(program, path, limits, output, *extra) as child:
            _wait_for_child(child, path, limits.seconds)
        output.seek(0)
        return output.read(limits.answer_bytes).decode(errors="replace").splitlines()


@contextmanager
def naming_what_did_not_start(path: Path) -> Iterator[None]:
    """Say which file could not be read where the system allows no process for it."""
    try:
        yield
    except OSError as error:
        raise ExaminationFailed(
            f"{path.name} could not be examined, because no process could be started "
            f"({error.strerror}): try again later. Nothing was changed.",
            facts={"file": path.name, "said": error.strerror or ""},
        ) from error


def _wait_for_child(child: subprocess.Popen[bytes], path: Path, seconds: float) -> None:
    """A child that does not end in time is killed, and has said what it has said."""
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        logger.warning("the examination of %s took over %.0f s", path, seconds)
    finally:
        child.kill()


def start_child(
    program: Sequence[str], path: Path, limits: Limits, output: IO[bytes] | int, *extra: str
) -> subprocess.Popen[bytes]:
    """The child, which writes what it finds to `output`; whoever starts it ends it.

    `program` is its module and what comes before the file; `extra` comes behind the limits.
    """
    # No key, no proxy, no library to load in the environment; one thread for numpy's arithmetic,
    # of which there is next to none here, or each core would reserve memory for it.
    environment = {"PYTHONPATH": pathsep.join(sys.path), "OPENBLAS_NUM_THREADS": "1"}
    allowed = (limits.memory_bytes, limits.cpu_seconds, limits.answer_bytes)
    return subprocess.Popen(
        [sys.executable, "-m", *program, str(path.absolute()), *map(str, allowed), *extra],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.DEVNULL,
        env=environment,
        # What is typed in a terminal is for whoever asked, who ends the child.
        start_new_session=True,
    )


def _read_answer(path: Path, lines: list[str]) -> _Answer:
    if not lines:
        raise did_not_begin(path)
    try:
        return _Answer.model_validate_json(lines[1])
    except (IndexError, ValidationError) as error:
        raise needs_too_much(path) from error


def did_not_begin(path: Path) -> ExaminationFailed:
    """The error of a child that ended before it read the file."""
    return ExaminationFailed(
        f"{path.name} could not be examined, because the process for it did not begin. Nothing "
        "was changed.",
        facts={"file": path.name},
    )


def needs_too_much(path: Path) -> UnreadableMedia:
    """The error of a child that broke, or was ended by its limits, while it read the file."""
    return UnreadableMedia(
        f"{path.name} could not be examined within the time and memory that a recording "
        "needs: it may be damaged, or made to do harm. Choose another file, or export it "
        "again.",
        facts={"file": path.name},
    )
