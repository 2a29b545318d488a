"""Reservations over HTTP: idempotency key, holder's token, QR code, calendar file, and cancelling."""

from __future__ import annotations

import asyncio
import io
from datetime import timedelta

import pytest
import zxingcpp
from icalendar import Calendar
from PIL import Image

from tests.support.api_client import Api, booking
from tests.support.world import TODAY, World

LATER = TODAY + timedelta(days=9)


async def test_the_same_key_and_body_give_the_first_answer_again(api: Api, world: World) -> None:
    body = booking(await world.ticket(), await world.slot())
    headers = {"Idempotency-Key": "one-request"}
    answers = await asyncio.gather(*(api.post("/api/reservations/create", body, headers=headers) for _ in range(20)))
    answers.append(await api.post("/api/reservations/create", body, headers=headers))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1
    assert await world.booked_count(body["slot_id"]) == 1


async def test_the_same_key_with_another_body_is_refused(api: Api, world: World) -> None:
    first, second = await world.tickets(2)
    slot = await world.slot()
    headers = {"Idempotency-Key": "one-request"}
    assert (await api.post("/api/reservations/create", booking(first, slot), headers=headers)).status == 200
    answer = await api.post("/api/reservations/create", booking(second, slot), headers=headers)
    assert (answer.status, answer.code) == (422, "IDEMPOTENCY_KEY_REUSED")


@pytest.mark.parametrize("key", ["", " ", "two words", "x" * 201, "\u00e9", "\u4e2d"])
async def test_a_key_that_is_no_key_is_a_bad_request(api: Api, world: World, key: str) -> None:
    body = booking(await world.ticket(), await world.slot())
    answer = await api.post("/api/reservations/create", body, headers={"Idempotency-Key": key})
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")
    assert answer.error["errors"][0]["field"] == "Idempotency-Key"


async def test_the_holder_sees_the_reservation_by_query_and_by_header(api: Api, world: World) -> None:
    ticket = await world.reserved(await world.slot(LATER))
    path = f"/api/reservations/{ticket.reservation_id}"
    by_query = await api.get(f"{path}?token={ticket.token}")
    by_header = await api.get(path, headers={"X-Reservation-Token": ticket.token})
    by_token = await api.get("/api/reservations/by-token", headers={"X-Reservation-Token": ticket.token})
    assert by_query.data == by_header.data == by_token.data
    assert by_query.data["customer_email"] == "john@example.com"
    assert by_query.headers["Cache-Control"] == "no-store"


async def test_nobody_else_sees_it(api: Api, world: World) -> None:
    ticket, other = await world.reserved(await world.slot(LATER)), await world.reserved(await world.slot(TODAY))
    path = f"/api/reservations/{ticket.reservation_id}"
    assert (await api.get(path)).status == 401
    assert (await api.get(f"{path}?token=wrong")).status == 404
    assert (await api.get(f"{path}?token={other.token}")).status == 404
    assert (await api.get(path, token=await world.staff("OPERATOR"))).status == 403
    other_world = await World(api.hub).found()
    assert (await api.get(path, token=await other_world.staff("MANAGER"))).status == 404
    assert (await api.get(path, token=await world.staff("MANAGER"))).status == 200


@pytest.mark.parametrize("name", ["qr.png", "qr.svg", "calendar.ics"])
async def test_the_files_are_for_the_holder_alone(api: Api, world: World, name: str) -> None:
    ticket = await world.reserved(await world.slot(LATER))
    path = f"/api/reservations/{ticket.reservation_id}/{name}"
    assert (await api.get(path)).status == 401
    assert (await api.get(f"{path}?token=wrong")).status == 404
    answer = await api.get(f"{path}?token={ticket.token}")
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"


async def test_the_picture_holds_the_code_and_the_calendar_entry_the_time(api: Api, world: World) -> None:
    ticket = await world.reserved(await world.slot(LATER))
    path = f"/api/reservations/{ticket.reservation_id}"
    png = await api.get(f"{path}/qr.png?token={ticket.token}")
    assert zxingcpp.read_barcodes(Image.open(io.BytesIO(png.body)).convert("L"))[0].text == ticket.code
    entry = Calendar.from_ical((await api.get(f"{path}/calendar.ics?token={ticket.token}")).body)
    (event,) = entry.walk("VEVENT")
    assert event.start.isoformat() == f"{LATER}T12:00:00+01:00"
    assert event["ORGANIZER"] == "mailto:no-reply@localhost", "a calendar asks nobody to come without it (RFC 5546)"


async def test_cancelling_gives_the_place_back_once(api: Api, world: World) -> None:
    slot = await world.slot(LATER, capacity=1)
    ticket = await world.reserved(slot)
    path = f"/api/reservations/{ticket.reservation_id}?token={ticket.token}"
    assert (await api.delete(path)).data["status"] == "CANCELLED"
    assert (await api.delete(path)).status == 200
    assert await world.booked_count(slot) == 0
    assert (await api.post("/api/reservations/create", booking(ticket, slot))).status == 200


