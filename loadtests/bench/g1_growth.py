"""G1: latency of a verify and of a ticket check at 10 thousand, 1 million and 5 million tickets. Limit: the smallest.

The smallest has a hub and a database of its own, which stay as they are. At each size both are asked in turn, so that a slower hour of
the machine slows both. The tickets asked are drawn from the whole table.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from datetime import timedelta

from loadtests import cores
from loadtests.bench.bench import OPERATORS, SLOT_CAPACITY, Bench, scanner
from loadtests.bench.row import Measure, Row, median, percentile
from loadtests.bench.scan_load import ScanIds
from loadtests.bench.v2_one_verify import one_after_another
from loadtests.own_hub import in_thread
from loadtests.stock import code_of
from loadtests.wire.http_client import open_http, post
from loadtests.wire.socket_client import SocketClient

SIZES, QUICK_SIZES = (10_000, 1_000_000, 5_000_000), (4_000, 40_000)
OTHER_DAYS = 90
PER_DAY = 10
LOADED_AT_ONCE = 500_000
ASKED, QUICK_ASKED = 400, 100
"""Tickets of each round."""
WARM = 50
MUST, GOAL = 1.5, 1.2


class Venue:
    """A hub with some number of tickets. A tenth may still be booked; of the others half are for today, half for 90 other days."""

    def __init__(self, bench: Bench, today: Sequence[int], others: Sequence[int], socket: SocketClient) -> None:
        self.bench = bench
        self.wrong: list[str] = []
        self._slots = [*(list(today) * (len(others) // len(today))), *others]
        self._halves = len(self._slots) // 2
        self._reserved: list[range] = []
        self._activated: list[range] = []
        self._lot = random.Random(5)
        self._asked: set[int] = set()
        self._socket = socket
        self._ids = ScanIds()

    @classmethod
    async def open(cls, bench: Bench) -> Venue:
        today = await bench.slots_for(bench.today)
        first = bench.today + timedelta(days=1)
        await in_thread(bench.hub.generate_slots, first, OTHER_DAYS, capacity=SLOT_CAPACITY)
        others = [
            slot.id for day in range(OTHER_DAYS) for slot in await bench.stock.slots_of(first + timedelta(days=day))
        ]
        socket, _ = await scanner(bench.hub, OPERATORS[0], "g1")
        return cls(bench, today, others, socket)

    @property
    def size(self) -> int:
        return sum(len(numbers) for numbers in (*self._reserved, *self._activated))

    async def grow(self, size: int) -> None:
        """Add tickets until there are `size`."""
        while (missing := min(LOADED_AT_ONCE, size - self.size)) > 0:
            self._activated.append(await self.bench.stock.activated(max(missing // 10, 1)))
            if missing > 1:
                self._reserved.append(await self.bench.stock.reserved(missing - max(missing // 10, 1), self._slots))

    def _tickets_of_today(self, count: int) -> list[int]:
        """Return so many reserved tickets of today that were not asked before, from all of the table."""
        found: list[int] = []
        while len(found) < count:
            number = self._drawn(self._reserved)
            if number % len(self._slots) < self._halves and number not in self._asked:
                self._asked.add(number)
                found.append(number)
        return found

    def _drawn(self, ranges: Sequence[range]) -> int:
        return self._lot.choice(self._lot.choices(ranges, [len(numbers) for numbers in ranges])[0])

    async def verify(self, count: int) -> float:
        """Return the median of the milliseconds of so many verifies, one after another."""
        tally = await one_after_another(self._socket, self._tickets_of_today(count), self._ids)
        self.wrong += [f"not GREEN VERIFIED: {wrong}" for wrong in tally.wrong[:2]]
        return percentile(sorted(tally.latencies), 0.5)

    async def check(self, count: int) -> float:
        """Return the median of the milliseconds in which a customer's ticket that may be booked is checked."""
        client = await open_http(self.bench.hub.url)
        taken: list[float] = []
        for number in (self._drawn(self._activated) for _ in range(count)):
            request = post("/api/tickets/validate", {"ticket_code": code_of(number)})
            began = time.perf_counter()
            answer = await client.ask(request)
            taken.append((time.perf_counter() - began) * 1000)
            if answer.status != 200 or b'"ACTIVATED"' not in answer.body:
                self.wrong.append(f"{answer.status} {answer.body[:200].decode(errors='replace')}")
        client.close()
        return percentile(sorted(taken), 0.5)


