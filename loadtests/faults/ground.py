"""The ground of the cases: two servers, a proxy before each, a mail server, the hub under test, and its tickets and slots.

`hub run` keeps the servers and starts them again when they die. It is also a second hub process on the same tables, with a clock
that is always right. The hub under test reaches both servers through the proxies only.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import random
import resource
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import psutil  # type: ignore[import-untyped]  # its stubs are one package more

from loadtests.faults import checker
from loadtests.faults.customers import Customer
from loadtests.faults.history import History
from loadtests.faults.mail_sink import MailSink
from loadtests.faults.proxy import FaultProxy
from loadtests.faults.served_hub import ServedHub
from loadtests.own_hub import WIDE, OwnHub
from loadtests.stock import Stock
from loadtests.wire.socket_client import SocketClient, open_socket

OPERATORS = tuple(f"faults-op-{n}" for n in range(1, 5))
GUESSED = ("faults-guessed-1", "faults-guessed-2")
LOCKED_OUT = ("faults-locked-1", "faults-locked-2")
"""Accounts that a case and its control lock out, one each, so that neither finds the lock of the other."""
MANAGER = "faults-manager"
ADMINISTRATOR = "faults-admin"
SECRET = "of-a-run-of-faults-5d0c7e2b94a81f36"  # noqa: S105 - of hubs that live for one run
DAYS_OF_SLOTS = 10


@dataclass
class Ground:
    keeper: OwnHub
    hub: ServedHub
    postgres: FaultProxy
    redis: FaultProxy
    mail: MailSink
    stock: Stock
    today: date
    chance: random.Random
    quick: bool
    _slots: Iterator[int] = field(default_factory=lambda: iter(()))
    _keeper_lines: int = 0
    _hub_lines: int = 0
    history: History = field(default_factory=History)

    @classmethod
    async def open(cls, keeper: OwnHub, mail: MailSink, seed: int, *, quick: bool) -> Ground:
        chance = random.Random(seed)
        postgres, redis = await _before(keeper.database_url), await _before(keeper.redis_url)
        environment = {
            **keeper.environment,
            "HUB_DATABASE_URL": postgres.in_front_of(keeper.database_url),
            "HUB_REDIS_URL": redis.in_front_of(keeper.redis_url),
            "HUB_DATA_DIR": str(keeper.data_dir / "served"),
            "HUB_REHEARSAL": "1",
            "HUB_RATE_STAFF": WIDE,
        }
        hub = ServedHub(environment, keeper.data_dir / "served-hub.log")
        stock = await Stock.open(keeper.database_url)
        today = keeper.now.date()
        return cls(keeper, hub, postgres, redis, mail, stock, today, chance, quick)

    async def close(self) -> None:
        await self.hub.stop()
        await self.stock.close()
        for part in (self.postgres, self.redis, self.mail):
            await part.close()

    # -- what a case begins with --------------------------------------------------------------------------------

    def begin(self) -> History:
        """Begin a case: a new history, and the log from here."""
        self.history = History()
        self._keeper_lines, self._hub_lines = len(self._keeper_log()), len(self.hub.log_lines())
        return self.history

    async def slots(self, count: int, capacity: int) -> list[int]:
        """Return the ids of slots that no case has used, each with this capacity."""
        found = list(itertools.islice(self._slots, count))
        while len(found) < count:
            self._slots = iter(await self._new_slots())
            found += itertools.islice(self._slots, count - len(found))
        await self.stock.connection.execute(
            "UPDATE reservation_slots SET total_capacity = $1, revision = revision + 1 WHERE id = ANY($2::bigint[])",
            capacity, found,
        )  # fmt: skip
        return found

    async def _new_slots(self) -> list[int]:
        last = await self.stock.connection.fetchval("SELECT max(date) FROM reservation_slots")
        first = max(last or self.today, self.today) + timedelta(days=1)
        await asyncio.to_thread(self.keeper.generate_slots, first, DAYS_OF_SLOTS, capacity=1)
        days = [first + timedelta(days=n) for n in range(DAYS_OF_SLOTS)]
        return [slot.id for day in days for slot in await self.stock.slots_of(day)]

    async def orders(self, count: int, slots: list[int]) -> Iterator[tuple[int, int]]:
        """Return so many new tickets with a slot each, in turn."""
        tickets = await self.stock.activated(count)
        return iter([(number, slots[n % len(slots)]) for n, number in enumerate(tickets)])

    def customers(self, count: int, **how: Any) -> list[Customer]:
        return [Customer(self.hub.url, self.history, **how) for _ in range(count)]

    # -- servers ------------------------------------------------------------------------------------------------

    def postgres_processes(self) -> list[psutil.Process]:
        """Return the postmaster and all its processes."""
        pid = int((self.keeper.data_dir / "postgres" / "postmaster.pid").read_text().split()[0])
        # The pid in the file is that of the server's own namespace.
        for process in psutil.Process(self.keeper.pid).children(recursive=True):
            if process.name().startswith("postgres") and (process.pid == pid or "-D" in process.cmdline()):
                return [process, *process.children(recursive=True)]
        raise RuntimeError("the Postgres of the run was not found")

    def redis_process(self) -> psutil.Process:
        for process in psutil.Process(self.keeper.pid).children(recursive=True):
            if process.name().startswith(("valkey", "redis")):
                return process
        raise RuntimeError("the Redis of the run was not found")

    @contextlib.contextmanager
    def frozen(self, processes: list[psutil.Process]) -> Iterator[None]:
        """Stop processes (SIGSTOP) for the block."""
        try:
            _signal(processes, signal.SIGSTOP)
            yield
        finally:
            _signal(processes, signal.SIGCONT)

    async def hub_connections(self) -> tuple[int, int]:
        """Return how many connections of the hub under test Postgres has, and how many of them are idle in a transaction."""
        rows = await self.stock.connection.fetch(
            "SELECT state FROM pg_stat_activity WHERE client_port = ANY($1::int[])", list(self.postgres.ports)
        )
        return len(rows), sum(row["state"].startswith("idle in transaction") for row in rows)

    async def reconnect(self) -> None:
        """Connect the run's own reading connection again, after Postgres was killed or frozen."""
        deadline = time.monotonic() + 60
        old = self.stock.connection
        while True:
            try:
                fresh = await Stock.open(self.keeper.database_url)
                break
            except Exception:
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.1)
        self.stock.connection = fresh.connection
        old.terminate()

    # -- what a case ends with ----------------------------------------------------------------------------------

    async def broken(self) -> list[str]:
        """Return every broken invariant of the nine."""
        connection, org_id = self.stock.connection, self.stock.org_id
        found = await checker.broken_in_tables(connection, org_id)
        found += await checker.broken_promises(connection, org_id, self.history)
        found += await self._broken_gate()
        found += checker.broken_in_log(self.hub.log_lines()[self._hub_lines :])
        found += [f"second process: {one}" for one in checker.broken_in_log(self._keeper_log()[self._keeper_lines :])]
        return found

    async def _broken_gate(self) -> list[str]:
        """Ask for a minute, after which the holds of clients that went away have ended."""
        deadline = time.monotonic() + 60
        while True:
            report = await asyncio.to_thread(self.keeper.command, "reconcile")
            found = checker.broken_in_gate(report)
            if not found or time.monotonic() > deadline:
                return found
            await asyncio.sleep(2)

    def _keeper_log(self) -> list[str]:
        path: Path = self.keeper.data_dir / "hub-output.log"
        return path.read_text(errors="replace").splitlines() if path.exists() else []


