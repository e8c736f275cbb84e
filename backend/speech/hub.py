"""Files on the Hugging Face hub: what they are, and fetching one with deadlines.

huggingface_hub gives the endpoint and the token, but not the download (see
docs/decisions/0015-weights-by-content.md): its first request waits for ever for a server that
accepts a connection and never answers (measured with 2.4.0). Here every request has a deadline to
connect, one between two pieces of an answer, and all of them together have one.

The protocol is the one that huggingface_hub speaks: `HEAD /<owner>/<repository>/resolve/<revision>/
<file>` names the file's ETag, size and commit; `GET` of the same address leads to its content,
large files by way of another host.
"""

import hashlib
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from backend.errors.recognisers import DownloadFailed, HubUnreachable
from backend.speech.model_catalogue import CatalogueModel

if TYPE_CHECKING:
    import httpx

MAX_REDIRECTS = 10
READ_BYTES = 1 << 20


@dataclass(frozen=True)
class Deadlines:
    """How long a download may wait, in seconds."""

    connect_seconds: float = 10
    """For each address of the server, until it accepts a connection."""

    stall_seconds: float = 60
    """Without a single byte, while an answer is expected. A school's caching proxy fetches the
    whole of a small file before it sends the first byte."""

    overall_seconds: float = 12 * 3600
    """For everything: 3 GB take this long at 0.6 Mbit/s."""


DEFAULT_DEADLINES = Deadlines()


class Digest(Protocol):
    def update(self, data: bytes, /) -> None: ...
    def hexdigest(self) -> str: ...


