"""L1: verifies per second while scanners read the offline list of a large day. Limit: the same sockets with nobody reading it.

A scanner reads the changes of the list some seconds after each news of the hub, which in a rush comes all the time.
"""

from __future__ import annotations

import asyncio
import gzip
from dataclasses import dataclass, field

import orjson

from loadtests.bench.bench import OPERATORS, Bench, scanner
from loadtests.bench.crowd import close_all
from loadtests.bench.row import Measure, Row, median, percentile
from loadtests.bench.scan_load import ScanIds, closed_loop
from loadtests.own_hub import OwnHub
from loadtests.wire.http_client import Answer, HttpClient, get, open_http

TICKETS, QUICK_TICKETS = 55_560, 6_000
"""A day of a stadium, in ten slots."""
SOCKETS = 64
READERS = 10
EVERY_SECONDS = 0.4
"""Pause of a reader. Ten such readers are 200 scanners that each wait eight seconds after a news."""
SECONDS, QUICK_SECONDS = 2.5, 0.5
MUST, GOAL = 0.9, 0.95
LIST = "/api/operator/manifest"


@dataclass
class Reader:
    """A scanner that keeps the list. It asks for the changes since the edition that it has."""

    client: HttpClient
    token: str
    day: str
    edition: str = ""
    editions: set[str] = field(default_factory=set)
    answers: int = 0
    wrong: list[str] = field(default_factory=list)

    async def read(self) -> None:
        path = f"{LIST}/changes?date={self.day}&since={self.edition}" if self.edition else f"{LIST}?date={self.day}"
        answer = await self.client.ask(get(path, {"Authorization": f"Bearer {self.token}"}), timeout=60)
        self.answers += 1
        if answer.status != 200:
            self.wrong.append(f"the list was answered with {answer.status}")
            return
        self.edition = _data_of(answer)["edition"]
        self.editions.add(self.edition)

    async def keep(self) -> None:
        """Read until cancelled."""
        while True:
            await self.read()
            await asyncio.sleep(EVERY_SECONDS)


def _data_of(answer: Answer) -> dict[str, str]:
    body = gzip.decompress(answer.body) if answer.header("Content-Encoding") == "gzip" else answer.body
    data: dict[str, str] = orjson.loads(body)["data"]
    return data


async def measure(bench: Bench) -> Row:
    rates: dict[str, list[float]] = {"ours": [], "limit": []}
    slow: dict[str, list[float]] = {"ours": [], "limit": []}
    problems: list[str] = []
    answers = readings = 0
    for _ in range(bench.repetitions):
        async with bench.other_hub() as other:
            slots = await other.slots_for(other.today)
            unused = await other.stock.reserved(QUICK_TICKETS if bench.quick else TICKETS, slots)
            readers = await _readers(other.hub, other.today.isoformat())
            await other.begin_quiet()
            sockets = [(await scanner(other.hub, OPERATORS[n % len(OPERATORS)], f"l1-{n}"))[0] for n in range(SOCKETS)]
            ids = ScanIds()
            for name in ("limit", "ours"):
                reading = [asyncio.create_task(reader.keep()) for reader in readers if name == "ours"]
                tally = await closed_loop(sockets, unused, QUICK_SECONDS if bench.quick else SECONDS, ids)
                for one in reading:
                    one.cancel()
                await asyncio.gather(*reading, return_exceptions=True)
                unused = unused[tally.sent :]
                rates[name].append(tally.rate)
                slow[name].append(percentile(sorted(tally.latencies), 0.99))
                problems += [f"not GREEN VERIFIED: {wrong}" for wrong in tally.wrong[:3]]
            problems += [wrong for reader in readers for wrong in reader.wrong]
            answers += sum(reader.answers for reader in readers) - len(readers)
            readings += len(set().union(*(reader.editions for reader in readers))) - 1
            if not unused:
                problems.append("the tickets ran out: a shorter stretch is needed")
            close_all(sockets)
            for reader in readers:
                reader.client.close()
    ours, limit = median(rates["ours"]), median(rates["limit"])
    return Row(
        "L1", f"verifies/s, 64 sockets, while {READERS} scanners keep the list of a day of {TICKETS:,} tickets",
        f"{ours:,.0f}/s", f"{limit:,.0f}/s (nobody reads the list)", ours / limit, f"{MUST}x", f"{GOAL}x",
        ours / limit >= MUST, ours / limit >= GOAL, problems[:5],
        [f"p99 of a verify {median(slow['ours']):.1f} ms, {median(slow['limit']):.1f} ms alone; {answers:,} questions were answered, and the hub read the list {readings} times"],
        rates,
        measures=[Measure("verifies/s beside readers of the list", "higher", "ours", "limit", MUST, GOAL)],
    )  # fmt: skip


async def _readers(hub: OwnHub, day: str) -> list[Reader]:
    """Return scanners that have the list as it is."""
    token = await asyncio.to_thread(hub.token, OPERATORS[0])
    readers = [Reader(await open_http(hub.url), token, day) for _ in range(READERS)]
    for reader in readers:
        await reader.read()
    return readers
