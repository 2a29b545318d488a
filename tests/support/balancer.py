"""A balancer before several hubs: Caddy, which asks each for its readiness and spreads requests over those that are ready."""

from __future__ import annotations

import asyncio
import subprocess
import sysconfig
from collections.abc import Sequence
from pathlib import Path

from loadtests.own_hub import before_exec
from tests.support.ports import free_port

CADDY = Path(sysconfig.get_path("scripts")) / "caddy"
CADDYFILE = Path(__file__).parents[2] / "deploy" / "balancer.Caddyfile"


class Balancer:
    """Runs `deploy/balancer.Caddyfile` with the hubs of a test."""

    def __init__(self, hubs: Sequence[int], folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._hubs = " ".join(f"127.0.0.1:{port}" for port in hubs)
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        environment = {"HOME": str(self._folder), "LISTEN": f"http://127.0.0.1:{self.port}", "HUBS": self._hubs}
        with (self._folder / "balancer.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: ASYNC220 - some milliseconds
                [CADDY, "run", "--config", CADDYFILE, "--adapter", "caddyfile"],
                env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=before_exec,
            )  # fmt: skip
        while True:
            assert self._process.poll() is None, (self._folder / "balancer.log").read_text()
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                return

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
