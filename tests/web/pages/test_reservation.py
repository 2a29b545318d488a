"""The reservation page does not show bookings of seats: their links lead to a page of their own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.hub import Hub
from tests.support.shows import add_booking, add_stage
from tests.support.world import TODAY, World


@pytest.mark.parametrize("path", ["", "/plain"])
async def test_the_link_of_a_booking_leads_to_its_own_page(hub: Hub, world: World, path: str):
    stage = await add_stage(world, day=TODAY + timedelta(days=1))
    booking = await add_booking(world, stage.performance_id)
    for token in (booking.manage_token, booking.confirm_token):
        async with hub.client.get(f"/r/{token}{path}", allow_redirects=False) as response:
            assert (response.status, response.headers["Location"]) == (303, f"/b/{token}")
    ticket = await world.reserved(await world.slot(TODAY + timedelta(days=2)))
    async with hub.client.get(f"/r/{ticket.token}{path}", allow_redirects=False) as response:
        assert response.status == 200
