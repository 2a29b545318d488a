"""Codes from elsewhere: the exact one first, else the only one that differs in case alone, wherever a code is asked for."""

from __future__ import annotations

import random

import pytest

from db.stored_codes import code_as_stored, codes_without_case
from hub.actions.booking.reserve_party import PartyRequest, reserve_party
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.ticket_code import ALPHABET
from tests.support.hub import Hub
from tests.support.scan_log import count_scans, read_scans
from tests.support.world import World


async def named(world: World, *codes: str) -> None:
    for code in codes:
        await world.ticket(code=code)


async def test_the_exact_code_comes_first_and_a_doubt_finds_nothing(hub: Hub, world: World) -> None:
    await named(world, "DT-1", "dt-1", "MP-Ab", "ÄB-1")
    asked = ["DT-1", "dt-1", "Dt-1", "mp-AB", "äb-1", "DT-2"]
    stored = [await code_as_stored(hub.database, world.org_id, code) for code in asked]
    assert stored == ["DT-1", "dt-1", "Dt-1", "MP-Ab", "ÄB-1", "DT-2"]
    found = await codes_without_case(hub.database, [world.org_id] * 3, ["Dt-1", "mp-AB", "DT-2"])
    assert found == [None, "MP-Ab", None]
    assert await codes_without_case(hub.database, [world.org_id + 1], ["mp-AB"]) == [None], "another organisation's"


async def test_a_scan_in_another_case_is_the_tickets_and_is_logged_as_the_tickets(hub: Hub, world: World) -> None:
    slot = await world.slot()
    ticket = await world.reserved(slot, code="DT-2026-XYZ-02")
    await world.reserved(slot, code="MP-a")
    await world.reserved(slot, code="MP-A")
    gate = await hub.socket(await world.staff(), gate="A")
    assert (await gate.validate("dt-2026-xyz-02"))["reason"] == "VALID"
    entered = await gate.verify("Dt-2026-Xyz-02")
    assert (entered["reason"], entered["ticket"]["ticket_code"]) == ("VERIFIED", ticket.code)
    assert (await gate.verify(ticket.code))["reason"] == "ALREADY_VERIFIED"
    assert (await gate.validate("MP-a"))["ticket"]["ticket_code"] == "MP-a"
    assert (await gate.validate("mp-A"))["reason"] == "TICKET_NOT_FOUND"
    assert {row["code"] for row in await read_scans(hub.database, "code", entered=True)} == {ticket.code}


async def test_a_repeat_in_another_case_gets_the_first_answer(hub: Hub, world: World) -> None:
    ticket = await world.reserved(await world.slot(), code="DT-9")
    gate = await hub.socket(await world.staff(), gate="A")
    scan_id = "0192aaaa-bbbb-7ccc-8ddd-eeeeffff0001"
    first = await gate.verify("dt-9", scan_id)
    again = await gate.verify("Dt-9", scan_id)
    assert (first["reason"], again["reason"]) == ("VERIFIED", "VERIFIED")
    assert await count_scans(hub.database) == 1
    assert (await gate.leave("dT-9"))["reason"] == "EXIT_RECORDED"
    assert first["ticket"]["ticket_code"] == ticket.code


async def test_a_visit_is_booked_and_a_ticket_checked_in_another_case(hub: Hub, world: World) -> None:
    slot = await world.slot()
    await named(world, "DT-1", "DT-2")
    async with hub.client.post("/api/tickets/validate", json={"ticket_code": "dt-1"}) as reply:
        assert (reply.status, (await reply.json())["data"]["ticket_code"]) == (200, "DT-1")
    request = PartyRequest(world.org_id, ("dt-1", "DT-2"), slot, "john@example.com", "+12025551234")
    assert len(await reserve_party(hub.services, request)) == 2
    await named(world, "DT-3")
    twice = PartyRequest(world.org_id, ("dt-3", "DT-3"), slot, "john@example.com", "+12025551234")
    with pytest.raises(Refused) as caught:
        await reserve_party(hub.services, twice)
    assert caught.value.reason is Reason.INVALID_REQUEST


async def test_a_mistyped_code_names_the_ticket_that_was_meant_and_never_one_that_does_not_exist(
    hub: Hub, world: World
) -> None:
    dice = random.Random(2)
    said = right = 0
    for ticket in await world.tickets(40):
        place = dice.choice([*range(9, 15), *range(16, 22)])
        slip = (
            ticket.code[:place]
            + dice.choice([one for one in ALPHABET if one != ticket.code[place]])
            + ticket.code[place + 1 :]
        )
        async with hub.client.post("/api/tickets/validate", json={"ticket_code": slip}) as reply:
            details = (await reply.json())["error"]
        assert details["likely_mistyped"]
        said += "meant" in details
        right += details.get("meant") == ticket.code
    assert said == right == 40
