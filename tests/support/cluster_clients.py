"""Clients of a hub behind a balancer: requests over HTTP, commands over a socket, scanners that scan until they are answered."""

from __future__ import annotations

import asyncio
import time
import uuid
from contextlib import suppress
from typing import Any

import orjson

from loadtests.faults.history import NO_ANSWER, Attempt, History
from loadtests.faults.served_hub import ServedHub
from loadtests.stock import code_of, id_of
from loadtests.wire.http_client import get, open_http, post
from loadtests.wire.socket_client import SocketClient, open_socket

SCAN_PATIENCE = 5.0
UNAVAILABLE = 503
"""As which an answer counts that asks for the scan again."""


async def ask(url: str, request: bytes) -> tuple[int, dict[str, Any]]:
    """Send a request on a connection of its own, and return status and body."""
    client = await open_http(url)
    try:
        answer = await client.ask(request)
        return answer.status, answer.json()
    finally:
        client.close()


async def book(url: str, number: int, slot_id: int) -> int:
    """Book a ticket for a slot, and return the id of the reservation."""
    document = {"ticket_id": id_of(number), "slot_id": slot_id, "customer_email": f"guest{number}@example.com",
                "customer_phone": "+12025550123"}  # fmt: skip
    status, body = await ask(url, post("/api/reservations/create", document, {"Idempotency-Key": str(uuid.uuid4())}))
    assert status == 200, body
    return int(body["data"]["reservation_id"])


async def places_booked(url: str, month: str, slot_id: int) -> int:
    """Return how many places of a slot are booked, as the calendar of a hub says."""
    _, body = await ask(url, get(f"/api/reservation-slots/available?month={month}"))
    return next(int(slot["booked_count"]) for slot in body["data"] if slot["id"] == slot_id)


async def signed_in(hub: ServedHub, username: str) -> SocketClient:
    """Return a socket of one hub, signed in as this member of staff."""
    socket = await open_socket(hub.url, token=await hub.token(username))
    await frame(socket, lambda received: received.get("type") == "ready")
    return socket


async def command(socket: SocketClient, **fields: Any) -> dict[str, Any]:
    """Send a command and return its reply."""
    socket.send(orjson.dumps(fields))
    return await frame(socket, lambda received: received.get("id") == fields["id"])


async def frame(socket: SocketClient, wanted: Any) -> dict[str, Any]:
    """Return the next frame that is wanted; the others are passed over."""
    while True:
        received: dict[str, Any] = orjson.loads(await socket.next_text(30))
        if wanted(received):
            return received


def verify(number: int, scan_id: str) -> dict[str, Any]:
    return {"id": 1, "type": "verify", "code": code_of(number), "scan_id": scan_id}


class Scanner:
    """A scanner behind the balancer. It sends a scan with the same id until it is answered, over a new socket if it must."""

    def __init__(self, url: str, token: str, history: History) -> None:
        self._url, self._token, self._history = url, token, history
        self._socket: SocketClient | None = None
        self.attempts: list[Attempt] = []
        self.wrong: list[str] = []

    async def scan(self, number: int, scan_id: str) -> None:
        while True:
            began, status = time.monotonic(), NO_ANSWER
            try:
                async with asyncio.timeout(SCAN_PATIENCE):
                    reply = await command(await self._connected(), **verify(number, scan_id))
                status = 200 if reply["success"] else UNAVAILABLE
            except (OSError, TimeoutError):
                self.close()
                reply = {}
            self.attempts.append(Attempt(began, time.monotonic() - began, status))
            if status == 200:
                if (reply["data"]["result"], reply["data"]["reason"]) == ("GREEN", "VERIFIED"):
                    self._history.scans.append(scan_id)
                else:
                    self.wrong.append(str(reply)[:300])
                return
            await asyncio.sleep(0.1)

    async def _connected(self) -> SocketClient:
        if self._socket is None or self._socket.closed.done():
            self._socket = await open_socket(self._url, token=self._token)
            await frame(self._socket, lambda received: received.get("type") == "ready")
        return self._socket

    def close(self) -> None:
        if self._socket is not None:
            with suppress(OSError):
                self._socket.close()
            self._socket = None
