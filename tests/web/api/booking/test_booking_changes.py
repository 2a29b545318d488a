"""Bookings over the endpoints of reservations: shown, moved and cancelled by the holder's link and by the staff."""

from __future__ import annotations

from datetime import timedelta

import pytest
from icalendar import Calendar

from tests.support.api_client import Answer, Api
from tests.support.reservations import change_reservation
from tests.support.shows import (
    Booking,
    Stage,
    add_booking,
    add_performance,
    add_room,
    add_stage,
    admit_people,
    change_show,
)
from tests.support.waitlist import on_demand, slot
from tests.support.world import NOON, TODAY, World

LATER = TODAY + timedelta(days=9)


@pytest.fixture(autouse=True)
def quiet_hubs(monkeypatch):
    on_demand(monkeypatch)


@pytest.fixture
async def stage(world: World) -> Stage:
    """A show with one performance in nine days, in a room for ten."""
    return await add_stage(world, capacity=10, day=LATER)


def path_of(booking: Booking) -> str:
    return f"/api/reservations/{booking.reservation_id}"


def holder(booking: Booking) -> dict[str, str]:
    return {"X-Reservation-Token": booking.manage_token}


async def move(api: Api, booking: Booking, performance_id: int, **more: str) -> Answer:
    headers = {} if more else holder(booking)
    return await api.put(path_of(booking), {"slot_id": performance_id}, headers=headers, **more)


async def test_a_booking_is_shown_with_its_party_show_and_room(api: Api, world: World, stage: Stage):
    booking = await add_booking(world, stage.performance_id, 5)
    await admit_people(world.hub.database, booking, 2)
    shown = (await api.get(path_of(booking), headers=holder(booking))).data
    assert (shown["status"], shown["places"], shown["can_change"]) == ("VERIFIED", 5, False)
    assert shown["booking"] == {
        "booking_id": booking.id, "party_size": 5, "admitted": 2, "remaining": 3, "show_id": stage.show_id,
        "show_title": "The Tempest", "room": shown["booking"]["room"],
    }  # fmt: skip
    assert shown["slot"]["slot_id"] == stage.performance_id
    by_token = await api.get("/api/reservations/by-token", headers={"X-Reservation-Token": booking.confirm_token})
    assert by_token.data["reservation_id"] == booking.reservation_id
    ticket = await world.reserved(await world.slot(LATER))
    shown = (
        await api.get(f"/api/reservations/{ticket.reservation_id}", headers={"X-Reservation-Token": ticket.token})
    ).data
    assert (shown["places"], shown["booking"]) == (1, None)


async def test_the_calendar_of_a_booking_names_the_show_and_not_its_code(api: Api, world: World, stage: Stage):
    await change_show(world.hub.database, stage.show_id, translations='{"zh_Hans": {"title": "暴风雨"}}')
    booking = await add_booking(world, stage.performance_id, 5)
    await change_reservation(world.hub.database, booking.reservation_id, language="zh_Hans")
    answer = await api.get(f"{path_of(booking)}/calendar.ics", headers=holder(booking))
    (event,) = Calendar.from_ical(answer.body).walk("VEVENT")
    assert event["SUMMARY"] == "暴风雨"
    assert f"/b/{booking.manage_token}" in event["DESCRIPTION"]
    shown = (await api.get(path_of(booking), headers=holder(booking))).data
    for text in (answer.body.decode(), *shown["calendar_links"].values()):
        assert booking.code not in text
    assert booking.manage_token not in "".join(shown["calendar_links"].values())


@pytest.mark.parametrize("by_staff", [False, True])
async def test_holder_and_staff_move_and_cancel_a_booking(api: Api, world: World, stage: Stage, by_staff: bool):
    next_day = await add_performance(world, stage.show_id, stage.room_id, LATER + timedelta(days=1))
    booking = await add_booking(world, stage.performance_id, 4)
    staff = {"token": await world.staff("MANAGER")} if by_staff else {}
    moved = (await move(api, booking, next_day, **staff)).data
    assert (moved["slot"]["slot_id"], moved["places"]) == (next_day, 4)
    assert (await move(api, booking, next_day, **staff)).status == 200
    assert await slot(world.hub, next_day) == (4, 0, 6)
    for _ in range(2):
        gone = await api.delete(path_of(booking), headers={} if by_staff else holder(booking), **staff)
        assert (gone.data["status"], gone.data["ticket_status"]) == ("CANCELLED", "CANCELLED")
    assert await slot(world.hub, next_day) == (0, 0, 10)
    no = await move(api, booking, stage.performance_id, **staff)
    assert (no.status, no.code) == (409, "BOOKING_CANCELLED")