async def measure(bench: Bench) -> Row:
    sizes, asked = (QUICK_SIZES, QUICK_ASKED) if bench.quick else (SIZES, ASKED)
    figures: dict[str, list[float]] = {}
    async with bench.other_hub() as least, bench.other_hub() as most:
        most.beside = least
        small, large = await Venue.open(least), await Venue.open(most)
        await small.grow(sizes[0])
        for size in sizes[1:]:
            await large.grow(size)
            await most.begin_quiet()
            for venue in (small, large):
                await venue.verify(WARM)
                await venue.check(WARM)
            for _ in range(bench.repetitions):
                await _one_round(small, f"small_beside_{size}", asked, figures)
                await _one_round(large, f"at_{size}", asked, figures)
        problems = [*small.wrong, *large.wrong][:5]
        stored = int(
            await most.stock.connection.fetchval("SELECT count(*) FROM tickets WHERE org_id = $1", most.stock.org_id)
        )
        if stored < sizes[-1]:
            problems.append(f"{stored:,} tickets are stored, not {sizes[-1]:,}")
    ratios = {size: {what: _ratio(figures, what, size) for what in ("verify", "check")} for size in sizes[1:]}
    worst = max(ratio for by_work in ratios.values() for ratio in by_work.values())
    return Row(
        "G1", f"verify and ticket check at {' and '.join(f'{size:,}' for size in sizes[1:])} tickets, p50",
        "; ".join(f"{_middle(figures, 'verify', f'at_{size}'):.2f} and {_middle(figures, 'check', f'at_{size}'):.2f} ms" for size in sizes[1:]),
        "; ".join(
            f"{_middle(figures, 'verify', f'small_beside_{size}'):.2f} and {_middle(figures, 'check', f'small_beside_{size}'):.2f} ms"
            for size in sizes[1:]
        ) + f" (at {sizes[0]:,})",
        worst, f"{MUST} x", f"{GOAL} x", worst <= MUST, worst <= GOAL, problems,
        [
            f"at {size:,} tickets {ratios[size]['verify']:.2f} and {ratios[size]['check']:.2f} x; microseconds of Postgres a verify "
            f"{_middle(figures, 'postgres', f'at_{size}'):.0f} beside {_middle(figures, 'postgres', f'small_beside_{size}'):.0f}"
            for size in sizes[1:]
        ],
        figures,
        measures=[
            Measure(f"p50 of a {word} at {size:,} tickets, ms", "lower", f"{what}_at_{size}", f"{what}_small_beside_{size}", MUST, GOAL)
            for size in sizes[1:] for what, word in (("verify", "verify"), ("check", "ticket check"))
        ],
    )  # fmt: skip


async def _one_round(venue: Venue, name: str, asked: int, figures: dict[str, list[float]]) -> None:
    before = cores.Usage.now(venue.bench.hub.pid)
    figures.setdefault(f"verify_{name}", []).append(await venue.verify(asked))
    used = cores.Usage.now(venue.bench.hub.pid).since(before)
    figures.setdefault(f"postgres_{name}", []).append(used.postgres / asked * 1e6)
    figures.setdefault(f"check_{name}", []).append(await venue.check(asked))


def _middle(figures: dict[str, list[float]], what: str, name: str) -> float:
    return median(figures[f"{what}_{name}"])


def _ratio(figures: dict[str, list[float]], what: str, size: int) -> float:
    return _middle(figures, what, f"at_{size}") / _middle(figures, what, f"small_beside_{size}")
