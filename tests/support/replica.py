"""A streaming replica of the test's Postgres, which a test can pause, kill and start again."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg

from hub.embedded import launch
from hub.embedded.postgres import binaries
from tests.support.databases import url_of
from tests.support.ports import free_port

START_SECONDS = 60.0


class Replica:
    """A copy of a server that follows it. Its databases have the names of the original's."""

    def __init__(self, primary_url: str, folder: Path) -> None:
        self._primary_url = primary_url
        self._folder = folder / "replica"
        self._log = folder / "replica.log"
        self._port = free_port()
        self._identity = launch.choose_identity([binaries() / "postgres", "--version"])
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database_url: str) -> str:
        """Return the URL of the copy of this database."""
        before, _, place = url_of(self._primary_url, database_url.rpartition("/")[2].partition("?")[0]).rpartition("@")
        return f"{before}@127.0.0.1:{self._port}/{place.partition('/')[2]}"

    async def copy(self) -> None:
        """Copy the server's files. `-R` writes what makes the copy follow it."""
        command = [
            binaries() / "pg_basebackup",
            "-D",
            self._folder,
            "-d",
            self._primary_url,
            "-R",
            "-X",
            "stream",
            "-c",
            "fast",
        ]
        process = self._launch(command, stop_signal=signal.SIGKILL)
        while process.poll() is None:
            await asyncio.sleep(0.02)
        assert process.returncode == 0, self._log.read_text()

    async def start(self) -> None:
        command = [binaries() / "postgres", "-D", self._folder, "-p", str(self._port), "-c", "listen_addresses=127.0.0.1",
                   "-c", "unix_socket_directories=", "-c", "max_connections=120"]  # fmt: skip
        self._process = self._launch(command, stop_signal=signal.SIGINT)
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                await (await asyncpg.connect(self.url(self._primary_url))).close()
            except (OSError, asyncpg.PostgresError):
                assert time.monotonic() < until, self._log.read_text()
                await asyncio.sleep(0.02)
            else:
                return

    async def kill(self) -> None:
        """End the server and all of its connections at once."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGQUIT)
            while process.poll() is None:
                await asyncio.sleep(0.01)

    async def ask(self, sql: str) -> Any:
        connection = await asyncpg.connect(self.url(self._primary_url))
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    async def pause(self) -> None:
        """Stop replaying. What the primary commits from now on is not seen here."""
        await self.ask("SELECT pg_wal_replay_pause()")
        while await self.ask("SELECT pg_get_wal_replay_pause_state()") != "paused":
            await asyncio.sleep(0.01)

    async def resume(self) -> None:
        await self.ask("SELECT pg_wal_replay_resume()")

    def _launch(self, command: list[str | Path], *, stop_signal: signal.Signals) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return launch.start(command, self._identity, stop_signal=stop_signal, log=log)


@asynccontextmanager
async def streaming_replica(primary_url: str, folder: Path) -> AsyncIterator[Replica]:
    """Yield a running replica of the server."""
    replica = Replica(primary_url, folder)
    await replica.copy()
    await replica.start()
    try:
        yield replica
    finally:
        await replica.kill()
