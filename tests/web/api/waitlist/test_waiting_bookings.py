"""A request for seats on the waiting list over HTTP: joined by its link, shown without its code, accepted as a whole."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.api_client import Api
from tests.support.hub import Hub
from tests.support.shows import Stage, add_booking, add_stage
from tests.support.waitlist import mails, on_demand, serve_all
from tests.support.world import TODAY, World

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def quiet_hubs(monkeypatch):
    on_demand(monkeypatch)


@pytest.fixture
async def stage(world: World) -> Stage:
    """A show with a performance tomorrow evening, in a room for four."""
    return await add_stage(world, capacity=4, day=TOMORROW)


async def test_the_whole_way_from_the_link_to_the_booking(api: Api, hub: Hub, world: World, stage: Stage):
    booked = await add_booking(world, stage.performance_id, 4)
    request = await add_booking(world, stage.performance_id, 3, "PENDING")
    joined = (await api.post("/api/bookings/waitlist", {"token": request.confirm_token})).data
    assert (joined["position"], joined["places"]) == (1, 3)
    assert joined["waitlist_url"] == f"{hub.url}/w/{joined['token']}"
    address = f"/api/waitlist/{joined['token']}"
    entry = await api.get(address)
    assert (entry.data["status"], entry.data["ticket_codes"]) == ("WAITING", [])
    assert (entry.data["booking_id"], entry.data["slot"]["slot_id"]) == (request.id, stage.performance_id)
    assert (entry.data["show"]["show_id"], entry.data["show"]["title"]) == (stage.show_id, "The Tempest")
    assert request.code.encode() not in entry.body
    gone = await api.delete(
        f"/api/reservations/{booked.reservation_id}", headers={"X-Reservation-Token": booked.manage_token}
    )
    assert gone.status == 200
    await serve_all(hub)
    (offer,) = await mails(hub, "waitlist.offer")
    accepted = (await api.post(f"/api/waitlist/{offer['payload']['waitlist_token']}/accept")).data
    (reservation,) = accepted["reservations"]
    assert reservation["ticket_code"] == request.code
    assert accepted["manage_url"] == f"{hub.url}/b/{accepted['token']}"
    entry = (await api.get(address)).data
    assert (entry["status"], entry["manage_url"]) == ("ACCEPTED", f"{hub.url}/b/{joined['token']}")
    shown = await api.get("/api/reservations/by-token", headers={"X-Reservation-Token": joined["token"]})
    assert shown.data["booking"]["party_size"] == 3


async def test_every_refusal_has_its_status(api: Api, world: World, stage: Stage):
    async def refused(token: str) -> tuple[int, str]:
        answer = await api.post("/api/bookings/waitlist", {"token": token})
        return answer.status, answer.code

    roomy = await add_booking(world, stage.performance_id, 4, "PENDING")
    assert await refused(roomy.confirm_token) == (409, "SLOT_NOT_FULL")
    booked = await add_booking(world, stage.performance_id, 4)
    assert await refused(booked.confirm_token) == (409, "CONFIRMATION_USED")
    large = await add_booking(world, stage.performance_id, 5, "PENDING")
    assert await refused(large.confirm_token) == (409, "WAITLIST_CLOSED")
    for status, code in (("CANCELLED", (409, "BOOKING_CANCELLED")), ("EXPIRED", (410, "CONFIRMATION_EXPIRED"))):
        over = await add_booking(world, stage.performance_id, 2, status)
        assert await refused(over.confirm_token) == code
    for token in ("nobody's", booked.manage_token, roomy.code, "\u2603"):
        assert await refused(token) == (404, "CONFIRMATION_NOT_FOUND")
    for body in ({}, {"token": ""}, {"token": 7}, {"token": "x" * 5000}, {"token": "x\0"}):
        answer = await api.post("/api/bookings/waitlist", body)
        assert (answer.status, answer.code) == (400, "INVALID_REQUEST")
