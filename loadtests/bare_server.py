"""Bare servers, the limits of the HTTP benchmarks: `python -m loadtests.bare_server` runs one as a process.

`json` is a minimal JSON endpoint in aiohttp: it reads and parses the body and answers with a document. `bytes` answers GET with
a fixed body and its ETag. `echo` is a WebSocket that answers every text with a fixed one. `canned` is only a protocol that
writes the same answer after every read: it shows the limit of the generator itself.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import orjson
import uvloop
from aiohttp import web

from loadtests import cores
from loadtests.own_hub import ROOT, free_port

FULL = {
    "success": False,
    "error": {
        "code": "SLOT_FULL",
        "message": "This time slot is full. Please select another time.",
        "alternative_slots": [
            {"slot_id": 10 + n, "date": "2026-11-21", "start_time": f"{12 + n}:00:00", "end_time": f"{13 + n}:00:00"}
            for n in range(3)
        ],
    },
}
RESULT = orjson.dumps(
    {"id": 1, "type": "result", "success": True, "data": {"result": "GREEN", "reason": "VERIFIED"}}
).decode()


class Canned(asyncio.Protocol):
    _answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._transport.write(self._answer)


def application(body: bytes) -> web.Application:
    etag = '"bare"'

    async def refuse(request: web.Request) -> web.Response:
        document = orjson.loads(await request.read())
        return web.Response(status=409 if document else 400, body=orjson.dumps(FULL), content_type="application/json")

    async def fixed(request: web.Request) -> web.Response:
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        return web.Response(body=body, content_type="application/json", headers={"ETag": etag})

    async def echo(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        async for message in socket:
            orjson.loads(message.data)
            await socket.send_str(RESULT)
        return socket

    app = web.Application()
    app.add_routes([web.post("/json", refuse), web.get("/bytes", fixed), web.get("/echo", echo)])
    return app


async def serve(port: int, body: bytes, canned_port: int) -> None:
    runner = web.AppRunner(application(body), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.get_running_loop().create_server(Canned, "127.0.0.1", canned_port)
    await asyncio.Event().wait()


class BareServer:
    """The addresses of a bare server, and its process."""

    def __init__(self, port: int, canned_port: int, pid: int) -> None:
        self.pid = pid
        self.url = f"http://127.0.0.1:{port}"
        self.canned_url = f"http://127.0.0.1:{canned_port}"


@contextlib.contextmanager
def bare_server(body_file: Path | None = None) -> Iterator[BareServer]:
    """Run a bare server on the hub's core inside the block. The hub is idle meanwhile."""
    port, canned_port = free_port(), free_port()
    words = [sys.executable, "-m", "loadtests.bare_server", "--port", str(port), "--canned-port", str(canned_port)]
    process = subprocess.Popen([*words, *(["--body", str(body_file)] if body_file else [])], cwd=ROOT)
    try:
        server = BareServer(port, canned_port, process.pid)
        for _ in range(1000):
            with contextlib.suppress(urllib.error.URLError, OSError):
                urllib.request.urlopen(f"{server.url}/bytes", timeout=1).close()  # noqa: S310
                break
            time.sleep(0.01)
        cores.pin_hub(process.pid)
        yield server
    finally:
        process.terminate()
        process.wait(10)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--canned-port", type=int, required=True)
    parser.add_argument("--body", type=Path)
    given = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(serve(given.port, given.body.read_bytes() if given.body else b"{}", given.canned_port))
