"""A party booked in its own transaction with a further step: both are committed, or neither."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import pytest

from hub.access.randomness import token_hash
from hub.actions.booking.reserve_party import PartyRequest, reserve_party
from hub.events.announcements import SlotChanged
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.hub import Hub
from tests.support.slots import hold_places, read_slot
from tests.support.tickets import change_ticket, read_ticket
from tests.support.world import World


async def held_slot(world: World, *, capacity: int, held: int) -> int:
    slot_id = await world.slot(capacity=capacity)
    await hold_places(world.hub.database, slot_id, held)
    return slot_id


async def asked(world: World, slot_id: int, size: int, **other: Any) -> PartyRequest:
    codes = tuple(ticket.code for ticket in await world.tickets(size))
    return PartyRequest(world.org_id, codes, slot_id, "john@example.com", "+12025551234", **other)


async def standing(hub: Hub, slot_id: int) -> tuple[int, int]:
    return tuple(await read_slot(hub.database, "booked_count", "held_count", id=slot_id))


async def test_places_that_are_released_in_its_transaction_are_there_for_it(hub: Hub, world: World) -> None:
    slot_id = await held_slot(world, capacity=4, held=4)
    heard = hub.announced()
    hashes = []

    async def release(connection: Any, now: datetime, manage_token_hash: bytes) -> None:
        assert now == hub.clock.now() or now < hub.clock.now()
        hashes.append(manage_token_hash)
        await hold_places(connection, slot_id, -3)

    reserved = await reserve_party(hub.services, await asked(world, slot_id, 3), in_transaction=release)
    assert len(reserved) == 3
    assert hashes == [token_hash(reserved[0].manage_token)]
    assert await standing(hub, slot_id) == (3, 1)
    # The announcement has the slot at the end of the whole transaction.
    received = [one.slot for one in heard if isinstance(one, SlotChanged)]
    assert [(slot.booked, slot.held, slot.free) for slot in received] == [(3, 1, 0)]


async def test_without_the_release_there_is_no_room(hub: Hub, world: World) -> None:
    slot_id = await held_slot(world, capacity=4, held=4)
    with pytest.raises(Refused) as caught:
        await reserve_party(hub.services, await asked(world, slot_id, 3))
    assert (caught.value.reason, caught.value.details["free"]) == (Reason.SLOT_FULL, 0)


async def test_a_refusal_from_inside_undoes_what_was_done_before_it(hub: Hub, world: World) -> None:
    slot_id = await held_slot(world, capacity=4, held=4)

    async def change_ones_mind(connection: Any, now: datetime, manage_token_hash: bytes) -> None:
        await hold_places(connection, slot_id, -3)
        raise Refused(Reason.OFFER_LAPSED)

    with pytest.raises(Refused) as caught:
        await reserve_party(hub.services, await asked(world, slot_id, 3), in_transaction=change_ones_mind)
    assert caught.value.reason is Reason.OFFER_LAPSED
    assert await standing(hub, slot_id) == (0, 4)


async def test_a_bad_ticket_keeps_the_places_held(hub: Hub, world: World) -> None:
    slot_id = await held_slot(world, capacity=4, held=4)
    request = await asked(world, slot_id, 3)
    bad = await read_ticket(hub.database, code=request.ticket_codes[1])
    await change_ticket(hub.database, bad["id"], status="CANCELLED")

    async def release(connection: Any, now: datetime, manage_token_hash: bytes) -> None:
        await hold_places(connection, slot_id, -3)

    with pytest.raises(Refused) as caught:
        await reserve_party(hub.services, request, in_transaction=release)
    assert caught.value.reason is Reason.TICKET_CANCELLED
    assert await standing(hub, slot_id) == (0, 4)


async def test_a_repeat_gets_the_first_answer_and_releases_nothing_again(hub: Hub, world: World) -> None:
    slot_id = await held_slot(world, capacity=9, held=9)
    request = await asked(world, slot_id, 3, idempotency_key="entry-7")
    times = []

    async def release(connection: Any, now: datetime, manage_token_hash: bytes) -> None:
        times.append(now)
        await hold_places(connection, slot_id, -3)

    answers = await asyncio.gather(*(reserve_party(hub.services, request, in_transaction=release) for _ in range(6)))
    answers.append(await reserve_party(hub.services, request, in_transaction=release))
    assert len(set(answers)) == 1
    assert len(times) == 1, "the tickets' locks let one try in after the other"
    assert await standing(hub, slot_id) == (3, 6)
