"""The bench: what every row gets, such as the hub, tickets, logins, slots, and the length and number of rounds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson

from loadtests import cores, pgbench
from loadtests.bench.began import Began
from loadtests.own_hub import OwnHub
from loadtests.stock import FIRST_ID, Stock
from loadtests.wire.socket_client import SocketClient, open_socket

OPERATORS = ("load-op-1", "load-op-2", "load-op-3", "load-op-4")
MANAGER = "load-manager"
SLOT_CAPACITY = 100_000
QUIET_WITHIN = 120.0
"""Seconds to wait for a quiet beginning. After them a row is measured all the same, and says so."""
LOOK_SECONDS = 0.5


@dataclass
class Bench:
    hub: OwnHub
    stock: Stock
    today: date
    quick: bool
    best_counts: dict[str, int] = field(default_factory=dict)
    began: list[Began] = field(default_factory=list)
    beside: Bench | None = None
    """The bench whose hub stands idle while a row measures a hub of its own. It begins quiet too."""

    @classmethod
    async def open(cls, hub: OwnHub, quick: bool) -> Bench:
        """Add staff by command line, sign each one in, and read the venue's date from the first socket."""
        for name in OPERATORS:
            hub.add_staff(name, "operator")
        hub.add_staff(MANAGER, "manager")
        socket, ready = await scanner(hub, OPERATORS[0], "bench-first")
        socket.close()
        return cls(hub, await Stock.open(hub.database_url), date.fromisoformat(ready["venue"]["today"]), quick)

    @asynccontextmanager
    async def other_hub(self, **settings: str) -> AsyncIterator[Bench]:
        """Run a hub with data and settings of its own inside the block. Its row begins quiet on both."""
        with OwnHub(settings=settings) as hub:
            other = await Bench.open(hub, self.quick)
            other.beside, other.began = self, self.began
            try:
                yield other
            finally:
                await other.stock.close()

    async def stop_hub(self) -> float:
        """Stop the hub and its servers. Return the seconds that it took."""
        await self.stock.close()
        return await asyncio.to_thread(self.hub.stop)

    async def start_hub(self) -> None:
        """Start the stopped hub on its data. On this thread, because the kernel ends the hub with the thread that started it."""
        self.hub.start()
        await self.stock.connect(self.hub.database_url)

    async def begin_quiet(self) -> None:
        """Settle the tables and wait until nothing of an earlier row is under way. Every row calls it before it measures."""
        marked = await self._settle()
        began = time.monotonic()
        while True:
            found = await self._look(marked, time.monotonic() - began)
            if found.quiet or found.waited > (QUIET_WITHIN / 10 if self.quick else QUIET_WITHIN):
                break
        self.began.append(found)

    async def _settle(self) -> int:
        marked = await self.stock.mark_mails_sent()
        await self.stock.settle()
        return marked + (await self.beside._settle() if self.beside else 0)

    async def _look(self, marked: int, waited: float) -> Began:
        before = cores.Usage.now(self.hub.pid)
        await asyncio.sleep(LOOK_SECONDS)
        used = cores.Usage.now(self.hub.pid).since(before)
        found = Began(
            marked, await self.stock.mails_waiting(), await self.stock.vacuums_running(),
            (used.hub + used.postgres) / LOOK_SECONDS, waited,
        )  # fmt: skip
        if self.beside is None:
            return found
        other = await self.beside._look(0, waited)
        return Began(marked, found.mails + other.mails, found.vacuums + other.vacuums, found.busy + other.busy, waited)

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
        self,
        script: str,
        variables: dict[str, int],
        tickets: range,
        clients: int,
        seconds: float,
        *,
        database_url: str = "",
    ) -> pgbench.PgbenchResult:
        given = {
            "org": self.stock.org_id,
            "venue": self.stock.venue_id,
            "first_id": FIRST_ID,
            "operator": 1,
            **variables,
        }
        return await pgbench.run(
            database_url or self.hub.database_url,
            script,
            clients=clients,
            seconds=seconds,
            variables=given,
            tickets=tickets,
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
