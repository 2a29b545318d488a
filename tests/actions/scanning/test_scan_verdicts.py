"""Verdicts of the ticket's product: the gates it may enter by, and the question before an entry."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from hub.actions.venues.venues import change_venue
from tests.support.hub import Hub
from tests.support.occupancy import shown
from tests.support.offline_queue import queued, sync
from tests.support.parties import book_together, numbers
from tests.support.products import add_product, overwrite_product, reserved_of
from tests.support.scan_log import count_scans, read_scan, read_scans
from tests.support.tickets import change_ticket, read_ticket_status
from tests.support.websocket_client import Socket, answer_of, error_of
from tests.support.world import Ticket, World

CARD = "Is the student card shown?"
RESERVED = "Reserved for today 12:00-14:00"


@pytest.fixture
async def backstage(world: World) -> Ticket:
    """A ticket that enters by gate A or C."""
    product = await add_product(world, "Backstage", gates=["A", "C"])
    return await reserved_of(world, await world.slot(), product)


@pytest.fixture
async def student(world: World) -> Ticket:
    """A ticket whose card must be shown."""
    return await reserved_of(world, await world.slot(), await add_product(world, "Student", question=CARD))


async def test_the_wrong_gate_is_red_with_the_right_ones_and_the_right_gate_is_green(
    hub: Hub, world: World, jane: Socket, tom: Socket, backstage: Ticket
) -> None:
    refused = await tom.verify(backstage.code)
    assert shown(refused) == ("RED", "WRONG_GATE", "Enter by gate A or C")
    assert refused["product"]["gates"] == ["A", "C"]
    nowhere = await hub.socket(await world.staff())
    assert shown(await nowhere.validate(backstage.code))[2] == "This scanner has no gate. Enter by gate A or C"
    assert await read_ticket_status(hub.database, backstage.id) == "RESERVED"
    assert (await jane.verify(backstage.code))["reason"] == "VERIFIED"
    assert shown(await tom.validate(backstage.code))[1] == "ALREADY_VERIFIED"


async def test_a_supervisor_may_let_in_at_the_wrong_gate(hub: Hub, tom: Socket, sue: Socket, backstage: Ticket) -> None:
    scan_id = (await tom.validate(backstage.code))["scan_id"]
    assert (await answer_of(sue, "override", scan_id=scan_id, reason="The lift is broken"))["recorded"] == "VERIFIED"
    assert await read_ticket_status(hub.database, backstage.id) == "VERIFIED"


async def test_who_has_left_comes_back_by_the_right_gate_and_is_not_asked_again(
    world: World, jane: Socket, tom: Socket
) -> None:
    await change_venue(world.hub.services, world.venue_id, {"re_entry": "allow"})
    ticket = await reserved_of(world, await world.slot(), await add_product(world, "Both", gates=["A"], question=CARD))
    await jane.verify(ticket.code, answer="yes")
    await jane.leave(ticket.code)
    assert shown(await tom.verify(ticket.code))[:2] == ("RED", "WRONG_GATE")
    assert (await jane.verify(ticket.code))["reason"] == "RE_ENTRY"


async def test_nobody_goes_in_before_the_question_is_answered(hub: Hub, jane: Socket, student: Ticket) -> None:
    seen = await jane.validate(student.code)
    assert (shown(seen), seen["message"]) == (("YELLOW", "QUESTION_UNANSWERED", RESERVED), "ASK FIRST")
    assert seen["product"] | {"product_id": 0} == {
        "product_id": 0, "name": "Student", "note": None, "attention": False, "question": CARD, "gates": None,
    }  # fmt: skip
    unanswered = await jane.verify(student.code, seen["scan_id"])
    assert (unanswered["reason"], unanswered["can_verify"], unanswered["verified"]) == (
        "QUESTION_UNANSWERED",
        True,
        None,
    )
    assert await count_scans(hub.database) == 1, "a scan that waits for an answer is not one yet"
    entered = await jane.verify(student.code, seen["scan_id"], answer="yes")
    assert shown(entered) == ("GREEN", "VERIFIED", RESERVED)
    assert await jane.verify(student.code, seen["scan_id"], answer="yes") == entered
    row = await read_scan(hub.database, mode="verify")
    assert (row["entered"], row["note"]) == (True, f"{CARD} yes")


async def test_with_no_nobody_goes_in_and_the_answer_is_on_record(
    hub: Hub, jane: Socket, sue: Socket, student: Ticket
) -> None:
    scan_id = str(uuid4())
    refused = await jane.verify(student.code, scan_id, answer="no")
    assert shown(refused) == ("RED", "QUESTION_DENIED", "The question was answered with no")
    assert await jane.verify(student.code, scan_id, answer="yes") == refused, "one scan has one answer"
    row = await read_scan(hub.database, mode="verify")
    assert (row["entered"], row["reason"], row["note"]) == (False, "QUESTION_DENIED", f"{CARD} no")
    assert (await answer_of(jane, "history"))["scans"][0]["note"] == f"{CARD} no"
    assert (await answer_of(sue, "override", scan_id=scan_id, reason="Card in the post"))["recorded"] == "VERIFIED"


async def test_an_answer_is_yes_or_no(jane: Socket, student: Ticket) -> None:
    refused = await error_of(jane, "verify", code=student.code, scan_id=str(uuid4()), answer="maybe")
    assert (refused["code"], refused["errors"][0]["field"]) == ("INVALID_REQUEST", "answer")


async def test_where_a_product_says_nothing_the_decision_has_none(world: World, jane: Socket) -> None:
    ticket = await reserved_of(world, await world.slot(), await add_product(world, "Child"))
    assert "product" not in await jane.validate(ticket.code)
    assert (await jane.verify(ticket.code, answer="no"))["reason"] == "VERIFIED", "nothing was asked"


async def test_the_log_has_the_question_in_the_language_of_the_venue(hub: Hub, world: World, jane: Socket) -> None:
    product = await add_product(world, "Student", question=CARD, question_zh="是否出示学生证？")
    await change_venue(world.hub.services, world.venue_id, {"language": "zh_Hans"})
    ticket = await reserved_of(world, await world.slot(), product)
    await jane.verify(ticket.code, answer="yes")
    assert (await read_scan(hub.database, mode="verify"))["note"] == "是否出示学生证？ 是"


async def test_one_answer_counts_for_the_tickets_of_a_family_that_ask_the_same(
    hub: Hub, world: World, jane: Socket
) -> None:
    tickets = await book_together(world, await world.slot(), 4)
    student, guide = (
        await add_product(world, "Student", question=CARD),
        await add_product(world, "Guide", question="Badge?"),
    )
    for ticket, product in zip(tickets[:3], (student, student, guide), strict=True):
        await change_ticket(hub.database, ticket.id, product_id=product)
    waiting = await jane.verify(tickets[0].code, party=True)
    assert (waiting["reason"], await count_scans(hub.database)) == ("QUESTION_UNANSWERED", 0)
    entered = await jane.verify(tickets[0].code, party=True, answer="yes")
    assert (entered["reason"], numbers(entered)) == ("VERIFIED", (4, 3, 1))
    notes = {row["code"]: row["note"] for row in await read_scans(hub.database, "code", "note", entered=True)}
    assert notes == {tickets[0].code: f"{CARD} yes", tickets[1].code: f"{CARD} yes", tickets[3].code: None}
    assert (await jane.verify(tickets[2].code, party=True))["reason"] == "QUESTION_UNANSWERED"


async def results(gate: Socket, *scans: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    return [(one["outcome"], one["reason"], one.get("kind")) for one in await sync(gate, *scans)]


async def test_the_sync_decides_the_gate_and_the_answer(hub: Hub, world: World, tom: Socket, backstage: Ticket) -> None:
    slot, product = await world.slot(start="15:00", end="17:00"), await add_product(world, "Student", question=CARD)
    yes, no, unasked = [await reserved_of(world, slot, product) for _ in range(3)]
    scans = [
        queued(backstage.code, -9), queued(yes.code, -8, answer="yes"), queued(unasked.code, -6),
        queued(no.code, -7, offline_result="RED", admitted=False, answer="no"),
    ]  # fmt: skip
    assert await results(tom, *scans) == [
        ("conflict", "WRONG_GATE", "wrong_gate"), ("accepted", "VERIFIED", None),
        ("conflict", "QUESTION_UNANSWERED", "not_asked"), ("accepted", "QUESTION_DENIED", None),
    ]  # fmt: skip
    assert [outcome for outcome, *_ in await results(tom, *scans)] == ["conflict", "duplicate", "conflict", "duplicate"]
    notes = await read_scans(hub.database, "note", source="sync", order_by="scanned_at")
    assert [row["note"] for row in notes] == [None, f"{CARD} yes", f"{CARD} no", None]


async def test_a_change_of_a_product_reaches_the_gate(world: World, jane: Socket, student: Ticket) -> None:
    product = (await jane.validate(student.code))["product"]["product_id"]
    await overwrite_product(world, product, question="", attention=True, note="Audio guide")
    seen = await jane.validate(student.code)
    assert (seen["reason"], seen["product"]["attention"], seen["product"]["note"]) == ("VALID", True, "Audio guide")
