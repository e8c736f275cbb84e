"""The worker that a server keeps beside it; it stops when the server is gone, in whatever way."""

import os
import signal
import threading

from backend.worker import run_worker


def main() -> None:
    threading.Thread(target=_stop_when_alone, name="parent-watch", daemon=True).start()
    run_worker(("transcription", "language"))


def _stop_when_alone() -> None:
    # A pipe that the server never writes to: it ends when the server does.
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGTERM)
