"""A storm over the whole topology while a hub, a Redis primary and two primaries of Postgres die in turn, one of them silently."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable

import pytest

from hub.guards.seat_states import slot_keys
from tests.support.postgres_pair import PostgresPair, signal_all
from tests.support.storm import Storm
from tests.support.topology import Topology
from tests.support.valkey_cluster import ValkeyCluster
from tests.support.valkey_server import OwnValkey

pytestmark = pytest.mark.asyncio(loop_scope="session")
NOTICED_AFTER = 1.0


async def test_nothing_acknowledged_is_lost_while_servers_die_in_turn(
    topology: Topology, capsys: pytest.CaptureFixture[str]
) -> None:
    storm, postgres, valkey = Storm(topology), topology.postgres, topology.valkey
    await storm.begin()
    hub = topology.hubs[0]
    await storm.death("a hub", hub.kill, lambda: topology.start_hub(hub))

    slot = (await topology.stock.slots_of(topology.today))[0]
    key = slot_keys((topology.stock.org_id, slot.id))[0]
    node = await valkey.node_of(key)
    await storm.death("a Redis primary", dying(node.kill), lambda: replaced(valkey, key, node))

    dead = postgres.primary
    await storm.death("Postgres primary", lambda: postgres.kill(dead), lambda: promoted(postgres))
    await topology.reconnect()
    await storm.death("(a new standby)", topology.rebuild_standby, dying(lambda: None))
    silent = postgres.primary
    frozen = dying(lambda: signal_all(postgres.processes_of(silent), signal.SIGSTOP))
    await storm.death("a silent primary", frozen, lambda: promoted(postgres))
    await topology.reconnect()
    await postgres.kill(silent)  # it must not come back as a second primary
    await storm.end()

    await storm.dashboards_agree()
    with capsys.disabled():
        print("", *storm.report(), sep="\n")
    assert storm.wrong == []
    assert await topology.broken(storm.history) == []


def dying(kill: Callable[[], None]) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        kill()

    return run


async def replaced(valkey: ValkeyCluster, key: str, node: OwnValkey) -> None:
    """Wait until another node serves the key, and start the dead one again: it follows its successor."""
    while await valkey.node_of(key) is node:
        await asyncio.sleep(0.05)
    node.start()


async def promoted(postgres: PostgresPair) -> None:
    """Promote the standby, as whoever watches Postgres does after it has noticed that the primary is dead."""
    await asyncio.sleep(NOTICED_AFTER)
    await postgres.promote()
