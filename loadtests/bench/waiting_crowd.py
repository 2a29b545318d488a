"""Visitors who wait in a waiting room, in a process of their own: `python -m loadtests.bench.waiting_crowd URL KEY COUNT SOURCE`.

One process may have too few open files, and one address too few ports, for a whole on-sale. So each process has its own address SOURCE.
It prints a line of JSON when all wait, and another one with what they have seen when a line comes in, which also ends it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Any, cast

import orjson
import uvloop

from loadtests import cores
from loadtests.bench.crowd import AT_ONCE, lost_of, most_sockets
from loadtests.hub_commands import ROOT
from loadtests.wire.http_client import HttpClient, open_http, post
from loadtests.wire.socket_client import SocketClient, open_socket

JOIN_SECONDS = 600.0
SAY_SECONDS = 60.0


@dataclass(slots=True)
class Seen:
    """What the visitors of a process have seen. A position counts from 1, and is the first that a visitor was shown."""

    joined: int
    lost: int
    frames: int
    admitted: int
    last_admitted: int
    """The largest first position of those who have a turn; 0 if nobody has."""
    first_waiting: int
    """The smallest first position of those who wait; 0 if nobody does."""
    wrong: list[str] = field(default_factory=list)


class Visitor:
    """One who waits, and checks each place that the hub sends."""

    __slots__ = ("first", "frames", "position", "socket", "turn", "wrong")

    def __init__(self, socket: SocketClient, payload: bytes) -> None:
        self.socket = socket
        self.first = self.position = self.frames = 0
        self.turn = False
        self.wrong = ""
        self.receive(payload)
        socket.on_text = self.receive

    def receive(self, payload: bytes) -> None:
        frame = orjson.loads(payload)
        self.frames += 1
        state, position = frame.get("state"), frame.get("position")
        if state == "turn":
            self.turn = True
        elif state != "waiting" or self.turn or not isinstance(position, int):
            self.wrong = f"after position {self.position}, turn {self.turn}: {frame}"
        elif self.position and position > self.position:
            self.wrong = f"position {position} after {self.position}"
        else:
            self.first = self.first or position
            self.position = position


async def visitors(url: str, key: str, count: int, source: str | None = None) -> list[Visitor]:
    """Return new visitors of this room with their open sockets. Each has its place."""
    clients = [await open_http(url, source=source) for _ in range(AT_ONCE)]
    found: list[Visitor] = []
    while len(found) < count:
        some = clients[: count - len(found)]
        found += await asyncio.gather(*(_join(url, client, key, source) for client in some))
    for client in clients:
        client.close()
    return found


async def _join(url: str, client: HttpClient, key: str, source: str | None) -> Visitor:
    answer = await client.ask(post("/api/waiting-room", {"for": key}))
    if answer.status != 200:
        raise RuntimeError(f"a visitor could not join: {answer.status} {answer.body[:200]!r}")
    cookie = (answer.header("Set-Cookie") or "").partition(";")[0]
    socket = await open_socket(url, f"/ws/waiting-room?for={key}", source=source, cookie=cookie)
    return Visitor(socket, await socket.next_text(30))


def seen_by(crowd: list[Visitor]) -> Seen:
    turns = [one.first for one in crowd if one.turn]
    waiting = [one.first for one in crowd if not one.turn]
    return Seen(
        len(crowd), lost_of([one.socket for one in crowd]), sum(one.frames for one in crowd), len(turns),
        max(turns, default=0), min(waiting, default=0), [one.wrong for one in crowd if one.wrong][:3],
    )  # fmt: skip


class WaitingCrowd:
    """The process of a crowd, as the bench sees it."""

    def __init__(self, url: str, key: str, count: int, source: str) -> None:
        words = [sys.executable, "-m", "loadtests.bench.waiting_crowd", url, key, str(count), source]
        self._process = subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    async def wait_until_joined(self) -> float:
        """Return the seconds that it took to join. Raises RuntimeError if a visitor could not."""
        return float((await self._line(JOIN_SECONDS))["seconds"])

    async def end(self) -> Seen:
        """Return what the visitors have seen, and let them go."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"end\n")
        self._process.stdin.flush()
        return Seen(**(await self._line(SAY_SECONDS)))

    async def _line(self, seconds: float) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = await asyncio.wait_for(asyncio.to_thread(self._process.stdout.readline), seconds)
        if not line:
            raise RuntimeError("the process of a crowd has ended; its error is above")
        return cast("dict[str, Any]", orjson.loads(line))

    def kill(self) -> None:
        with contextlib.suppress(OSError):
            self._process.kill()
        self._process.wait(10)


async def main(url: str, key: str, count: int, source: str) -> None:
    most_sockets(count + AT_ONCE)
    began = time.perf_counter()
    crowd = await visitors(url, key, count, source)
    print(orjson.dumps({"seconds": time.perf_counter() - began}).decode(), flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    print(orjson.dumps(asdict(seen_by(crowd))).decode(), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("key")
    parser.add_argument("count", type=int)
    parser.add_argument("source")
    given = parser.parse_args()
    cores.pin_self()
    uvloop.run(main(given.url, given.key, given.count, given.source))
