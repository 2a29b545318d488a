"""Recovery to a moment: a base copy and the archived log bring back all that was acknowledged before a mistake, and not the mistake.

The steps are those of docs/operations.md, with the same commands.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.orders.cancel_ticket import cancel_ticket
from hub.actions.reporting.reconcile import resync_seat_admission
from tests.support.archived_server import ArchivedServer
from tests.support.invariants import broken_invariants
from tests.support.reservations import read_reservations
from tests.support.slots import read_slot
from tests.support.tickets import read_ticket_status
from tests.support.world import World


@pytest.fixture
async def archived(tmp_path: Path) -> AsyncIterator[ArchivedServer]:
    archived = ArchivedServer(tmp_path)
    try:
        await archived.start()
        yield archived
    finally:
        await archived.stop()


async def test_what_was_acknowledged_before_a_mistake_is_back_and_the_mistake_is_not(
    archived: ArchivedServer, open_hub: Any
) -> None:
    hub = await open_hub(database_url=archived.server.url)
    world = await World(hub).found()
    token, slot = await world.staff(), await world.slot(capacity=10)
    before_copy = await world.reserved(slot)
    await archived.copy()
    after_copy = await world.reserved(slot)
    gate = await hub.socket(token, gate="A")
    assert (await gate.verify(after_copy.code))["reason"] == "VERIFIED"
    moment = await archived.now()
    mistaken = await world.reserved(slot)
    await cancel_ticket(hub.services, Actor(world.org_id), before_copy.id, "Of the wrong day")
    await hub.close()
    await archived.lose()

    await archived.recover(moment)
    hub = await open_hub(database_url=archived.recovered.url)
    await resync_seat_admission(hub.services, fix=True)
    counts = await read_slot(hub.database, id=slot)
    assert (counts["booked_count"], counts["verified_count"]) == (2, 1)
    assert {row["ticket_id"] for row in await read_reservations(hub.database)} == {before_copy.id, after_copy.id}
    assert await read_ticket_status(hub.database, before_copy.id) == "RESERVED"
    assert await broken_invariants(hub.database) == []
    gate = await hub.socket(token, gate="A")
    answers = [(await gate.verify(one.code))["reason"] for one in (before_copy, after_copy, mistaken)]
    assert answers == ["VERIFIED", "ALREADY_VERIFIED", "TICKET_NOT_FOUND"]
