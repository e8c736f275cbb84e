"""Reading captions in a process of its own, so that no file holds up whoever asks."""

import tempfile
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from backend.errors.recordings import ExaminationFailed, UnreadableCaptions
from backend.speech.isolated import Limits, run_child
from backend.text.captions_in import Captions

LIMITS = Limits(answer_bytes=256 << 20)
"""The largest file that is read takes about 10 s and an answer of 60 MiB."""

CHILD = "backend.captions.reading_child"
ANSWER: TypeAdapter[Captions | str] = TypeAdapter(Captions | str)
"""What was read, or why it cannot be."""


def read_captions_apart(
    content: bytes, encoding: str | None = None, limits: Limits = LIMITS
) -> Captions:
    """What `backend.text.captions_in.read_captions` says, from a process of its own.

    Raises
    ------
    UnreadableCaptions
        Saying why.
    ExaminationFailed
        It is not the file's fault: the process could not begin.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "captions")
        path.write_bytes(content)
        said = run_child((CHILD,), path, limits, *([] if encoding is None else [encoding]))
    if not said:
        raise ExaminationFailed(
            "The captions could not be read, because the process for it did not begin. Nothing "
            "was changed: try again later."
        )
    try:
        answer = ANSWER.validate_json(said[1])
    except (IndexError, ValidationError) as error:
        raise UnreadableCaptions(
            "The captions could not be read within the time and memory that a file of captions "
            "needs: it may be damaged. Choose another file."
        ) from error
    if isinstance(answer, str):
        raise UnreadableCaptions(answer)
    return answer
