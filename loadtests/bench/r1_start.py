"""R1: seconds until `hub run` is ready on existing data. Limit: Postgres and Redis alone on the same data."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import redis
import redis.asyncio

from loadtests import cores
from loadtests.bench.bench import Bench
from loadtests.bench.row import Measure, Row, median


@dataclass(frozen=True, slots=True)
class Servers:
    """The commands by which the hub started its two servers."""

    postgres: list[str]
    redis: list[str]
    owner: int
    socket_folders: list[Path]


async def learn(bench: Bench) -> Servers:
    """Read the commands from `postmaster.opts` and from `INFO` of the Redis server."""
    folder = Path(await bench.stock.connection.fetchval("SHOW data_directory"))
    folders = [Path(str(await bench.stock.connection.fetchval("SHOW unix_socket_directories")).split(",")[0].strip())]
    client = redis.Redis.from_url(bench.hub.redis_url)
    about: Any = client.info("server")
    settings: Any = client.config_get("unixsocket")
    client.close()
    if settings.get("unixsocket"):
        folders.append(Path(settings["unixsocket"]).parent)
    return Servers(
        shlex.split((folder / "postmaster.opts").read_text()),
        [about["executable"], about["config_file"]],
        (folder / "PG_VERSION").stat().st_uid,
        [place for place in folders if str(place) not in (".", "")],
    )


def _start(command: list[str], owner: int) -> subprocess.Popen[bytes]:
    """Start a server. As root, use a user namespace or the owner of the data, as the hub does: Postgres refuses root."""
    prefix: list[str] = []
    user: int | None = None
    if os.geteuid() == 0:
        if owner == 0:
            prefix = ["unshare", "--user", "--map-user=1000", "--"]
        else:
            user = owner
    return subprocess.Popen(
        [*prefix, *command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=user,
        start_new_session=True, preexec_fn=cores.release_child,  # noqa: PLW1509 - one system call
    )  # fmt: skip


async def _until(works: Callable[[], Any], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while True:
        with contextlib.suppress(OSError, asyncpg.PostgresError, redis.RedisError):
            await works()
            return
        if time.monotonic() > deadline:
            raise RuntimeError("a server did not come up alone")
        await asyncio.sleep(0.004)


async def servers_alone(bench: Bench, servers: Servers) -> float:
    """Return the seconds from starting both servers until both answer, and stop them."""

    async def postgres_answers() -> None:
        connection = await asyncpg.connect(bench.hub.database_url, timeout=2)
        await connection.fetchval("SELECT 1")
        await connection.close()

    client = redis.asyncio.Redis.from_url(bench.hub.redis_url)
    for place in servers.socket_folders:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.geteuid() == 0:
            os.chown(place, servers.owner, -1)
    began = time.perf_counter()
    running = [_start(servers.postgres, servers.owner), _start(servers.redis, servers.owner)]
    try:
        await asyncio.gather(_until(postgres_answers), _until(client.ping))
        return time.perf_counter() - began
    finally:
        await client.aclose()
        for process, number in zip(running, (signal.SIGINT, signal.SIGTERM), strict=True):
            process.send_signal(number)
        for process in running:
            await asyncio.to_thread(process.wait, 20)


async def measure(bench: Bench) -> Row:
    await bench.begin_quiet()
    servers = await learn(bench)
    ours: list[float] = []
    alone: list[float] = []
    stops: list[float] = []
    for _ in range(bench.repetitions):
        stops.append(await bench.stop_hub())
        alone.append(await servers_alone(bench, servers))
        await bench.start_hub()
        ours.append(bench.hub.seconds_to_ready)
    seconds = median(ours)
    return Row(
        "R1", "hub run on existing data, to ready", f"{seconds:.2f} s", f"{median(alone):.2f} s (both servers alone)",
        seconds / median(alone), "2 s", "1 s", seconds <= 2, seconds <= 1, [], [f"stopping took {median(stops):.2f} s"],
        {"ours": ours, "limit": alone, "stop": stops},
        measures=[Measure("seconds to ready", "lower", "ours", None, 2, 1)],
    )  # fmt: skip
