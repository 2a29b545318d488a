"""Exits in a device's queue, including exits that arrive before their entries."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.support.movements import (
    read_absence,
    read_absences,
)
from tests.support.negative_controls import sabotage
from tests.support.occupancy import counts, figures, inside
from tests.support.scan_log import read_scan
from tests.support.websocket_client import Socket
from tests.support.world import NOON


def queued(code: str, minutes: float, mode: str = "exit", **fields) -> dict:
    at = (NOON + timedelta(minutes=minutes)).isoformat()
    return {"scan_id": str(uuid4()), "code": code, "scanned_at": at, "offline_result": "GREEN", "mode": mode, **fields}


async def sync(gate: Socket, *scans: dict) -> list[tuple[str, str]]:
    reply = await gate.command("sync", scans=list(scans))
    assert reply["success"], reply
    return [(result["outcome"], result["reason"]) for result in reply["data"]["results"]]


async def test_a_queue_is_taken_over_in_the_order_in_which_they_came_and_went(hub, world, jane, board):
    await world.policy(re_entry="allow")
    slot_id = await world.slot()
    first, second = await world.fill(slot_id, 2)
    scans = [
        queued(first.code, -10), queued(second.code, -30, "verify"), queued(first.code, -40, "verify"),
        queued(first.code, -20, "verify"), queued(first.code, -25), queued(second.code, -5),
    ]  # fmt: skip
    wanted = ["EXIT_RECORDED", "VERIFIED", "VERIFIED", "RE_ENTRY", "EXIT_RECORDED", "EXIT_RECORDED"]
    assert await sync(jane, *scans) == [("accepted", reason) for reason in wanted]
    assert await figures(board) == counts(2, 0, 3, 1)
    assert await sync(jane, *reversed(scans)) == [("duplicate", reason) for reason in reversed(wanted)]
    assert await figures(board) == counts(2, 0, 3, 1)
    row = await read_scan(hub.database, scan_id=scans[0]["scan_id"])
    assert (row["scanned_at"], row["source"], row["device"]) == (NOON - timedelta(minutes=10), "sync", "gate-A")
    absences = await read_absences(hub.database, "left_at", ticket_id=first.id)
    assert max(row["left_at"] for row in absences) == NOON - timedelta(minutes=10)


@pytest.mark.parametrize("live", [True, False], ids=["exit online", "exit offline"])
async def test_an_exit_received_before_its_entry_still_counts(hub, world, jane, board, clock, live):
    # The scanner of the entry is offline. The scanner of the exit is online, or comes online earlier.
    [ticket] = await world.fill(await world.slot(), 1)
    if live:
        assert (await jane.leave(ticket.code))["reason"] == "NOT_INSIDE"
    else:
        assert await sync(jane, queued(ticket.code, -5)) == [("accepted", "NOT_INSIDE")]
    clock.advance(60)
    entry = queued(ticket.code, -20, "verify")
    assert await sync(jane, entry) == [("accepted", "VERIFIED")]
    assert await figures(board) == counts(1, 0, 1, 0)
    left = (await read_absence(hub.database, ticket_id=ticket.id))["left_at"]
    assert NOON - timedelta(minutes=5) <= left < NOON + timedelta(minutes=1)
    # The repeated entry records no second exit, even after a return.
    await world.policy(re_entry="allow")
    assert (await jane.verify(ticket.code))["reason"] == "RE_ENTRY"
    assert await sync(jane, entry) == [("duplicate", "VERIFIED")]
    assert await figures(board) == counts(1, 1, 1, 1)


async def test_without_the_search_for_earlier_exits_they_stay_inside(hub, world, jane, board, monkeypatch):
    sabotage(monkeypatch, "scanning/exits", "passages_of_codes", ("WHERE EXISTS", "WHERE false AND EXISTS"))
    [ticket] = await world.fill(await world.slot(), 1)
    await sync(jane, queued(ticket.code, -5))
    await sync(jane, queued(ticket.code, -20, "verify"))
    assert await figures(board) == counts(1, 1, 0, 0)


async def test_an_exit_from_before_the_entry_moves_nobody(world, jane, board):
    ticket = await inside(world, jane)
    assert await sync(jane, queued(ticket.code, -5)) == [("accepted", "NOT_INSIDE")]
    assert await figures(board) == counts(1, 1, 0, 0)
