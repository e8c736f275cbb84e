"""Servers for tests: the application in a thread, and `lectern serve` as a process to be killed.

Both are real ones on the loopback address. The environment (LECTERN_DATA_DIR,
LECTERN_DATABASE_URL) is this process's own.
"""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import IO, Self

import httpx
import uvicorn

from backend.app import create_app
from backend.config.environment import owner_token_path
from backend.server import uvicorn_config
from tests.waiting import wait_until

LECTERN = (sys.executable, "-c", "from backend.cli import main; main()")
LIMIT_SECONDS = 60
"""Generous: what hangs is a failure, a slow machine is none."""


@contextmanager
def running_app() -> Iterator[str]:
    """The application on a free port of the loopback address; gives its own address."""
    app = create_app()
    server = uvicorn.Server(uvicorn_config(app))
    thread = threading.Thread(target=server.run, name="server")
    thread.start()
    try:
        wait_until(lambda: server.started or not thread.is_alive(), LIMIT_SECONDS)
        assert server.started, "the server ended at its start"
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        app.state.hub.close()
        server.should_exit = True
        thread.join(LIMIT_SECONDS)
        assert not thread.is_alive()


class ServerProcess:
    """One `lectern serve`, which does not outlive the block."""

    def __init__(
        self,
        *options: str,
        port: int = 0,
        command: Sequence[str] = LECTERN,
        **environment: str,
    ) -> None:
        self.process = subprocess.Popen(
            [*command, "serve", "--port", str(port), *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"} | environment,
        )
        self.address: str | None = None
        self.said: list[str] = []
        """The lines that it wrote on its terminal."""
        self._listeners = [
            threading.Thread(target=self._listen, args=(stream,), daemon=True)
            for stream in (self.process.stdout, self.process.stderr)
        ]
        for listener in self._listeners:
            listener.start()

    def _listen(self, stream: IO[str]) -> None:
        for line in stream:
            self.said.append(line.rstrip())
            found = re.search(r"Lectern is at (\S+)", line)
            if found:
                self.address = found[1]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.kill()
        if error is not None:
            error.add_note("the server said:\n" + "\n".join(self.said))

    def client(self) -> httpx.Client:
        """The owner's client, once the server answers."""
        wait_until(lambda: self.address or self.process.poll() is not None, LIMIT_SECONDS)
        assert self.address, self.said
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.Client(base_url=self.address, headers=headers, timeout=LIMIT_SECONDS)

    @property
    def token(self) -> str:
        """The owner's, in the data directory of the environment."""
        return owner_token_path().read_text().strip()

    def has_said(self, pattern: str) -> bool:
        return any(re.search(pattern, line) for line in self.said)

    def kill(self) -> None:
        """As a power cut ends it."""
        self.process.kill()
        self.end()

    def stop(self) -> int:
        """Ask it to end with SIGTERM; its exit status."""
        self.process.terminate()
        return self.end()

    def end(self) -> int:
        """Wait for its end; its exit status."""
        status = self.process.wait(LIMIT_SECONDS)
        for listener in self._listeners:
            listener.join(LIMIT_SECONDS)
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()
        return status
