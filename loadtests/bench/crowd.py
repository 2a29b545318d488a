"""A crowd of sockets: opened some at a time, signed in, and counted by the process of the hub that holds them."""

from __future__ import annotations

import asyncio
import contextlib
import resource
from collections.abc import Sequence

import orjson
import psutil  # type: ignore[import-untyped]  # its stubs are one package more

from loadtests import cores
from loadtests.bare_server import bare_server
from loadtests.bench.bench import OPERATORS
from loadtests.own_hub import OwnHub
from loadtests.wire.socket_client import SocketClient, open_socket

AT_ONCE = 50
SPARE_FILES = 200
"""Open files of a process besides its sockets."""


def most_sockets(wanted: int) -> int:
    """Raise the limit of open files of this process; return how many sockets it allows, at most `wanted`."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + SPARE_FILES
    most = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most - SPARE_FILES


async def signed_in(hub: OwnHub, username: str) -> SocketClient:
    """Return a socket that is signed in. It says nothing more, not even which device it is."""
    socket = await open_socket(hub.url, token=hub.token(username))
    while orjson.loads(await socket.next_text(30)).get("type") != "ready":
        pass
    return socket


async def crowd_of(hub: OwnHub, count: int) -> list[SocketClient]:
    for username in OPERATORS:
        await asyncio.to_thread(hub.token, username)
    sockets: list[SocketClient] = []
    while len(sockets) < count:
        names = [OPERATORS[(len(sockets) + n) % len(OPERATORS)] for n in range(min(AT_ONCE, count - len(sockets)))]
        sockets += await asyncio.gather(*(signed_in(hub, name) for name in names))
    return sockets


async def bare_crowd_of(url: str, count: int) -> list[SocketClient]:
    """Return sockets of a bare server."""
    sockets: list[SocketClient] = []
    while len(sockets) < count:
        some = min(AT_ONCE, count - len(sockets))
        sockets += await asyncio.gather(*(open_socket(url, "/echo") for _ in range(some)))
    return sockets


def close_all(sockets: Sequence[SocketClient]) -> None:
    for socket in sockets:
        socket.close()


def lost_of(sockets: Sequence[SocketClient]) -> int:
    return sum(socket.closed.done() for socket in sockets)


def memory_of(pid: int) -> int:
    """Return the bytes of memory that the processes below `pid` hold, without the database servers."""
    total = 0
    for process in cores.hub_processes(pid):
        with contextlib.suppress(psutil.NoSuchProcess):
            total += process.memory_info().rss
    return total


def connections_by_process(hub: OwnHub) -> dict[int, int]:
    """Return how many connections of its port each process of the hub holds, without the processes that hold none."""
    found: dict[int, int] = {}
    for process in cores.hub_processes(hub.pid):
        with contextlib.suppress(psutil.NoSuchProcess):
            held = [
                one for one in process.net_connections("tcp")
                if one.status == psutil.CONN_ESTABLISHED and one.laddr.port == hub.port
            ]  # fmt: skip
            if held:
                found[process.pid] = len(held)
    return found


async def bare_kilobytes(count: int, first: int) -> float:
    """Return the kB of an idle socket of a bare server that has just started. `first` sockets are opened before the first look."""
    with bare_server() as server:
        early = await bare_crowd_of(server.url, first)
        before = memory_of(server.pid)
        crowd = await bare_crowd_of(server.url, count)
        each = (memory_of(server.pid) - before) / count / 1000
        close_all([*early, *crowd])
        return each
