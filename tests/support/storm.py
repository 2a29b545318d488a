"""A storm: customers, scanners and dashboards that go on while servers die, and what each death cost them."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from loadtests.faults.customers import Customer, sell
from loadtests.faults.history import Attempt, History
from loadtests.faults.w2_reconnects import Watch
from tests.support.cluster_clients import Scanner
from tests.support.topology import MANAGER, OPERATORS, Topology

CUSTOMERS, SCANNERS, DASHBOARDS = 12, 6, 3
SLOTS, NARROW, PLACES = 6, 3, 60
"""Slots that are sold, those of them with few places, and how many these have. They sell out; the others never do."""
TICKETS = 8000
PAUSE = 0.15
QUIET_SECONDS = 4.0
"""Seconds of the storm before each death."""
DECIDED = (200, 409)


@dataclass(slots=True)
class Death:
    """What one death cost, of all requests that ended from it until the storm went on undisturbed."""

    name: str
    began: float
    ended: float = 0.0
    seconds_to_repair: float = 0.0
    """Seconds that the test itself took to promote, restart or rebuild."""

    def cost(self, kind: str, attempts: Iterable[Attempt]) -> str:
        during = [one for one in attempts if self.began <= one.began + one.seconds and one.began < self.ended]
        good = sorted(one.began + one.seconds for one in during if one.status in DECIDED)
        gaps = [later - earlier for earlier, later in zip([self.began, *good], [*good, self.ended], strict=True)]
        failed = Counter(one.status for one in during if one.status not in DECIDED)
        what = ", ".join(f"{count} x {status or 'no answer'}" for status, count in sorted(failed.items())) or "none"
        return f"{self.name:<18} {kind:<9} {len(during):5d} requests, failed: {what:<32} longest time without an answer {max(gaps):5.2f} s"


@dataclass
class Storm:
    topology: Topology
    history: History = field(default_factory=History)
    deaths: list[Death] = field(default_factory=list)
    scanners: list[Scanner] = field(default_factory=list)
    dashboards: list[Watch] = field(default_factory=list)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    async def begin(self) -> None:
        stock, url = self.topology.stock, self.topology.balancer.url
        today = [slot.id for slot in await stock.slots_of(self.topology.today)]
        booked, scanned = today[:SLOTS], today[SLOTS:]
        await self._few_places(booked[:NARROW])
        entries = iter(await stock.reserved(TICKETS, scanned))
        orders = iter([(number, booked[n % SLOTS]) for n, number in enumerate(await stock.activated(TICKETS))])
        token = await self.topology.hubs[0].token(OPERATORS[0])
        self.scanners = [Scanner(url, token, self.history) for _ in range(SCANNERS)]
        self.dashboards = [Watch(hub, MANAGER, "127.0.0.1", follows_again=True) for hub in self.topology.hubs]
        customers = [Customer(url, self.history) for _ in range(CUSTOMERS)]
        work = [self._sell(customers, orders), *(self._scan(one, entries) for one in self.scanners),
                *(one.run() for one in self.dashboards)]  # fmt: skip
        self._tasks = [asyncio.ensure_future(one) for one in work]
        await asyncio.sleep(QUIET_SECONDS)

    async def death(
        self, name: str, kill: Callable[[], Awaitable[None]], repair: Callable[[], Awaitable[None]]
    ) -> None:
        """Kill something, repair it, and wait until a booking and a scan that began afterwards were answered."""
        death = Death(name, time.monotonic())
        self.deaths.append(death)
        await kill()
        await repair()
        death.seconds_to_repair = time.monotonic() - death.began
        repaired = time.monotonic()
        async with asyncio.timeout(90):
            while not (self._answered(self.history.attempts(repaired)) and self._answered(self._scans(repaired))):
                await asyncio.sleep(0.05)
        await asyncio.sleep(QUIET_SECONDS)
        death.ended = time.monotonic()

    async def end(self) -> None:
        """Stop asking, and let every customer and scanner get the answer to what it has asked for."""
        self._over.set()
        async with asyncio.timeout(90):
            await asyncio.gather(*self._tasks[: 1 + SCANNERS])
        for one in self.scanners:
            one.close()

    async def dashboards_agree(self) -> None:
        """Wait until every dashboard shows the entries of the tables, and close them."""
        async with asyncio.timeout(60):
            while True:
                slots = await self.topology.stock.slots_of(self.topology.today)
                if all(one.verified == sum(slot.verified for slot in slots) for one in self.dashboards):
                    break
                await asyncio.sleep(0.2)
        for task in self._tasks:
            task.cancel()
        for one in self.dashboards:
            one.close()

    def report(self) -> list[str]:
        lines = []
        for death in self.deaths:
            lines.append(death.cost("bookings", self.history.attempts()))
            lines.append(death.cost("scans", self._scans()))
        outcomes = ", ".join(f"{count} {outcome}" for outcome, count in sorted(self.history.outcomes.items()))
        repeated = self.history.settled_by_repeating
        return [
            *lines,
            f"bookings: {outcomes}; {repeated} settled by a repeat. Scans: {len(self.history.scans)} entries",
        ]

    @property
    def wrong(self) -> list[str]:
        """Return what was answered but should not have been."""
        found = [text for one in self.scanners for text in one.wrong]
        found += [f"{n} bookings {kind}" for kind, n in self.history.outcomes.items()
                  if kind not in ("booked", "refused SLOT_FULL")]  # fmt: skip
        found += [f"{n} answers 500" for status, n in self.history.statuses.items() if status == 500]
        return found

    async def _few_places(self, slots: list[int]) -> None:
        await self.topology.stock.connection.execute(
            "UPDATE reservation_slots SET total_capacity = booked_count + $1, revision = revision + 1 WHERE id = ANY($2::bigint[])",
            PLACES, slots,
        )  # fmt: skip

    async def _sell(self, customers: list[Customer], orders: Iterable[tuple[int, int]]) -> None:
        while not self._over.is_set():
            await sell(customers, iter(orders), until=time.monotonic() + 1, pause=PAUSE)
        for customer in customers:
            customer.close()

    async def _scan(self, scanner: Scanner, entries: Iterable[int]) -> None:
        for number in entries:
            await scanner.scan(number, str(uuid.uuid4()))
            if self._over.is_set():
                return
            await asyncio.sleep(PAUSE)

    def _scans(self, since: float = 0.0) -> list[Attempt]:
        return [attempt for one in self.scanners for attempt in one.attempts if attempt.began >= since]

    @staticmethod
    def _answered(attempts: Iterable[Attempt]) -> bool:
        return any(one.status in DECIDED for one in attempts)
