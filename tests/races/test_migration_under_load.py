"""A migration while hubs work: it waits for a table that somebody reads, and nobody waits for the migration."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
import pytest

from db import migrate as migrations
from db.migrate import MigrationError, migrate
from tests.support.bookings import book, outcome
from tests.support.hub import Hub
from tests.support.locks import count_waiting
from tests.support.newer_schema import ADDED, one_migration_more
from tests.support.rows import count_rows
from tests.support.world import World


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    return one_migration_more(tmp_path)


async def booked_while_a_report_keeps_a_migration_waiting(hub: Hub, world: World, newer: Path) -> list[str]:
    """Let somebody read the tickets for long, migrate, and book meanwhile. Return what the bookings were answered."""
    slot, tickets = await world.slot(), [await world.ticket() for _ in range(6)]
    reader = await asyncpg.connect(hub.settings.database_url)
    try:
        async with reader.transaction():
            await count_rows(reader, "tickets")
            migrating = asyncio.create_task(migrate(str(hub.settings.database_url), newer))
            while not await count_waiting(reader):
                await asyncio.sleep(0.01)
            answers = []
            for ticket in tickets:
                answers.append(outcome(await book(hub, ticket, slot)))
                if answers[-1] != "booked":
                    break
                await asyncio.sleep(0.1)
            assert not migrating.done()
    finally:
        await reader.close()
    assert await migrating == [ADDED]
    return answers


async def test_bookings_go_on_while_a_migration_waits_for_a_table(hub: Hub, world: World, newer: Path) -> None:
    assert await booked_while_a_report_keeps_a_migration_waiting(hub, world, newer) == ["booked"] * 6
    gate = await hub.socket(await world.staff(), gate="A")
    ticket = await world.ticket()
    slot = await world.slot(start="16:00", end="18:00")
    assert (
        outcome(await book(hub, ticket, slot)) == "booked"
    )  # statements prepared for the tables as they were still run
    assert (await gate.verify(ticket.code))["reason"] == "VERIFIED"


async def test_behind_a_migration_that_waits_as_long_as_it_takes_bookings_are_refused(
    hub: Hub, world: World, newer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "LOCK_SECONDS", 0)
    answers = await booked_while_a_report_keeps_a_migration_waiting(hub, world, newer)
    assert "503 SERVICE_UNAVAILABLE" in answers


async def test_a_migration_that_never_gets_its_tables_says_so_and_leaves_nothing(
    hub: Hub, world: World, newer: Path
) -> None:
    reader = await asyncpg.connect(hub.settings.database_url)
    try:
        async with reader.transaction():
            await count_rows(reader, "reservation_slots")
            with pytest.raises(MigrationError, match=r"9999_made_up\.sql: a table was in use for 0 s"):
                await migrate(str(hub.settings.database_url), newer, patience=0)
        assert await migrate(str(hub.settings.database_url), newer) == [ADDED]
    finally:
        await reader.close()
