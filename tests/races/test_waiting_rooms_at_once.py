"""The waiting room over two hubs: the rate counts for both, a turn books once, and a place outlives the hub that gave it."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from hub.guards.waiting_room import Place, WaitingRoomGuard
from tests.support.api_client import Api, booking
from tests.support.concurrency import crowd
from tests.support.hub import Hub
from tests.support.waiting_rooms import Visitor, open_waiting_room
from tests.support.world import TODAY, World

pytestmark = pytest.mark.own_hub

RATE, CROWD = 20, 80


async def states_of_a_crowd(hubs: list[Hub], world: World) -> Counter[str]:
    """Let a crowd join one room at two hubs. Return how many of each state there are."""
    key = f"slot:{await world.slot()}"
    await open_waiting_room(world, "slots", RATE)
    hubs[1].services.venues.forget()
    visitors = [Visitor(Api(hubs[n % 2])) for n in range(CROWD)]
    answers = await crowd([partial(visitor.join, key) for visitor in visitors], clients=40)
    return Counter(answer["state"] for answer in answers)


async def test_two_hubs_together_admit_no_more_than_the_rate(two_hubs: list[Hub], world: World) -> None:
    assert await states_of_a_crowd(two_hubs, world) == {"turn": RATE, "waiting": CROWD - RATE}


async def test_hubs_that_do_not_share_the_room_admit_the_rate_each(
    two_hubs: list[Hub], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, ask = two_hubs[1].services.waiting_rooms.guard, WaitingRoomGuard.ask

    async def ask_apart(guard: WaitingRoomGuard, terms: Any, *given: Any, **more: Any) -> Place | None:
        return await ask(guard, replace(terms, org_id=terms.org_id + (guard is own)), *given, **more)

    monkeypatch.setattr(WaitingRoomGuard, "ask", ask_apart)
    assert (await states_of_a_crowd(two_hubs, world))["turn"] == 2 * RATE


async def books_with_one_turn(hubs: list[Hub], world: World, day: int = 1) -> int:
    """Book two places at two hubs at once, with the cookie of one visitor who has a turn. Return how many were booked."""
    slot = await world.slot(TODAY + timedelta(days=day))
    await open_waiting_room(world, "slots", 1)
    hubs[1].services.venues.forget()
    visitor = Visitor(Api(hubs[0]))
    assert (await visitor.join(f"slot:{slot}"))["state"] == "turn"
    tickets = await world.tickets(2)
    answers = await asyncio.gather(
        *(
            Api(hub).post("/api/reservations/create", booking(ticket, slot), headers=visitor.headers)
            for hub, ticket in zip(hubs, tickets, strict=True)
        )
    )
    assert {answer.code for answer in answers if answer.status != 200} <= {"WAITING_ROOM", "BUSY"}
    return await world.booked_count(slot)


async def test_a_turn_that_is_shown_at_two_hubs_at_once_books_once(two_hubs: list[Hub], world: World) -> None:
    for day in range(1, 11):
        assert await books_with_one_turn(two_hubs, world, day) == 1


async def test_a_turn_that_nobody_claims_books_twice(
    two_hubs: list[Hub], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask, both = WaitingRoomGuard.ask, asyncio.Barrier(2)

    async def look_only(guard: WaitingRoomGuard, terms: Any, what: Any, visitor: str = "", **more: Any) -> Place | None:
        if what != "claim":
            return await ask(guard, terms, what, visitor, **more)
        place = await ask(guard, terms, "standing", visitor)
        await both.wait()
        return None if place is None else place._replace(state="claimed" if place.state == "turn" else "refused")

    monkeypatch.setattr(WaitingRoomGuard, "ask", look_only)
    assert await books_with_one_turn(two_hubs, world) == 2


async def test_places_outlive_the_hub_that_gave_them(two_hubs: list[Hub], world: World) -> None:
    key = f"slot:{await world.slot()}"
    await open_waiting_room(world, "slots", 0)
    two_hubs[1].services.venues.forget()
    visitors = [Visitor(Api(two_hubs[1])) for _ in range(5)]
    for visitor in visitors:
        await visitor.join(key)
    await two_hubs[1].close()
    for visitor in visitors:
        visitor.api = Api(two_hubs[0])
    assert [(await visitor.look(key))["position"] for visitor in visitors] == [1, 2, 3, 4, 5]
    # The control: what keeps them is Redis.
    await two_hubs[0].services.redis.flushall()
    assert {(await visitor.look(key))["state"] for visitor in visitors} == {"none"}
