"""Scan load over sockets: in a closed loop (as fast as answers come) or an open loop (at scheduled times)."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import orjson

from loadtests.stock import code_of
from loadtests.wire.socket_client import SocketClient


@dataclass
class ScanTally:
    """The result of a load. Only GREEN VERIFIED counts as acknowledged; any other answer is kept as text."""

    acknowledged: list[str] = field(default_factory=list)  # scan ids
    wrong: list[str] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)  # milliseconds
    sent: int = 0
    seconds: float = 0.0
    began: float = 0.0
    """When an open loop sends its first scan, by `time.perf_counter`."""

    @property
    def rate(self) -> float:
        return len(self.acknowledged) / self.seconds if self.seconds else 0.0

    def take(self, payload: bytes, scan_id: str, began: float) -> None:
        now = time.perf_counter()
        frame = orjson.loads(payload)
        data = frame.get("data") or {}
        if frame.get("success") and data.get("result") == "GREEN" and data.get("reason") == "VERIFIED":
            self.acknowledged.append(scan_id)
            self.latencies.append((now - began) * 1000)
        elif len(self.wrong) < 20:
            self.wrong.append(payload.decode()[:300])


class ScanIds:
    """Distinct UUIDs, counted up from a random one, because drawing one for every scan takes too long."""

    def __init__(self) -> None:
        self._head = str(uuid.uuid4())[:24]
        self._count = 0

    def next(self) -> str:
        self._count += 1
        return f"{self._head}{self._count:012x}"


def request(number: int, ticket: int, scan_id: str) -> bytes:
    return b'{"id":%d,"type":"verify","code":"%s","scan_id":"%s"}' % (
        number,
        code_of(ticket).encode(),
        scan_id.encode(),
    )


async def closed_loop(
    sockets: Sequence[SocketClient], tickets: Sequence[int], seconds: float, ids: ScanIds
) -> ScanTally:
    """Let every socket send its next scan when the last is answered, for `seconds`."""
    tally = ScanTally()
    waiting: Iterator[int] = iter(tickets)
    done = asyncio.Event()
    running = len(sockets)
    began = time.perf_counter()
    deadline = began + seconds

    def run(socket: SocketClient) -> None:
        number, scan_id, sent_at = 0, "", 0.0

        def send() -> None:
            nonlocal number, scan_id, sent_at, running
            now = time.perf_counter()
            ticket = next(waiting, None) if now < deadline else None
            if ticket is None:
                running -= 1
                if running == 0:
                    done.set()
                return
            number += 1
            tally.sent += 1
            scan_id, sent_at = ids.next(), now
            socket.send(request(number, ticket, scan_id))

        def answered(payload: bytes) -> None:
            if b'"type":"result"' not in payload and orjson.loads(payload).get("type") != "result":
                return
            tally.take(payload, scan_id, sent_at)
            send()

        socket.on_text = answered
        send()

    for socket in sockets:
        run(socket)
    await asyncio.wait_for(done.wait(), seconds + 30)
    tally.seconds = time.perf_counter() - began
    for socket in sockets:
        socket.on_text = None
    if tally.sent == len(tickets):
        tally.wrong.append(f"the {len(tickets)} tickets prepared were used up before the time was over")
    return tally


async def open_loop(
    sockets: Sequence[SocketClient], tickets: range, per_second: float, ids: ScanIds, seconds: float
) -> ScanTally:
    """Send scans at scheduled times whatever was answered, and measure latency from the schedule."""
    tally = ScanTally()
    outstanding: dict[tuple[int, int], tuple[str, float]] = {}

    def listen(place: int, socket: SocketClient) -> None:
        def answered(payload: bytes) -> None:
            number = orjson.loads(payload).get("id")
            if number is not None and (place, number) in outstanding:
                tally.take(payload, *outstanding.pop((place, number)))

        socket.on_text = answered

    for place, socket in enumerate(sockets):
        listen(place, socket)
    began = tally.began = time.perf_counter() + 0.05
    total = min(int(per_second * seconds), len(tickets))
    for turn in range(total):
        due = began + turn / per_second
        while (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(
                wait
            )  # accurate to about 1 ms; being late counts as latency, and being early is not possible
        place, number = turn % len(sockets), turn // len(sockets) + 1
        scan_id = ids.next()
        outstanding[(place, number)] = (scan_id, due)
        sockets[place].send(request(number, tickets[turn], scan_id))
        tally.sent += 1
    for _ in range(500):
        if not outstanding:
            break
        await asyncio.sleep(0.01)
    if outstanding:
        tally.wrong.append(f"{len(outstanding)} scans were not answered within 5 s")
    tally.seconds = time.perf_counter() - began
    for socket in sockets:
        socket.on_text = None
    return tally
