"""A server process: the application on a loopback address, and a worker as its child."""

import asyncio
import errno
import logging
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from backend.app import create_app
from backend.config.environment import log_dir
from backend.config.file import known_secrets
from backend.errors import InvalidValue, LecternError
from backend.files import keep_files_private
from backend.log import set_up_logging
from backend.owner import close_data_dir, renew_token
from backend.web.problems import answer_busy
from backend.web.security import LOOPBACK_NAMES

ADDRESSES = {"localhost": "127.0.0.1", "127.0.0.1": "127.0.0.1", "::1": "::1"}
"""The names that a server may listen at, and their addresses."""

DRAIN_SECONDS = 5
"""How long answers that have begun may take to be sent once the server is told to stop."""

STOP_SECONDS = 9.5
"""After so long a worker that was told to stop is killed: others go on with what it had."""

MOST_CONNECTIONS = 400
"""Each is a file that the process has open, and most requests open another one, of perhaps 1,024 in
all. A server that can open no more is deaf to everybody."""

WAITING_CONNECTIONS = 128
"""So many are taken at once before it is looked how many there are."""

HEAD_SECONDS = 10.0
KEEP_ALIVE_SECONDS = 30
LARGEST_HEAD_BYTES = 32 * 1024
FIRST_DELAY_SECONDS = 1.0
LONGEST_DELAY_SECONDS = 60.0
WORKER = (sys.executable, "-c", "from backend.child_worker import main; main()")

logger = logging.getLogger("lectern.server")


class AddressTaken(LecternError):
    """Another program listens at this address already: choose another port with --port."""


OnStart = Callable[[str, str | None], None]


def run_server(host: str, port: int, *, with_worker: bool, on_start: OnStart) -> None:
    """Serve until SIGTERM or SIGINT.

    Parameters
    ----------
    port
        0 takes any that is free.
    on_start
        Told the address, and the owner's token if there is one, once the server answers.

    Raises
    ------
    InvalidValue
        `host` is not a loopback name.
    AddressTaken
    """
    keep_files_private()
    _set_up_logs()
    if mended := close_data_dir(is_thorough=True):
        logger.warning("%s", mended)
    listener = _listen(host, port)
    worker = WorkerKeeper() if with_worker else None
    server = _Server(listener, worker, on_start)
    try:
        server.run(sockets=[listener])
    finally:
        if worker is not None:
            worker.finish()
        logger.info("the server has stopped")


def _set_up_logs() -> None:
    set_up_logging(log_dir(), known_secrets())
    framework = logging.getLogger("uvicorn")
    framework.setLevel(logging.WARNING)
    framework.parent = logging.getLogger("lectern")  # whose files and terminal leave keys out


def _listen(host: str, port: int) -> socket.socket:
    if host not in ADDRESSES:
        names = ", ".join(sorted(LOOPBACK_NAMES))
        raise InvalidValue(
            f"The server cannot listen at {host}: there are no accounts yet, so that everybody "
            f"could read and change everything. Choose one of {names}."
        )
    address = ADDRESSES[host]
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        listener = socket.create_server((address, port), family=family, backlog=WAITING_CONNECTIONS)
        # For sockets that were made like this asyncio leaves it out, and each answer would wait
        # 40 ms for the client's word that the head has come.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listener
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise AddressTaken(
                f"Another program listens at port {port} of {host} already: stop it, or choose "
                "another port with --port."
            ) from error
        raise InvalidValue(
            f"The server cannot listen at port {port} of {host} ({error.strerror}): choose another "
            "with --port."
        ) from error


def uvicorn_config(app: FastAPI) -> uvicorn.Config:
    """How the application is served, at whatever address."""
    return uvicorn.Config(
        app,
        port=0,
        loop="asyncio",
        http=PatientProtocol,
        ws="none",
        backlog=WAITING_CONNECTIONS,
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        h11_max_incomplete_event_size=LARGEST_HEAD_BYTES,
    )


