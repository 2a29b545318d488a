"""`hub serve` in a process of its own, which can be stopped, killed and started again. `tests/commands` has it from a fresh start."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

import aiohttp

from hub.clock import Clock
from tests.support.fork_server import FORK_SERVER
from tests.support.hub import Hub


class ServedHub:
    """A hub process on the servers of the hub `beside`, with the test's clock."""

    def __init__(self, beside: Hub, clock: Clock, folder: Path, port: int, smtp_url: str = "") -> None:
        self.url = f"http://127.0.0.1:{port}"
        settings = beside.settings
        self._env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("HUB_")},
            "HUB_DATABASE_URL": settings.database_url or "",
            "HUB_REDIS_URL": settings.redis_url or "",
            "HUB_DATA_DIR": str(folder),
            "HUB_PORT": str(port),
            "HUB_SECRET_KEY": "a test's secret of at least thirty-two bytes",
            "HUB_SMTP_URL": smtp_url or "smtp://127.0.0.1:9",
            "HUB_RATE_SYNC": "off",
            "HUB_RATE_SIGN_IN": "off",
            "HUB_RATE_STAFF": "off",
            "HUB_REHEARSAL": "1",
            "HUB_CLOCK_OFFSET": str(clock.offset_seconds),
        }
        self._pid: int | None = None

    async def start(self) -> None:
        self._pid = await asyncio.to_thread(FORK_SERVER.start, "serve", env=self._env)
        async with aiohttp.ClientSession() as client:
            while True:
                assert await asyncio.to_thread(FORK_SERVER.ended, self._pid) is None
                try:
                    async with client.get(f"{self.url}/readyz") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    await asyncio.sleep(0.02)

    def stall(self) -> None:
        """Stop the process (SIGSTOP): the kernel accepts connections, but nothing is read."""
        assert self._pid is not None
        os.kill(self._pid, signal.SIGSTOP)

    async def kill(self) -> None:
        if self._pid is not None:
            pid, self._pid = self._pid, None
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            await asyncio.to_thread(FORK_SERVER.wait, pid)
