"""W2: the hub is killed under 5,000 sockets, which all come back to the next one."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable

import orjson

from loadtests.bench.row import percentile
from loadtests.bench.scan_load import ScanIds, closed_loop
from loadtests.faults.case import Case, Figure, Result
from loadtests.faults.customers import sell
from loadtests.faults.ground import OPERATORS, Ground, scanner
from loadtests.faults.served_hub import ServedHub
from loadtests.wire.socket_client import SocketClient, open_socket

SOCKETS, QUICK_SOCKETS = 5000, 150
OPENING_AT_ONCE = 50
FIRST_WAIT, LONGEST_WAIT = 0.5, 20.0
MOST_SECONDS = 20.0
GIVE_UP = 90.0
SCANS = 40
AUTHENTICATION = (
    "SELECT sum(seq_scan + idx_scan)::bigint FROM pg_stat_user_tables"
    " WHERE relname IN ('staff', 'staff_sessions', 'revoked_sessions')"
)


class Watch:
    """A socket that follows the counts of today, and comes back with a growing random wait whenever it is lost."""

    def __init__(self, hub: ServedHub, username: str, source: str, *, follows_again: bool) -> None:
        self._hub, self._username, self._source = hub, username, source
        self._follows_again = follows_again
        self._socket: SocketClient | None = None
        self.slots: dict[int, tuple[int, int]] = {}
        self.back_at = 0.0
        """When the last snapshot came; 0 while the socket is lost."""

    @property
    def verified(self) -> int:
        return sum(verified for _, verified in self.slots.values())

    async def run(self) -> None:
        failures = 0
        while True:
            try:
                await self._open()
                failures = 0
                assert self._socket is not None
                await self._socket.closed
            except (OSError, TimeoutError):
                failures += 1
            self.back_at = 0.0
            await asyncio.sleep(random.uniform(0, min(LONGEST_WAIT, FIRST_WAIT * 2**failures)))

    async def _open(self) -> None:
        token = await self._hub.token(self._username)
        socket = self._socket = await open_socket(self._hub.url, token=token, source=self._source)
        first = not self.slots
        while orjson.loads(await socket.next_text(30)).get("type") != "ready":
            pass
        socket.on_text = self._take
        if first or self._follows_again:
            socket.send(b'{"id":1,"type":"subscribe","topic":"counts"}')
        else:
            self.back_at = time.monotonic()

    def _take(self, payload: bytes) -> None:
        frame = orjson.loads(payload)
        data = frame.get("data") or {}
        for slot in (data.get("snapshot") or data).get("slots") or ():
            if slot["revision"] >= self.slots.get(slot["slot_id"], (-1, 0))[0]:
                self.slots[slot["slot_id"]] = (slot["revision"], slot["verified"])
        if frame.get("type") == "result" and frame.get("success"):
            self.back_at = time.monotonic()

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()


async def run(ground: Ground, control: bool) -> Result:
    """Kill and restart the hub while customers book. With the control, nobody subscribes again after the reconnect."""
    count = QUICK_SOCKETS if ground.quick or control else SOCKETS
    history = ground.begin()
    await ground.hub.start()
    today = [slot.id for slot in await ground.stock.slots_of(ground.today)]
    tickets = await ground.stock.reserved(SCANS, today)
    watches = [
        Watch(ground.hub, OPERATORS[n % len(OPERATORS)], f"127.0.{1 + n % 100}.1", follows_again=not control)
        for n in range(count)
    ]
    for username in OPERATORS:
        await ground.hub.token(username)
    running = []
    for start in range(0, count, OPENING_AT_ONCE):
        batch = watches[start : start + OPENING_AT_ONCE]
        running += [asyncio.ensure_future(watch.run()) for watch in batch]
        await _until(_all_back(batch), 60)
    slots = await ground.slots(4, capacity=50_000)
    ends = time.monotonic() + 12.0
    asked_before = await ground.stock.connection.fetchval(AUTHENTICATION)
    killed = time.monotonic()
    await ground.hub.kill()
    restart = asyncio.ensure_future(ground.hub.start())
    await asyncio.sleep(0)
    for watch in watches:
        watch.back_at = 0.0
    await restart
    served = time.monotonic()
    selling = asyncio.ensure_future(
        sell(ground.customers(4), await ground.orders(20_000, slots), until=ends, pause=0.1)
    )
    back = await _until(_all_back(watches), GIVE_UP)
    all_back = max((watch.back_at for watch in watches), default=0.0) - killed if back else float("inf")
    await selling
    await asyncio.sleep(1.5)  # Postgres publishes its statistics once a second
    asked = await ground.stock.connection.fetchval(AUTHENTICATION) - asked_before
    gate = await scanner(ground.hub, OPERATORS[0], "after-the-storm")
    tally = await closed_loop([gate], tickets, 30, ScanIds())
    history.scans = tally.acknowledged
    verified = await ground.stock.connection.fetchval(
        "SELECT sum(verified_count)::int FROM reservation_slots WHERE id = ANY($1::bigint[])", today
    )
    right = await _until(lambda: all(watch.verified == verified for watch in watches), 15)
    stale = sum(watch.verified != verified for watch in watches)
    for task in running:
        task.cancel()
    for socket in (*watches, gate):
        socket.close()
    attempts = sorted(attempt.seconds for attempt in history.attempts(served) if attempt.status == 200)
    result = Result("W2", CASE.what)
    result.figures = [
        Figure("sockets", count),
        Figure("all back after the kill", all_back, "s", most=MOST_SECONDS),
        Figure("hub ready after the kill", served - killed, "s"),
        Figure("booking p95 meanwhile", percentile(attempts, 0.95), "s", most=1.0),
        Figure("look-ups of staff and sessions meanwhile", asked),
        Figure("entries", len(tally.acknowledged), least=SCANS),
    ]
    if not right:
        result.broken.append(f"{stale} of {count} sockets do not show the {verified} entries of the tables")
    await asyncio.gather(*running, return_exceptions=True)
    result.broken += await ground.broken()
    return result


def _all_back(watches: list[Watch]) -> Callable[[], bool]:
    return lambda: all(watch.back_at for watch in watches)


async def _until(holds: Callable[[], bool], seconds: float) -> bool:
    ends = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > ends:
            return False
        await asyncio.sleep(0.1)
    return True


CASE = Case(
    "W2",
    "a killed hub's sockets all come back to the next one and show what the tables hold",
    "nobody subscribes again",
    120,
    run,
)
