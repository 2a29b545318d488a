"""Entry scans of bookings: a party comes in at once or in parts, and never more than were booked."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.support.occupancy import counts, figures, shown
from tests.support.parties import numbers
from tests.support.scan_log import read_scan, read_scans
from tests.support.shows import Booking, add_booking, add_stage
from tests.support.slots import read_slot
from tests.support.tickets import read_visit
from tests.support.world import World


@pytest.fixture
async def booking(world: World) -> Booking:
    """A booking of five for a performance of tonight."""
    return await add_booking(world, (await add_stage(world)).performance_id, 5)


async def test_a_party_is_shown_and_comes_in_at_once(hub, world, jane, booking, board):
    seen = await jane.validate(booking.code)
    assert shown(seen) == ("GREEN", "VALID", "Reserved for today 20:00-22:00, party of 5")
    assert seen["party"] == {"booking_id": booking.id, "size": 5, "admitted": 0, "remaining": 5}
    assert seen["ticket"]["customer_name"] == "Ada Lovelace"
    entered = await jane.verify(booking.code)
    assert shown(entered) == ("GREEN", "VERIFIED", "5 of 5 in")
    assert (entered["message"], numbers(entered)) == ("ENTRY RECORDED", (5, 5, 0))
    assert await figures(board) == counts(5, 5, 0, 0)
    row = await read_scan(hub.database, mode="verify")
    assert (row["entered"], row["people"], row["admitted"]) == (True, 5, 5)


async def test_a_party_comes_in_parts_and_a_further_scan_says_who_let_the_first_of_them_in(
    hub, world, jane, tom, booking, clock
):
    first = await jane.verify(booking.code, count=3)
    assert (shown(first), numbers(first)) == (("GREEN", "VERIFIED", "3 of 5 in"), (5, 3, 2))
    clock.advance(600)
    seen = await tom.validate(booking.code)
    assert (shown(seen), numbers(seen)) == (("GREEN", "VALID", "3 of 5 in"), (5, 3, 2))
    rest = await tom.verify(booking.code)
    assert (shown(rest), numbers(rest)) == (("GREEN", "VERIFIED", "5 of 5 in"), (5, 5, 0))
    again = await tom.verify(booking.code)
    assert shown(again) == ("YELLOW", "ALREADY_VERIFIED", "5 of 5 in, first at 12:00 by Jane Smith, gate A")
    assert numbers(again) == (5, 5, 0)
    for decision in (first, rest, again):
        assert (decision["verified"]["operator_name"], decision["verified"]["gate"]) == ("Jane Smith", "A")
        assert decision["verified"]["verified_at"] == first["verified"]["verified_at"]
    visit = await read_visit(hub.database, booking.id)
    assert visit["verified_at"] == visit["reservation_verified_at"]
    assert (visit["status"], visit["verified_count"]) == ("VERIFIED", 5)
    rows = await read_scans(hub.database, "people", "entered", mode="verify", order_by="logged_at, scan_id")
    assert [tuple(row) for row in rows] == [(3, True), (2, True), (1, False)]


async def test_more_than_remain_are_refused_whole_and_logged(hub, world, jane, booking):
    await jane.verify(booking.code, count=4)
    scan_id = str(uuid4())
    for _ in range(2):
        refused = await jane.verify(booking.code, scan_id, count=2)
        assert shown(refused) == ("RED", "PARTY_TOO_LARGE", "1 of 5 can still come in")
        assert (refused["can_verify"], numbers(refused)) == (False, (5, 4, 1))
    row = await read_scan(hub.database, reason="PARTY_TOO_LARGE")
    assert (row["result"], row["entered"], row["admitted"]) == ("RED", False, 4)
    assert (await read_slot(hub.database))["verified_count"] == 4
    assert shown(await jane.verify(booking.code, count=1)) == ("GREEN", "VERIFIED", "5 of 5 in")


@pytest.mark.parametrize("count", [0, -1, 1.5, 10**9, 1001, "2", True, [2]])
async def test_a_number_of_people_that_is_none_is_named(jane, booking, count):
    reply = await jane.command("verify", code=booking.code, scan_id=str(uuid4()), count=count)
    assert reply["error"]["code"] == "INVALID_REQUEST"
    assert reply["error"]["errors"][0]["field"] == "count"


async def test_a_repeated_part_gets_the_same_answer_whatever_came_since(world, jane, tom, booking, clock):
    scan_id = str(uuid4())
    first = await jane.verify(booking.code, scan_id, count=2)
    clock.advance(60)
    await tom.verify(booking.code, count=1)
    again = await jane.verify(booking.code, scan_id, count=2)
    assert {name: again[name] for name in first if name != "reservation"} == {
        name: first[name] for name in first if name != "reservation"
    }
    assert numbers(again) == (5, 2, 3)
    assert numbers(await tom.validate(booking.code)) == (5, 3, 2)
    full = str(uuid4())
    assert shown(await tom.verify(booking.code, full)) == shown(await tom.verify(booking.code, full))


async def test_an_ordinary_ticket_admits_one(hub, world, jane):
    ticket = await world.reserved(await world.slot())
    refused = await jane.verify(ticket.code, count=2)
    assert shown(refused) == ("RED", "PARTY_TOO_LARGE", "This ticket is for one person")
    assert "party" not in refused
    assert (await jane.verify(ticket.code, count=1, party=True))["reason"] == "VERIFIED"
    assert "party" not in await jane.verify(ticket.code)


@pytest.mark.parametrize(
    ("status", "reason", "detail"),
    [
        ("PENDING", "BOOKING_NOT_CONFIRMED", "The link in the email was not used"),
        ("EXPIRED", "BOOKING_NOT_CONFIRMED", "The link in the email was not used in time"),
        ("CANCELLED", "TICKET_CANCELLED", "This booking was cancelled"),
    ],
)
async def test_a_booking_that_is_none_any_more_or_not_yet_is_red_by_code_and_by_link(
    hub, world, jane, status, reason, detail
):
    booking = await add_booking(world, (await add_stage(world)).performance_id, 2, status)
    for text in (booking.code, booking.confirm_token, f"https://hub.example/b/{booking.confirm_token}"):
        for decision in (await jane.validate(text), await jane.verify(text)):
            assert shown(decision) == ("RED", reason, detail)
            assert decision["ticket"]["ticket_code"] == booking.code
    codes = {row["code"] for row in await read_scans(hub.database, "code")}
    assert codes == {booking.code}, "the log holds no secret"


@pytest.mark.parametrize("email", ["confirm_token", "manage_token"])
async def test_the_link_of_either_email_of_a_confirmed_booking_stands_for_its_code(hub, world, jane, booking, email):
    scan_id = str(uuid4())
    link = f"https://hub.example/b/{getattr(booking, email)}"
    first = await jane.verify(link, scan_id, count=1)
    assert shown(first) == ("GREEN", "VERIFIED", "1 of 5 in")
    assert (await jane.verify(link, scan_id, count=1))["party"]["admitted"] == 1
    assert {row["code"] for row in await read_scans(hub.database, "code")} == {booking.code}, "the log holds no secret"
    assert shown(await jane.validate("x" * 32))[:2] == ("RED", "TICKET_NOT_FOUND")


async def test_the_check_in_window_is_the_performances_own(hub, world, jane, clock):
    stage = await add_stage(world, start="13:00", end="15:00", check_in_opens_minutes=30, check_in_closes_minutes=15)
    booking = await add_booking(world, stage.performance_id, 2)
    early = await jane.verify(booking.code)
    assert shown(early) == ("RED", "TOO_EARLY", "Reserved for today 13:00-15:00, entry from 12:30")
    clock.advance(timedelta(minutes=30).total_seconds())
    assert (await jane.verify(booking.code, count=1))["reason"] == "VERIFIED"
    clock.advance(timedelta(minutes=45).total_seconds())
    late = await jane.verify(booking.code)
    assert shown(late) == ("RED", "TICKET_EXPIRED", "Reserved for today 13:00-15:00, entry was until 13:15")


async def test_other_scanners_hear_how_many_are_in(world, jane, tom, booking):
    await tom.command("subscribe", topic="tickets")
    await jane.verify(booking.code, count=2)
    news = (await tom.event())["data"]
    assert (news["change"], news["party"]) == ("verified", {"size": 5, "admitted": 2, "remaining": 3})
    assert len(news["hashes"]) == 1
