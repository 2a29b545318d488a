"""Scans of several offline scanners, decided in the order of their moments whatever the order of their queues."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from hub.actions.reporting.reconcile import reconcile
from tests.support.hub import Hub
from tests.support.occupancy import counts, figures
from tests.support.offline_queue import queued, sync
from tests.support.scan_conflicts import read_conflicts
from tests.support.tickets import read_visit
from tests.support.websocket_client import Socket
from tests.support.world import World


async def open_conflicts(hub: Hub) -> int:
    return sum(row["decision"] is None for row in await read_conflicts(hub.database))


@pytest.mark.parametrize("first", ["entries", "exit"])
async def test_a_return_is_a_return_whichever_queue_comes_first(
    hub: Hub, world: World, jane: Socket, tom: Socket, board: Socket, first: str
):
    """E has an entry 40 seconds ago and a return 10 seconds ago, X the exit 25 seconds ago."""
    await world.policy(re_entry="allow")
    ticket = await world.reserved(await world.slot())
    entries = [queued(ticket.code, -40 / 60), queued(ticket.code, -10 / 60)]
    leaving = queued(ticket.code, -25 / 60, mode="exit")
    for turn in ("entries", "exit") if first == "entries" else ("exit", "entries"):
        await (sync(jane, *entries) if turn == "entries" else sync(tom, leaving))
    assert await figures(board) == counts(1, 1, 1, 1)
    assert await open_conflicts(hub) == 0, "nobody is accused"
    # Sent again, the queues change nothing and name no conflict.
    assert [r["reason"] for r in await sync(jane, *entries)] == ["VERIFIED", "RE_ENTRY"]
    assert [r["reason"] for r in await sync(tom, leaving)] == ["EXIT_RECORDED"]
    assert await figures(board) == counts(1, 1, 1, 1)
    assert (await jane.leave(ticket.code))["reason"] == "EXIT_RECORDED"
    assert (await reconcile(hub.services))["drift"] == 0


@pytest.mark.parametrize("order", list(permutations(range(4))), ids=lambda order: "".join(map(str, order)))
async def test_four_scanners_may_come_back_in_any_order(
    hub: Hub, world: World, jane: Socket, board: Socket, order: tuple[int, ...]
):
    """Somebody comes in, leaves, comes back and leaves, each time by another scanner that is offline."""
    await world.policy(re_entry="allow")
    ticket = await world.reserved(await world.slot())
    scans = [
        queued(ticket.code, -40), queued(ticket.code, -30, mode="exit"),
        queued(ticket.code, -20), queued(ticket.code, -10, mode="exit"),
    ]  # fmt: skip
    for n in order:
        await sync(jane, scans[n])
    assert await figures(board) == counts(1, 0, 2, 1)
    assert await open_conflicts(hub) == 0
    visit: Any = await read_visit(hub.database, ticket.id)
    assert visit["verified_at"].isoformat() == "2026-11-20T10:20:00+00:00", "the first moment"
    assert (await reconcile(hub.services))["drift"] == 0


async def test_without_re_entry_and_without_an_exit_between_the_conflict_stays(
    hub: Hub, world: World, jane: Socket, tom: Socket, board: Socket
):
    one, other = [
        await world.reserved(await world.slot()),
        await world.reserved(await world.slot(start="14:00", end="16:00")),
    ]
    await sync(jane, queued(one.code, -40), queued(one.code, -10))
    await sync(tom, queued(one.code, -25, mode="exit"))
    assert (await figures(board), await open_conflicts(hub)) == (counts(1, 0, 1, 0), 1)
    await world.policy(re_entry="allow")
    await sync(jane, queued(other.code, -40), queued(other.code, -10))
    await sync(tom, queued(other.code, -5, mode="exit"))
    assert await open_conflicts(hub) == 2
