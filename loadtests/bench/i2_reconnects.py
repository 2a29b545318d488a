"""I2: 5,000 scanners come back at once after a restart. Limit: the same sockets at a bare aiohttp server, with one answer each.

A scanner is back when it has signed in, named its device, read the counts and scanned one ticket. All begin when the hub is ready,
without the random wait of the scanner page, and try again when they are refused.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

import orjson

from loadtests import cores
from loadtests.bare_server import bare_server
from loadtests.bench.bench import OPERATORS, Bench
from loadtests.bench.crowd import close_all, crowd_of, most_sockets
from loadtests.bench.row import Measure, Row, median, percentile, spread
from loadtests.bench.scan_load import ScanIds, request
from loadtests.own_hub import OwnHub
from loadtests.wire.socket_client import SocketClient, open_socket

SCANNERS, QUICK_SCANNERS = 5_000, 300
GIVE_UP = 120.0
PAUSE = 0.5
MUST_SECONDS, GOAL_SECONDS = 20.0, 8.0


async def _answer(socket: SocketClient, number: int) -> bytes:
    """Return the answer to this request, and pass over events."""
    while True:
        payload = await socket.next_text(GIVE_UP)
        if orjson.loads(payload).get("id") == number:
            return payload


async def _scan(hub: OwnHub, place: int, ticket: int, scan_id: str) -> SocketClient:
    """Sign in, name the device, read the counts and verify the ticket. Raises ConnectionError if anything is refused."""
    socket = await open_socket(hub.url, token=hub.token(OPERATORS[place % len(OPERATORS)]))
    try:
        await _serve(socket, place, ticket, scan_id)
    except BaseException:
        socket.close()
        raise
    return socket


async def _serve(socket: SocketClient, place: int, ticket: int, scan_id: str) -> None:
    while orjson.loads(await socket.next_text(GIVE_UP)).get("type") != "ready":
        pass
    socket.send(
        orjson.dumps({"type": "device", "device": {"id": f"i2-{place}", "name": f"Scanner {place}", "gate": "A"}})
    )
    socket.send(b'{"id":1,"type":"subscribe","topic":"counts"}')
    counts = await _answer(socket, 1)
    socket.send(request(2, ticket, scan_id))
    decision = orjson.loads(await _answer(socket, 2))
    if b'"success":true' not in counts or (decision.get("data") or {}).get("result") != "GREEN":
        raise ConnectionError(f"refused: {counts[:200]!r} {decision}")


async def _back(
    connect: Callable[[int], Awaitable[SocketClient]], count: int
) -> tuple[list[SocketClient], list[float], int]:
    """Let all connect at once, each until it has succeeded. Return their sockets, when each was back, and the failed attempts."""
    began = time.perf_counter()
    failed = 0

    async def one(place: int) -> tuple[SocketClient, float]:
        nonlocal failed
        while True:
            try:
                return await connect(place), time.perf_counter() - began
            except (OSError, TimeoutError):
                failed += 1
                await asyncio.sleep(random.uniform(0, PAUSE))

    running = [asyncio.create_task(one(place)) for place in range(count)]
    try:
        async with asyncio.timeout(GIVE_UP):
            found = await asyncio.gather(*running)
    except TimeoutError as error:
        back = sum(task.done() and not task.cancelled() for task in running)
        raise TimeoutError(
            f"{back:,} of {count:,} were back after {GIVE_UP:.0f} s, {failed:,} attempts failed"
        ) from error
    return [socket for socket, _ in found], sorted(seconds for _, seconds in found), failed


async def _bare(count: int) -> float:
    with bare_server() as server:

        async def connect(_: int) -> SocketClient:
            socket = await open_socket(server.url, "/echo")
            socket.send(b'{"id":1}')
            await socket.next_text(GIVE_UP)
            return socket

        sockets, seconds, _ = await _back(connect, count)
        close_all(sockets)
    return seconds[-1]


async def measure(bench: Bench) -> Row:
    wanted = QUICK_SCANNERS if bench.quick else SCANNERS
    count = most_sockets(wanted)
    figures: dict[str, list[float]] = {name: [] for name in ("ours", "p50", "limit", "failed", "hub_microseconds")}
    problems = [] if count == wanted else [f"this process may have {count:,} open sockets only: raise `ulimit -n`"]
    async with bench.other_hub() as other:
        slots = await other.slots_for(other.today)
        for _ in range(bench.repetitions):
            figures["limit"].append(await _bare(count))
            tickets = await other.stock.reserved(count, slots)
            await other.begin_quiet()
            crowd = await crowd_of(other.hub, count)
            await other.stop_hub()
            close_all(crowd)
            await other.start_hub()
            await _one_return(other, tickets, figures)
            if (entered := await other.stock.verified(tickets)) != count:
                problems.append(f"{entered:,} of {count:,} tickets entered")
        problems += [f"count drift: {drift}" for drift in await other.stock.count_drift(slots)]
    seconds, bare = median(figures["ours"]), median(figures["limit"])
    return Row(
        "I2", f"{count:,} scanners at once after a restart, all signed in and served", f"{seconds:.1f} s", f"{bare:.1f} s (bare aiohttp sockets)",
        seconds / bare, f"{MUST_SECONDS:.0f} s", f"{GOAL_SECONDS:.0f} s", seconds <= MUST_SECONDS, seconds <= GOAL_SECONDS, problems,
        [
            f"half of them after {median(figures['p50']):.1f} s; {median(figures['hub_microseconds']):,.0f} microseconds of the hub each",
            f"attempts that failed and were repeated: {spread(figures['failed'])} a round",
        ],
        figures,
        measures=[
            Measure("seconds until all are back", "lower", "ours", None, MUST_SECONDS, GOAL_SECONDS),
            Measure("microseconds of the hub a scanner", "lower", "hub_microseconds"),
        ],
    )  # fmt: skip


async def _one_return(bench: Bench, tickets: range, figures: dict[str, list[float]]) -> None:
    ids = ScanIds()
    scan_ids = [ids.next() for _ in tickets]  # a repeated attempt sends the same scan, as the scanner does

    def connect(place: int) -> Awaitable[SocketClient]:
        return _scan(bench.hub, place, tickets[place], scan_ids[place])

    used = cores.cpu_seconds(bench.hub.pid)
    sockets, seconds, failed = await _back(connect, len(tickets))
    figures["hub_microseconds"].append((cores.cpu_seconds(bench.hub.pid) - used) / len(tickets) * 1e6)
    figures["ours"].append(seconds[-1])
    figures["p50"].append(percentile(seconds, 0.5))
    figures["failed"].append(failed)
    close_all(sockets)
