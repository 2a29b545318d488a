"""The limit of people inside: one out, one in where the policy stops the gates, and only a warning where it does not."""

from __future__ import annotations

import pytest

from tests.support.occupancy import shown
from tests.support.offline_queue import queued, sync
from tests.support.parties import book_together
from tests.support.scan_log import read_scan
from tests.support.shows import add_booking, add_stage
from tests.support.tickets import read_visit
from tests.support.websocket_client import Socket
from tests.support.world import Ticket, World


@pytest.fixture
async def full(world: World, jane: Socket) -> list[Ticket]:
    """Two people inside, where two may be; and three who want to come in."""
    await world.policy(inside_limit=2, when_full="stop")
    tickets = await world.fill(await world.slot(), 5)
    for ticket in tickets[:2]:
        assert (await jane.verify(ticket.code))["reason"] == "VERIFIED"
    return tickets


async def test_a_full_venue_admits_nobody_until_somebody_leaves(hub, jane, tom, full):
    first, _, waiting, *_ = full
    assert shown(await tom.validate(waiting.code)) == ("RED", "VENUE_FULL", "One out, one in")
    refused = await tom.verify(waiting.code)
    assert shown(refused) == ("RED", "VENUE_FULL", "One out, one in")
    assert (refused["message"], refused["can_verify"], refused["verified"]) == ("VENUE FULL", False, None)
    assert refused["ticket"]["status"] == "RESERVED"
    row = await read_scan(hub.database, reason="VENUE_FULL", mode="verify")
    assert (row["result"], row["entered"]) == ("RED", False)
    await jane.leave(first.code)
    assert (await tom.validate(waiting.code))["reason"] == "VALID"
    assert (await tom.verify(waiting.code))["reason"] == "VERIFIED"
    assert (await read_visit(hub.database, waiting.id))["verified_count"] == 3


async def test_who_left_waits_outside_like_everybody_else(world, jane, full):
    await world.policy(re_entry="allow")
    first, _, waiting, *_ = full
    await jane.leave(first.code)
    assert (await jane.verify(waiting.code))["reason"] == "VERIFIED"
    assert shown(await jane.validate(first.code)) == ("RED", "VENUE_FULL", "One out, one in")
    refused = await jane.verify(first.code)
    assert shown(refused) == ("RED", "VENUE_FULL", "One out, one in")
    assert refused["presence"]["left_gate"] == "A"


async def test_a_party_that_does_not_fit_comes_in_as_far_as_there_is_room(world, jane):
    await world.policy(inside_limit=3, when_full="stop")
    booking = await add_booking(world, (await add_stage(world)).performance_id, 5)
    refused = await jane.verify(booking.code)
    assert shown(refused) == ("RED", "VENUE_FULL", "Room for 3 of 5")
    assert refused["party"] == {"booking_id": booking.id, "size": 5, "admitted": 0, "remaining": 5}
    assert (await jane.verify(booking.code, count=3))["reason"] == "VERIFIED"
    refused = await jane.verify(booking.code)
    assert shown(refused) == ("RED", "VENUE_FULL", "One out, one in")
    assert (refused["party"]["admitted"], refused["verified"]["gate"]) == (3, "A")


async def test_a_family_that_does_not_fit_stays_outside_whole(world, jane):
    await world.policy(inside_limit=2, when_full="stop")
    family = await book_together(world, await world.slot(), 3)
    refused = await jane.verify(family[0].code, party=True)
    assert shown(refused) == ("RED", "VENUE_FULL", "Room for 2 of 3")
    assert (refused["ticket"]["status"], refused["verified"]) == ("RESERVED", None)
    assert (await jane.verify(family[0].code, party=True, count=2))["reason"] == "VERIFIED"


async def test_a_repeat_gets_the_first_answer_although_somebody_has_left(jane, full):
    scan_id = "7b0c0000-0000-4000-8000-000000000001"
    assert (await jane.verify(full[2].code, scan_id))["reason"] == "VENUE_FULL"
    await jane.leave(full[0].code)
    assert (await jane.verify(full[2].code, scan_id))["reason"] == "VENUE_FULL"


async def test_a_supervisor_may_let_one_more_in(jane, sue, full):
    refused = await jane.verify(full[2].code)
    reply = await sue.command("override", scan_id=refused["scan_id"], reason="the doctor")
    assert reply["success"], reply


async def test_who_came_in_while_a_scanner_was_offline_is_counted_and_in_no_conflict(jane, full):
    (result,) = await sync(jane, queued(full[2].code, minutes=-1))
    assert (result["decision"]["reason"], result.get("conflict")) == ("VERIFIED", None)


async def test_the_gates_of_a_venue_that_only_warns_go_on(world, jane, full):
    await world.policy(when_full="warn")
    assert (await jane.verify(full[2].code))["reason"] == "VERIFIED"


async def test_a_venue_without_a_limit_runs_no_further_statement(world, jane, monkeypatch):
    from hub.actions.scanning import inside_limit

    async def fail(*_: object) -> int:
        raise AssertionError("the count was read")

    monkeypatch.setattr(inside_limit, "read_room", fail)
    await world.policy(inside_limit=None, when_full="stop")
    ticket, other = await world.fill(await world.slot(), 2)
    assert (await jane.validate(ticket.code))["reason"] == "VALID"
    assert (await jane.verify(ticket.code))["reason"] == "VERIFIED"
    await world.policy(inside_limit=1, when_full="warn")
    assert (await jane.verify(other.code))["reason"] == "VERIFIED"
