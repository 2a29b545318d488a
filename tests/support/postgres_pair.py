"""A primary of Postgres and its standby, which a test may kill, freeze and promote."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import psutil

from hub.embedded import launch
from hub.embedded.postgres import Postgres, binaries
from tests.support.own_postgres import own_postgres, remove_sockets

PASSWORD = "of-a-pair-of-servers"


class PostgresPair:
    """Two servers, of which the second follows the first. With `synchronous` a commit waits until both have it."""

    def __init__(self, folder: Path, *, synchronous: bool) -> None:
        self.synchronous = synchronous
        self._identity = launch.choose_identity([binaries() / "postgres", "--version"])
        self.servers = [own_postgres(folder / name, PASSWORD, self._identity) for name in ("a", "b")]
        self.primary, self.standby = self.servers

    @property
    def url(self) -> str:
        """The URL of both, the first server first, whatever it is now."""
        parts = [urlsplit(server.url) for server in self.servers]
        return parts[0]._replace(netloc=f"{parts[0].netloc},127.0.0.1:{parts[1].port}").geturl()

    async def start(self) -> None:
        await self.primary.start()
        await self.follow()

    async def follow(self) -> None:
        """Copy the primary to the standby, start it, and wait until it streams."""
        connection = await asyncpg.connect(self.primary.url)
        # A standby whose primary is gone looks for its log again after this time, and only then hears that it is promoted.
        await set_and_reload(connection, "SET wal_retrieve_retry_interval = '100ms'")
        await connection.close()
        asked = f"{self.primary.url}?application_name=standby"
        command = [
            binaries() / "pg_basebackup",
            "-D",
            self.standby.folder,
            "-d",
            asked,
            "-R",
            "-X",
            "stream",
            "-c",
            "fast",
        ]
        await asyncio.to_thread(self._run, command)
        await self.standby.start()
        connection = await asyncpg.connect(self.primary.url)
        try:
            if self.synchronous:
                await set_and_reload(connection, "SET synchronous_standby_names = '*'")
            wanted = {"sync"} if self.synchronous else {"async", "sync"}
            while (
                await connection.fetchval("SELECT sync_state FROM pg_stat_replication WHERE state = 'streaming'")
                not in wanted
            ):
                await asyncio.sleep(0.02)
        finally:
            await connection.close()

    def _run(self, command: list[str | Path]) -> None:
        with (self.standby.folder.parent / "copy.log").open("ab") as log:
            process = launch.start(command, self._identity, stop_signal=signal.SIGKILL, log=log)
            assert process.wait(60) == 0, (self.standby.folder.parent / "copy.log").read_text()

    async def until_standby_has_all(self) -> None:
        """Wait until the standby has written what the primary has."""
        connection = await asyncpg.connect(self.primary.url)
        try:
            while await connection.fetchval("SELECT pg_current_wal_lsn() > flush_lsn FROM pg_stat_replication"):
                await asyncio.sleep(0.01)
        finally:
            await connection.close()

    async def promote(self) -> None:
        """Make the standby the primary, and return when it takes writes. Nobody follows it yet."""
        connection = await asyncpg.connect(self.standby.url)
        try:
            await set_and_reload(connection, "RESET synchronous_standby_names")
            assert await connection.fetchval("SELECT pg_promote(true, 30)")
        finally:
            await connection.close()
        self.primary, self.standby = self.standby, self.primary

    def processes_of(self, server: Postgres) -> list[psutil.Process]:
        assert server.process is not None
        postmaster = psutil.Process(server.process.pid)
        return [postmaster, *postmaster.children(recursive=True)]

    async def kill(self, server: Postgres) -> None:
        """Kill a server and all its processes at once."""
        process: subprocess.Popen[bytes] | None = server.process
        assert process is not None
        signal_all(self.processes_of(server), signal.SIGKILL)
        await asyncio.to_thread(process.wait, 10)
        server.process = None

    async def stop(self) -> None:
        for server in self.servers:
            if server.process is not None:
                signal_all(self.processes_of(server), signal.SIGCONT)
                await server.stop()
            remove_sockets(server)


async def is_waiting_for_standby(connection: asyncpg.Connection) -> bool:
    """Return whether a commit waits for the standby."""
    return bool(await connection.fetchval("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"))


async def set_and_reload(connection: asyncpg.Connection, setting: str) -> None:
    await connection.execute(f"ALTER SYSTEM {setting}")
    await connection.execute("SELECT pg_reload_conf()")


def signal_all(processes: list[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)
