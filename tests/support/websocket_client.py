"""A client of the staff socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import aiohttp


class Socket:
    """A client that keeps replies and events apart."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws
        self.ready: dict[str, Any] = {}
        self.events: list[dict[str, Any]] = []
        self._last_id = 0

    async def receive(self, timeout: float = 30) -> dict[str, Any]:
        frame: dict[str, Any] = await self.ws.receive_json(timeout=timeout)
        return frame

    async def command(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Send a command and return its whole reply. Events that arrive before it are kept."""
        self._last_id += 1
        wanted = self._last_id
        await self.ws.send_json({"id": wanted, "type": kind, **fields})
        while True:
            frame = await self.receive()
            if frame.get("type") == "event":
                self.events.append(frame)
            elif frame.get("id") == wanted:
                return frame

    async def validate(self, code: str) -> dict[str, Any]:
        reply = await self.command("validate", code=code)
        assert reply["success"], reply
        decision: dict[str, Any] = reply["data"]
        return decision

    async def verify(self, code: str, scan_id: str | None = None, **fields: Any) -> dict[str, Any]:
        reply = await self.command("verify", code=code, scan_id=scan_id or str(uuid4()), **fields)
        assert reply["success"], reply
        decision: dict[str, Any] = reply["data"]
        return decision

    async def leave(self, code: str, scan_id: str | None = None, **fields: Any) -> dict[str, Any]:
        reply = await self.command("exit", code=code, scan_id=scan_id or str(uuid4()), **fields)
        assert reply["success"], reply
        decision: dict[str, Any] = reply["data"]
        return decision

    async def event(self, timeout: float = 30) -> dict[str, Any]:
        """Return the next event, a kept one first."""
        if self.events:
            return self.events.pop(0)
        while True:
            frame = await self.receive(timeout)
            if frame.get("type") == "event":
                return frame

    async def close(self) -> None:
        await self.ws.close()


@asynccontextmanager
async def connected(url: str, token: str) -> AsyncIterator[Socket]:
    """Connect to the hub at `url`, for example one in a process of its own."""
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession() as client, client.ws_connect(f"{url}/ws", headers=headers) as ws:
        socket = Socket(ws)
        for kind in ("hello", "ready"):
            assert (await socket.receive())["type"] == kind
        yield socket


async def answer_of(socket: Socket, command: str, **fields: Any) -> dict[str, Any]:
    """Return the data of a command's reply, which must succeed."""
    reply = await socket.command(command, **fields)
    assert reply["success"], reply
    answer: dict[str, Any] = reply["data"]
    return answer


async def error_of(socket: Socket, command: str, **fields: Any) -> dict[str, Any]:
    """Return the error of a command's reply, which must fail."""
    reply = await socket.command(command, **fields)
    assert not reply["success"], reply
    error: dict[str, Any] = reply["error"]
    return error
