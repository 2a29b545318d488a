"""`python -m loadtests.faults.soak`: L1, a long even load, and L2, a random schedule of faults.

L1 takes two thirds of the time: 500 bookings a minute and 1,000 sockets of which one in a hundred leaves and comes back every second,
while memory, files and connections are sampled. L2 takes the rest: every two minutes one fault, while bookings and scans go on.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import secrets
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from loadtests import cores
from loadtests.faults.case import Figure, Result
from loadtests.faults.customers import sell
from loadtests.faults.ground import OPERATORS, Ground, allow_many_sockets, furnish, keeper_of_a_run, scanner
from loadtests.faults.mail_sink import MailSink
from loadtests.faults.report import write
from loadtests.faults.sale import freeze_redis, kill_hub, kill_postgres, kill_redis
from loadtests.own_hub import OwnHub, free_port
from loadtests.wire.socket_client import SocketClient

BOOKINGS_PER_MINUTE = 500
SOCKETS, CHURN = 1000, 0.01
CUSTOMERS = 10
SAMPLE_SECONDS = 5.0
SECONDS_BETWEEN_FAULTS = 120.0
FROZEN_SECONDS = 5.0
ANSWERED_WITHIN = 10.0
LEAST_ANSWERED = 0.995
MOST_GROWTH = 5.0
"""Megabytes an hour, after the first third of the time."""
LEAST_FOR_A_SLOPE = 20 * 60.0
"""Seconds of samples below which the slope is only reported: it is smaller than one page of the allocator."""


@dataclass
class Samples:
    """Memory, open files and connections of the hub under test over time."""

    moments: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)
    files: list[float] = field(default_factory=list)
    connections: list[float] = field(default_factory=list)

    async def run(self, ground: Ground) -> None:
        while True:
            with contextlib.suppress(OSError):
                self.moments.append(time.monotonic())
                self.megabytes.append(ground.hub.memory() / 1e6)
                self.files.append(ground.hub.files())
                self.connections.append(ground.postgres.open_connections)
            await asyncio.sleep(SAMPLE_SECONDS)

    def figures(self) -> list[Figure]:
        warm = len(self.moments) // 3
        moments = self.moments[warm:]
        if len(moments) < 4:
            return [Figure("samples", len(moments), least=4)]
        span = moments[-1] - moments[0]
        bound = MOST_GROWTH if span >= LEAST_FOR_A_SLOPE else None
        half = len(moments) // 2
        files, connections = self.files[warm:], self.connections[warm:]
        return [
            Figure("memory at the end", self.megabytes[-1], "MB"),
            Figure("growth of memory", slope(moments, self.megabytes[warm:]) * 3600, "MB/h", most=bound),
            # Sockets come and go by the hundredth, so half of them are compared with the other half.
            Figure(
                "growth of open files",
                statistics.median(files[half:]) - statistics.median(files[:half]),
                most=SOCKETS * 0.03,
            ),
            Figure("most connections to Postgres", max(connections), most=30),
        ]


def slope(moments: list[float], values: list[float]) -> float:
    """Return the growth per second: the line through all samples with the least squares."""
    return statistics.linear_regression(moments, values).slope


class Crowd:
    """Sockets of scanners, of which one in a hundred leaves every second and comes back."""

    def __init__(self, ground: Ground, count: int) -> None:
        self._ground, self._count = ground, count
        self._sockets: list[SocketClient | None] = [None] * count
        self.came_back = 0

    async def open(self) -> None:
        for start in range(0, self._count, 50):
            await asyncio.gather(*(self._open(n) for n in range(start, min(start + 50, self._count))))

    async def _open(self, n: int) -> None:
        username, source = OPERATORS[n % len(OPERATORS)], f"127.0.{1 + n % 100}.1"
        with contextlib.suppress(OSError, TimeoutError):
            socket = await scanner(self._ground.hub, username, f"gate-{n}", source)
            socket.on_text = lambda _: None
            socket.send(b'{"id":1,"type":"subscribe","topic":"counts"}')
            self._sockets[n] = socket

    async def churn(self) -> None:
        leaving = max(1, int(self._count * CHURN))
        while True:
            chosen = self._ground.chance.sample(range(self._count), leaving)
            for n in chosen:
                socket, self._sockets[n] = self._sockets[n], None
                if socket is not None:
                    socket.close()
            await asyncio.gather(*(self._open(n) for n in chosen))
            self.came_back += len(chosen)
            await asyncio.sleep(1.0)

    @property
    def open_now(self) -> int:
        return sum(socket is not None and not socket.closed.done() for socket in self._sockets)

    def close(self) -> None:
        for socket in self._sockets:
            if socket is not None:
                socket.close()


async def _sell_evenly(ground: Ground, until: float) -> None:
    """Sell about `BOOKINGS_PER_MINUTE`, with new tickets and slots every few minutes."""
    customers = ground.customers(CUSTOMERS)
    pause = CUSTOMERS * 60 / BOOKINGS_PER_MINUTE
    try:
        while time.monotonic() < until:
            slots = await _patiently(lambda: ground.slots(4, capacity=5_000))
            orders = await _patiently(lambda: ground.orders(BOOKINGS_PER_MINUTE * 3, slots))  # noqa: B023 - awaited here
            await sell(customers, orders, until=min(until, time.monotonic() + 120), pause=pause)
    finally:
        for customer in customers:
            customer.close()


async def _patiently(make: Callable[[], Awaitable]) -> object:  # type: ignore[type-arg]
    """Repeat what needs the run's own connection to Postgres, which a fault may have ended."""
    for _ in range(30):
        try:
            return await make()
        except Exception:
            await asyncio.sleep(2)
    return await make()


