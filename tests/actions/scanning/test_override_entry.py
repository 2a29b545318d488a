"""Overrides of returns: what a supervisor's decision records and counts, whom it notifies, and how it is undone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from hub.actions.reporting.reconcile import reconcile
from hub.actions.scanning import override_entry
from hub.rules.timestamps import rfc3339
from tests.support.disputes import count_disputes
from tests.support.hub import Hub
from tests.support.movements import read_absence
from tests.support.scan_log import count_scans, read_scans
from tests.support.shows import Booking, add_booking, add_stage
from tests.support.tickets import cancel_ticket
from tests.support.websocket_client import Socket, answer_of, error_of
from tests.support.world import TODAY, Ticket, World

TOMORROW = TODAY + timedelta(days=1)


async def gone(world: World, jane: Socket, tom: Socket, ticket: Ticket | None = None) -> Ticket:
    """Return a ticket whose holder entered at gate A and left at gate B."""
    if ticket is None:
        (ticket,) = await world.fill(await world.slot(), 1)
    assert (await jane.verify(ticket.code))["reason"] == "VERIFIED"
    assert (await tom.leave(ticket.code))["reason"] == "EXIT_RECORDED"
    return ticket


async def turned_away(gate: Socket, ticket: Ticket, reason: str = "ALREADY_VERIFIED") -> str:
    decision = await gate.validate(ticket.code)
    assert decision["reason"] == reason
    return str(decision["scan_id"])


async def figures(socket: Socket, **day: Any) -> tuple[int, int, int, int]:
    data = await answer_of(socket, "subscribe", topic="counts", **day)
    await answer_of(socket, "unsubscribe", topic="counts")
    return data["verified"], data["inside"], data["exited"], data["reentered"]


async def overrides(hub: Hub) -> list[tuple[Any, ...]]:
    rows = await read_scans(
        hub.database, "result", "reason", "entered", "gate", "note", mode="override", order_by="logged_at"
    )
    return [tuple(row) for row in rows]


async def test_a_visitor_who_left_is_let_back_in_and_the_return_is_published(
    hub: Hub, world: World, jane: Socket, tom: Socket, sue: Socket
):
    ticket = await gone(world, jane, tom)
    decision = await jane.validate(ticket.code)
    assert decision["detail"].endswith("gate B; no re-entry")
    scan_id = decision["scan_id"]
    left = (await read_absence(hub.database))["left_at"]
    asked = await answer_of(jane, "ask_supervisor", scan_id=scan_id, note="went to the car")
    assert (asked["obstacle"], asked["recorded"]) == (None, None)
    assert asked["ticket"]["left"] == {"left_at": rfc3339(left), "gate": "B"}
    assert asked["ticket"]["verified"]["operator_name"] == "Jane Smith"

    board, feed = [await hub.socket(await world.staff("MANAGER")) for _ in range(2)]
    assert (await answer_of(board, "subscribe", topic="counts", date=str(TODAY)))["inside"] == 0
    await answer_of(feed, "subscribe", topic="scans")
    await answer_of(jane, "subscribe", topic="notices")
    await answer_of(tom, "subscribe", topic="tickets")
    admitted = await answer_of(sue, "override", scan_id=scan_id, reason="saw them leave")
    assert (admitted["decision"], admitted["recorded"], admitted["undone"]) == ("admitted", "RE_ENTRY", False)
    # The first entry stays. After the return, the next scan of this ticket is ALREADY_VERIFIED.
    assert (admitted["ticket"]["left"], admitted["obstacle"]) == (None, "ALREADY_VERIFIED")
    assert admitted["ticket"]["verified"]["operator_name"] == "Jane Smith"
    assert await overrides(hub) == [("GREEN", "RE_ENTRY", False, "A", "saw them leave")]
    absence = await read_absence(hub.database)
    assert (str(absence["return_scan"]), absence["returned_at"] >= left) == (scan_id, True)

    counted = (await board.event())["data"]
    assert [counted[name] for name in ("verified", "inside", "exited", "reentered")] == [1, 1, 1, 1]
    seen = (await feed.event())["data"]["scans"][-1]
    assert (seen["mode"], seen["reason"], seen["entered"], seen["operator"]["name"], seen["gate"]) == (
        "override", "RE_ENTRY", False, "Sue Lee", "A"
    )  # fmt: skip
    notice = (await jane.event())["data"]
    assert (notice["kind"], notice["data"]["scan_id"], notice["data"]["recorded"]) == ("dispute", scan_id, "RE_ENTRY")
    assert (await tom.event())["data"]["change"] == "returned"
    assert (await jane.validate(ticket.code))["reason"] == "ALREADY_VERIFIED"
    assert (await reconcile(hub.services))["drift"] == 0


async def test_a_repeated_override_changes_nothing(hub: Hub, world: World, jane: Socket, tom: Socket, sue: Socket):
    ticket = await gone(world, jane, tom)
    scan_id = await turned_away(jane, ticket)
    first = await answer_of(sue, "override", scan_id=scan_id, reason="saw them leave")
    # The reply is the same after another exit: only a scan after that exit could be disputed.
    await tom.leave(ticket.code)
    again = await answer_of(sue, "override", scan_id=scan_id, reason="another reason")
    assert again["ticket"].pop("left") is not None
    assert first["ticket"].pop("left") is None
    assert again | {"obstacle": None} == first | {"obstacle": None}
    assert len(await overrides(hub)) == 1
    assert await figures(sue) == (1, 0, 2, 1)
    no = await error_of(sue, "decline", scan_id=scan_id, reason="no")
    assert (no["code"], no["decision"], no["recorded"]) == ("DISPUTE_DECIDED", "admitted", "RE_ENTRY")


async def test_an_override_of_a_return_is_undone_like_every_other_return(
    hub: Hub, world: World, jane: Socket, tom: Socket, sue: Socket
):
    ticket = await gone(world, jane, tom)
    scan_id = await turned_away(jane, ticket)
    await answer_of(sue, "override", scan_id=scan_id, reason="saw them leave")
    feed = await hub.socket(await world.staff("MANAGER"))
    await answer_of(feed, "subscribe", topic="scans")
    assert (await error_of(jane, "undo", scan_id=scan_id, reason="x"))["code"] == "FORBIDDEN"
    undone = await answer_of(sue, "undo", scan_id=scan_id, reason="was somebody else")
    assert (undone["reason"], undone["ticket_status"]) == ("RETURN_UNDONE", "VERIFIED")
    assert (await feed.event())["data"]["scans"][-1]["reason"] == "RETURN_UNDONE"
    assert await figures(sue) == (1, 0, 1, 0)
    assert (await error_of(sue, "undo", scan_id=scan_id, reason="again"))["code"] == "NOTHING_TO_UNDO"
    no = await error_of(sue, "override", scan_id=scan_id, reason="yes")
    assert (no["code"], no["undone"]) == ("DISPUTE_DECIDED", True)
    # The holder is outside again, so a new scan can be disputed and admitted.
    second = await turned_away(jane, ticket)
    assert (await answer_of(sue, "override", scan_id=second, reason="this is them"))["recorded"] == "RE_ENTRY"
    await tom.leave(ticket.code)
    assert (await error_of(sue, "undo", scan_id=second, reason="x"))["code"] == "MOVED_SINCE"
    assert await figures(sue) == (1, 0, 2, 1)
    assert (await reconcile(hub.services))["drift"] == 0


async def test_it_counts_for_the_day_of_the_entry_whatever_the_policy_allows(
    hub: Hub, world: World, jane: Socket, tom: Socket
):
    await world.policy(re_entry="allow")
    ticket = await gone(world, jane, tom)
    hub.clock.advance(24 * 3600)
    late, sue = await hub.socket(await world.staff(), gate="C"), await hub.socket(await world.staff("MANAGER"))
    decision = await late.validate(ticket.code)
    assert decision["detail"].endswith("re-entry was until the end of that day")
    done_ = await answer_of(sue, "override", scan_id=decision["scan_id"], reason="left her medicine inside")
    assert done_["recorded"] == "RE_ENTRY"
    assert await figures(sue, date=str(TODAY)) == (1, 1, 1, 1)
    assert await figures(sue, date=str(TOMORROW)) == (0, 0, 0, 0)


async def test_it_counts_for_the_venue_of_the_entry(hub: Hub, world: World, jane: Socket, tom: Socket, sue: Socket):
    ticket = await gone(world, jane, tom)
    elsewhere = await world.venue()
    there = await hub.socket(await world.staff(venue_id=elsewhere), gate="Z")
    scan_id = await turned_away(there, ticket, "WRONG_VENUE")
    admitted = await answer_of(sue, "override", scan_id=scan_id, reason="one visit, two houses")
    assert (admitted["recorded"], admitted["venue_id"]) == ("RE_ENTRY", elsewhere)
    assert await figures(sue) == (1, 1, 1, 1)
    assert (await reconcile(hub.services))["drift"] == 0


async def test_what_was_cancelled_meanwhile_lets_nobody_back_in(
    hub: Hub, world: World, jane: Socket, tom: Socket, sue: Socket
):
    ota = await world.reserve(await world.ticket(channel="ota", code="DT-1"), await world.slot())
    scan_id = await turned_away(jane, await gone(world, jane, tom, ota))
    await cancel_ticket(hub.database, ota.id)
    assert (await error_of(sue, "override", scan_id=scan_id, reason="x"))["code"] == "TICKET_CANCELLED"
    assert await overrides(hub) == []
    assert await count_disputes(hub.database) == 0


async def test_a_visitor_who_left_needs_no_undo_of_the_entry(
    hub: Hub, world: World, jane: Socket, tom: Socket, sue: Socket
):
    ticket = await gone(world, jane, tom)
    scan_id = await turned_away(jane, ticket)
    admitted = await answer_of(sue, "override", scan_id=scan_id, reason="saw them leave", take_back=True)
    assert admitted["recorded"] == "RE_ENTRY"
    assert await count_scans(hub.database, mode="undo") == 0
    assert await figures(sue) == (1, 1, 1, 1)


async def test_a_visitor_who_leaves_during_the_undo_is_let_back_in(
    hub: Hub, world: World, jane: Socket, tom: Socket, sue: Socket, monkeypatch: pytest.MonkeyPatch
):
    (ticket,) = await world.fill(await world.slot(), 1)
    await jane.verify(ticket.code)
    scan_id = await turned_away(jane, ticket)
    undo_scan, left = override_entry.undo_scan, []

    async def undo_late(*arguments: Any, **fields: Any) -> Any:
        if not left:
            left.append((await tom.leave(ticket.code))["reason"])
        return await undo_scan(*arguments, **fields)

    monkeypatch.setattr(override_entry, "undo_scan", undo_late)
    admitted = await answer_of(sue, "override", scan_id=scan_id, reason="the wrong one of two", take_back=True)
    assert (left, admitted["recorded"]) == (["EXIT_RECORDED"], "RE_ENTRY")
    assert await figures(sue) == (1, 1, 1, 1)


async def test_a_return_that_a_gate_has_recorded_cannot_be_disputed(
    hub: Hub, world: World, jane: Socket, tom: Socket, sue: Socket
):
    await world.policy(re_entry="allow")
    ticket = await gone(world, jane, tom)
    scan_id = str(uuid4())
    assert (await jane.verify(ticket.code, scan_id))["reason"] == "RE_ENTRY"
    # The holder has left again. The scan had let them in, so there is nothing to dispute.
    await tom.leave(ticket.code)
    assert (await error_of(sue, "override", scan_id=scan_id, reason="x"))["code"] == "NOTHING_TO_DISPUTE"
    assert await figures(sue) == (1, 0, 2, 1)


async def test_an_ota_ticket_and_a_walk_in_come_back_too(
    hub: Hub, world: World, jane: Socket, tom: Socket, sue: Socket
):
    await world.policy(unreserved_entry="allow")
    ota = await world.reserve(await world.ticket(channel="ota", code="DT-1"), await world.slot())
    await gone(world, jane, tom, ota)
    walked = await world.ticket()
    await jane.command("verify", code=walked.code, scan_id=str(uuid4()))
    await tom.leave(walked.code)
    for ticket, status in ((ota, "ACTIVATED"), (walked, "VERIFIED")):
        admitted = await answer_of(sue, "override", scan_id=await turned_away(jane, ticket), reason="saw them leave")
        assert (admitted["recorded"], admitted["ticket"]["status"]) == ("RE_ENTRY", status)
    assert await figures(sue) == (2, 2, 2, 2)
    assert (await reconcile(hub.services))["drift"] == 0


async def test_log_and_history_show_a_supervisors_return(
    hub: Hub, world: World, jane: Socket, tom: Socket, sue: Socket
):
    ticket = await gone(world, jane, tom)
    scan_id = await turned_away(jane, ticket)
    await answer_of(sue, "override", scan_id=scan_id, reason="saw them leave")
    await answer_of(sue, "undo", scan_id=scan_id, reason="was somebody else")
    token = await world.staff("MANAGER")
    status, body = await hub.get(f"/api/tickets/{ticket.id}/life", token=token)
    assert status == 200
    received = [
        (event["mode"], event["reason"], event["operator_name"], event["note"])
        for event in body["data"]["events"]
        if event["kind"] == "scan"
    ]
    assert received[-2:] == [
        ("override", "RE_ENTRY", "Sue Lee", "saw them leave"),
        ("undo", "RETURN_UNDONE", "Sue Lee", "was somebody else"),
    ]
    status, body = await hub.get("/api/operators/scan-history?mode=override", token=token)
    (row,) = body["data"]["scans"]
    assert (row["reason"], row["entered"], row["note"], row["undone"]) == ("RE_ENTRY", False, "saw them leave", True)


async def early_party(world: World, size: int = 5) -> Booking:
    return await add_booking(world, (await add_stage(world, check_in_opens_minutes=30)).performance_id, size)


async def refused(gate: Socket, booking: Booking, **fields: Any) -> str:
    decision = await gate.verify(booking.code, **fields)
    assert decision["result"] != "GREEN", decision
    return str(decision["scan_id"])


async def test_a_supervisor_admits_as_many_as_the_scan_wanted_or_as_many_as_they_say(
    hub: Hub, world: World, jane: Socket, sue: Socket
):
    booking = await early_party(world)
    two = await refused(jane, booking, count=2)
    dispute = await answer_of(sue, "override", scan_id=two, reason="it rains")
    assert dispute["party"] == {"booking_id": booking.id, "size": 5, "admitted": 2, "remaining": 3}
    assert dispute["obstacle"] is None, "three are still to come"
    one = await refused(jane, booking)
    assert (await answer_of(sue, "override", scan_id=one, reason="it rains", count=1))["party"]["admitted"] == 3
    rest = await refused(jane, booking)
    error = await error_of(sue, "override", scan_id=rest, reason="it rains", count=3)
    assert (error["code"], error["remaining"]) == ("PARTY_TOO_LARGE", 2)
    dispute = await answer_of(sue, "override", scan_id=rest, reason="it rains")
    assert (dispute["party"]["remaining"], dispute["obstacle"]) == (0, "ALREADY_VERIFIED")
    assert await figures(sue) == (5, 5, 0, 0)
    rows = await read_scans(hub.database, "people", "admitted", mode="override", order_by="logged_at")
    assert [tuple(row) for row in rows] == [(2, 2), (1, 3), (2, 5)]


async def test_more_than_remain_are_admitted_by_no_supervisor(world: World, jane: Socket, sue: Socket):
    booking = await add_booking(world, (await add_stage(world)).performance_id, 3)
    await jane.verify(booking.code, count=2)
    scan_id = await refused(jane, booking, count=2)
    assert (await answer_of(sue, "override", scan_id=scan_id, reason="x"))["party"]["admitted"] == 3
    again = await refused(jane, booking, count=1)
    assert (await error_of(sue, "override", scan_id=again, reason="x"))["code"] == "ALREADY_VERIFIED"


async def test_the_override_of_a_part_is_undone_with_its_people(world: World, jane: Socket, sue: Socket):
    booking = await early_party(world)
    scans = [await refused(jane, booking, count=count) for count in (2, 1)]
    for scan_id in scans:
        await answer_of(sue, "override", scan_id=scan_id, reason="x")
    undone = await answer_of(sue, "undo", scan_id=scans[0], reason="x")
    assert (undone["people"], undone["ticket_status"]) == (2, "VERIFIED")
    assert await figures(sue) == (1, 1, 0, 0)


async def test_a_party_that_left_is_let_back_in_with_all_its_people(world: World, jane: Socket, sue: Socket):
    booking = await add_booking(world, (await add_stage(world)).performance_id, 3)
    await jane.verify(booking.code)
    await jane.leave(booking.code, count=2)
    scan_id = str((await jane.validate(booking.code))["scan_id"])
    assert (await answer_of(sue, "override", scan_id=scan_id, reason="x"))["recorded"] == "RE_ENTRY"
    assert await figures(sue) == (3, 3, 2, 2)


async def test_an_unconfirmed_booking_is_admitted_by_no_supervisor(world: World, jane: Socket, sue: Socket):
    booking = await add_booking(world, (await add_stage(world)).performance_id, 3, "PENDING")
    scan_id = await refused(jane, booking)
    assert (await error_of(sue, "override", scan_id=scan_id, reason="x"))["code"] == "TICKET_NOT_ACTIVATED"
