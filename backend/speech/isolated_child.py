"""The child process of `backend.speech.isolated` and `isolated_decoding`: examines or decodes one
file, and says what it found.

Called with the task, the file and the limits; it holds no connection, no key and no setting.
"""

import importlib.util
import json
import signal
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from backend.errors.recordings import MediaError
from backend.files import as_text
from backend.speech.audio import AudioStream, probe
from backend.speech.blocks import write_block

READY = "ready"
"""Written once nothing is left to do but to read the file: what fails from then on is its fault."""


def main(task: str, path: Path, memory_bytes: int, cpu_seconds: int, output_bytes: int) -> None:
    # Whoever stops a service may ask all its processes at once: here the parent ends this one.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    limit(memory_bytes, cpu_seconds, output_bytes)
    print(READY, flush=True)  # noqa: T201 - stdout is the way to the parent
    answer = _decode(path) if task == "decode" else _examine(path)
    print(json.dumps(answer, default=datetime.isoformat), flush=True)  # noqa: T201


def limit(memory_bytes: int, cpu_seconds: int, output_bytes: int) -> None:
    """Lower what the system allows this process, where the system has such limits (POSIX)."""
    if importlib.util.find_spec("resource") is None:
        return
    import resource

    for kind, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, output_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        _, allowed = resource.getrlimit(kind)
        most = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
        resource.setrlimit(kind, (most, most))


def _examine(path: Path) -> dict[str, object]:
    try:
        return {"info": asdict(probe(path))}
    except MediaError as error:
        return _tell(error)


def _tell(error: MediaError) -> dict[str, object]:
    return {"error": type(error).__name__, "message": as_text(error.message)}


def _decode(path: Path) -> dict[str, object]:
    stream = AudioStream(path)
    try:
        for block in stream:
            write_block(sys.stdout.buffer, block)
        return {"report": asdict(stream.report)}
    except MediaError as error:
        return _tell(error)
    finally:
        write_block(sys.stdout.buffer, None)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *map(int, sys.argv[3:]))
