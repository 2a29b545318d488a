"""R6: Postgres is frozen (SIGSTOP) for 20 s while customers book and a scanner sends pings."""

from __future__ import annotations

import asyncio
import time
from itertools import count

import orjson

from loadtests.faults.case import Case, Figure, Result
from loadtests.faults.customers import sell
from loadtests.faults.ground import OPERATORS, Ground, scanner
from loadtests.wire.socket_client import SocketClient

FROZEN, QUICK_FROZEN = 20.0, 6.0
CUSTOMERS = 20
BEFORE = AFTER = 5.0
MOST_CONNECTIONS = 30
"""Connections of one hub process, all pools together. A pool that lost count of its connections opens ever more."""


class Pings:
    """A ping over the socket ten times a second; its round trip shows whether the event loop turns."""

    def __init__(self, socket: SocketClient) -> None:
        self._socket = socket
        self._sent: dict[int, float] = {}
        self.times: list[tuple[float, float]] = []
        self.unanswered = 0
        socket.on_text = self._take

    async def run(self) -> None:
        for number in count(1):
            self._sent[number] = time.monotonic()
            self._socket.send(b'{"id":%d,"type":"ping"}' % number)
            await asyncio.sleep(0.1)

    def _take(self, payload: bytes) -> None:
        sent = self._sent.pop(orjson.loads(payload).get("id") or 0, None)
        if sent is not None:
            self.times.append((sent, (time.monotonic() - sent) * 1000))

    def longest(self, since: float, until: float) -> float:
        """Return the longest round trip in this time, in milliseconds. A ping without an answer counts up to now."""
        now = time.monotonic()
        times = [*self.times, *((sent, (now - sent) * 1000) for sent in self._sent.values())]
        return max((taken for sent, taken in times if since <= sent < until), default=float("nan"))


async def run(ground: Ground, control: bool) -> Result:
    ground.hub.without = "time limits" if control else None
    frozen_for = QUICK_FROZEN if ground.quick or control else FROZEN
    history = ground.begin()
    await ground.hub.start()
    slots = await ground.slots(4, capacity=50_000)
    orders = await ground.orders(60_000 if not ground.quick else 20_000, slots)
    pings = Pings(await scanner(ground.hub, OPERATORS[0], "pings"))
    pinging = asyncio.ensure_future(pings.run())
    customers = ground.customers(CUSTOMERS, patience=60.0)
    began = time.monotonic()
    ends = began + BEFORE + frozen_for + AFTER
    selling = asyncio.ensure_future(sell(customers, orders, until=ends, pause=0.05))
    await asyncio.sleep(BEFORE)
    connections, _ = await ground.hub_connections()
    processes = ground.postgres_processes()
    froze = time.monotonic()
    with ground.frozen(processes):
        await asyncio.sleep(frozen_for)
    thawed = time.monotonic()
    await selling
    pinging.cancel()
    later, in_transaction = await ground.hub_connections()
    during = history.attempts(froze - 0.05, thawed)
    good = [a.began + a.seconds for a in history.attempts() if a.status == 200 and a.began + a.seconds > thawed]
    statuses = {a.status for a in history.attempts()} - {200, 409, 503}
    result = Result("R6", CASE.what)
    result.figures = [
        Figure("longest answer while frozen", max((a.seconds for a in during), default=float("nan")), "s", most=3.0),
        Figure("answers while frozen", len(during), least=1),
        Figure("longest ping before", pings.longest(began, froze), "ms"),
        Figure("longest ping while frozen", pings.longest(froze, thawed), "ms", most=100.0),
        Figure("first booking after the thaw", min(good, default=float("inf")) - thawed, "s", most=2.0),
        Figure("connections before", connections),
        Figure("connections after", later, most=max(connections, MOST_CONNECTIONS)),
        Figure("idle in a transaction after", in_transaction, most=0),
    ]
    result.broken += [f"answers with status {status}" for status in sorted(statuses)]
    for customer in customers:
        customer.close()
    ground.hub.without = None
    result.broken += await ground.broken()
    return result


CASE = Case(
    "R6",
    "Postgres frozen: answers within 3 s, pings go on, normal within 2 s of the thaw",
    "the hub waits a minute for Postgres",
    50,
    run,
)
