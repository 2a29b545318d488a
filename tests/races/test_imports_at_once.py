"""Two imports of one organisation at once: both name the same new orders, products and codes, and neither fails."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hub.actions.imports.work import work_on
from tests.support.hub import Hub
from tests.support.imports import begun, leave_imports, read_counts
from tests.support.meeting import MEETS, two_meet
from tests.support.negative_controls import sabotage
from tests.support.orders import read_orders
from tests.support.tickets import count_tickets
from tests.support.world import World

LINES = 300
ORDERS_MEET = ("AS o (reference, status, email)", f"AS o (reference, status, email) WHERE {MEETS}")
NO_TURN = ("SELECT pg_advisory_xact_lock(hashtextextended('imports', $1))", "SELECT $1::bigint IS NULL")


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test says when an import is worked on."""
    leave_imports(monkeypatch)


async def two_imports(hubs: list[Hub], world: World) -> list[int]:
    """Begin two imports of the same codes and orders, one of them from its end."""
    lines = [f"KK-{n:05},order-{n // 3},Night\n" for n in range(LINES)]
    return [
        await begun(hub, world.org_id, "code,order,product\n" + "".join(rows))
        for hub, rows in zip(hubs, (lines, lines[::-1]), strict=True)
    ]


async def both(hubs: list[Hub], world: World, imports: list[int]) -> list[Any]:
    return await asyncio.gather(
        *(work_on(hub.services, world.org_id, one) for hub, one in zip(hubs, imports, strict=True)),
        return_exceptions=True,
    )


async def test_each_ticket_and_order_is_made_once_and_both_imports_end(
    two_hubs: list[Hub], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await two_meet(world.hub.database, patience=5)
    sabotage(monkeypatch, "imports/tickets", "orders_by_reference", ORDERS_MEET)
    imports = await two_imports(two_hubs, world)
    assert await both(two_hubs, world, imports) == [True, True]
    assert await count_tickets(world.hub.database) == LINES
    references = [row["reference"] for row in await read_orders(world.hub.database, "reference")]
    assert len([one for one in references if one]) == LINES // 3
    counts = [await read_counts(hub, world.org_id, one) for hub, one in zip(two_hubs, imports, strict=True)]
    assert sorted((one["added"], one["unchanged"]) for one in counts) == [(0, LINES), (LINES, 0)]


async def test_control_without_turns_one_of_them_fails(
    two_hubs: list[Hub], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await two_meet(world.hub.database, patience=5)
    sabotage(monkeypatch, "imports/tickets", "orders_by_reference", ORDERS_MEET)
    sabotage(monkeypatch, "imports/tickets", "take_turn", NO_TURN)
    imports = await two_imports(two_hubs, world)
    assert await both(two_hubs, world, imports) != [True, True]
