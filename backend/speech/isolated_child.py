"""The child process of `backend.speech.isolated`: examines one file, and says what it found.

Called with the file and the limits; it holds no connection, no key and no setting.
"""

import importlib.util
import json
import sys
from dataclasses import asdict
from pathlib import Path

from backend.errors import MediaError
from backend.speech.audio import probe

READY = "ready"
"""Written once nothing is left to do but to read the file: what fails from then on is its fault."""


def main(path: Path, memory_bytes: int, cpu_seconds: int, output_bytes: int) -> None:
    limit(memory_bytes, cpu_seconds, output_bytes)
    print(READY, flush=True)  # noqa: T201 - stdout is the way to the parent
    print(json.dumps(_examine(path)), flush=True)  # noqa: T201


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
        return {"error": type(error).__name__, "message": error.message}


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
