"""The undo of an entry: who may undo it, until when, and what is stored afterwards."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.booking.expire import expire
from hub.actions.orders.cancel_ticket import cancel_ticket
from tests.support.hub import Hub
from tests.support.movements import read_walk_in
from tests.support.occupancy import counts, figures
from tests.support.parties import numbers
from tests.support.scan_log import read_scan, read_scans
from tests.support.shows import Booking, add_booking, add_stage
from tests.support.tickets import read_ticket, read_visit
from tests.support.websocket_client import Socket
from tests.support.world import TODAY, Ticket, World


async def entered(world: World, gate: Socket) -> tuple[Ticket, str]:
    (ticket,) = await world.fill(await world.slot(), 1)
    scan_id = str(uuid4())
    assert (await gate.verify(ticket.code, scan_id))["reason"] == "VERIFIED"
    return ticket, scan_id


async def standing(world: World, ticket: Ticket) -> tuple:
    visit = await read_visit(world.hub.database, ticket.id)
    names = ("status", "reservation", "verified_at", "verified_by", "booked_count", "verified_count")
    return tuple(visit[name] for name in names)


async def test_an_operator_undoes_an_own_scan_and_both_rows_stay(hub: Hub, world: World, jane: Socket):
    ticket, scan_id = await entered(world, jane)
    reply = await jane.command("undo", scan_id=scan_id, reason="wrong group")
    assert reply["success"], reply
    assert (reply["data"]["reason"], reply["data"]["ticket_status"]) == ("UNDONE", "RESERVED")
    assert await standing(world, ticket) == ("RESERVED", "RESERVED", None, None, 1, 0)
    rows = await read_scans(hub.database, "mode", "entered", "undoes", "note", order_by="logged_at")
    assert [row["mode"] for row in rows] == ["verify", "undo"]
    assert (rows[0]["entered"], str(rows[1]["undoes"]), rows[1]["note"]) == (True, scan_id, "wrong group")


async def test_an_undo_after_a_cancellation_gives_the_place_back(hub: Hub, world: World, jane: Socket, board: Socket):
    ticket, scan_id = await entered(world, jane)
    await cancel_ticket(hub.services, Actor(world.org_id), ticket.id, "Refunded")
    assert (await standing(world, ticket))[:2] == ("CANCELLED", "VERIFIED"), "the entry stays on record"
    assert (await jane.command("undo", scan_id=scan_id, reason="never came in"))["success"]
    assert await standing(world, ticket) == ("CANCELLED", "CANCELLED", None, None, 0, 0)
    assert await figures(board) == counts(0, 0, 0, 0)
    [slot] = (await board.command("subscribe", topic="counts"))["data"]["slots"]
    assert (slot["booked"], slot["verified"]) == (0, 0)
    assert (await jane.validate(ticket.code))["reason"] == "TICKET_CANCELLED"


async def test_after_an_undo_the_ticket_is_green_again_and_undone_only_once(world: World, jane: Socket):
    ticket, scan_id = await entered(world, jane)
    await jane.command("undo", scan_id=scan_id, reason="wrong group")
    assert (await jane.validate(ticket.code))["reason"] == "VALID"
    assert (await jane.command("undo", scan_id=scan_id, reason="again"))["error"]["code"] == "NOTHING_TO_UNDO"
    second = str(uuid4())
    assert (await jane.verify(ticket.code, second))["reason"] == "VERIFIED"
    # The first scan was undone before. A repeated undo of it must not undo the second scan.
    assert (await jane.command("undo", scan_id=scan_id, reason="again"))["error"]["code"] == "NOTHING_TO_UNDO"
    assert (await jane.command("undo", scan_id=second, reason="out again"))["success"]


async def test_an_operator_undoes_nobody_elses_scan_but_a_manager_does(hub: Hub, world: World, jane: Socket):
    ticket, scan_id = await entered(world, jane)
    tom = await hub.socket(await world.staff(name="Tom Brown"))
    assert (await tom.command("undo", scan_id=scan_id, reason="x"))["error"]["code"] == "FORBIDDEN"
    assert (await standing(world, ticket))[0] == "VERIFIED"
    manager = await hub.socket(await world.staff("MANAGER"))
    assert (await manager.command("undo", scan_id=scan_id, reason="x"))["success"]


async def test_after_a_quarter_of_an_hour_only_a_manager_undoes(hub: Hub, world: World, jane: Socket, clock):
    _, early = await entered(world, jane)
    clock.advance(timedelta(minutes=15, seconds=5).total_seconds())
    assert (await jane.command("undo", scan_id=early, reason="x"))["error"]["code"] == "UNDO_TOO_LATE"
    manager = await hub.socket(await world.staff("MANAGER"))
    assert (await manager.command("undo", scan_id=early, reason="x"))["success"]


@pytest.mark.parametrize("kind", ["validate", "red verify", "second verify"])
async def test_a_scan_that_let_nobody_in_cannot_be_undone(world: World, jane: Socket, kind: str):
    scan_id = str(uuid4())
    if kind == "red verify":
        await jane.verify((await world.ticket()).code, scan_id)
    else:
        ticket, _ = await entered(world, jane)
        await jane.command(kind.rsplit(maxsplit=1)[-1], code=ticket.code, scan_id=scan_id)
    assert (await jane.command("undo", scan_id=scan_id, reason="x"))["error"]["code"] == "NOTHING_TO_UNDO"


async def test_a_scan_nobody_made_or_of_another_organisation_is_not_found(hub: Hub, world: World, jane: Socket):
    _, scan_id = await entered(world, jane)
    stranger = await hub.socket(await (await World(hub).found()).staff("MANAGER"))
    assert (await stranger.command("undo", scan_id=scan_id, reason="x"))["error"]["code"] == "SCAN_NOT_FOUND"
    assert (await jane.command("undo", scan_id=str(uuid4()), reason="x"))["error"]["code"] == "SCAN_NOT_FOUND"


async def test_a_walk_in_undone_is_activated_again_and_not_counted(hub: Hub, world: World, jane: Socket):
    await world.policy(unreserved_entry="allow")
    ticket, scan_id = await world.ticket(), str(uuid4())
    await jane.verify(ticket.code, scan_id)
    assert (await read_walk_in(hub.database))["entered"] == 1
    reply = await jane.command("undo", scan_id=scan_id, reason="x")
    assert reply["data"]["ticket_status"] == "ACTIVATED"
    assert (await read_walk_in(hub.database))["entered"] == 0
    row = await read_ticket(hub.database, "status", "verified_at", id=ticket.id)
    assert tuple(row) == ("ACTIVATED", None)


async def test_an_undone_ota_entry_keeps_its_owners_status(world: World, jane: Socket):
    ticket = await world.reserve(await world.ticket(channel="ota", code="DT-1"), await world.slot())
    scan_id = str(uuid4())
    await jane.verify(ticket.code, scan_id)
    assert (await jane.command("undo", scan_id=scan_id, reason="x"))["data"]["ticket_status"] == "ACTIVATED"
    assert (await jane.validate(ticket.code))["reason"] == "VALID"


async def test_the_counts_on_the_board_go_back(hub: Hub, world: World, jane: Socket):
    _, scan_id = await entered(world, jane)
    board = await hub.socket(await world.staff("MANAGER"))
    assert (await board.command("subscribe", topic="counts", date=str(TODAY)))["data"]["verified"] == 1
    await jane.command("undo", scan_id=scan_id, reason="x")
    assert (await board.event())["data"]["verified"] == 0


async def test_an_entry_undone_after_its_slot_was_expired_expires_with_the_next_round(
    hub: Hub, world: World, jane: Socket, clock
):
    ticket, scan_id = await entered(world, jane)
    clock.advance(3 * 3600)
    assert (await expire(hub.services))["slots"] == 1
    manager = await hub.socket(await world.staff("MANAGER"))
    assert (await manager.command("undo", scan_id=scan_id, reason="a dispute"))["success"]
    assert (await jane.validate(ticket.code))["reason"] == "TICKET_EXPIRED"
    await expire(hub.services)
    assert (await standing(world, ticket))[:2] == ("EXPIRED", "EXPIRED")


@pytest.fixture
async def booking(world: World) -> Booking:
    return await add_booking(world, (await add_stage(world)).performance_id, 5)


async def part(gate: Socket, booking: Booking, count: int) -> str:
    scan_id = str(uuid4())
    assert (await gate.verify(booking.code, scan_id, count=count))["reason"] == "VERIFIED"
    return scan_id


async def undone(gate: Socket, scan_id: str) -> dict:
    reply = await gate.command("undo", scan_id=scan_id, reason="counted wrong")
    assert reply["success"], reply
    return reply["data"]


async def test_the_undo_of_a_part_takes_back_its_people_and_leaves_the_others_in(
    hub: Hub, world: World, jane: Socket, tom: Socket, sue: Socket, board: Socket, booking: Booking, clock
):
    first = await part(jane, booking, 2)
    clock.advance(60)
    second = await part(tom, booking, 3)
    result = await undone(sue, second)
    assert (result["reason"], result["people"], result["ticket_status"]) == ("UNDONE", 3, "VERIFIED")
    seen = await jane.validate(booking.code)
    assert (seen["detail"], numbers(seen)) == ("2 of 5 in", (5, 2, 3))
    assert (seen["verified"]["operator_name"], seen["verified"]["gate"]) == ("Jane Smith", "A")
    row = await read_scan(hub.database, mode="undo")
    assert (row["people"], row["admitted"]) == (3, 2)
    assert await figures(board) == counts(2, 2, 0, 0)
    assert (await undone(jane, first))["ticket_status"] == "RESERVED"
    assert (await jane.validate(booking.code))["verified"] is None
    assert await figures(board) == counts(0, 0, 0, 0)


async def test_an_earlier_part_is_undone_while_a_later_one_stands_and_the_first_entry_is_then_the_later_one(
    hub: Hub, world: World, jane: Socket, tom: Socket, booking: Booking, clock
):
    first = await part(jane, booking, 2)
    clock.advance(60)
    await part(tom, booking, 1)
    clock.advance(60)
    await part(jane, booking, 1)
    assert (await undone(jane, first))["ticket_status"] == "VERIFIED"
    seen = await jane.validate(booking.code)
    assert (numbers(seen), seen["verified"]["operator_name"], seen["verified"]["gate"]) == ((5, 2, 3), "Tom Brown", "B")
    assert seen["verified"]["verified_at"].startswith("2026-11-20T11:01:0")
    visit = await read_visit(hub.database, booking.id)
    assert visit["verified_at"] == visit["reservation_verified_at"]
    assert (await jane.command("undo", scan_id=first, reason="again"))["error"]["code"] == "NOTHING_TO_UNDO"


async def test_people_who_have_left_are_not_undone(jane: Socket, booking: Booking, board: Socket):
    first, second = await part(jane, booking, 2), await part(jane, booking, 1)
    await jane.leave(booking.code, count=2)
    assert (await jane.command("undo", scan_id=first, reason="x"))["error"]["code"] == "LEFT_SINCE"
    assert (await undone(jane, second))["people"] == 1, "one of three is still inside"
    assert await figures(board) == counts(2, 0, 2, 0)


async def test_the_undo_of_a_part_is_announced_with_the_partys_numbers(jane: Socket, tom: Socket, booking: Booking):
    await part(jane, booking, 2)
    second = await part(jane, booking, 1)
    await tom.command("subscribe", topic="tickets")
    await undone(jane, second)
    news = (await tom.event())["data"]
    assert (news["change"], news["party"]) == ("undone", {"size": 5, "admitted": 2, "remaining": 3})