@dataclass(frozen=True)
class RemoteFile:
    """A file of one commit on the hub.

    `etag` is the SHA-256 of a large file and the git object id (SHA-1) of a small one. Mirrors
    may give something else: then it tells versions apart, but the content cannot be checked.
    """

    name: str
    url: str
    size_bytes: int
    etag: str

    @property
    def identity(self) -> str:
        """A file name's worth of the ETag."""
        return hashlib.sha256(self.etag.encode()).hexdigest()[:16]

    @property
    def is_checkable(self) -> bool:
        return bool(re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", self.etag))

    def new_digest(self) -> Digest:
        """An empty digest of the kind that the ETag holds."""
        if len(self.etag) == 40:
            # Git hashes a file together with its kind and size.
            header = f"blob {self.size_bytes}\0".encode()
            return hashlib.sha1(header, usedforsecurity=False)
        return hashlib.sha256()

    def is_content_of(self, path: Path) -> bool:
        """Whether the file at `path` is, byte for byte, this one."""
        if not (self.is_checkable and path.is_file() and path.stat().st_size == self.size_bytes):
            return False
        with path.open("rb") as stream:
            return _digest_stream(stream, self.new_digest()).hexdigest() == self.etag


class Hub:
    """A connection to the hub; whoever opens it closes it. Its overall deadline starts at once.

    Raises
    ------
    DownloadFailed
        From every method, with a sentence that names the server and the reason.
    """

    def __init__(self, endpoint: str | None, deadlines: Deadlines) -> None:
        import httpx
        from huggingface_hub import constants, get_token, is_offline_mode

        self.endpoint = (endpoint or constants.ENDPOINT).rstrip("/")
        if is_offline_mode():
            raise DownloadFailed("HF_HUB_OFFLINE is set, so nothing is downloaded: unset it first.")
        self._deadlines = deadlines
        self._ends_at = time.monotonic() + deadlines.overall_seconds
        # Compressed answers could be neither measured nor resumed.
        headers = {"User-Agent": "lectern", "Accept-Encoding": "identity"}
        token = get_token()
        if token:
            # httpx drops this header when a redirect leads to another host.
            headers["Authorization"] = f"Bearer {token}"
        self._client = httpx.Client(headers=headers, max_redirects=MAX_REDIRECTS)

    def close(self) -> None:
        self._client.close()

    # --- what there is -----------------------------------------------------------------------

    def known_files(self, model: CatalogueModel) -> list[RemoteFile]:
        """The files whose bytes the catalogue knows. Nothing is asked."""
        return [
            RemoteFile(
                file.name,
                self._address(model.repository, model.revision, file.name),
                file.size_bytes,
                file.sha256,
            )
            for file in model.files
        ]

    def find_files(
        self, repository: str, names: tuple[str, ...], revision: str = "main"
    ) -> list[RemoteFile]:
        """Those of `names` that a revision of the repository has, all of one commit.

        A repository that does not exist has none of them.
        """
        found: list[RemoteFile] = []
        for name in names:
            answers = self._head(self._address(repository, revision, name))
            if answers[-1].status_code == 404:
                continue
            if answers[-1].is_error:
                raise _refusal(answers[-1], f"model {repository}")
            # A push between two requests would otherwise mix the files of two versions.
            revision = _first_header(answers, "X-Repo-Commit") or revision
            found.append(self._read_metadata(answers, repository, name, revision))
        return found

    def _head(self, url: str) -> list["httpx.Response"]:
        """The answer that describes the file, after the redirects that led to it."""
        with self._named_errors():
            answers = [self._client.head(url, timeout=self._timeout())]
            while (request := answers[-1].next_request) and not _describes_file(answers[-1]):
                if len(answers) > MAX_REDIRECTS:
                    raise DownloadFailed(f"{self.endpoint} redirects in a circle: try later.")
                answers.append(self._client.send(request))
        return answers

    def _read_metadata(
        self, answers: list["httpx.Response"], repository: str, name: str, revision: str
    ) -> RemoteFile:
        etag = _first_header(answers, "X-Linked-Etag") or answers[-1].headers.get("ETag", "")
        size = _first_header(answers, "X-Linked-Size")
        if size is None and answers[-1].is_success:
            size = answers[-1].headers.get("Content-Length")
        if not etag or size is None or not size.isdigit():
            raise DownloadFailed(
                f"{self.endpoint} answers, but not as a Hugging Face hub does (it gives no size "
                f"or no ETag of {name}): check HF_ENDPOINT, and whether the network wants a login."
            )
        url = self._address(repository, revision, name)
        return RemoteFile(name, url, int(size), etag.removeprefix("W/").strip('"'))

    def _address(self, repository: str, revision: str, name: str) -> str:
        return f"{self.endpoint}/{repository}/resolve/{revision}/{name}"

    # --- fetching ----------------------------------------------------------------------------

    def fetch(
        self, file: RemoteFile, destination: Path, on_received: Callable[[int], None]
    ) -> None:
        """Bring `destination` up to the whole of `file`, going on from what it already holds.

        What came before a failure stays there for the next call, unless it is proven wrong.
        `on_received` is told how many bytes of the file there are. Disk errors pass as they are.
        """
        with destination.open("ab+") as stream:
            partial = _PartialFile(file, stream)
            on_received(partial.received_bytes)
            if partial.received_bytes < file.size_bytes:
                self._receive(partial, on_received)
            partial.verify()
            partial.flush_to_disk()

    def _receive(self, partial: "_PartialFile", on_received: Callable[[int], None]) -> None:
        file, offset = partial.file, partial.received_bytes
        request = self._client.build_request(
            "GET",
            file.url,
            headers={"Range": f"bytes={offset}-"} if offset else {},
            timeout=self._timeout(),
        )
        with self._named_errors():
            answer = self._client.send(request, stream=True, follow_redirects=True)
        try:
            _start_body(answer, partial)
            with self._named_errors(partial):
                for piece in answer.iter_bytes():
                    partial.append(piece)
                    on_received(partial.received_bytes)
                    self._check_overall()
        finally:
            answer.close()

    # --- deadlines and errors ----------------------------------------------------------------

    def _timeout(self) -> "httpx.Timeout":
        import httpx

        self._check_overall()
        left = self._ends_at - time.monotonic()
        return httpx.Timeout(
            min(self._deadlines.stall_seconds, left),
            connect=min(self._deadlines.connect_seconds, left),
        )

    def _check_overall(self) -> None:
        if time.monotonic() >= self._ends_at:
            raise DownloadFailed(
                f"The download was stopped after {self._deadlines.overall_seconds:g} s, the time "
                "it was given: run it again, it goes on where it stopped."
            )

    @contextmanager
    def _named_errors(self, partial: "_PartialFile | None" = None) -> Iterator[None]:
        """Name the errors of a request, or of the body that `partial` receives."""
        import httpx

        try:
            yield
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise _unreachable(self.endpoint, f"is not an address ({error})") from error
        except httpx.ConnectTimeout as error:
            self._check_overall()
            reason = f"did not accept a connection within {self._deadlines.connect_seconds:g} s"
            raise _unreachable(_server_of(error.request.url), reason) from error
        except (httpx.ConnectError, httpx.ProxyError) as error:
            server = _server_of(error.request.url)
            raise _unreachable(server, f"cannot be reached ({error})") from error
        except httpx.TimeoutException as error:
            self._check_overall()
            what = f"stopped sending at {partial.progress}" if partial else "does not answer"
            raise DownloadFailed(
                f"{_server_of(error.request.url)} {what} (waited "
                f"{self._deadlines.stall_seconds:g} s): run the download again later, it goes on "
                "where it stopped."
            ) from error
        except httpx.RequestError as error:
            where = f" at {partial.progress}" if partial else ""
            raise DownloadFailed(
                f"The connection to {_server_of(error.request.url)} broke{where} ({error}): run "
                "the download again, it goes on where it stopped."
            ) from error


class _PartialFile:
    """What has come of a file so far, and its running digest."""

    def __init__(self, file: RemoteFile, stream: BinaryIO) -> None:
        self.file = file
        self._stream = stream
        stream.seek(0)
        self._digest = _digest_stream(stream, file.new_digest())
        self.received_bytes = stream.tell()
        if self.received_bytes > file.size_bytes:
            self.restart()

    @property
    def progress(self) -> str:
        return f"{self.received_bytes} of {self.file.size_bytes} bytes of {self.file.name}"

    def restart(self) -> None:
        self._stream.truncate(0)
        self._digest = self.file.new_digest()
        self.received_bytes = 0

    def append(self, piece: bytes) -> None:
        if self.received_bytes + len(piece) > self.file.size_bytes:
            self.restart()
            raise DownloadFailed(
                f"{self.file.name} has a wrong size: more came than the announced "
                f"{self.file.size_bytes} bytes. Try again."
            )
        self._stream.write(piece)
        self._digest.update(piece)
        self.received_bytes += len(piece)

    def verify(self) -> None:
        if self.received_bytes < self.file.size_bytes:
            raise DownloadFailed(
                f"The download was cut off at {self.progress}: run the download again, it "
                "goes on where it stopped."
            )
        if self.file.is_checkable and self._digest.hexdigest() != self.file.etag:
            self.restart()
            raise DownloadFailed(
                f"{self.file.name} has a wrong checksum, so it was damaged on the way and thrown "
                "away: run the download again."
            )

    def flush_to_disk(self) -> None:
        self._stream.flush()
        os.fsync(self._stream.fileno())


def _digest_stream(stream: BinaryIO, digest: Digest) -> Digest:
    while block := stream.read(READ_BYTES):
        digest.update(block)
    return digest


def _first_header(answers: list["httpx.Response"], name: str) -> str | None:
    return next((answer.headers[name] for answer in answers if name in answer.headers), None)


def _describes_file(answer: "httpx.Response") -> bool:
    """Whether a redirect says all there is to know: its target may refuse a HEAD."""
    return "X-Linked-Etag" in answer.headers and "X-Linked-Size" in answer.headers


def _first_byte(answer: "httpx.Response") -> int | None:
    match = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range", ""))
    return int(match[1]) if match else None


def _start_body(answer: "httpx.Response", partial: _PartialFile) -> None:
    """Put `partial` where the body begins, or raise if the answer is not the rest of its file.

    What is there stays until the answer has shown the right size: a login page of the network
    must not cost gigabytes that came before.
    """
    offset = _offset_of_body(answer, partial)
    expected = partial.file.size_bytes - offset
    announced = answer.headers.get("Content-Length")
    if announced and "Content-Encoding" not in answer.headers and int(announced) != expected:
        raise DownloadFailed(
            f"{partial.file.name} has a wrong size: {_server_of(answer.url)} would send "
            f"{announced} bytes where {expected} are to come. Try again later, and check whether "
            "the network wants a login."
        )
    if offset == 0:
        partial.restart()


def _offset_of_body(answer: "httpx.Response", partial: _PartialFile) -> int:
    if answer.status_code == 200:
        return 0
    if answer.status_code == 206 and _first_byte(answer) == partial.received_bytes:
        return partial.received_bytes
    raise _refusal(answer, partial.file.name)


def _server_of(url: "httpx.URL") -> str:
    return f"{url.scheme}://{url.netloc.decode()}"


def _unreachable(server: str, reason: str) -> HubUnreachable:
    return HubUnreachable(
        f"{server} {reason}: check the network, a firewall or proxy (HTTPS_PROXY), and HF_ENDPOINT."
    )


def _refusal(answer: "httpx.Response", what: str) -> DownloadFailed:
    status = answer.status_code
    if status == 404:
        reason = f"has no {what} (404): check the name."
    elif status in (401, 403):
        reason = (
            f"does not give out {what} ({status}): check the name; a private or gated model needs "
            "its terms accepted on its page and a valid token in HF_TOKEN."
        )
    elif status == 429:
        after = answer.headers.get("Retry-After", "")
        when = f"in {after} s" if after.isdigit() else "later"
        reason = f"asks to slow down (429): try again {when}."
    elif status >= 500:
        reason = f"has a fault of its own ({status}): try again later."
    else:
        reason = f"answered {status} instead of {what}: try again later."
    return DownloadFailed(f"{_server_of(answer.url)} {reason}")