async def even_load(ground: Ground, seconds: float) -> Result:
    """L1."""
    history = ground.begin()
    await ground.hub.start()
    crowd, samples = Crowd(ground, 100 if ground.quick else SOCKETS), Samples()
    await crowd.open()
    background = [asyncio.ensure_future(crowd.churn()), asyncio.ensure_future(samples.run(ground))]
    ends = time.monotonic() + seconds
    kills = asyncio.ensure_future(_kill_redis_now_and_then(ground, seconds))
    await _sell_evenly(ground, ends)
    for task in (*background, kills):
        task.cancel()
    await asyncio.gather(*background, kills, return_exceptions=True)
    result = Result("L1", "a long even load: memory, files and connections stay flat")
    result.figures = [
        Figure("bookings", len(history.bookings), least=1),
        Figure("sockets that left and came back", crowd.came_back),
        Figure("sockets at the end", crowd.open_now, least=crowd._count * 0.98),
        Figure("share answered within 10 s", history.share_answered(ANSWERED_WITHIN), least=LEAST_ANSWERED),
        *samples.figures(),
    ]
    crowd.close()
    result.broken += [f"not settled: {kind}, {n} times" for kind, n in history.outcomes.items() if kind != "booked"]
    result.broken += await ground.broken()
    await ground.hub.stop()
    return result


async def _kill_redis_now_and_then(ground: Ground, seconds: float) -> None:
    """Kill Redis every hour, in a shorter run once in the middle."""
    while True:
        await asyncio.sleep(min(3600.0, seconds / 2))
        ground.redis_process().kill()


async def _cut_everything(ground: Ground) -> None:
    ground.postgres.cut()
    ground.redis.cut()


async def _freeze_postgres(ground: Ground) -> None:
    with ground.frozen(ground.postgres_processes()):
        await asyncio.sleep(FROZEN_SECONDS)


async def _refuse_mail(ground: Ground) -> None:
    ground.mail.refuses = True
    await asyncio.sleep(20)
    ground.mail.refuses = False


