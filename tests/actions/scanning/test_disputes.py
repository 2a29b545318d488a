"""Disputes: who may ask and decide, and what a decision records."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from hub.actions.booking.expire import expire
from tests.support.hub import Hub
from tests.support.scan_log import count_entries, read_scan, read_scans
from tests.support.tickets import read_visit
from tests.support.websocket_client import Socket, answer_of, error_of
from tests.support.world import NOON, TODAY, Ticket, World

TOMORROW = TODAY + timedelta(days=1)


async def refused(gate: Socket, code: str, reason: str) -> str:
    """Scan a code that is refused for this reason, and return the scan's id."""
    decision = await gate.validate(code)
    assert decision["reason"] == reason
    return str(decision["scan_id"])


async def standing(world: World, ticket: Ticket) -> tuple[Any, ...]:
    visit = await read_visit(world.hub.database, ticket.id)
    return tuple(visit[name] for name in ("status", "reservation", "verified_gate", "verified_count"))


async def test_a_visitor_of_tomorrow_is_let_in_with_a_reason(hub: Hub, world: World, jane: Socket, sue: Socket):
    ticket = await world.reserved(await world.slot(TOMORROW))
    scan_id = await refused(jane, ticket.code, "WRONG_DATE")
    asked = await answer_of(jane, "ask_supervisor", scan_id=scan_id, note="says she booked today")
    assert (asked["decision"], asked["note"], asked["reason"], asked["obstacle"]) == (
        None, "says she booked today", "WRONG_DATE", None
    )  # fmt: skip
    assert (asked["operator"]["name"], asked["gate"], asked["ticket"]["date"]) == ("Jane Smith", "A", str(TOMORROW))
    admitted = await answer_of(sue, "override", scan_id=scan_id, reason="our mistake in the mail")
    assert (admitted["decision"], admitted["decided_by"]["name"]) == ("admitted", "Sue Lee")
    assert admitted["ticket"]["verified"]["operator_name"] == "Sue Lee"
    assert await standing(world, ticket) == ("VERIFIED", "VERIFIED", "A", 0), "they did not come in tomorrow"
    row = await read_scan(hub.database, mode="override")
    assert (str(row["scan_id"]), row["entered"], row["result"], row["note"], row["gate"]) == (
        scan_id, True, "GREEN", "our mistake in the mail", "A"
    )  # fmt: skip
    again = await jane.validate(ticket.code)
    assert (again["reason"], again["verified"]["operator_name"]) == ("ALREADY_VERIFIED", "Sue Lee")


async def test_an_answer_given_twice_changes_nothing_and_another_answer_is_too_late(
    hub: Hub, world: World, jane: Socket, sue: Socket
):
    ticket = await world.reserved(await world.slot(TOMORROW))
    scan_id = await refused(jane, ticket.code, "WRONG_DATE")
    first = await answer_of(sue, "override", scan_id=scan_id, reason="a reason")
    ann = await hub.socket(await world.staff("MANAGER", name="Ann Ray"))
    assert await answer_of(ann, "override", scan_id=scan_id, reason="another reason") == first
    no = await error_of(ann, "decline", scan_id=scan_id, reason="no")
    assert (no["code"], no["decision"], no["decided_by"], no["decision_reason"]) == (
        "DISPUTE_DECIDED", "admitted", "Sue Lee", "a reason"
    )  # fmt: skip
    assert await count_entries(hub.database) == 1
    asked = await answer_of(jane, "ask_supervisor", scan_id=scan_id)
    assert asked["decision"] == "admitted"


async def test_a_declined_dispute_records_no_entry_and_shows_its_reason_at_the_gate(
    hub: Hub, world: World, sue: Socket
):
    token = await world.staff(name="Jane Smith")
    jane = await hub.socket(token, gate="A")
    ticket = await world.ticket()
    scan_id = await refused(jane, ticket.code, "NO_RESERVATION")
    await answer_of(jane, "ask_supervisor", scan_id=scan_id)
    await answer_of(jane, "subscribe", topic="notices")
    declined = await answer_of(sue, "decline", scan_id=scan_id, reason="the day is sold out")
    received = (await jane.event())["data"]
    assert (received["kind"], received["data"]["scan_id"], received["data"]["decision"]) == (
        "dispute",
        scan_id,
        "declined",
    )
    assert (received["data"]["decided_by"]["name"], received["data"]["decision_reason"]) == (
        "Sue Lee",
        "the day is sold out",
    )
    assert declined["asked_at"] is not None
    assert await count_entries(hub.database) == 0
    # An operator who was offline receives the notice after reconnecting. Other operators do not.
    back, tom = await hub.socket(token, gate="A"), await hub.socket(await world.staff(name="Tom Brown"), gate="A")
    (kept,) = (await answer_of(back, "subscribe", topic="notices"))["notices"]
    assert kept == received
    assert (await answer_of(tom, "subscribe", topic="notices"))["notices"] == []
    assert (await error_of(sue, "override", scan_id=scan_id, reason="yes"))["code"] == "DISPUTE_DECIDED"


