"""The hub under test: `hub serve` in a process of its own, behind the proxies."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import orjson
import psutil  # type: ignore[import-untyped]  # its stubs are one package more

from loadtests.hub_commands import PASSWORD, ROOT, HubTrouble
from loadtests.own_hub import before_exec, free_port
from loadtests.wire.http_client import get, open_http, post


class ServedHub:
    """A hub that a case starts, kills and starts again. All its processes write one log."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {**environment, "HUB_PORT": str(self.port), "HUB_PUBLIC_URL": self.url}
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None
        self.without: str | None = None
        """For controls: the mechanism that the next start leaves out (`tests/support/served_without.py`)."""
        self._tokens: dict[str, str] = {}

    async def start(self, patience: float = 90.0, **settings: str) -> float:
        """Start with these settings on top of the case's, wait until it is ready, and return the seconds that it took."""
        module = ["hub"] if self.without is None else ["tests.support.served_without", self.without]
        began = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: ASYNC220 - some milliseconds, before anything is measured
                [sys.executable, "-m", *module, "serve"], cwd=ROOT, env={**self.environment, **settings},
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log, start_new_session=True,
                preexec_fn=before_exec,  # noqa: PLW1509 - system calls only
            )  # fmt: skip
        while not await self.is_ready():
            if self.process.poll() is not None or time.monotonic() - began > patience:
                raise HubTrouble(f"the hub under test did not start:\n{self.log_tail()}")
            await asyncio.sleep(0.05)
        return time.monotonic() - began

    async def is_ready(self) -> bool:
        with contextlib.suppress(OSError):
            client = await open_http(self.url)
            try:
                return (await client.ask(get("/readyz"), timeout=5)).status == 200
            finally:
                client.close()
        return False

    async def kill(self) -> None:
        """Kill all its processes at once, and wait until they are gone: the next hub may have the port."""
        if self.process is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                watcher = psutil.Process(self.process.pid)
                watcher.suspend()  # or it would start another hub
                served = watcher.children(recursive=True)
                for process in served:
                    process.kill()
                while any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in served):
                    await asyncio.sleep(0.01)
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        for sent, patience in ((number, 20.0), (signal.SIGKILL, 10.0)):
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(sent)
            with contextlib.suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(process.wait, patience)
                return

    @property
    def pid(self) -> int:
        """The process that serves: the child of the watcher, which is the process that was started."""
        if self.process is None:
            raise HubTrouble("the hub under test is not running")
        return int(psutil.Process(self.process.pid).children()[0].pid)

    def log_lines(self) -> list[str]:
        return self.log.read_text(errors="replace").splitlines() if self.log.exists() else []

    def log_tail(self, lines: int = 20) -> str:
        return "\n".join(self.log_lines()[-lines:])

    def memory(self) -> int:
        """Return the resident memory in bytes."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def files(self) -> int:
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))

    async def sign_in(self, username: str, *, cookie: str = "", secret: str = PASSWORD, source: str | None = None,
                      patience: float = 30.0) -> tuple[int, dict[str, Any], str]:  # fmt: skip
        """Return status, body, and the device cookie of the answer ("" if there is none). Status 0: no answer."""
        headers = {"Cookie": cookie} if cookie else None
        client = None
        try:
            client = await open_http(self.url, source)
            request = post("/api/operator/login", {"username": username, "password": secret}, headers)
            answer = await client.ask(request, timeout=patience)
        except OSError:
            return 0, {}, ""
        finally:
            if client is not None:
                client.close()
        return answer.status, orjson.loads(answer.body), _device_cookie(answer.head)

    async def token(self, username: str) -> str:
        """Return a token of this login, which stays valid over restarts."""
        if username not in self._tokens:
            status, body, _ = await self.sign_in(username)
            if status != 200:
                raise HubTrouble(f"{username} cannot sign in: {status} {str(body)[:200]}")
            self._tokens[username] = str(body["data"]["token"])
        return self._tokens[username]


def _device_cookie(head: bytes) -> str:
    for line in head.decode("latin-1").split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == "set-cookie" and "hub_device=" in value:
            return value.strip().split(";", 1)[0]
    return ""