async def test_every_refusal_of_a_move_has_its_status_and_its_facts(api: Api, world: World, stage: Stage, hub, clock):
    small_room = await add_room(world, "Studio", 3)
    small, roomy = [
        await add_performance(world, stage.show_id, room, LATER + timedelta(days=days))
        for room, days in ((small_room, 1), (stage.room_id, 2))
    ]
    closed = await add_performance(world, stage.show_id, small_room, LATER + timedelta(days=3), booking_closed=True)
    other = await add_stage(world, title="Hamlet", day=LATER)
    booking = await add_booking(world, stage.performance_id, 4)
    no = await move(api, booking, small)
    assert (no.status, no.code, no.error["available_count"]) == (409, "NO_CAPACITY", 3)
    assert no.error["alternatives"] == [
        {
            "performance_id": roomy, "date": (LATER + timedelta(days=2)).isoformat(), "start_time": "20:00:00",
            "end_time": "22:00:00", "room": no.error["alternatives"][0]["room"], "available_count": 10,
        }
    ]  # fmt: skip
    no = await move(api, booking, closed)
    assert (no.status, no.code, len(no.error["alternatives"])) == (409, "BOOKING_CLOSED", 1)
    for target in (other.performance_id, await world.slot(LATER), 2**40):
        no = await move(api, booking, target)
        assert (no.status, no.code) == (404, "PERFORMANCE_NOT_FOUND")
    no = await api.put(path_of(booking), {"slot_id": roomy}, headers={"X-Reservation-Token": "somebody-elses"})
    assert (no.status, no.code) == (404, "RESERVATION_NOT_FOUND")
    await admit_people(hub.database, booking, 1)
    for no in (await move(api, booking, roomy), await api.delete(path_of(booking), headers=holder(booking))):
        assert (no.status, no.code, no.error["checked_in_at"][:16]) == (409, "ALREADY_CHECKED_IN", "2026-11-20T11:00")
    clock.set(NOON + timedelta(days=9))
    late = await add_booking(world, stage.performance_id, 2)
    assert (await api.delete(path_of(late), headers=holder(late))).code == "CHANGE_TOO_LATE"


async def test_a_ticket_cannot_book_move_into_or_wait_for_a_performance(api: Api, world: World, stage: Stage):
    ticket, booked = await world.ticket(), await world.reserved(await world.slot(LATER))
    contact = {"customer_email": "ann@example.com", "customer_phone": "+12025551234"}
    body = {"ticket_id": ticket.id, "slot_id": stage.performance_id, **contact}
    party = {"ticket_codes": [ticket.code], "slot_id": stage.performance_id, **contact}
    for no in (
        await api.post("/api/reservations/create", body),
        await api.post("/api/reservations", party),
        await api.post("/api/waitlist", party),
        await api.put(
            f"/api/reservations/{booked.reservation_id}", {"slot_id": stage.performance_id},
            headers={"X-Reservation-Token": booked.token},
        ),
    ):  # fmt: skip
        assert (no.status, no.code) == (404, "SLOT_NOT_FOUND")
        assert "alternative_slots" not in no.error
    calendar = (await api.get(f"/api/reservation-slots/available?from={LATER}&to={LATER}")).data
    assert stage.performance_id not in [one["id"] for one in calendar]
    full = await world.slot(LATER, "15:00", "16:00", capacity=1, booked=1)
    no = await api.post("/api/reservations/create", {**body, "slot_id": full})
    assert no.code == "SLOT_FULL"
    assert stage.performance_id not in [one["slot_id"] for one in no.error["alternative_slots"]]
