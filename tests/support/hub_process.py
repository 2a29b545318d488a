"""`hub serve` and its watcher, which can be stopped, killed and started again. `tests/commands` has it from a fresh start."""

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
    """A hub process on the servers of the hub `beside`, with the test's clock.

    If it is `patient`, it waits a minute for Postgres and Redis, as hubs in the test process do: a statement that a test
    holds up does not end by its own time limit before a busy machine has come to the kill.
    """

    def __init__(
        self, beside: Hub, clock: Clock, folder: Path, port: int, smtp_url: str = "", *, patient: bool = False
    ) -> None:
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
            "HUB_WEBHOOK_NETWORKS": ",".join(map(str, settings.webhook_networks)),
            "HUB_CLOCK_OFFSET": str(clock.offset_seconds),
        }
        self._pid: int | None = None
        self._patient = patient

    async def start(self, *options: str) -> None:
        """Start `hub serve` with these options, and wait until it is ready."""
        self._pid = await asyncio.to_thread(FORK_SERVER.start, "serve", *options, env=self._env, patient=self._patient)
        async with aiohttp.ClientSession() as client:
            while True:
                assert await asyncio.to_thread(FORK_SERVER.ended, self._pid) is None
                try:
                    async with client.get(f"{self.url}/readyz") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    await asyncio.sleep(0.02)

    @property
    def serving(self) -> int:
        """The process that serves: the child of the watcher, which is the process that was started."""
        assert self._pid is not None
        return int(Path(f"/proc/{self._pid}/task/{self._pid}/children").read_text().split()[0])

    def stall(self) -> None:
        """Stop both processes (SIGSTOP): the kernel accepts connections, but nothing is read."""
        assert self._pid is not None
        os.kill(self._pid, signal.SIGSTOP)
        os.kill(self.serving, signal.SIGSTOP)

    async def kill(self) -> None:
        """Kill both processes. The watcher is stopped first, because it would start another hub."""
        if self._pid is None:
            return
        with suppress(ProcessLookupError, FileNotFoundError, IndexError):
            os.kill(self._pid, signal.SIGSTOP)
            serving = self.serving
            os.kill(serving, signal.SIGKILL)
            await wait_until_gone(serving)
        await self.kill_watcher()

    async def kill_watcher(self) -> None:
        """Kill the process that was started, and leave the other to the kernel."""
        await self.end(signal.SIGKILL)

    async def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal to the process that was started, and return its exit code."""
        assert self._pid is not None
        pid, self._pid = self._pid, None
        os.kill(pid, number)
        return await asyncio.to_thread(FORK_SERVER.wait, pid)


async def wait_until_gone(pid: int) -> None:
    """Wait until a process has ended; its parent may not have noticed."""
    with suppress(FileNotFoundError, ProcessLookupError):
        while Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z":
            await asyncio.sleep(0.001)
