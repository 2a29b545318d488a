"""The hub that the tests of a file share: each gets it empty, at its own moment and with no tasks from a later one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hub.embedded.supervisor import ServerUrls
from tests.support.emptied_hub import EmptiedHubs, emptied_hubs
from tests.support.hub import Hub
from tests.support.kept_databases import DatabaseStock
from tests.support.negative_controls import drop_index
from tests.support.ports import free_port
from tests.support.rows import count_rows, read_rows
from tests.support.world import NOON, World


@asynccontextmanager
async def hubs_of_a_file(servers: ServerUrls, folder: Path, *, changes: bool = False) -> AsyncIterator[EmptiedHubs]:
    stock = DatabaseStock(servers.database_url)
    async with emptied_hubs(stock, servers.redis_url, folder, [free_port()], changes=changes) as hubs:
        yield hubs
    await stock.close()


async def filled(hub: Hub) -> list[str]:
    """Return the tables that have rows."""
    tables = await read_rows(hub.database, "pg_tables", "tablename", schemaname="public")
    names = {row["tablename"] for row in tables} - {"schema_migrations"}
    return [name for name in sorted(names) if await count_rows(hub.database, name)]


async def test_a_hub_is_found_empty_at_its_moment_with_new_numbers(servers: ServerUrls, tmp_path: Path) -> None:
    async with hubs_of_a_file(servers, tmp_path) as of_file:
        (hub,) = await of_file.opened()
        world = await World(hub).found()
        ticket = await world.reserved(await world.slot())
        gate = await hub.socket(await world.staff(), gate="A")
        assert (await gate.verify(ticket.code))["result"] == "GREEN"
        assert len(await filled(hub)) > 8
        assert await of_file.opened() == [hub]
        async with asyncio.timeout(60):
            while not gate.ws.closed:
                await gate.ws.receive()
        assert await filled(hub) == []
        assert abs(hub.clock.now() - NOON) < timedelta(seconds=30)
        assert (await World(hub).found()).org_id > world.org_id


async def test_a_hub_that_was_closed_or_has_seen_another_moment_or_secret_is_opened_again(
    servers: ServerUrls, tmp_path: Path
) -> None:
    async with hubs_of_a_file(servers, tmp_path) as of_file:
        (hub,) = await of_file.opened()
        hub.clock.advance(60)
        (after,) = await of_file.opened()
        assert after is not hub
        await after.close()
        (closed,) = await of_file.opened()
        assert closed is not after
        closed.settings = replace(closed.settings, secret_key=b"another secret of at least thirty-two bytes")
        (as_before,) = await of_file.opened()
        assert as_before.settings.secret_key != closed.settings.secret_key
        (later,) = await of_file.opened(NOON + timedelta(hours=1))
        assert later is not as_before
        assert later.clock.now() >= NOON + timedelta(hours=1)


async def test_where_a_test_may_change_the_database_the_next_one_has_another(
    servers: ServerUrls, tmp_path: Path
) -> None:
    async with hubs_of_a_file(servers, tmp_path, changes=True) as of_file:
        (hub,) = await of_file.opened()
        assert await of_file.opened() == [hub]
        await drop_index(hub.database, "ticket_reservations_one_active")
        (after,) = await of_file.opened()
        assert after.settings.database_url != hub.settings.database_url
        assert await of_file.opened() == [after]
