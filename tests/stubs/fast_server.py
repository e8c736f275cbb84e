"""A provider stub in a process of its own, cheap on CPU: for measuring speed.

It keeps connections open and costs a fraction of a millisecond per call, where the threaded
server of `llm_server` costs some milliseconds of the very process that is measured.

    with serve_in_process("openai", latency_seconds=0.1) as base_url:
        …
"""

import argparse
import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.stubs.anthropic import AnthropicStub
from tests.stubs.llm_server import ProviderStub, Response
from tests.stubs.openai import OpenAIStub

STUBS: dict[str, type[ProviderStub]] = {"openai": OpenAIStub, "anthropic": AnthropicStub}


@contextmanager
def serve_in_process(provider: str, latency_seconds: float) -> Iterator[str]:
    """The base URL of a stub that answers each call after `latency_seconds`."""
    arguments = [provider, "--latency", str(latency_seconds)]
    command = [sys.executable, "-m", "tests.stubs.fast_server", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            yield f"http://127.0.0.1:{port}{STUBS[provider].path_prefix}"
        finally:
            process.terminate()


async def _serve(stub: ProviderStub) -> None:
    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                await _answer_one(stub, reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(converse, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


async def _answer_one(
    stub: ProviderStub, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    path = head[0].split(" ")[1]
    headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
    body = await reader.readexactly(int(headers["content-length"]))
    response = stub.arrive(path, headers, body)
    await asyncio.sleep(stub.latency_seconds)
    stub.leave()
    stub.received.clear()
    writer.write(_to_bytes(response))
    await writer.drain()


def _to_bytes(response: Response) -> bytes:
    headers = {"content-type": response.content_type, "content-length": len(response.body)}
    lines = [f"{name}: {value}" for name, value in {**headers, **response.headers}.items()]
    head = "\r\n".join([f"HTTP/1.1 {response.status} X", *lines])
    return head.encode() + b"\r\n\r\n" + response.body


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("provider", choices=STUBS)
    parser.add_argument("--latency", type=float, default=0.0)
    chosen = parser.parse_args()
    asyncio.run(_serve(STUBS[chosen.provider](chosen.latency)))


if __name__ == "__main__":
    main()
