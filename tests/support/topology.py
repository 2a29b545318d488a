"""A hub as it runs past one machine: a balancer, three hubs, a Valkey Cluster, and Postgres with a standby."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from contextlib import suppress
from datetime import date
from pathlib import Path

from loadtests.faults import checker
from loadtests.faults.history import History
from loadtests.faults.served_hub import ServedHub
from loadtests.own_hub import OwnHub
from loadtests.stock import Stock
from tests.support.balancer import Balancer
from tests.support.postgres_pair import PostgresPair
from tests.support.valkey_cluster import ValkeyCluster

HUBS = 3
OPERATORS = ("cluster-op-1", "cluster-op-2", "cluster-op-3")
MANAGER = "cluster-manager"
SECRET = "of-a-cluster-of-a-test-5d0c7e2b94a81f36"


class Topology:
    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="vhc"))
        self.postgres = PostgresPair(self.folder, synchronous=True)
        self.valkey = ValkeyCluster(replicas=True)
        self.stock: Stock
        self.today: date

    async def start(self) -> None:
        await self.postgres.start()
        await self.valkey.start()
        # `hub` commands with the settings of the cluster. It is never started.
        self.command_line = OwnHub(
            settings={
                "HUB_DATABASE_URL": self.postgres.url,
                "HUB_REDIS_URL": self.valkey.url,
                "HUB_SECRET_KEY": SECRET,
                "HUB_SMTP_URL": "smtp://127.0.0.1:9",  # e-mails wait in the outbox, where they are counted
                "HUB_RATE_CODES": "off",
                "HUB_REHEARSAL": "1",
                "HUB_TRUSTED_PROXIES": "127.0.0.1",
            }
        )
        self.hubs = [ServedHub(self.command_line.environment, self.folder / f"hub-{n}.log") for n in range(HUBS)]
        self.balancer = Balancer([hub.port for hub in self.hubs], self.folder)
        await self.balancer.start()
        await asyncio.gather(*(self.start_hub(hub) for hub in self.hubs))
        self.stock = await Stock.open(self.postgres.primary.url)
        self.today = self.command_line.now.date()
        await asyncio.to_thread(self._furnish)

    def _furnish(self) -> None:
        for name in OPERATORS:
            self.command_line.add_staff(name, "operator")
        self.command_line.add_staff(MANAGER, "manager")
        self.command_line.generate_slots(self.today, 1, capacity=100_000)

    async def start_hub(self, hub: ServedHub) -> None:
        await hub.start(HUB_PUBLIC_URL=self.balancer.url)

    async def stop(self) -> None:
        if hasattr(self, "hubs"):
            await asyncio.gather(*(hub.kill() for hub in self.hubs))
            self.balancer.stop()
            self.command_line.close()
        if hasattr(self, "stock"):
            self.stock.connection.terminate()
        await self.postgres.stop()
        self.valkey.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    async def reconnect(self) -> None:
        """Connect the test's own connection to the primary of now."""
        old, fresh = self.stock.connection, await Stock.open(self.postgres.primary.url)
        self.stock.connection = fresh.connection
        old.terminate()

    async def rebuild_standby(self) -> None:
        """Let the server that was the primary follow the one of now."""
        await self.postgres.standby.stop()
        with suppress(FileNotFoundError):
            shutil.rmtree(self.postgres.standby.folder)
        await self.postgres.follow()

    async def broken(self, history: History) -> list[str]:
        """Return every broken invariant of the nine."""
        connection, org_id = self.stock.connection, self.stock.org_id
        found = await checker.broken_in_tables(connection, org_id)
        found += await checker.broken_promises(connection, org_id, history)
        found += await self._broken_gate()
        for number, hub in enumerate(self.hubs):
            found += [f"hub {number}: {one}" for one in checker.broken_in_log(hub.log_lines())]
        return found

    async def _broken_gate(self) -> list[str]:
        """Ask for a minute, after which the holds of clients that went away have ended."""
        deadline = time.monotonic() + 60
        while True:
            report = await asyncio.to_thread(self.command_line.command, "reconcile")
            found = checker.broken_in_gate(report)
            if not found or time.monotonic() > deadline:
                return found
            await asyncio.sleep(2)
