"""The check-in of bookings: every failure state of the document, over HTTP and at a scanner."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from hub.settings import Rate
from tests.support.api_client import Api
from tests.support.hub import Hub
from tests.support.scan_log import count_scans, read_scan, read_scans
from tests.support.shows import Booking, add_booking, add_stage
from tests.support.slots import read_slot
from tests.support.world import TODAY, World

CHECK_IN = "/api/check-in"


async def party(world: World, size: int = 5, status: str = "CONFIRMED", **performance: Any) -> Booking:
    return await add_booking(world, (await add_stage(world, **performance)).performance_id, size, status)


async def test_a_party_is_checked_in_at_once(api: Api, world: World) -> None:
    booking, token = await party(world), await world.staff()
    answer = await api.post(CHECK_IN, {"code": booking.code}, token=token)
    assert answer.status == 200
    assert answer.data | {"scan_id": ""} == {
        "booking_id": booking.id, "party_size": 5, "admitted": 5, "remaining": 0, "scan_id": "",
        "checked_in_at": answer.data["checked_in_at"],
    }  # fmt: skip
    row = await read_scan(world.hub.database)
    assert (row["mode"], row["source"], row["people"], str(row["scan_id"])) == (
        "verify", "http", 5, answer.data["scan_id"],
    )  # fmt: skip


async def test_a_party_is_checked_in_part_by_part_and_the_time_is_the_firsts(api: Api, world: World, clock) -> None:
    booking, token = await party(world), await world.staff()
    first = (await api.post(CHECK_IN, {"code": booking.code, "count": 2}, token=token)).data
    clock.advance(300)
    then = (await api.post(CHECK_IN, {"code": booking.code, "count": 1}, token=token)).data
    assert [(part["admitted"], part["remaining"]) for part in (first, then)] == [(2, 3), (3, 2)]
    assert then["checked_in_at"] == first["checked_in_at"]


async def test_the_same_check_in_sent_again_is_answered_again_and_done_once(api: Api, world: World) -> None:
    booking, token = await party(world), await world.staff()
    body = {"code": booking.code, "count": 2, "scan_id": str(uuid4()), "gate": "B"}
    first = await api.post(CHECK_IN, body, token=token)
    await api.post(CHECK_IN, {"code": booking.code, "count": 1}, token=token)
    again = await api.post(CHECK_IN, body, token=token)
    assert again.data == first.data
    assert (await read_slot(world.hub.database))["verified_count"] == 3


async def whole(world: World, api: Api) -> str:
    booking = await party(world)
    await api.post(CHECK_IN, {"code": booking.code, "gate": "A"}, token=await world.staff(name="Tom Brown"))
    return booking.code


async def unknown(world: World, api: Api) -> str:
    return "BKG-22222222222222222222222222G"


async def unconfirmed(world: World, api: Api) -> str:
    return (await party(world, status="PENDING")).code


async def unconfirmed_by_link(world: World, api: Api) -> str:
    return f"https://hub.example/b/{(await party(world, status='PENDING')).confirm_token}"


async def lapsed(world: World, api: Api) -> str:
    return (await party(world, status="EXPIRED")).code


async def cancelled(world: World, api: Api) -> str:
    return (await party(world, status="CANCELLED")).code


async def too_early(world: World, api: Api) -> str:
    return (await party(world, check_in_opens_minutes=30)).code


async def another_day(world: World, api: Api) -> str:
    return (await party(world, day=TODAY + timedelta(days=1))).code


async def over(world: World, api: Api) -> str:
    return (await party(world, start="09:00", end="11:00")).code


async def closed(world: World, api: Api) -> str:
    return (await party(world, start="11:00", end="14:00", check_in_closes_minutes=15)).code


async def another_organisation(world: World, api: Api) -> str:
    return (await party(await World(api.hub).found())).code


Prepare = Callable[[World, Api], Awaitable[str]]

STATES: list[tuple[Prepare, int, str, str, str]] = [
    (unknown, 404, "BOOKING_NOT_FOUND", "RED", "TICKET_NOT_FOUND"),
    (another_organisation, 404, "BOOKING_NOT_FOUND", "RED", "TICKET_NOT_FOUND"),
    (unconfirmed, 409, "BOOKING_NOT_CONFIRMED", "RED", "BOOKING_NOT_CONFIRMED"),
    (unconfirmed_by_link, 409, "BOOKING_NOT_CONFIRMED", "RED", "BOOKING_NOT_CONFIRMED"),
    (lapsed, 409, "BOOKING_NOT_CONFIRMED", "RED", "BOOKING_NOT_CONFIRMED"),
    (cancelled, 409, "BOOKING_CANCELLED", "RED", "TICKET_CANCELLED"),
    (whole, 409, "ALREADY_CHECKED_IN", "YELLOW", "ALREADY_VERIFIED"),
    (too_early, 409, "CHECK_IN_NOT_OPEN", "RED", "TOO_EARLY"),
    (another_day, 409, "CHECK_IN_NOT_OPEN", "RED", "WRONG_DATE"),
    (over, 409, "CHECK_IN_NOT_OPEN", "RED", "TICKET_EXPIRED"),
    (closed, 409, "CHECK_IN_NOT_OPEN", "RED", "TICKET_EXPIRED"),
]


@pytest.mark.parametrize(
    ("prepare", "status", "code", "result", "reason"), STATES, ids=[row[0].__name__ for row in STATES]
)
async def test_every_failure_state_is_answered_over_http_and_at_a_scanner_and_nobody_comes_in(
    hub: Hub, api: Api, world: World, prepare: Prepare, status: int, code: str, result: str, reason: str
) -> None:
    text, token = await prepare(world, api), await world.staff()
    before = await count_scans(hub.database, entered=True)
    answer = await api.post(CHECK_IN, {"code": text}, token=token)
    assert (answer.status, answer.code) == (status, code)
    assert answer.error["message"]
    gate = await hub.socket(token)
    for decision in (await gate.validate(text), await gate.verify(text)):
        assert (decision["result"], decision["reason"]) == (result, reason)
        assert decision["detail"]
    scanned = (await api.post("/venue/scan", {"code": text, "mode": "verify"}, token=token)).data
    assert (scanned["result"], scanned["reason"]) == (result, reason)
    assert await count_scans(hub.database, entered=True) == before
    assert await count_scans(hub.database, reason=reason) == 4, "each showing is logged"


async def test_a_whole_party_again_names_who_checked_it_in_when_and_where(api: Api, world: World) -> None:
    answer = await api.post(CHECK_IN, {"code": await whole(world, api)}, token=await world.staff())
    error = answer.error
    assert (error["operator_name"], error["gate"], error["remaining"]) == ("Tom Brown", "A", 0)
    assert error["checked_in_at"].startswith("2026-11-20T11:00:0")


async def test_more_than_remain_are_told_how_many_do(api: Api, world: World) -> None:
    booking, token = await party(world), await world.staff()
    await api.post(CHECK_IN, {"code": booking.code, "count": 4}, token=token)
    answer = await api.post(CHECK_IN, {"code": booking.code, "count": 2}, token=token)
    assert (answer.status, answer.code, answer.error["remaining"]) == (409, "PARTY_TOO_LARGE", 1)
    assert "1" in answer.error["message"]
    verified = await api.post("/api/operator/verify-ticket", {"ticket_code": booking.code, "count": 2}, token=token)
    assert (verified.status, verified.code, verified.error["remaining"]) == (409, "PARTY_TOO_LARGE", 1)
    assert (await read_slot(world.hub.database))["verified_count"] == 4


async def test_outside_the_window_its_moments_are_told(api: Api, world: World) -> None:
    booking = await party(world, start="13:00", end="15:00", check_in_opens_minutes=30, check_in_closes_minutes=15)
    error = (await api.post(CHECK_IN, {"code": booking.code}, token=await world.staff())).error
    assert (error["opens_at"], error["closes_at"]) == ("2026-11-20T11:30:00Z", "2026-11-20T12:15:00Z")


async def test_a_booking_of_another_venue_is_refused(api: Api, world: World) -> None:
    booking = await party(world)
    token = await world.staff(venue_id=await world.venue())
    answer = await api.post(CHECK_IN, {"code": booking.code}, token=token)
    assert (answer.status, answer.code) == (409, "WRONG_VENUE")


async def test_a_ticket_is_no_booking_and_is_not_admitted_here(api: Api, world: World) -> None:
    ticket, token = await world.reserved(await world.slot()), await world.staff()
    answer = await api.post(CHECK_IN, {"code": ticket.code}, token=token)
    assert (answer.status, answer.code) == (404, "BOOKING_NOT_FOUND")
    assert "This is a ticket" in answer.error["message"]
    assert await read_scans(world.hub.database) == []


@pytest.mark.parametrize(
    "body",
    [{}, {"code": ""}, {"code": 7}, {"code": "x", "count": 0}, {"code": "x", "count": -1}, {"code": "x", "count": 1.5},
     {"code": "x", "count": 10**9}, {"code": "x", "count": "2"}, {"code": "x", "count": True},
     {"code": "x\0"}, {"code": "x" * 3000}],
)  # fmt: skip
async def test_what_cannot_be_read_is_a_bad_request(api: Api, world: World, body: dict[str, Any]) -> None:
    answer = await api.post(CHECK_IN, body, token=await world.staff())
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")


async def test_it_is_for_staff_and_has_the_operators_limit(open_hub) -> None:
    hub = await open_hub(rate_operator=Rate(2, 60))
    world = await World(hub).found()
    token = await world.staff()
    assert (await hub.post(CHECK_IN, {"code": "x"}))[0] == 401
    statuses = [(await hub.post(CHECK_IN, {"code": "x"}, token=token))[0] for _ in range(3)]
    assert statuses == [404, 404, 429]


async def test_twenty_check_ins_of_one_at_once_admit_five_of_five(api: Api, world: World) -> None:
    booking, token = await party(world), await world.staff()
    answers = await asyncio.gather(
        *(api.post(CHECK_IN, {"code": booking.code, "count": 1}, token=token) for _ in range(20))
    )
    assert sorted(answer.status for answer in answers) == [200] * 5 + [409] * 15
    assert sorted(answer.data["admitted"] for answer in answers if answer.status == 200) == [1, 2, 3, 4, 5]
    assert {answer.code for answer in answers if answer.status == 409} == {"ALREADY_CHECKED_IN"}
