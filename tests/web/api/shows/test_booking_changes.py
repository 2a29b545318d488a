"""Bookings changed by staff over HTTP: cancelled, moved, sent again."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from hub.access.randomness import token_hash
from hub.actions.shows.booking_views import booking_of_token
from hub.rules.refusals import Refused
from tests.support.api_client import Api
from tests.support.mail_outbox import read_outbox
from tests.support.shows import Booking, add_show, read_booking_row
from tests.support.slots import change_slot, close_slot, read_slot
from tests.support.still_outbox import send_nothing
from tests.support.theatre import TOMORROW, Theatre
from tests.support.tickets import read_ticket, read_ticket_status
from tests.support.world import World

LIST = "/api/admin/bookings"
STEPS = ("cancel", "move", "resend")


@pytest.fixture(autouse=True)
def unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep every message in the outbox, with its content."""
    send_nothing(monkeypatch)


@pytest.fixture
async def theatre(world: World) -> Theatre:
    return await Theatre(world).found()


@pytest.fixture
async def manager(world: World) -> str:
    return await world.staff("MANAGER")


async def change(api: Api, token: str, booking: Booking, step: str, performance_id: int = 0) -> Any:
    body = {"performance_id": performance_id} if step == "move" else None
    return await api.post(f"{LIST}/{booking.id}/{step}", body, token=token)


async def mails(world: World, kind: str) -> list[Any]:
    rows = await read_outbox(world.hub.database, order_by="id", kind=kind)
    return [(row, json.loads(row["payload"])) for row in rows if row["status"] != "SENT"]


async def test_a_confirmed_booking_is_cancelled_with_its_places_and_its_mail(
    api: Api, theatre: Theatre, manager: str
) -> None:
    evening = await theatre.performance()
    seats = await theatre.booking(evening, "Ann Lee", 3)
    answer = await change(api, manager, seats, "cancel")
    assert (answer.data["status"], answer.data["end_cause"]) == ("CANCELLED", "staff")
    assert (await read_slot(api.hub.database, id=evening))["booked_count"] == 0
    assert await read_ticket_status(api.hub.database, seats.id) == "CANCELLED"
    ((row, payload),) = await mails(theatre.world, "booking.cancelled")
    assert (row["recipient"], payload["cause"]) == ("ann@example.com", "staff")
    again = await change(api, manager, seats, "cancel")
    assert again.data["status"] == "CANCELLED"
    assert len(await mails(theatre.world, "booking.cancelled")) == 1


async def test_a_request_is_cancelled_and_its_link_confirms_nothing(api: Api, theatre: Theatre, manager: str) -> None:
    seats = await theatre.booking(await theatre.performance(), "Ann Lee", 3, "PENDING")
    assert (await change(api, manager, seats, "cancel")).data["status"] == "CANCELLED"
    assert await read_ticket_status(api.hub.database, seats.id) == "CANCELLED"
    ((row, payload),) = await mails(theatre.world, "booking.cancelled")
    assert (row["recipient"], row["reservation_id"]) == ("ann@example.com", None)
    assert payload == {"booking_id": seats.id, "cause": "staff"}
    assert (await booking_of_token(api.hub.services, seats.confirm_token)).status == "CANCELLED"


async def test_a_party_moves_whole_to_another_performance_of_its_show(api: Api, theatre: Theatre, manager: str) -> None:
    evening, later = await theatre.performance(), await theatre.performance(TOMORROW + timedelta(days=1))
    seats = await theatre.booking(evening, "Ann Lee", 3)
    data = (await change(api, manager, seats, "move", later)).data
    assert data["performance"]["performance_id"] == later
    assert [(await read_slot(api.hub.database, id=one))["booked_count"] for one in (evening, later)] == [0, 3]
    ((_, payload),) = await mails(theatre.world, "booking.moved")
    assert payload["was"]["date"] == TOMORROW.isoformat()
    assert (await change(api, manager, seats, "move", later)).status == 200
    assert len(await mails(theatre.world, "booking.moved")) == 1


async def test_a_request_moves_without_places_and_only_its_new_link_is_valid(
    api: Api, theatre: Theatre, manager: str
) -> None:
    evening, full = await theatre.performance(), await theatre.performance(start="15:00", end="17:00")
    await theatre.booking(full, "Everybody", 40)
    seats = await theatre.booking(evening, "Ann Lee", 3, "PENDING")
    assert (await change(api, manager, seats, "move", full)).data["performance"]["performance_id"] == full
    ((row, payload),) = await mails(theatre.world, "booking.requested")
    assert (row["recipient"], payload["booking_id"]) == ("ann@example.com", seats.id)
    assert row["not_after"] == (await read_booking_row(api.hub.database, id=seats.id))["expires_at"]
    view = await booking_of_token(api.hub.services, payload["confirm_token"])
    assert (view.booking_id, view.status, view.performance_id) == (seats.id, "PENDING", full)
    with pytest.raises(Refused, match="BOOKING_NOT_FOUND"):
        await booking_of_token(api.hub.services, seats.confirm_token)


