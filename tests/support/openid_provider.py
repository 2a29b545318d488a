"""An OpenID Connect provider as a process of its own: oidc-provider-mock on its own port, with keys of its own."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from typing import Any
from urllib.parse import quote

import aiohttp

from tests.support.ports import free_port

PATIENCE = 60.0


class OpenIDProvider:
    """A provider that runs until `stop`. It accepts any client, and any person by the subject they type."""

    def __init__(self) -> None:
        self.port = free_port()
        self.issuer = f"http://localhost:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> OpenIDProvider:
        """Start it with new keys, on the same port each time."""
        command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "-p", str(self.port), "-n", "true"]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": ""}
        )
        return self

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Let it accept connections and answer nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    async def ready(self) -> OpenIDProvider:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                async with aiohttp.ClientSession() as client, client.get(f"{self.issuer}/jwks") as response:
                    assert response.status == 200
                    return self
            except aiohttp.ClientConnectionError:
                assert time.monotonic() < until, "the provider does not start"
                assert self._process is not None
                assert self._process.poll() is None, "the provider has ended"
                await asyncio.sleep(0.05)

    async def add_account(self, subject: str, **claims: Any) -> None:
        async with (
            aiohttp.ClientSession() as client,
            client.put(f"{self.issuer}/users/{quote(subject)}", json=claims) as response,
        ):
            assert response.status == 204
