"""A proxy before Postgres that a test may freeze, thaw and cut: the server then says nothing, or is not there."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit

from tests.support.ports import free_port


class DatabaseProxy:
    """Passes bytes both ways. `connections` counts those that clients have opened."""

    def __init__(self, database_url: str) -> None:
        parts = urlsplit(database_url)
        self._server_host, self._server_port = parts.hostname or "127.0.0.1", parts.port or 5432
        self._port = free_port()
        user = parts.netloc.rpartition("@")[0]
        self.url = parts._replace(
            netloc=f"{user}@127.0.0.1:{self._port}" if user else f"127.0.0.1:{self._port}"
        ).geturl()
        self.connections = 0
        self._flows = asyncio.Event()
        self._flows.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> DatabaseProxy:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        return self

    def freeze(self) -> None:
        """Accept connections and bytes, and pass nothing on, as a stopped server."""
        self._flows.clear()

    def thaw(self) -> None:
        self._flows.set()

    async def cut(self) -> None:
        """Break every connection and accept none."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        far_writer = None
        try:
            await self._flows.wait()
            far_reader, far_writer = await asyncio.open_connection(self._server_host, self._server_port)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass_on(reader, far_writer))
                both.create_task(self._pass_on(far_reader, writer))
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            for one in (writer, far_writer):
                if one is not None:
                    with suppress(OSError):
                        one.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                await self._flows.wait()
                writer.write(data)
                await writer.drain()
        writer.transport.abort()
