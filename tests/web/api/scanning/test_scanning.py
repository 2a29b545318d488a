"""The operators' endpoints: PRD-007 section 6.2 word for word, and the scan of US-016."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.support.api_client import Api
from tests.support.parties import book_together
from tests.support.shows import add_booking, add_stage
from tests.support.tickets import read_ticket_status
from tests.support.world import TODAY, World

TOMORROW = TODAY + timedelta(days=1)
VALIDATE, VERIFY, SCAN = "/api/operator/validate-ticket", "/api/operator/verify-ticket", "/venue/scan"


async def test_a_valid_ticket_answers_as_the_prd_says(api: Api, world: World) -> None:
    await world.policy(show_contact="full")
    ticket = await world.reserved(await world.slot())
    answer = await api.post(VALIDATE, {"ticket_code": ticket.code}, token=await world.staff())
    assert answer.status == 200
    data = answer.data
    expected = {
        "ticket_id": ticket.id,
        "ticket_code": ticket.code,
        "status": "RESERVED",
        "customer_email": "john@example.com",
        "customer_phone": "+12025551234",
        "validation_status": "VALID",
    }
    assert {name: data[name] for name in expected} == expected
    reservation = {"date": str(TODAY), "start_time": "12:00:00", "end_time": "14:00:00", "is_today": True}
    assert {name: data["reservation"][name] for name in reservation} == reservation


async def test_the_contact_is_masked_for_operators_and_whole_for_managers(api: Api, world: World) -> None:
    ticket = await world.reserved(await world.slot())
    body = {"ticket_code": ticket.code}
    seen = (await api.post(VALIDATE, body, token=await world.staff())).data
    assert "john" not in seen["customer_email"]
    assert "1202555" not in seen["customer_phone"]
    assert (await api.post(VALIDATE, body, token=await world.staff("MANAGER"))).data[
        "customer_email"
    ] == "john@example.com"


async def test_a_ticket_for_another_day_names_both_days(api: Api, world: World) -> None:
    ticket = await world.reserved(await world.slot(TOMORROW))
    answer = await api.post(VALIDATE, {"ticket_code": ticket.code}, token=await world.staff())
    assert (answer.status, answer.code) == (400, "WRONG_DATE")
    assert answer.error["message"] == f"Ticket reserved for {TOMORROW}, not today"
    assert (answer.error["reservation_date"], answer.error["today"]) == (str(TOMORROW), str(TODAY))


async def test_a_ticket_without_reservation_names_its_status(api: Api, world: World) -> None:
    ticket = await world.ticket()
    answer = await api.post(VALIDATE, {"ticket_code": ticket.code}, token=await world.staff())
    assert (answer.status, answer.code) == (400, "NO_RESERVATION")
    assert answer.error["ticket_status"] == "ACTIVATED"
    assert answer.error["message"] == "Ticket is activated but has no reservation"


async def test_where_the_venue_allows_it_a_ticket_without_reservation_may_enter(api: Api, world: World) -> None:
    await world.policy(unreserved_entry="allow")
    ticket, token = await world.ticket(), await world.staff()
    seen = (await api.post(VALIDATE, {"ticket_code": ticket.code}, token=token)).data
    assert (seen["validation_status"], seen["reservation"]) == ("NO_RESERVATION", None)
    entered = (await api.post(VERIFY, {"ticket_id": ticket.id}, token=token)).data
    assert (entered["status"], entered["already_verified"]) == ("VERIFIED", False)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("PENDING_PAYMENT", "TICKET_NOT_ACTIVATED"),
        ("INACTIVE", "TICKET_NOT_ACTIVATED"),
        ("EXPIRED", "TICKET_EXPIRED"),
        ("CANCELLED", "TICKET_CANCELLED"),
    ],
)
@pytest.mark.parametrize("path", [VALIDATE, VERIFY])
async def test_a_ticket_in_another_state_is_refused_with_400(
    api: Api, world: World, path: str, status: str, code: str
) -> None:
    ticket = await world.ticket(status)
    answer = await api.post(path, {"ticket_code": ticket.code}, token=await world.staff())
    assert (answer.status, answer.code) == (400, code)


@pytest.mark.parametrize("path", [VALIDATE, VERIFY])
async def test_an_unknown_code_is_not_found_with_400(api: Api, world: World, path: str) -> None:
    answer = await api.post(path, {"ticket_code": "TKT-2025-ABC123-DEF456"}, token=await world.staff())
    assert (answer.status, answer.code) == (400, "TICKET_NOT_FOUND")


async def test_a_ticket_of_another_venue_is_refused(api: Api, world: World) -> None:
    other = await world.venue()
    ticket = await world.reserved(await world.slot(venue_id=other))
    answer = await api.post(VALIDATE, {"ticket_code": ticket.code}, token=await world.staff())
    assert (answer.status, answer.code) == (400, "WRONG_VENUE")


async def test_verifying_records_the_entry_and_validating_then_tells_who_and_when(api: Api, world: World) -> None:
    ticket, token = await world.reserved(await world.slot()), await world.staff(name="Jane Smith")
    entered = (await api.post(VERIFY, {"ticket_id": ticket.id}, token=token)).data
    assert (entered["ticket_code"], entered["status"]) == (ticket.code, "VERIFIED")
    assert entered["verified_at"].startswith("2026-11-20T11:00:0")
    answer = await api.post(VALIDATE, {"ticket_code": ticket.code}, token=token)
    assert (answer.status, answer.code) == (400, "ALREADY_VERIFIED")
    assert answer.error["message"] == "This ticket was already verified"
    assert answer.error["verified_at"] == entered["verified_at"]
    assert answer.error["verified_by"] == entered["verified_by"]
    assert answer.error["operator_name"] == "Jane Smith"


async def test_verifying_again_keeps_the_first_time_and_operator(api: Api, world: World) -> None:
    ticket = await world.reserved(await world.slot())
    first = (await api.post(VERIFY, {"ticket_code": ticket.code}, token=await world.staff(name="First"))).data
    world.hub.clock.advance(600)
    again = await api.post(VERIFY, {"ticket_code": ticket.code}, token=await world.staff(name="Second"))
    assert again.status == 200
    assert (first["already_verified"], again.data["already_verified"]) == (False, True)
    for name in ("verified_at", "verified_by", "operator_name"):
        assert again.data[name] == first[name]


async def test_the_same_scan_sent_again_gets_the_same_answer(api: Api, world: World) -> None:
    ticket, token, scan_id = await world.reserved(await world.slot()), await world.staff(), str(uuid4())
    body = {"ticket_code": ticket.code, "scan_id": scan_id}
    first, again = [await api.post(VERIFY, body, token=token) for _ in range(2)]
    assert (first.status, again.status) == (200, 200)
    assert again.data["verified_at"] == first.data["verified_at"]
    other = await world.reserved(await world.slot(TODAY, "16:00", "18:00"))
    answer = await api.post(VERIFY, {"ticket_code": other.code, "scan_id": scan_id}, token=token)
    assert (answer.status, answer.code) == (409, "SCAN_ID_REUSED")


async def test_twenty_gates_at_once_record_one_entry(api: Api, world: World) -> None:
    ticket, token = await world.reserved(await world.slot()), await world.staff()
    answers = await asyncio.gather(*(api.post(VERIFY, {"ticket_id": ticket.id}, token=token) for _ in range(20)))
    assert {answer.status for answer in answers} == {200}
    assert sum(not answer.data["already_verified"] for answer in answers) == 1


async def test_another_operators_id_is_refused_and_ones_own_is_not(api: Api, world: World) -> None:
    ticket, token = await world.reserved(await world.slot()), await world.staff()
    answer = await api.post(VERIFY, {"ticket_id": ticket.id, "operator_id": 999_999}, token=token)
    assert (answer.status, answer.code) == (403, "OPERATOR_MISMATCH")
    assert await read_ticket_status(world.hub.database, ticket.id) == "RESERVED"
    own = (await api.post(VERIFY, {"ticket_id": ticket.id}, token=token)).data["verified_by"]
    assert (await api.post(VERIFY, {"ticket_id": ticket.id, "operator_id": own}, token=token)).status == 200


async def test_the_scan_endpoint_answers_every_verdict_with_200(api: Api, world: World) -> None:
    token = await world.staff()
    good, late = await world.reserved(await world.slot()), await world.reserved(await world.slot(TOMORROW))
    for code, mode, result, reason in (
        (good.code, "validate", "GREEN", "VALID"),
        (good.code, "verify", "GREEN", "VERIFIED"),
        (good.code, "verify", "YELLOW", "ALREADY_VERIFIED"),
        (late.code, "validate", "RED", "WRONG_DATE"),
        ("TKT-2025-ABC123-DEF456", "validate", "RED", "TICKET_NOT_FOUND"),
    ):
        answer = await api.post(SCAN, {"code": code, "mode": mode}, token=token)
        assert answer.status == 200
        assert (answer.data["result"], answer.data["reason"]) == (result, reason)


async def test_the_history_holds_own_scans_newest_first_page_by_page(api: Api, world: World) -> None:
    token, other = await world.staff(), await world.staff()
    for ticket in await world.tickets(5):
        await api.post(SCAN, {"code": ticket.code, "mode": "validate"}, token=token)
        world.hub.clock.advance(1)
    first = (await api.get("/api/operators/scan-history?limit=3", token=token)).data
    rest = (await api.get(f"/api/operators/scan-history?limit=3&before={first['next']}", token=token)).data
    times = [scan["scanned_at"] for scan in first["scans"] + rest["scans"]]
    assert len(times) == 5
    assert times == sorted(times, reverse=True)
    assert rest["next"] is None
    assert (await api.get("/api/operators/scan-history", token=other)).data["scans"] == []


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "before=x", "before=%00", "before="])
async def test_a_bad_question_about_the_history_is_a_bad_request(api: Api, world: World, query: str) -> None:
    answer = await api.get(f"/api/operators/scan-history?{query}", token=await world.staff())
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")


async def test_without_a_session_no_ticket_can_be_scanned(api: Api) -> None:
    closed = [("POST", VALIDATE), ("POST", VERIFY), ("POST", SCAN), ("POST", "/api/operator/logout"),
              ("GET", "/api/operators/scan-history")]  # fmt: skip
    for method, path in closed:
        for authorization in (None, "Bearer x", "Bearer ", "Basic eDp5", "Bearer \u00e9", "Bearer a.b.c"):
            headers = {"Authorization": authorization} if authorization else {}
            answer = await api.ask(method, path, {"ticket_code": "x"} if method == "POST" else None, headers=headers)
            assert (answer.status, answer.code) == (401, "UNAUTHENTICATED"), (path, authorization)
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def test_a_tenants_ticket_does_not_exist_for_another_tenant(api: Api, world: World) -> None:
    elsewhere = await World(api.hub).found()
    ticket, token = await world.reserved(await world.slot()), await elsewhere.staff("ADMIN")
    assert (await api.post(VALIDATE, {"ticket_code": ticket.code}, token=token)).code == "TICKET_NOT_FOUND"
    assert (await api.post(VERIFY, {"ticket_id": ticket.id}, token=token)).code == "TICKET_NOT_FOUND"
    assert (await api.get(f"/api/tickets/{ticket.id}/status", token=token)).status == 404


async def test_a_party_is_in_every_answer_and_its_parts_in_the_history(api: Api, world: World) -> None:
    booking, token = await add_booking(world, (await add_stage(world)).performance_id, 4), await world.staff()
    seen = (await api.post(VALIDATE, {"ticket_code": booking.code}, token=token)).data
    assert seen["party"] == {"booking_id": booking.id, "size": 4, "admitted": 0, "remaining": 4}
    first = (await api.post(VERIFY, {"ticket_code": booking.code, "count": 3}, token=token)).data
    assert (first["party"]["admitted"], first["already_verified"]) == (3, False)
    by_id = (await api.post(VERIFY, {"ticket_id": booking.id}, token=token)).data
    assert (by_id["party"]["remaining"], by_id["already_verified"]) == (0, False)
    assert (await api.post(VERIFY, {"ticket_id": booking.id}, token=token)).data["already_verified"] is True
    gate = await world.hub.socket(token)
    history = (await gate.command("history"))["data"]["scans"]
    assert sorted((scan["mode"], scan["entered"], scan["people"], scan["admitted"]) for scan in history) == [
        ("validate", False, 1, 0), ("verify", False, 1, 4), ("verify", True, 1, 4), ("verify", True, 3, 3),
    ]  # fmt: skip


async def test_a_family_comes_in_by_one_scan_over_http(api: Api, world: World) -> None:
    family, token = await book_together(world, await world.slot(), 3), await world.staff()
    scanned = (
        await api.post(SCAN, {"code": family[1].code, "mode": "verify", "party": True, "count": 2}, token=token)
    ).data
    assert (scanned["reason"], scanned["detail"]) == ("VERIFIED", "2 of 3 in")
    rest = (await api.post(VERIFY, {"ticket_code": family[1].code, "party": True}, token=token)).data
    assert (rest["party"], rest["already_verified"]) == (
        {"booking_id": None, "size": 3, "admitted": 3, "remaining": 0}, False,
    )  # fmt: skip
    assert (await api.post(SCAN, {"code": family[1].code, "party": "yes"}, token=token)).code == "INVALID_REQUEST"


async def test_an_unconfirmed_booking_is_refused_by_its_reason(api: Api, world: World) -> None:
    booking = await add_booking(world, (await add_stage(world)).performance_id, 2, "PENDING")
    for path in (VALIDATE, VERIFY):
        answer = await api.post(path, {"ticket_code": booking.code}, token=await world.staff())
        assert (answer.status, answer.code) == (409, "BOOKING_NOT_CONFIRMED")
