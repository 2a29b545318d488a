"""The entry of a conflict: a manager decides that a holder whom an offline scanner let in may stay."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from hub.actions.reporting.reconcile import reconcile
from hub.actions.scanning.conflicts import decide_conflict
from tests.support.hub import Hub
from tests.support.negative_controls import sabotage
from tests.support.occupancy import counts, figures
from tests.support.offline_queue import queued, sync
from tests.support.scan_log import count_entries, read_scan
from tests.support.tickets import read_ticket, read_visit
from tests.support.websocket_client import Socket
from tests.support.world import NOON, TODAY, Ticket, World


async def in_conflict(world: World, jane: Socket, kind: str) -> tuple[Ticket, int, str]:
    """Return a ticket whose holder jane's scanner let in ten minutes ago, with the conflict and the scan."""
    if kind == "wrong_date":
        ticket = await world.reserved(await world.slot(TODAY + timedelta(days=14)))
    elif kind == "wrong_venue":
        ticket = await world.reserved(await world.slot(venue_id=await world.venue()))
    elif kind == "expired":
        [ticket] = await world.fill(await world.slot(start="09:00", end="11:00"), 1)
    else:
        status = {"cancelled": "CANCELLED", "not_activated": "PENDING_PAYMENT"}.get(kind, "ACTIVATED")
        ticket = await world.ticket(status)
    [result] = await sync(jane, queued(ticket.code))
    assert (result["outcome"], result["kind"]) == ("conflict", kind)
    return ticket, result["conflict_id"], result["scan_id"]


KINDS = ["wrong_date", "wrong_venue", "expired", "no_reservation", "cancelled", "not_activated"]


@pytest.mark.parametrize("kind", KINDS)
async def test_whoever_may_stay_is_an_entry_with_an_exit_and_an_undo(
    hub: Hub, world: World, jane: Socket, board: Socket, kind: str
):
    ticket, conflict_id, scan_id = await in_conflict(world, jane, kind)
    assert await figures(board) == counts(0, 0, 0, 0)
    before = await read_ticket(hub.database, "status", id=ticket.id)
    manager = world.identity()
    for _ in range(2):
        assert (await decide_conflict(hub.services, manager, conflict_id, "stays", "has paid"))["decision"] == "stays"
    assert await figures(board) == counts(1, 1, 0, 0)
    row = await read_scan(hub.database, mode="override")
    assert (row["scan_id"], row["entered"], row["note"], row["gate"]) == (UUID(scan_id), True, "has paid", "A")
    assert row["scanned_at"] == NOON - timedelta(minutes=10)
    visit = await read_visit(hub.database, ticket.id)
    assert visit["verified_at"] == NOON - timedelta(minutes=10), "when they came in"
    assert (await jane.leave(ticket.code))["reason"] == "EXIT_RECORDED"
    assert await figures(board) == counts(1, 0, 1, 0)
    left = await read_scan(hub.database, mode="exit")
    assert (await board.command("undo", scan_id=str(left["scan_id"]), reason="still here"))["success"]
    assert (await board.command("undo", scan_id=scan_id, reason="a mistake"))["success"]
    assert await figures(board) == counts(0, 0, 0, 0)
    assert await read_ticket(hub.database, "status", id=ticket.id) == before or kind == "expired"
    assert (await jane.leave(ticket.code))["reason"] == "NOT_INSIDE"
    assert (await reconcile(hub.services))["drift"] == 0


@pytest.mark.parametrize("live", [True, False], ids=["exit online", "exit offline"])
async def test_an_exit_from_before_the_decision_counts_with_it(
    hub: Hub, world: World, jane: Socket, board: Socket, live: bool
):
    ticket, conflict_id, scan_id = await in_conflict(world, jane, "wrong_date")
    early = queued(ticket.code, -15, mode="exit")
    await sync(jane, early)
    if live:
        assert (await jane.leave(ticket.code))["reason"] == "NOT_INSIDE"
    else:
        assert [one["reason"] for one in await sync(jane, queued(ticket.code, -5, mode="exit"))] == ["NOT_INSIDE"]
    for _ in range(2):
        await decide_conflict(hub.services, world.identity(), conflict_id, "stays", None)
        assert await figures(board) == counts(1, 0, 1, 0), "the exit before the entry moves nobody"
    left = await read_scan(hub.database, mode="exit", reason="EXIT_RECORDED")
    moment = NOON - timedelta(minutes=0 if live else 5)
    assert moment <= left["scanned_at"] < moment + timedelta(minutes=1)
    assert (await board.command("undo", scan_id=str(left["scan_id"]), reason="still here"))["success"]
    assert await figures(board) == counts(1, 1, 0, 0)
    assert (await board.command("undo", scan_id=scan_id, reason="a mistake"))["success"]
    assert await figures(board) == counts(0, 0, 0, 0)
    assert (await reconcile(hub.services))["drift"] == 0


async def test_the_exit_after_a_return_that_is_allowed_later_counts_too(
    hub: Hub, world: World, jane: Socket, board: Socket
):
    """Re-entry is denied. An offline scanner lets them back in, and they leave for good before a manager decides."""
    ticket = await world.reserved(await world.slot())
    await sync(jane, queued(ticket.code, -40), queued(ticket.code, -30, mode="exit"))
    [result] = await sync(jane, queued(ticket.code, -20))
    assert [one["reason"] for one in await sync(jane, queued(ticket.code, -10, mode="exit"))] == ["ALREADY_LEFT"]
    await decide_conflict(hub.services, world.identity(), result["conflict_id"], "stays", None)
    assert await figures(board) == counts(1, 0, 2, 1)
    assert (await reconcile(hub.services))["drift"] == 0


async def test_without_the_late_exits_they_stay_inside(
    hub: Hub, world: World, jane: Socket, board: Socket, monkeypatch: pytest.MonkeyPatch
):
    sabotage(
        monkeypatch, "scanning/exits", "exits_before_their_entries", ("WHERE e.left_at", "WHERE false AND e.left_at")
    )
    ticket, conflict_id, _ = await in_conflict(world, jane, "wrong_date")
    await sync(jane, queued(ticket.code, -5, mode="exit"))
    await decide_conflict(hub.services, world.identity(), conflict_id, "stays", None)
    assert await figures(board) == counts(1, 1, 0, 0)


@pytest.mark.parametrize("decision", ["leaves", "mistake"])
async def test_whoever_does_not_stay_is_no_entry(hub: Hub, world: World, jane: Socket, board: Socket, decision: Any):
    _, conflict_id, _ = await in_conflict(world, jane, "wrong_date")
    await decide_conflict(hub.services, world.identity(), conflict_id, decision, None)
    assert (await figures(board), await count_entries(hub.database)) == (counts(0, 0, 0, 0), 0)


async def test_a_second_person_with_a_ticket_that_is_in_is_no_second_entry(
    hub: Hub, world: World, jane: Socket, board: Socket
):
    ticket = await world.reserved(await world.slot())
    await jane.verify(ticket.code)
    [result] = await sync(jane, queued(ticket.code))
    await decide_conflict(hub.services, world.identity(), result["conflict_id"], "stays", None)
    assert await figures(board) == counts(1, 1, 0, 0)
