"""A Postgres whose log is archived, and its recovery to a moment."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import asyncpg

from db.migrate import migrate
from hub.embedded import launch
from hub.embedded.postgres import binaries
from tests.support.own_postgres import own_postgres, remove_sockets

PASSWORD = "of-a-server-with-an-archive"


class ArchivedServer:
    """A Postgres whose log is archived, and a second data folder that a base copy and the archive are recovered into."""

    def __init__(self, folder: Path) -> None:
        self._identity = launch.choose_identity([binaries() / "postgres", "--version"])
        self._archive = folder / "archive"
        self._archive.mkdir()
        self._identity.own(self._archive)
        self.server, self.recovered = (own_postgres(folder / name, PASSWORD, self._identity) for name in ("a", "b"))

    async def start(self) -> None:
        await self.server.start()
        connection = await asyncpg.connect(self.server.url)
        await connection.execute("ALTER SYSTEM SET archive_mode = on")
        await connection.execute(
            f"ALTER SYSTEM SET archive_command = 'test ! -f {self._archive}/%f && cp %p {self._archive}/%f'"
        )
        await connection.close()
        await self.server.stop()
        await self.server.start()
        await migrate(self.server.url)

    async def copy(self) -> None:
        """Make the base copy."""
        target = self.recovered.folder
        command = [binaries() / "pg_basebackup", "-D", target, "-d", self.server.url, "-X", "none", "-c", "fast"]
        with (target.parent / "copy.log").open("ab") as log:
            process = launch.start(command, self._identity, stop_signal=signal.SIGKILL, log=log)
            assert await asyncio.to_thread(process.wait, 60) == 0, (target.parent / "copy.log").read_text()

    async def lose(self) -> None:
        """Archive the rest of the log, and lose the server."""
        connection = await asyncpg.connect(self.server.url)
        last = await connection.fetchval("SELECT pg_walfile_name(pg_switch_wal())")
        while await connection.fetchval("SELECT last_archived_wal FROM pg_stat_archiver") < last:
            await asyncio.sleep(0.05)
        await connection.close()
        await self.server.stop()

    async def recover(self, moment: str, *, seconds_a_file: float = 0.0) -> None:
        """Recover the copy, and start it. Each file of the archive takes so many seconds to come."""
        folder = self.recovered.folder
        with (folder / "postgresql.auto.conf").open("a") as settings:
            settings.write(f"restore_command = 'sleep {seconds_a_file}; cp {self._archive}/%f %p'\n")
            settings.write(f"recovery_target_time = '{moment}'\nrecovery_target_action = 'promote'\n")
        (folder / "recovery.signal").touch()
        self._identity.own(folder / "recovery.signal")
        await self.recovered.start()

    async def stop(self) -> None:
        for server in (self.server, self.recovered):
            await server.stop()
            remove_sockets(server)

    async def now(self) -> str:
        """Return the server's time, as a setting has it."""
        connection = await asyncpg.connect(self.server.url)
        try:
            return str(await connection.fetchval("SELECT clock_timestamp()::text"))
        finally:
            await connection.close()
