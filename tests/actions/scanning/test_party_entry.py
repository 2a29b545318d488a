"""The entry of a party of tickets: any of its codes brings it up, and one scan admits those who are there."""

from __future__ import annotations

from uuid import uuid4

import pytest

from hub.actions.scanning.entry_scans import EntryScans
from hub.events.announcements import code_hash
from tests.support.occupancy import counts, figures, shown
from tests.support.parties import book_together, move_to, numbers
from tests.support.reservations import cancel_visit
from tests.support.scan_log import read_scans
from tests.support.tickets import change_ticket, read_ticket
from tests.support.world import NOON, Ticket, World


@pytest.fixture
async def family(world: World) -> list[Ticket]:
    return await book_together(world, await world.slot(), 5)


async def test_any_code_of_a_family_brings_up_the_party_and_one_scan_admits_those_who_are_there(
    hub, world, jane, tom, board, family
):
    for ticket in family:
        seen = await jane.validate(ticket.code)
        assert shown(seen) == ("GREEN", "VALID", "Reserved for today 12:00-14:00")
        assert seen["party"] == {"booking_id": None, "size": 5, "admitted": 0, "remaining": 5}
    scan_id = str(uuid4())
    entered = await jane.verify(family[2].code, scan_id, party=True, count=3)
    assert shown(entered) == ("GREEN", "VERIFIED", "3 of 5 in")
    assert (entered["ticket"]["ticket_id"], numbers(entered)) == (family[2].id, (5, 3, 2))
    assert entered["verified"]["operator_name"] == "Jane Smith"
    assert await figures(board) == counts(3, 3, 0, 0)
    rows = await read_scans(hub.database, "scan_id", "ticket_id", "entered", "people", "admitted", mode="verify")
    assert [(row["entered"], row["people"], row["admitted"]) for row in rows] == [(True, 1, 3)] * 3
    assert {row["ticket_id"] for row in rows if str(row["scan_id"]) == scan_id} == {family[2].id}, (
        "the scanned one first"
    )
    rest = await tom.verify(family[2].code, party=True)
    assert (shown(rest)[:2], numbers(rest)) == (("GREEN", "VERIFIED"), (5, 5, 0))
    assert rest["verified"]["operator_name"] == "Jane Smith", "of the ticket that was scanned"
    again = await tom.verify(family[0].code, party=True)
    assert (shown(again)[:2], numbers(again)) == (("YELLOW", "ALREADY_VERIFIED"), (5, 5, 0))
    assert await figures(board) == counts(5, 5, 0, 0)


async def test_without_party_a_scan_admits_its_own_ticket_alone(world, jane, family):
    first = await jane.verify(family[0].code)
    assert (first["reason"], numbers(first)) == ("VERIFIED", (5, 1, 4))
    assert numbers(await jane.verify(family[0].code)) == (5, 1, 4)
    assert numbers(await jane.validate(family[1].code)) == (5, 1, 4)
    refused = await jane.verify(family[1].code, count=2)
    assert shown(refused) == ("RED", "PARTY_TOO_LARGE", "This ticket is for one person")


async def test_more_than_remain_are_refused_whole(hub, world, jane, family, board):
    await jane.verify(family[0].code, party=True, count=3)
    scan_id = str(uuid4())
    for _ in range(2):
        refused = await jane.verify(family[0].code, scan_id, party=True, count=3)
        assert shown(refused) == ("RED", "PARTY_TOO_LARGE", "2 of 5 can still come in")
        assert numbers(refused) == (5, 3, 2)
    assert await figures(board) == counts(3, 3, 0, 0)


async def test_the_scan_of_a_party_sent_again_is_answered_as_before(hub, world, jane, family, board):
    scan_id = str(uuid4())
    first = await jane.verify(family[1].code, scan_id, party=True, count=2)
    await jane.verify(family[4].code)
    again = await jane.verify(family[1].code, scan_id, party=True, count=2)
    assert shown(again) == shown(first)
    assert numbers(again) == numbers(first) == (5, 2, 3)
    assert again["verified"] == first["verified"]
    assert await figures(board) == counts(3, 3, 0, 0)
    reused = await jane.command(
        "verify", code=(await world.reserved(await world.slot(start="15:00", end="16:00"))).code, scan_id=scan_id
    )
    assert reused["error"]["code"] == "SCAN_ID_REUSED"


async def test_a_scan_of_one_who_is_in_admits_the_others_and_is_answered_again(hub, world, jane, family, board):
    await jane.verify(family[0].code)
    scan_id = str(uuid4())
    first = await jane.verify(family[0].code, scan_id, party=True, count=2)
    again = await jane.verify(family[0].code, scan_id, party=True, count=2)
    assert shown(first) == shown(again) == ("GREEN", "VERIFIED", "3 of 5 in")
    assert await figures(board) == counts(3, 3, 0, 0)


async def test_the_undo_takes_back_all_of_it_once(hub, world, jane, family, board):
    await jane.verify(family[0].code)
    scan_id = str(uuid4())
    await jane.verify(family[1].code, scan_id, party=True, count=3)
    reply = await jane.command("undo", scan_id=scan_id, reason="wrong family")
    assert reply["success"], reply
    assert (reply["data"]["people"], reply["data"]["ticket_status"]) == (3, "RESERVED")
    assert await figures(board) == counts(1, 1, 0, 0)
    assert numbers(await jane.validate(family[0].code)) == (5, 1, 4)
    assert (await jane.command("undo", scan_id=scan_id, reason="again"))["error"]["code"] == "NOTHING_TO_UNDO"
    assert (await jane.verify(family[1].code, party=True))["party"]["admitted"] == 5