class PatientProtocol(H11Protocol):
    """HTTP/1.1, with limits: the head of a request must come within some time, and a connection
    that is one too many is told so and closed."""

    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.write(_busy_answer())
            transport.close()
        else:
            self._watch_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def _watch_head(self) -> None:
        is_awaited = self.cycle is None or self.cycle.response_complete
        if not is_awaited:
            self._stop_timer()
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


def _busy_answer() -> bytes:
    answer = answer_busy({}, "too many connections are open")
    answer.headers["Connection"] = "close"
    head = [b"HTTP/1.1 503 Service Unavailable"]
    head += [name + b": " + value for name, value in answer.raw_headers]
    return b"\r\n".join([*head, b"", bytes(answer.body)])


class _Server(uvicorn.Server):
    """Uvicorn, with our own beginning and end."""

    def __init__(
        self,
        listener: socket.socket,
        worker: "WorkerKeeper | None",
        on_start: OnStart,
    ) -> None:
        self._app = create_app(renew_log=_set_up_logs)
        self._listener = listener
        self._worker = worker
        self._on_start = on_start
        super().__init__(uvicorn_config(self._app))

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        address, port = self._listener.getsockname()[:2]
        shown = f"[{address}]" if ":" in address else address
        self._on_start(f"http://{shown}:{port}", renew_token())
        logger.info("the server listens at %s", f"http://{shown}:{port}")
        if self._worker is not None:
            self._worker.start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        logger.info("the server stops")
        if self._worker is not None:
            self._worker.stop()
        # Event streams would otherwise go on for ever, and be waited for.
        self._app.state.hub.close()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        with super().capture_signals():
            yield
            # Told to stop and stopped in order: that is no failure, so the signal ends here.
            self._captured_signals.clear()


# --- the worker ------------------------------------------------------------------------------


class WorkerKeeper:
    """Keeps a worker process running beside the server; one that dies is followed by another."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._thread = threading.Thread(target=self._keep, name="worker-keeper", daemon=True)
        self._told_at = 0.0

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Tell the worker to stop, without waiting."""
        with self._lock:
            self._stopping.set()
            self._told_at = time.monotonic()
            if self._process is not None:
                self._process.terminate()

    def finish(self) -> None:
        """Wait until the worker has stopped; it is killed if it takes too long."""
        if not self._thread.is_alive():
            return
        if not self._stopping.is_set():
            self.stop()
        self._thread.join(max(0.0, self._told_at + STOP_SECONDS - time.monotonic()))
        if self._thread.is_alive() and self._process is not None:
            logger.warning("the worker did not stop in time and is killed; others go on for it")
            self._process.kill()
            self._thread.join()

    def _keep(self) -> None:
        delay = FIRST_DELAY_SECONDS
        while (process := self._spawn()) is not None:
            began = time.monotonic()
            assert process.stderr is not None
            _pass_on(process.stderr)
            status = process.wait()
            if self._stopping.is_set():
                return
            if time.monotonic() - began > LONGEST_DELAY_SECONDS:
                delay = FIRST_DELAY_SECONDS
            logger.warning(
                "the worker has ended (status %d): another is started in %.0f s", status, delay
            )
            self._stopping.wait(delay)
            delay = min(2 * delay, LONGEST_DELAY_SECONDS)

    def _spawn(self) -> "subprocess.Popen[str] | None":
        with self._lock:
            if self._stopping.is_set():
                return None
            # In a session of its own, so that Ctrl-C reaches the server alone, which then stops it.
            self._process = subprocess.Popen(
                WORKER,
                stdin=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            )
            return self._process


def _pass_on(lines: IO[str]) -> None:
    """What the worker says; its own log has it already, but for what Python itself says."""
    for line in lines:
        text = line.rstrip("\n")
        if text.startswith("lectern: "):
            sys.stderr.write(f"lectern worker: {text.removeprefix('lectern: ')}\n")
        elif text:
            logger.warning("the worker says: %s", text)
