"""The bench: what every row gets, such as the hub, tickets, logins, slots, and the length and number of rounds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson

from loadtests import pgbench
from loadtests.own_hub import OwnHub
from loadtests.stock import FIRST_ID, Stock
from loadtests.wire.socket_client import SocketClient, open_socket

OPERATORS = ("load-op-1", "load-op-2", "load-op-3", "load-op-4")
MANAGER = "load-manager"
SLOT_CAPACITY = 100_000


@dataclass
class Bench:
    hub: OwnHub
    stock: Stock
    today: date
    quick: bool
    best_counts: dict[str, int] = field(default_factory=dict)

    @property
    def repetitions(self) -> int:
        return 1 if self.quick else 3

    @property
    def stretches(self) -> int:
        """Return the number of stretches of a sustained rate. Its limit is measured between them."""
        return 1 if self.quick else 6

    @property
    def seconds(self) -> float:
        """Return the seconds of one stretch. All stretches take 60 s."""
        return 3.0 if self.quick else 10.0

    async def pgbench_at_best(
        self, script: str, variables: dict[str, int], make: Callable[[int], Awaitable[range]]
    ) -> int:
        """Return the number of clients at which this script is fastest. Short runs find it once."""
        if script not in self.best_counts:
            rates: dict[int, float] = {}
            for clients in pgbench.CLIENT_COUNTS:
                tickets = await make(20_000)
                rates[clients] = (await self.pgbench(script, variables, tickets, clients, 1.0)).tps
            self.best_counts[script] = max(rates, key=lambda clients: rates[clients])
        return self.best_counts[script]

    async def pgbench(
        self, script: str, variables: dict[str, int], tickets: range, clients: int, seconds: float
    ) -> pgbench.PgbenchResult:
        given = {
            "org": self.stock.org_id,
            "venue": self.stock.venue_id,
            "first_id": FIRST_ID,
            "operator": 1,
            **variables,
        }
        return await pgbench.run(
            self.hub.database_url, script, clients=clients, seconds=seconds, variables=given, tickets=tickets
        )

    async def slots_for(self, day: date, capacity: int = SLOT_CAPACITY) -> list[int]:
        """Return the ids of ten slots of that day from noon on. The command line makes missing ones."""
        slots = await self.stock.slots_of(day)
        if not slots:
            await asyncio.to_thread(self.hub.generate_slots, day, 1, capacity=capacity)
            slots = await self.stock.slots_of(day)
        return [slot.id for slot in slots]


async def scanner(hub: OwnHub, username: str, device: str) -> tuple[SocketClient, dict[str, Any]]:
    """Return a signed-in socket and its `ready` frame."""
    socket = await open_socket(hub.url, token=hub.token(username))
    while True:
        frame = orjson.loads(await socket.next_text())
        if frame.get("type") == "ready":
            break
    socket.send(orjson.dumps({"type": "device", "device": {"id": device, "name": device, "gate": "A"}}))
    return socket, frame


class Dashboard:
    """A manager's dashboard: subscribes to counts, and keeps the newest revision of every slot."""

    def __init__(self, socket: SocketClient) -> None:
        self._socket = socket
        self.frames = 0
        self.slots: dict[int, tuple[int, int]] = {}  # slot -> revision, verified

    @classmethod
    async def open(cls, hub: OwnHub, name: str) -> Dashboard:
        socket, _ = await scanner(hub, MANAGER, name)
        board = cls(socket)
        socket.on_text = board._take
        socket.send(orjson.dumps({"id": 1, "type": "subscribe", "topic": "counts"}))
        for _ in range(500):
            await asyncio.sleep(0.01)
            if board.slots:
                return board
        raise RuntimeError("a dashboard got no snapshot of the counts within 5 s")

    def _take(self, payload: bytes) -> None:
        frame = orjson.loads(payload)
        if frame.get("type") == "result" and not frame.get("success"):
            raise RuntimeError(f"subscribe was refused: {frame}")
        self.frames += frame.get("type") == "event"
        for slot in _slots_in(frame):
            known = self.slots.get(slot["slot_id"], (-1, 0))
            if slot["revision"] > known[0]:
                self.slots[slot["slot_id"]] = (slot["revision"], slot["verified"])

    @property
    def verified(self) -> int:
        return sum(verified for _, verified in self.slots.values())

    def close(self) -> None:
        self._socket.close()


def _slots_in(document: Any) -> list[dict[str, Any]]:
    """Return the list of slots in a frame. A snapshot nests it deeper than an event does."""
    if isinstance(document, dict):
        slots = document.get("slots")
        if isinstance(slots, list):
            return slots
        return [slot for value in document.values() for slot in _slots_in(value)]
    return []