async def test_an_undo_of_one_ticket_of_it_leaves_the_others_in(hub, world, jane, family, board):
    scan_id = str(uuid4())
    await jane.verify(family[0].code, scan_id, party=True, count=3)
    others = [
        str(row["scan_id"]) for row in await read_scans(hub.database, "scan_id") if str(row["scan_id"]) != scan_id
    ]
    assert (await jane.command("undo", scan_id=others[0], reason="one too many"))["data"]["people"] == 1
    assert await figures(board) == counts(2, 2, 0, 0)
    assert (await jane.command("undo", scan_id=scan_id, reason="the others, too"))["data"]["people"] == 2
    assert await figures(board) == counts(0, 0, 0, 0)


async def test_an_undo_is_refused_whole_if_one_of_them_has_left(hub, world, jane, family, board):
    scan_id = str(uuid4())
    await jane.verify(family[0].code, scan_id, party=True)
    await jane.leave(family[3].code)
    assert (await jane.command("undo", scan_id=scan_id, reason="x"))["error"]["code"] == "LEFT_SINCE"
    assert await figures(board) == counts(5, 4, 1, 0)


async def test_a_ticket_that_cannot_come_in_is_left_out(hub, world, jane, family):
    await change_ticket(hub.database, family[1].id, status="CANCELLED")
    seen = await jane.validate(family[0].code)
    assert numbers(seen) == (4, 0, 4)
    assert numbers(await jane.verify(family[0].code, party=True)) == (4, 4, 0)
    assert (await jane.verify(family[1].code, party=True))["reason"] == "TICKET_CANCELLED"
    assert (await read_ticket(hub.database, "verified_at", id=family[1].id))["verified_at"] is None
    await change_ticket(hub.database, family[1].id, status="RESERVED")


async def test_whoever_moved_to_another_time_is_not_of_the_party(hub, world, jane):
    slots = [await world.slot(), await world.slot(start="16:00", end="18:00")]
    family = await book_together(world, slots[0], 3)
    await move_to(hub.database, family[2].reservation_id, slots[0], slots[1])
    assert numbers(await jane.validate(family[0].code)) == (2, 0, 2)


async def test_the_wrong_day_is_red_for_the_whole_party(hub, world, jane, clock):
    family = await book_together(world, await world.slot(start="09:00", end="11:00"), 3)
    refused = await jane.verify(family[0].code, party=True)
    assert (shown(refused)[:2], numbers(refused)) == (("RED", "TICKET_EXPIRED"), (3, 0, 3))


async def test_other_scanners_hear_which_came_in_and_how_many(world, jane, tom, family):
    await tom.command("subscribe", topic="tickets")
    await jane.verify(family[0].code, party=True, count=2)
    news = [(await tom.event())["data"] for _ in range(2)]
    assert [(one["change"], len(one["hashes"])) for one in news] == [("verified", 2), ("party", 3)]
    assert {hash_ for one in news for hash_ in one["hashes"]} == {code_hash(ticket.code) for ticket in family}
    assert all(one["party"] == {"size": 5, "admitted": 2, "remaining": 3} for one in news)


async def test_the_others_of_the_party_are_announced_after_a_single_entry_and_after_an_undo(world, jane, tom, family):
    await tom.command("subscribe", topic="tickets")
    scan_id = str(uuid4())
    await jane.verify(family[0].code, scan_id)
    news = [(await tom.event())["data"] for _ in range(2)]
    assert [(one["change"], len(one["hashes"]), one["party"]["admitted"]) for one in news] == [
        ("verified", 1, 1), ("party", 4, 1),
    ]  # fmt: skip
    await jane.command("undo", scan_id=scan_id, reason="x")
    news = [(await tom.event())["data"] for _ in range(2)]
    assert [(one["change"], len(one["hashes"]), one["party"]["admitted"]) for one in news] == [
        ("undone", 1, 0), ("party", 4, 0),
    ]  # fmt: skip


async def test_one_who_left_comes_back_alone_when_all_are_in(world, jane, family, board):
    await world.policy(re_entry="allow")
    await jane.verify(family[0].code, party=True)
    await jane.leave(family[2].code)
    assert shown(await jane.verify(family[2].code, party=True))[:2] == ("GREEN", "RE_ENTRY")
    assert await figures(board) == counts(5, 5, 1, 1)


@pytest.mark.parametrize("party", [False, True])
async def test_a_ticket_of_a_family_that_is_cancelled_after_it_was_read_is_decided_again_without_its_party(
    hub, world, jane, monkeypatch, party
):
    first, _ = await book_together(world, await world.slot(), 2)
    write = EntryScans._write

    async def cancel_and_write(scans, *args):
        monkeypatch.setattr(EntryScans, "_write", write)
        await cancel_visit(hub.database, first.code, NOON)
        return await write(scans, *args)

    monkeypatch.setattr(EntryScans, "_write", cancel_and_write)
    decision = await jane.verify(first.code, party=party)
    assert (decision["result"], decision["reason"]) == ("RED", "TICKET_CANCELLED")
    assert decision.get("party") is None
