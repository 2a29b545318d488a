"""The demo venue: in Rome, with Italian phone numbers."""

from __future__ import annotations

import pytest

from hub.actions.venues.venue_cache import VENUES
from hub.commands.demo_venue import ORGANISATION, VENUE, fill_demo
from tests.support.hub import Hub
from tests.support.products import read_products
from tests.support.rows import read_row
from tests.support.tickets import read_ticket
from tests.support.venues import read_venues


@pytest.mark.parametrize("venue_stands", [True, False])
async def test_the_booking_page_of_the_demo_starts_with_italian_numbers(hub: Hub, venue_stands: bool) -> None:
    if venue_stands:
        org_id = await hub.database.fetchval(VENUES.add_organisation, "Organisation")
        await hub.database.execute(VENUES.add_venue, org_id, "Venue", "UTC")
    assert await fill_demo(hub.services)
    (venue,) = await read_venues(hub.database)
    organisation = await read_row(hub.database, "organisations", "name", id=venue["org_id"])
    assert (organisation["name"], venue["name"]) == (ORGANISATION, VENUE)
    assert (venue["timezone"], venue["country"]) == ("Europe/Rome", "IT")
    student = (await read_products(hub.database, "id", name="Student"))[0]["id"]
    assert (await read_ticket(hub.database, "status", product_id=student))["status"] == "RESERVED"
    code = (await read_ticket(hub.database, "code", status="ACTIVATED", channel="direct"))["code"]
    status, reply = await hub.post("/api/tickets/validate", {"ticket_code": code})
    assert status == 200
    assert reply["data"]["venue"]["country"] == "IT"
