"""A ticket's status: who is shown it."""

from __future__ import annotations

import pytest

from hub.actions.tickets.status import ticket_status
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.hub import Hub
from tests.support.world import World


async def test_a_ticket_is_shown_to_who_knows_its_code_and_to_its_own_staff_only(hub: Hub, world: World):
    ticket, other = await world.tickets(2)
    staff = hub.services.sessions.read(await world.staff())
    assert (await ticket_status(hub.services, ticket.id, org_id=world.org_id, code=ticket.code.lower(), identity=None))[
        "status"
    ] == "ACTIVATED"
    assert (await ticket_status(hub.services, ticket.id, org_id=world.org_id, code=None, identity=staff))[
        "ticket_code"
    ] == ticket.code
    with pytest.raises(Refused) as caught:
        await ticket_status(hub.services, ticket.id, org_id=world.org_id, code=other.code, identity=None)
    assert caught.value.reason is Reason.TICKET_NOT_FOUND
    with pytest.raises(Refused) as caught:
        await ticket_status(hub.services, ticket.id, org_id=world.org_id, code=None, identity=None)
    assert caught.value.reason is Reason.UNAUTHENTICATED
    elsewhere = await World(hub).found()
    stranger = hub.services.sessions.read(await elsewhere.staff("ADMIN"))
    with pytest.raises(Refused):
        await ticket_status(hub.services, ticket.id, org_id=elsewhere.org_id, code=None, identity=stranger)
