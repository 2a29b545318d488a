"""Many gates at once where the venue is nearly full: never more come in than the policy allows, and no place stays empty."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from hub.actions.scanning import inside_limit
from tests.support.hub import Hub
from tests.support.invariants import broken_invariants
from tests.support.movements import count_inside
from tests.support.negative_controls import sabotage
from tests.support.parties import book_together
from tests.support.websocket_client import Socket
from tests.support.world import Ticket, World

LIMIT = 10
NO_LOCK = ("SELECT pg_advisory_xact_lock(7351, ($1::bigint % 2147483647)::integer)", "SELECT $1::bigint")


@pytest.fixture
async def gates(two_hubs: list[Hub], world: World, monkeypatch: pytest.MonkeyPatch) -> list[Socket]:
    """Eight gates, four at each hub. Each batch pauses between the count and the write, where another could come between."""
    await world.policy(inside_limit=LIMIT, when_full="stop", re_entry="allow")
    two_hubs[1].services.venues.forget()
    read = inside_limit.read_room

    async def read_room(*facts: Any) -> int:
        room = await read(*facts)
        await asyncio.sleep(0.03)
        return room

    monkeypatch.setattr(inside_limit, "read_room", read_room)
    return [
        await two_hubs[n % 2].socket(await world.staff(name=f"Gate {gate}"), gate=gate)
        for n, gate in enumerate("ABCDEFGH")
    ]


async def verify_all(gates: list[Socket], scans: list[dict[str, Any]]) -> Counter[str]:
    """Scan at all gates at once, at each one after the other; return how often each answer came."""

    async def scan_at(gate: Socket, its_own: list[dict[str, Any]]) -> list[str]:
        return [(await gate.verify(**scan))["reason"] for scan in its_own]

    answers = await asyncio.gather(*(scan_at(gate, scans[n :: len(gates)]) for n, gate in enumerate(gates)))
    return Counter(reason for of_gate in answers for reason in of_gate)


def scans_of(tickets: list[Ticket]) -> list[dict[str, Any]]:
    return [{"code": ticket.code} for ticket in tickets]


async def test_entries_at_the_same_moment_fill_the_venue_and_no_more(world: World, gates: list[Socket]) -> None:
    tickets = await world.fill(await world.slot(capacity=40), 40)
    assert await verify_all(gates, scans_of(tickets)) == {"VERIFIED": LIMIT, "VENUE_FULL": 30}
    assert await count_inside(world.hub.database) == LIMIT
    assert await broken_invariants(world.hub.database) == []


async def test_without_the_lock_more_come_in(
    world: World, gates: list[Socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    *inside, one, other = await world.fill(await world.slot(capacity=40), LIMIT + 1)
    assert await verify_all(gates, scans_of(inside)) == {"VERIFIED": LIMIT - 1}
    sabotage(monkeypatch, "scanning/people_inside", "lock_venue", NO_LOCK)
    read, both = inside_limit.read_room, asyncio.Barrier(2)

    async def read_at_both(*facts: Any) -> int:
        room = await read(*facts)
        async with asyncio.timeout(10):
            await both.wait()
        return room

    monkeypatch.setattr(inside_limit, "read_room", read_at_both)
    await asyncio.gather(gates[0].verify(one.code), gates[1].verify(other.code))
    assert await count_inside(world.hub.database) == LIMIT + 1


async def test_entries_returns_and_parties_at_the_same_moment_fill_the_venue_and_no_more(
    world: World, gates: list[Socket]
) -> None:
    slot = await world.slot(capacity=60)
    inside = await world.fill(slot, LIMIT)
    assert await verify_all(gates, scans_of(inside)) == {"VERIFIED": LIMIT}
    for n, ticket in enumerate(inside[:6]):
        assert (await gates[n].leave(ticket.code))["reason"] == "EXIT_RECORDED"
    families = [await book_together(world, slot, 2) for _ in range(4)]
    singles = await world.fill(slot, 8)
    # The gates begin with four families and four people who come back, for six places.
    together = [{"code": family[0].code, "party": True} for family in families]
    answers = await verify_all(gates, together + scans_of(inside[:6] + singles))
    assert set(answers) == {"VERIFIED", "RE_ENTRY", "VENUE_FULL"}
    assert await count_inside(world.hub.database) == LIMIT
    assert await broken_invariants(world.hub.database) == []
