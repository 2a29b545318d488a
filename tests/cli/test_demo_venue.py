"""The demo venue: in Rome, with Italian telephone numbers."""

from __future__ import annotations

import pytest

from hub.actions.venues.venue_cache import VENUES
from hub.commands.demo_venue import ORGANISATION, VENUE, fill_demo
from tests.support.hub import Hub


@pytest.mark.parametrize("venue_stands", [True, False])
async def test_the_booking_page_of_the_demo_starts_with_italian_numbers(hub: Hub, venue_stands: bool) -> None:
    if venue_stands:
        org_id = await hub.database.fetchval(VENUES.add_organisation, "Organisation")
        await hub.database.execute(VENUES.add_venue, org_id, "Venue", "UTC")
    assert await fill_demo(hub.services)
    (venue,) = await hub.database.fetch(
        "SELECT o.name AS organisation, v.name, timezone, country FROM venues v JOIN organisations o ON o.id = v.org_id"
    )
    assert (venue["organisation"], venue["name"]) == (ORGANISATION, VENUE)
    assert (venue["timezone"], venue["country"]) == ("Europe/Rome", "IT")
    code = await hub.database.fetchval(
        "SELECT code FROM tickets WHERE status = 'ACTIVATED' AND channel = 'direct' LIMIT 1"
    )
    status, reply = await hub.post("/api/tickets/validate", {"ticket_code": code})
    assert status == 200
    assert reply["data"]["venue"]["country"] == "IT"
