"""HTTP load: requests in a closed loop over keep-alive connections. The caller classifies each answer."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from loadtests.wire.http_client import Answer, HttpClient, get, open_http


@dataclass
class HttpTally:
    """The result of a load. `kinds` counts the classified answers; `first` and `last` are when a kind was seen."""

    kinds: Counter[str] = field(default_factory=Counter)
    first: dict[str, float] = field(default_factory=dict)
    last: dict[str, float] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)  # milliseconds
    odd: list[str] = field(default_factory=list)
    seconds: float = 0.0
    lost: int = 0

    def rate(self, kind: str) -> float:
        return self.kinds[kind] / self.seconds if self.seconds else 0.0


async def open_clients(url: str, count: int) -> list[HttpClient]:
    """Open so many connections. Each asks once, because the hub closes those of one address that send nothing."""
    clients: list[HttpClient] = []
    for _ in range(0, count, 32):
        opened = await asyncio.gather(*(open_http(url) for _ in range(min(32, count - len(clients)))))
        await asyncio.gather(*(client.ask(get("/healthz")) for client in opened))
        clients += opened
    return clients


async def closed_loop(
    clients: list[HttpClient],
    requests: Iterator[bytes],
    judge: Callable[[Answer], str],
    *,
    seconds: float = 3600.0,
    expected: tuple[str, ...] = ("ok",),
) -> HttpTally:
    """Send until the requests or the seconds are used up. Answers of an unexpected kind are kept for the report."""
    tally = HttpTally()
    done = asyncio.Event()
    running = len(clients)
    began = time.perf_counter()
    deadline = began + seconds

    def run(client: HttpClient) -> None:
        sent_at = 0.0

        def finished() -> None:
            nonlocal running
            running -= 1
            if running == 0:
                done.set()

        def send() -> None:
            nonlocal sent_at
            sent_at = time.perf_counter()
            request = next(requests, None) if sent_at < deadline else None
            if request is None:
                client.on_answer = None
                client.lost.remove_done_callback(lost)
                finished()
                return
            client.send(request)

        def answered(answer: Answer) -> None:
            now = time.perf_counter()
            kind = judge(answer)
            tally.kinds[kind] += 1
            tally.first.setdefault(kind, now)
            tally.last[kind] = now
            tally.latencies.append((now - sent_at) * 1000)
            if kind not in expected and len(tally.odd) < 20:
                tally.odd.append(f"{answer.status} {answer.body[:250].decode(errors='replace')}")
            send()

        def lost(_: object) -> None:
            tally.lost += 1
            finished()

        client.on_answer = answered
        client.lost.add_done_callback(lost)
        send()

    for client in clients:
        run(client)
    await asyncio.wait_for(done.wait(), seconds + 60)
    tally.seconds = time.perf_counter() - began
    return tally