async def test_a_move_is_refused_where_there_is_no_such_performance_or_no_room(
    api: Api, theatre: Theatre, manager: str
) -> None:
    evening, small = await theatre.performance(), await theatre.performance(start="15:00", end="17:00")
    await theatre.booking(small, "Everybody", 38)
    cancelled, over = (
        await theatre.performance(start="10:00", end="11:00"),
        await theatre.performance(start="08:00", end="09:00"),
    )
    await close_slot(api.hub.database, cancelled)
    now = api.hub.clock.now()
    await change_slot(api.hub.database, over, starts_at=now - timedelta(hours=2), ends_at=now - timedelta(hours=1))
    other = Theatre(theatre.world)
    other.room_id, other.show_id = theatre.room_id, await add_show(theatre.world, "Hamlet")
    elsewhere, slot = await other.performance(start="12:00", end="13:00"), await theatre.world.slot()
    for status in ("CONFIRMED", "PENDING"):
        seats = await theatre.booking(evening, "Ann Lee", 3, status)
        for target in (elsewhere, slot, 10**9):
            answer = await change(api, manager, seats, "move", target)
            assert (answer.status, answer.code) == (404, "PERFORMANCE_NOT_FOUND"), (status, target)
    seats = await theatre.booking(evening, "Ann Lee", 3)
    answer = await change(api, manager, seats, "move", small)
    assert (answer.status, answer.code, answer.error["available_count"]) == (409, "NO_CAPACITY", 2)
    for target in (cancelled, over):
        assert (await change(api, manager, seats, "move", target)).code == "BOOKING_CLOSED"
        request = await theatre.booking(evening, "Ann Lee", 3, "PENDING")
        assert (await change(api, manager, request, "move", target)).code == "PERFORMANCE_NOT_FOUND"
    assert (await read_slot(api.hub.database, id=evening))["booked_count"] == 6


async def test_a_request_is_sent_again_with_the_only_valid_link_and_new_time(
    api: Api, theatre: Theatre, manager: str
) -> None:
    seats = await theatre.booking(await theatre.performance(), "Ann Lee", 3, "PENDING")
    before = (await read_booking_row(api.hub.database, id=seats.id))["expires_at"]
    assert (await change(api, manager, seats, "resend")).data["status"] == "PENDING"
    ((row, payload),) = await mails(theatre.world, "booking.requested")
    assert row["recipient"] == "ann@example.com"
    after = await read_booking_row(api.hub.database, id=seats.id)
    assert after["confirm_hash"] == token_hash(payload["confirm_token"]) != token_hash(seats.confirm_token)
    assert row["not_after"] == after["expires_at"] > before


async def test_a_request_that_staff_change_has_another_version_so_that_no_confirmation_uses_what_it_was(
    api: Api, theatre: Theatre, manager: str
) -> None:
    evening, later = await theatre.performance(), await theatre.performance(start="15:00", end="17:00")
    seats = await theatre.booking(evening, "Ann Lee", 3, "PENDING")
    versions = []
    for step in ("resend", "move", "cancel"):
        assert (await change(api, manager, seats, step, later)).status == 200
        versions.append((await read_ticket(api.hub.database, "version", id=seats.id))["version"])
    assert versions == sorted(set(versions))


async def test_a_confirmation_is_sent_again_and_every_link_stays_valid(
    api: Api, theatre: Theatre, manager: str
) -> None:
    seats = await theatre.booking(await theatre.performance(), "Ann Lee", 3, admitted=1)
    assert (await change(api, manager, seats, "resend")).data["status"] == "CHECKED_IN"
    ((_, payload),) = await mails(theatre.world, "booking.confirmed")
    for token in (payload["manage_token"], seats.confirm_token, seats.manage_token):
        assert (await booking_of_token(api.hub.services, token)).booking_id == seats.id


@pytest.mark.parametrize(
    ("status", "admitted", "step", "code"),
    [
        ("CONFIRMED", 1, "cancel", "ALREADY_CHECKED_IN"),
        ("CONFIRMED", 1, "move", "ALREADY_CHECKED_IN"),
        ("CANCELLED", 0, "move", "BOOKING_CANCELLED"),
        ("CANCELLED", 0, "resend", "BOOKING_CANCELLED"),
        ("EXPIRED", 0, "move", "CONFIRMATION_EXPIRED"),
        ("EXPIRED", 0, "resend", "CONFIRMATION_EXPIRED"),
    ],
)
async def test_what_is_over_or_in_is_not_changed(
    api: Api, theatre: Theatre, manager: str, status: str, admitted: int, step: str, code: str
) -> None:
    evening, other = await theatre.performance(), await theatre.performance(start="15:00", end="17:00")
    seats = await theatre.booking(evening, "Ann Lee", 3, status, admitted=admitted)
    answer = await change(api, manager, seats, step, other)
    assert answer.code == code
    assert (await api.get(f"{LIST}/{seats.id}", token=manager)).data["performance"]["performance_id"] == evening


async def test_a_request_whose_time_is_over_counts_as_expired_before_the_job_has_run(
    api: Api, theatre: Theatre, manager: str
) -> None:
    seats = await theatre.booking(
        await theatre.performance(), "Ann Lee", 3, "PENDING", expires_at=api.hub.clock.now() - timedelta(seconds=1)
    )
    assert (await change(api, manager, seats, "resend")).code == "CONFIRMATION_EXPIRED"


async def test_only_managers_of_the_organisation_change_bookings(api: Api, theatre: Theatre, world: World) -> None:
    evening, other = await theatre.performance(), await theatre.performance(start="15:00", end="17:00")
    seats = await theatre.booking(evening)
    operator, stranger = await world.staff(), await (await World(world.hub).found()).staff("ADMIN")
    for step in STEPS:
        assert (await change(api, "", seats, step, other)).status == 401
        assert (await change(api, operator, seats, step, other)).status == 403
        assert (await change(api, stranger, seats, step, other)).code == "BOOKING_NOT_FOUND"
    for body in ({}, {"performance_id": "1"}, {"performance_id": 0}, {"performance_id": 2**60}):
        assert (await api.post(f"{LIST}/{seats.id}/move", body, token=await world.staff("MANAGER"))).status == 400
