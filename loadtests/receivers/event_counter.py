"""A webhook receiver that only counts: `python -m loadtests.receivers.event_counter` runs it as a process of its own.

It costs a request, and next to nothing for each of its events, so that a bench beside it measures the hub. `GET` gives the events so far.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from typing import cast

import uvloop

from loadtests import cores
from loadtests.hub_commands import ROOT

_HEAD_END = b"\r\n\r\n"
_TAKEN = b"HTTP/1.1 204 No Content\r\n\r\n"


class EventCounter:
    """The events of all connections."""

    def __init__(self) -> None:
        self.events = 0

    def answer(self, head: bytes, body: bytes) -> bytes:
        """Count the events of a request and return its response."""
        if head.startswith(b"GET "):
            return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%d" % (len(str(self.events)), self.events)
        self.events += body.count(b'"sequence":')
        return _TAKEN


class CountingProtocol(asyncio.Protocol):
    """One connection. It has no task, so nothing is cancelled when the server ends before its clients."""

    def __init__(self, counter: EventCounter) -> None:
        self._counter = counter
        self._received = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        received = self._received
        received += data
        while (end := received.find(_HEAD_END)) >= 0:
            head = bytes(received[:end])
            body_at = end + len(_HEAD_END)
            whole = body_at + _length_of(head)
            if len(received) < whole:
                return
            self._transport.write(self._counter.answer(head, bytes(received[body_at:whole])))
            del received[:whole]


def _length_of(head: bytes) -> int:
    _, _, after = head.lower().partition(b"\r\ncontent-length:")
    return int(after.partition(b"\r\n")[0] or 0)


class CountedReceiver:
    """The process of an event counter, as a bench has it."""

    def __init__(self, port: int, pid: int) -> None:
        self.url = f"http://127.0.0.1:{port}/"
        self.pid = pid

    def events(self) -> int:
        """Return the events that came so far. It blocks for a moment."""
        with urllib.request.urlopen(self.url, timeout=10) as answer:  # noqa: S310 - of this run
            return int(answer.read())


@contextlib.contextmanager
def event_counter() -> Iterator[CountedReceiver]:
    """Run a counter inside the block, on any core."""
    process = subprocess.Popen(
        [sys.executable, "-m", "loadtests.receivers.event_counter"],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, preexec_fn=cores.release_child,  # noqa: PLW1509 - one system call
    )  # fmt: skip
    try:
        if process.stdout is None or not (port := process.stdout.readline()):
            raise RuntimeError("the receiver of webhooks did not start")
        yield CountedReceiver(int(port), process.pid)
    finally:
        process.terminate()
        process.wait(10)


async def serve() -> None:
    """Serve on a free port, which is printed first, until SIGTERM."""
    loop, stopped, counter = asyncio.get_running_loop(), asyncio.Event(), EventCounter()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    server = await loop.create_server(lambda: CountingProtocol(counter), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await stopped.wait()
    server.close()


if __name__ == "__main__":
    uvloop.run(serve())
