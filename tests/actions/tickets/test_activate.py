"""Activation: of an inactive ticket, and once."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from hub.actions.tickets.activate import activate_ticket
from hub.rules.refusals import Refused
from tests.support.hub import Hub
from tests.support.tickets import read_ticket_status
from tests.support.world import World


async def test_activation_at_once_by_many_succeeds_once(hub: Hub, world: World):
    ticket = await world.ticket("INACTIVE", activation_mode="deferred")
    answers = await asyncio.gather(
        *(
            activate_ticket(hub.services, ticket.id, org_id=world.org_id, code=ticket.code, identity=None)
            for _ in range(8)
        ),
        return_exceptions=True,
    )
    seen = Counter(a.reason.value if isinstance(a, Refused) else a["status"] for a in answers)
    assert seen == {"ACTIVATED": 1, "TICKET_ALREADY_ACTIVATED": 7}


@pytest.mark.parametrize(
    ("status", "reason"),
    [("PENDING_PAYMENT", "TICKET_NOT_ACTIVATED"), ("ACTIVATED", "TICKET_ALREADY_ACTIVATED"),
     ("RESERVED", "TICKET_ALREADY_ACTIVATED"), ("EXPIRED", "TICKET_EXPIRED"), ("CANCELLED", "TICKET_CANCELLED")],
)  # fmt: skip
async def test_only_an_inactive_ticket_is_activated(hub: Hub, world: World, status: str, reason: str):
    if status == "RESERVED":
        (ticket,) = await world.fill(await world.slot(), 1)
    else:
        ticket = await world.ticket(status)
    with pytest.raises(Refused) as caught:
        await activate_ticket(hub.services, ticket.id, org_id=world.org_id, code=ticket.code, identity=None)
    assert caught.value.reason.value == reason
    assert await read_ticket_status(hub.database, ticket.id) == status