async def test_an_admitted_walk_in_counts_for_the_day_and_can_be_undone(
    hub: Hub, world: World, jane: Socket, sue: Socket
):
    ticket = await world.ticket()
    scan_id = await refused(jane, ticket.code, "NO_RESERVATION")
    feed = await hub.socket(await world.staff("MANAGER"))
    await answer_of(feed, "subscribe", topic="scans")
    board = await answer_of(sue, "subscribe", topic="counts", date=str(TODAY))
    assert board["verified"] == 0
    await answer_of(sue, "override", scan_id=scan_id, reason="guest of the house")
    assert (await sue.event())["data"]["verified"] == 1
    assert await standing(world, ticket) == ("VERIFIED", None, "A", None)
    seen = (await feed.event())["data"]["scans"][-1]
    assert (seen["mode"], seen["operator"]["name"], seen["scan_id"]) == ("override", "Sue Lee", scan_id)
    # The entry is the supervisor's: the operator may not undo it, a supervisor or manager may.
    assert (await error_of(jane, "undo", scan_id=scan_id, reason="x"))["code"] == "FORBIDDEN"
    undone = await answer_of(sue, "undo", scan_id=scan_id, reason="left again")
    assert undone["ticket_status"] == "ACTIVATED"
    assert (await sue.event())["data"]["verified"] == 0
    # The same decision again is refused, because the entry was undone.
    no = await error_of(sue, "override", scan_id=scan_id, reason="yes")
    assert (no["code"], no["undone"]) == ("DISPUTE_DECIDED", True)


async def test_an_admitted_expired_ticket_expires_again_after_its_undo(
    hub: Hub, world: World, jane: Socket, sue: Socket, clock: Any
):
    ticket = await world.reserved(await world.slot())
    clock.advance(3 * 3600)
    await expire(hub.services)
    scan_id = await refused(jane, ticket.code, "TICKET_EXPIRED")
    await answer_of(sue, "override", scan_id=scan_id, reason="the train was late")
    assert await standing(world, ticket) == ("VERIFIED", "VERIFIED", "A", 1)
    await answer_of(sue, "undo", scan_id=scan_id, reason="did not come after all")
    await expire(hub.services)
    assert await standing(world, ticket) == ("EXPIRED", "EXPIRED", None, 0)


async def test_an_admitted_ota_ticket_keeps_its_owners_status(world: World, jane: Socket, sue: Socket):
    ticket = await world.reserve(await world.ticket(channel="ota", code="DT-1"), await world.slot(TOMORROW))
    scan_id = await refused(jane, ticket.code, "WRONG_DATE")
    await answer_of(sue, "override", scan_id=scan_id, reason="x")
    assert (await standing(world, ticket))[0] == "ACTIVATED"
    assert (await answer_of(jane, "ask_supervisor", scan_id=scan_id))["obstacle"] == "ALREADY_VERIFIED"


@pytest.mark.parametrize(("status", "why"), [
    ("CANCELLED", "TICKET_CANCELLED"), ("PENDING_PAYMENT", "TICKET_NOT_ACTIVATED"), ("INACTIVE", "TICKET_NOT_ACTIVATED"),
])  # fmt: skip
async def test_what_has_to_be_done_first_is_said_and_the_question_stays_open(
    hub: Hub, world: World, jane: Socket, sue: Socket, status: str, why: str
):
    ticket = await world.ticket(status)
    scan_id = await refused(jane, ticket.code, why)
    assert (await answer_of(jane, "ask_supervisor", scan_id=scan_id))["obstacle"] == why
    assert (await error_of(sue, "override", scan_id=scan_id, reason="x"))["code"] == why
    assert (await answer_of(jane, "ask_supervisor", scan_id=scan_id))["decision"] is None
    assert await count_entries(hub.database) == 0
    assert (await answer_of(sue, "decline", scan_id=scan_id, reason="pay first"))["decision"] == "declined"


async def test_a_code_that_is_no_tickets_can_be_asked_about_and_only_declined(world: World, jane: Socket, sue: Socket):
    scan_id = await refused(jane, "DT-NOBODY", "TICKET_NOT_FOUND")
    asked = await answer_of(jane, "ask_supervisor", scan_id=scan_id, note="printed it himself")
    assert (asked["ticket"], asked["obstacle"]) == (None, "TICKET_NOT_FOUND")
    assert (await error_of(sue, "override", scan_id=scan_id, reason="x"))["code"] == "TICKET_NOT_FOUND"


