"""Decoding a recording in a process of its own, so that no file can harm a worker.

A header of some hundred bytes may ask for gigabytes of tables, and a codec may break on what it
meets. The child has little memory and no key; it ends with whoever reads it, since it writes into
a pipe that nobody empties then.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from subprocess import PIPE
from typing import IO, Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.speech.audio import DecodingReport
from backend.speech.blocks import read_block
from backend.speech.isolated import (
    ANSWER_BYTES,
    CHILD,
    ERRORS,
    Limits,
    did_not_begin,
    naming_what_did_not_start,
    needs_too_much,
    start_child,
)

DECODING_LIMITS = Limits(cpu_seconds=2 * 3600)
"""48 hours of MP3 take under ten minutes. Time alone says nothing: recognising takes longer."""

ENDING_BYTES = 1 << 26
"""Of the report, which names each hole: one in every second of two days is still told."""


class _Ending(BaseModel):
    """What the child says after the last block; it has read the file, and is not to be trusted."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    report: DecodingReport | None = None
    error: str | None = None
    message: Annotated[str, Field(max_length=5000)] | None = None


@dataclass
class IsolatedStream:
    """The sound of one recording as `backend.speech.audio.AudioStream` gives it, the same samples.

    Iterating raises what that raises, and besides

    UnreadableMedia
        The file asked for more than a recording needs.
    ExaminationFailed
        It is not the file's fault: the process could not begin.
    """

    path: Path
    limits: Limits = DECODING_LIMITS
    report: DecodingReport = field(default_factory=DecodingReport)

    def __iter__(self) -> Iterator[np.ndarray]:
        with naming_what_did_not_start(self.path):
            started = start_child((CHILD, "decode"), self.path, self.limits, PIPE)
        with started as child:
            assert child.stdout is not None
            try:
                yield from self._read(child.stdout)
            finally:
                child.kill()

    def _read(self, output: IO[bytes]) -> Iterator[np.ndarray]:
        if not output.readline(ANSWER_BYTES):
            raise did_not_begin(self.path)
        n_samples = 0
        try:
            while (block := read_block(output)) is not None:
                n_samples += block.size
                yield block
            ending = _Ending.model_validate_json(output.read(ENDING_BYTES))
        except (EOFError, ValidationError) as error:
            raise needs_too_much(self.path) from error
        if ending.report is None:
            named = ERRORS.get(ending.error or "", ERRORS["UnreadableMedia"])
            raise named(ending.message, facts={"file": self.path.name})
        self.report = replace(ending.report, samples=n_samples)
