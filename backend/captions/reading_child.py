"""The child process of `backend.captions.reading_apart`: reads one file of captions."""

import sys
from pathlib import Path

from backend.captions.reading_apart import ANSWER
from backend.errors.recordings import UnreadableCaptions
from backend.speech.isolated_child import READY, limit
from backend.text.captions_in import Captions, read_captions


def main(path: Path, limits: tuple[int, int, int], encoding: str | None) -> None:
    limit(*limits)
    print(READY, flush=True)  # noqa: T201 - stdout is the way to the parent
    print(ANSWER.dump_json(_read(path, encoding)).decode(), flush=True)  # noqa: T201


def _read(path: Path, encoding: str | None) -> Captions | str:
    try:
        return read_captions(path.read_bytes(), encoding)
    except UnreadableCaptions as error:
        return error.message


if __name__ == "__main__":
    memory_bytes, cpu_seconds, output_bytes = map(int, sys.argv[2:5])
    chosen = sys.argv[5] if len(sys.argv) > 5 else None
    main(Path(sys.argv[1]), (memory_bytes, cpu_seconds, output_bytes), chosen)