FAULTS: dict[str, Callable[[Ground], Awaitable[object]]] = {
    "Redis killed": lambda ground: kill_redis(ground, True),
    "Redis frozen": lambda ground: freeze_redis(ground, True),
    "Postgres killed": lambda ground: kill_postgres(ground, True),
    "Postgres frozen": _freeze_postgres,
    "hub killed": lambda ground: kill_hub(ground, True),
    "connections cut": _cut_everything,
    "mail refused": _refuse_mail,
}


def schedule(chance: random.Random, seconds: float, between: float = SECONDS_BETWEEN_FAULTS) -> list[tuple[float, str]]:
    """Return when which fault is made. Every kind comes once before one comes again, in an order of the seed."""
    names: list[str] = []
    count = max(1, int(seconds / between))
    while len(names) < count:
        names += chance.sample(sorted(FAULTS), len(FAULTS))
    return [(between * (n + chance.uniform(0.2, 0.6)), name) for n, name in enumerate(names[:count])]


async def random_faults(ground: Ground, seconds: float) -> Result:
    """L2."""
    history = ground.begin()
    await ground.hub.start()
    began = time.monotonic()
    between = (
        SECONDS_BETWEEN_FAULTS if seconds >= len(FAULTS) * SECONDS_BETWEEN_FAULTS else max(20.0, seconds / len(FAULTS))
    )
    planned = schedule(ground.chance, seconds, between)
    selling = asyncio.ensure_future(_sell_evenly(ground, began + seconds))
    result = Result("L2", "a fault every two minutes: 99.5 % are answered within 10 s, nothing is lost")
    for moment, name in planned:
        await asyncio.sleep(max(0.0, began + moment - time.monotonic()))
        print(f"{time.monotonic() - began:6.0f} s  {name}", file=sys.stderr, flush=True)
        await FAULTS[name](ground)
    await selling
    with contextlib.suppress(Exception):
        await ground.reconnect()
    result.figures = [
        Figure("bookings", len(history.bookings), least=1),
        Figure("faults", len(planned)),
        Figure("share answered within 10 s", history.share_answered(ANSWERED_WITHIN), least=LEAST_ANSWERED),
        Figure("settled by a repeat", history.settled_by_repeating),
    ]
    result.notes.append("; ".join(f"{moment:.0f} s {name}" for moment, name in planned))
    result.broken += [f"not settled: {kind}, {n} times" for kind, n in history.outcomes.items() if kind != "booked"]
    if 500 in history.statuses:
        result.broken.append(f"{history.statuses[500]} answers 500")
    result.broken += await ground.broken()
    return result


async def soak(keeper: OwnHub, mail: MailSink, given: argparse.Namespace) -> list[Result]:
    ground = await Ground.open(keeper, mail, given.seed, quick=given.quick)
    results = []
    try:
        for play, share in ((even_load, 2 / 3), (random_faults, 1 / 3)):
            began = time.monotonic()
            results.append(await play(ground, given.minutes * 60 * share))
            results[-1].seconds = time.monotonic() - began
    finally:
        await ground.close()
    return results


def run(given: argparse.Namespace) -> int:
    allow_many_sockets()
    began, weather = datetime.now(UTC), cores.look(1.0)
    port = free_port()
    with keeper_of_a_run(f"smtp://127.0.0.1:{port}") as keeper:
        furnish(keeper)
        with asyncio.Runner() as runner:
            results = runner.run(soak(keeper, runner.run(MailSink().open(port)), given))
    return write(results, controls={}, seed=given.seed, began=began, weather=weather, path=given.report)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Loads the hub evenly, then makes faults by a random schedule.")
    parser.add_argument("--minutes", type=float, default=120.0)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1 << 31), help="the seed of an earlier run")
    parser.add_argument("--quick", action="store_true", help="100 sockets")
    parser.add_argument("--report", type=Path, help="where to write the page; its figures go beside it as JSON")
    try:
        sys.exit(run(parser.parse_args()))
    except KeyboardInterrupt:
        sys.exit(130)