async def test_cancelling_on_the_day_is_too_late_for_the_holder(api: Api, world: World) -> None:
    ticket = await world.reserved(await world.slot())
    answer = await api.delete(
        f"/api/reservations/{ticket.reservation_id}", headers={"X-Reservation-Token": ticket.token}
    )
    assert (answer.status, answer.code) == (409, "CHANGE_TOO_LATE")


async def test_a_deferred_ticket_is_activated_by_who_knows_its_code(api: Api, world: World) -> None:
    ticket = await world.ticket("INACTIVE", activation_mode="deferred")
    path = f"/api/tickets/{ticket.id}"
    knows = {"X-Ticket-Code": ticket.code}
    assert (await api.post(f"{path}/activate")).status == 401
    assert (await api.post(f"{path}/activate", headers={"X-Ticket-Code": "TKT-2025-ABC123-DEF456"})).status == 404
    assert (await api.get(f"{path}/status", headers=knows)).data["status"] == "INACTIVE"
    assert (await api.post(f"{path}/activate", headers=knows)).data["status"] == "ACTIVATED"
    again = await api.post(f"{path}/activate", headers=knows)
    assert (again.status, again.code) == (409, "TICKET_ALREADY_ACTIVATED")


async def test_a_tickets_availability_lists_slots_with_places_left(api: Api, world: World) -> None:
    ticket, free, full = await world.ticket(), await world.slot(LATER), await world.slot(TODAY, capacity=1)
    reserved = await world.reserved(full)
    answer = await api.get(f"/api/tickets/{ticket.id}/availability", headers={"X-Ticket-Code": ticket.code})
    assert answer.data["can_reserve"] is True
    assert [slot["id"] for slot in answer.data["slots"]] == [free]
    answer = await api.get(f"/api/tickets/{reserved.id}/availability", token=await world.staff())
    assert answer.data["can_reserve"] is False


async def test_the_calendar_answers_by_month_and_by_span_and_is_not_sent_twice(api: Api, world: World) -> None:
    slot = await world.slot()
    path = f"/api/reservation-slots/available?month={TODAY:%Y-%m}"
    first = await api.get(path)
    assert first.json["metadata"] == {"month": f"{TODAY:%Y-%m}", "total_slots": 1}
    assert first.data[0] == {
        "id": slot,
        "venue_id": world.venue_id,
        "date": str(TODAY),
        "start_time": "12:00:00",
        "end_time": "14:00:00",
        "ends_at": f"{TODAY}T13:00:00Z",
        "total_capacity": 200,
        "booked_count": 0,
        "available_count": 200,
        "status": "ACTIVE",
        "capacity_status": "AVAILABLE",
    }
    assert (await api.get("/api/reservation-slots/available")).json["data"] == first.json["data"]
    unchanged = await api.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (unchanged.status, unchanged.body) == (304, b"")
    assert (await api.get(path, headers={"If-None-Match": f'"other", W/{first.headers["ETag"]}'})).status == 304
    await world.reserved(slot)
    changed = await api.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.data[0]["booked_count"] == 1
    span = await api.get(f"/api/reservation-slots/available?from={TODAY}&to={TODAY + timedelta(days=91)}")
    assert [shown["id"] for shown in span.data] == [slot]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("month=2026-13", "month"),
        ("month=2026", "month"),
        ("month=9999-12", "month"),
        ("month=0001-01", "month"),
        ("month=", "month"),
        ("from=2026-11-20", "to"),
        ("to=2026-11-20", "from"),
        ("from=2026-11-20&to=2026-11-19", "to"),
        ("from=2026-01-01&to=2026-04-03", "to"),
        ("from=2026-02-30&to=2026-03-01", "from"),
        ("from=2026-11-20&to=2026-11-20&month=2026-11", "month"),
        ("orq=abc", "orq"),
        ("orq=0", "orq"),
        ("orq=99999999999999999999", "orq"),
        ("orq=424242", "orq"),
        ("month=%00", "month"),
        ("month=%ff%fe", "month"),
        ("month=２０２６-11", "month"),
    ],
)
async def test_a_bad_question_about_the_calendar_names_its_field(api: Api, query: str, field: str) -> None:
    answer = await api.get(f"/api/reservation-slots/available?{query}")
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")
    assert field in [problem["field"] for problem in answer.error["errors"]]


async def test_several_organisations_must_be_named(api: Api, world: World) -> None:
    await World(api.hub).found()
    answer = await api.get("/api/reservation-slots/available")
    assert (answer.status, answer.error["errors"][0]["field"]) == (400, "orq")
    assert (await api.get(f"/api/reservation-slots/available?orq={world.org_id}")).status == 200