async def _before(url: str) -> FaultProxy:
    parts = urlsplit(url)
    return await FaultProxy(parts.hostname or "127.0.0.1", parts.port or 0).open()


def _signal(processes: list[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
            os.kill(process.pid, number)


async def scanner(hub: ServedHub, username: str, device: str, source: str | None = None) -> SocketClient:
    """Return a signed-in socket of the hub under test."""
    socket = await open_socket(hub.url, token=await hub.token(username), source=source)
    while orjson.loads(await socket.next_text(30)).get("type") != "ready":
        pass
    socket.send(orjson.dumps({"type": "device", "device": {"id": device, "name": device, "gate": "A"}}))
    return socket


def keeper_of_a_run(mail_url: str) -> OwnHub:
    """Return the hub that keeps the servers; start it outside of an event loop."""
    return OwnHub(settings={"HUB_SECRET_KEY": SECRET, "HUB_SMTP_URL": mail_url, "HUB_RATE_CODES": "off"})


def furnish(keeper: OwnHub) -> None:
    """Add staff and the slots of today; outside of an event loop."""
    for name in (*OPERATORS, *GUESSED, *LOCKED_OUT):
        keeper.add_staff(name, "operator")
    keeper.add_staff(MANAGER, "manager")
    keeper.add_staff(ADMINISTRATOR, "admin")
    keeper.generate_slots(keeper.now.date(), 1, capacity=100_000)


def allow_many_sockets() -> None:
    """Raise the soft limit of open files, which 5,000 sockets need."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
