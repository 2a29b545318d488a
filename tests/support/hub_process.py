"""The served hub: `hub serve` in a process of its own, which can be stopped, killed and started anew."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import aiohttp

from hub.clock import Clock
from tests.support.hub import Hub

ROOT = Path(__file__).parents[2]


class ServedHub:
    """On the servers of the hub `beside`, at the test's time."""

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
            "HUB_REHEARSAL": "1",
            "HUB_CLOCK_OFFSET": str(clock.offset_seconds),
        }
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hub", "serve", cwd=ROOT, env=self._env,
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        async with aiohttp.ClientSession() as client:
            while True:
                assert self._process.returncode is None
                try:
                    async with client.get(f"{self.url}/readyz") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    await asyncio.sleep(0.1)

    def stall(self) -> None:
        """It takes connections and answers none: nothing that arrives now is read."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    async def kill(self) -> None:
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL)
            await self._process.wait()
