"""The day of a subscription: by default the business day that runs at the venue, also after midnight."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.hub import Hub
from tests.support.websocket_client import answer_of
from tests.support.world import TODAY, World


async def test_a_slot_over_midnight_is_live_on_its_own_day_until_it_ends(hub: Hub, world: World, clock: Any):
    [ticket] = await world.fill(await world.slot(TODAY, "22:30", "02:30"), 1)
    hub.services.venues.forget()
    clock.set(datetime(2026, 11, 20, 23, 30, tzinfo=UTC))  # 00:30 in Rome
    gate = await hub.socket(await world.staff(), gate="A")
    assert (await gate.verify(ticket.code))["reason"] == "VERIFIED"
    board = await hub.socket(await world.staff("MANAGER"))
    counts = await answer_of(board, "subscribe", topic="counts")
    assert (counts["date"], counts["verified"], counts["inside"]) == (str(TODAY), 1, 1)
    figures = await answer_of(board, "subscribe", topic="figures")
    [minutes] = [one["minutes"] for one in figures["gates"] if one["gate"] == "A"]
    assert (figures["date"], minutes) == (str(TODAY), [[24 * 60 + 30, 1, 0, 0, 1, 0]])
    clock.set(datetime(2026, 11, 21, 1, 30, tzinfo=UTC))  # 02:30 in Rome
    later = await hub.socket(await world.staff("MANAGER"))
    counts = await answer_of(later, "subscribe", topic="counts")
    assert (counts["date"], counts["verified"]) == (str(TODAY + timedelta(days=1)), 0)