async def test_an_entry_in_the_way_is_named_and_undone_only_on_request(
    hub: Hub, world: World, jane: Socket, sue: Socket
):
    ticket = await world.reserved(await world.slot())
    tom = await hub.socket(await world.staff(name="Tom Brown"), gate="B")
    await tom.verify(ticket.code)
    scan_id = await refused(jane, ticket.code, "ALREADY_VERIFIED")
    no = await error_of(sue, "override", scan_id=scan_id, reason="the wrong one of two")
    assert (no["code"], no["operator_name"], no["gate"]) == ("ALREADY_VERIFIED", "Tom Brown", "B")
    admitted = await answer_of(sue, "override", scan_id=scan_id, reason="the wrong one of two", take_back=True)
    assert (admitted["decision"], admitted["ticket"]["verified"]["operator_name"]) == ("admitted", "Sue Lee")
    assert await standing(world, ticket) == ("VERIFIED", "VERIFIED", "A", 1)
    modes = await read_scans(hub.database, "mode", "note")
    assert sorted(tuple(row) for row in modes if row["mode"] != "validate") == [
        ("override", "the wrong one of two"), ("undo", "the wrong one of two"), ("verify", None)
    ]  # fmt: skip


async def test_who_may_ask_answer_and_withdraw(hub: Hub, world: World, jane: Socket, sue: Socket):
    ticket = await world.ticket()
    scan_id = await refused(jane, ticket.code, "NO_RESERVATION")
    tom = await hub.socket(await world.staff(name="Tom Brown"))
    assert (await error_of(tom, "ask_supervisor", scan_id=scan_id))["code"] == "FORBIDDEN"
    for command in ("override", "decline"):
        assert (await error_of(jane, command, scan_id=scan_id, reason="x"))["code"] == "FORBIDDEN"
    assert (await error_of(jane, "withdraw", scan_id=scan_id))["code"] == "SCAN_NOT_FOUND"
    await answer_of(jane, "ask_supervisor", scan_id=scan_id)
    assert (await error_of(tom, "withdraw", scan_id=scan_id))["code"] == "FORBIDDEN"
    assert (await answer_of(jane, "withdraw", scan_id=scan_id))["decision"] == "withdrawn"
    assert (await answer_of(jane, "withdraw", scan_id=scan_id))["decision"] == "withdrawn"
    assert (await error_of(sue, "override", scan_id=scan_id, reason="x"))["code"] == "DISPUTE_DECIDED"
    for nobody in (str(uuid4()),):
        assert (await error_of(jane, "ask_supervisor", scan_id=nobody))["code"] == "SCAN_NOT_FOUND"
        for command in ("override", "decline"):
            assert (await error_of(sue, command, scan_id=nobody, reason="x"))["code"] == "SCAN_NOT_FOUND"


async def test_a_ticket_that_a_gate_admits_needs_no_supervisor(world: World, jane: Socket, sue: Socket):
    ticket = await world.reserved(await world.slot())
    looked = str((await jane.validate(ticket.code))["scan_id"])
    assert (await error_of(jane, "ask_supervisor", scan_id=looked))["code"] == "NOTHING_TO_DISPUTE"
    entered = str(uuid4())
    await jane.verify(ticket.code, entered)
    assert (await error_of(jane, "ask_supervisor", scan_id=entered))["code"] == "NOTHING_TO_DISPUTE"
    assert (await error_of(sue, "override", scan_id=entered, reason="x"))["code"] == "NOTHING_TO_DISPUTE"


async def test_another_organisation_sees_and_decides_nothing(hub: Hub, world: World, jane: Socket):
    ticket = await world.ticket()
    scan_id = await refused(jane, ticket.code, "NO_RESERVATION")
    await answer_of(jane, "ask_supervisor", scan_id=scan_id)
    stranger = await hub.socket(await (await World(hub).found()).staff("MANAGER"))
    assert (await answer_of(stranger, "subscribe", topic="disputes"))["disputes"] == []
    for command in ("override", "decline"):
        assert (await error_of(stranger, command, scan_id=scan_id, reason="x"))["code"] == "SCAN_NOT_FOUND"


async def test_the_tickets_history_shows_dispute_decision_and_entry(hub: Hub, world: World, jane: Socket, sue: Socket):
    hub.clock.set(NOON)
    ticket = await world.reserved(await world.slot(TOMORROW))
    first = await refused(jane, ticket.code, "WRONG_DATE")
    await answer_of(jane, "ask_supervisor", scan_id=first, note="insists")
    hub.clock.advance(10)
    await answer_of(sue, "decline", scan_id=first, reason="come tomorrow")
    hub.clock.advance(10)
    second = await refused(jane, ticket.code, "WRONG_DATE")
    await answer_of(sue, "override", scan_id=second, reason="the family is in")
    status, body = await hub.get(f"/api/tickets/{ticket.id}/life", token=await world.staff("MANAGER"))
    assert status == 200
    received = [
        (event["kind"], event.get("mode"), event["operator_name"], event["note"])
        for event in body["data"]["events"]
        if event["kind"] in ("scan", "asked", "declined")
    ]
    assert received == [
        ("scan", "validate", "Jane Smith", None),
        ("asked", None, "Jane Smith", "insists"),
        ("declined", None, "Sue Lee", "come tomorrow"),
        ("scan", "validate", "Jane Smith", None),
        ("scan", "override", "Sue Lee", "the family is in"),
    ]
