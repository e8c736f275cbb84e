"""Uploading a large recording: how fast, and does the server's memory grow with it?

The peer is what must be done with the bytes in any case: the file is copied block by block, hashed
on the way, and flushed to the disk. An upload does this too, and hands every byte over between two
processes, which share the cores with it.
"""

import hashlib
import http.client
import os
import shutil
import statistics
import tempfile
import time
import wave
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.materials import BENCH_DATA_DIR
from benchmarks.report import Targets, print_table
from tests.api.server import ServerProcess

MAX_RATIO = 2.0
MAX_GROWTH = 1.10
SMALL_BYTES = 50_000_000
ROUNDS = 3
BLOCK_BYTES = 1 << 20
TUS = {"Tus-Resumable": "1.0.0"}


def main(targets: Targets, is_quick: bool) -> None:
    n_bytes = 200_000_000 if is_quick else 2_000_000_000
    with tempfile.TemporaryDirectory(dir=BENCH_DATA_DIR) as folder:
        source = _write_noise(Path(folder) / "long.wav", n_bytes)
        small = _write_noise(Path(folder) / "short.wav", SMALL_BYTES)
        data_dir = Path(folder) / "data"
        with ServerProcess("--no-worker", LECTERN_DATA_DIR=str(data_dir)) as server:
            _upload(server, small)
            before = _peak_mebibytes(server)
            copies, uploads = [], []
            for _ in range(ROUNDS):
                copies.append(_copy(source))
                uploads.append(_upload(server, source))
                shutil.rmtree(data_dir / "audio")
            copies.append(_copy(source))
            after = _peak_mebibytes(server)
            server.stop()
    copied, uploaded = statistics.median(copies), statistics.median(uploads)
    print_table(
        f"{n_bytes / 1e6:,.0f} MB, the median of {ROUNDS}",
        ("", "s", "MB/s", "against the copy"),
        [
            ("copied and hashed", f"{copied:.1f}", f"{n_bytes / 1e6 / copied:.0f}", "1.00"),
            (
                "uploaded, until it is a lesson",
                f"{uploaded:.1f}",
                f"{n_bytes / 1e6 / uploaded:.0f}",
                f"{uploaded / copied:.2f}",
            ),
        ],
    )
    targets.at_most("upload against copying and hashing", uploaded / copied, MAX_RATIO, " ×")
    print_table(
        "Peak memory of the server",
        ("", "MiB"),
        [(f"after {SMALL_BYTES / 1e6:.0f} MB", f"{before:.0f}"), ("at the end", f"{after:.0f}")],
    )
    targets.at_most("its growth", after / before, MAX_GROWTH, " ×")


def _write_noise(path: Path, n_bytes: int) -> Path:
    """A recording that nothing can make smaller on its way."""
    block = os.urandom(BLOCK_BYTES)
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, 48_000, 0, "NONE", ""))
        for _ in range(n_bytes // BLOCK_BYTES):
            file.writeframes(block)
    return path


def _copy(source: Path) -> float:
    """Seconds to copy the file, hash it, and have it safely on the disk."""
    started = time.monotonic()
    digest = hashlib.sha256()
    target = source.with_name("copy")
    with source.open("rb") as reader, target.open("wb") as writer:
        while block := reader.read(BLOCK_BYTES):
            digest.update(block)
            writer.write(block)
        writer.flush()
        os.fsync(writer.fileno())
    seconds = time.monotonic() - started
    target.unlink()
    return seconds


def _upload(server: ServerProcess, source: Path) -> float:
    """Seconds from the first byte to the answer that names the lesson."""
    n_bytes = source.stat().st_size
    with server.client() as client:
        created = client.post("/api/v1/uploads", headers=TUS | {"Upload-Length": str(n_bytes)})
        address = urlsplit(str(client.base_url))
    started = time.monotonic()
    connection = http.client.HTTPConnection(
        address.hostname or "", address.port, blocksize=BLOCK_BYTES
    )
    with source.open("rb") as file:
        headers = TUS | {
            "Upload-Offset": "0",
            "Content-Type": "application/offset+octet-stream",
            "Content-Length": str(n_bytes),
        }
        connection.request("PATCH", created.headers["Location"], body=file, headers=headers)
        answer = connection.getresponse()
    if not answer.headers["Lectern-Lesson"]:
        raise RuntimeError(f"the upload failed: {answer.status} {answer.read()!r}")
    connection.close()
    return time.monotonic() - started


def _peak_mebibytes(server: ServerProcess) -> float:
    """The most memory the server ever held (Linux)."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    lines = dict(line.split(":", 1) for line in status.splitlines())
    return int(lines["VmHWM"].split()[0]) / 1024
