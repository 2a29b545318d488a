"""The waiting list page of a request for seats: show, room and seats in words, and never the booking's code."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from hub.actions.booking.cancel import cancel_reservation
from hub.actions.waitlist.join import Joined
from tests.support.hub import Hub
from tests.support.shows import Booking, Stage, add_booking, add_stage
from tests.support.slots import change_slot
from tests.support.waitlist import entry, on_demand, serve_all, wait_for_seats
from tests.support.world import TODAY, World

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def quiet_hubs(monkeypatch):
    on_demand(monkeypatch)


@pytest.fixture
async def stage(world: World) -> Stage:
    """A show with a performance tomorrow evening, in a room for four."""
    return await add_stage(world, capacity=4, day=TOMORROW)


async def read(hub: Hub, path: str) -> str:
    async with hub.client.get(path, allow_redirects=False) as response:
        assert response.status == 200
        return re.sub(r"\s+", " ", await response.text())


async def waiting(hub: Hub, world: World, stage: Stage, *, offered: bool) -> tuple[Booking, Joined]:
    booked = await add_booking(world, stage.performance_id, 4)
    request = await add_booking(world, stage.performance_id, 3, "PENDING")
    joined = await wait_for_seats(hub, request)
    if offered:
        await cancel_reservation(hub.services, booked.reservation_id, token=booked.manage_token, identity=None)
        await serve_all(hub)
    return request, joined


async def test_it_names_what_the_party_waits_for(hub: Hub, world: World, stage: Stage):
    request, joined = await waiting(hub, world, stage, offered=False)
    for path in (f"/w/{joined.token}", f"/w/{joined.token}/plain"):
        page = await read(hub, path)
        assert "The Tempest" in page
        assert request.code not in page
    page = await read(hub, f"/w/{joined.token}")
    assert "3 seats" in page
    assert "ticket is still valid" not in page
    assert f'href="/shows/{stage.show_id}"' in page
    assert "/reserve?" not in page


async def test_a_form_accepts_the_offer_and_leads_to_the_page_of_the_booking(hub: Hub, world: World, stage: Stage):
    request, joined = await waiting(hub, world, stage, offered=True)
    assert "Accept the 3 spots" in await read(hub, f"/w/{joined.token}")
    form = {"do": "accept"}
    headers = {"Origin": hub.url}
    async with hub.client.post(
        f"/w/{joined.token}/plain", data=form, headers=headers, allow_redirects=False
    ) as response:
        assert response.status == 303
        assert response.headers["Location"].startswith("/b/")
    page = await read(hub, f"/w/{joined.token}")
    assert f'href="/b/{joined.token}"' in page
    assert "Show my QR code<" in page
    assert request.code not in page


async def test_what_is_over_says_what_the_holder_can_still_do(hub: Hub, world: World, stage: Stage, clock):
    _, joined = await waiting(hub, world, stage, offered=True)
    clock.set((await entry(hub, joined))["offer_ends_at"])
    page = await read(hub, f"/w/{joined.token}")
    assert "the link in your first email confirms it" in page
    assert "ticket" not in page.split('id="waiting-part"')[1].split('class="ticket wait-ticket')[0]


async def test_a_closed_performance_is_called_a_performance(hub: Hub, world: World, stage: Stage):
    _, joined = await waiting(hub, world, stage, offered=False)
    await change_slot(hub.database, stage.performance_id, booking_closed=True)
    await serve_all(hub)
    assert "This performance can no longer be booked." in await read(hub, f"/w/{joined.token}")
