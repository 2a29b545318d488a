"""A queue that is synced again, late, or at two hubs at once: one entry each. One test and one control per mechanism."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import count
from typing import Any

import pytest

from hub.actions.scanning import queued_scans, scan_batch
from tests.support.blocked_inserts import Standstill
from tests.support.hub import Hub
from tests.support.invariants import broken_invariants
from tests.support.negative_controls import drop_constraint, sabotage, without_last_line
from tests.support.notices import read_notice_counts
from tests.support.offline_queue import queued, sync
from tests.support.scan_conflicts import count_conflicts
from tests.support.scan_log import count_scans
from tests.support.websocket_client import Socket
from tests.support.world import World

NO_VERSION = (" AND t.id = a.ticket_id AND t.version = a.version\n", " AND t.id = a.ticket_id\n")
NO_LOG_READ = ("e.scan_id = a.scan_id AND", "false AND")


async def gates(hubs: list[Hub], world: World) -> list[Socket]:
    """A scanner at each of two hubs."""
    return [await hub.socket(await world.staff(name=f"Operator {n}"), gate=f"{n}") for n, hub in enumerate(hubs)]


async def received(socket: Socket, *scans: dict[str, Any]) -> list[str]:
    return [result["outcome"] for result in await sync(socket, *scans)]


# ---- The version of the ticket: two gates, one ticket, both decided before either is written


async def two_gates_judge_before_either_writes(
    hubs: list[Hub], world: World, still: Standstill
) -> tuple[list[str], list[str]]:
    """Return the outcomes at both gates, and the broken promises."""
    one, _ = await world.fill(await world.slot(), 2)
    sockets = await gates(hubs, world)
    await still.at("scans")
    first = asyncio.create_task(received(sockets[0], queued(one.code, -20)))
    await still.waits(1)
    second = asyncio.create_task(received(sockets[1], queued(one.code, -10)))
    await still.waits(2)
    await still.go()
    return (await first) + (await second), await broken_invariants(world.hub.database)


async def test_of_two_gates_that_decide_a_ticket_at_once_one_records_the_entry(
    two_hubs: list[Hub], world: World, still: Standstill
) -> None:
    outcomes, broken = await two_gates_judge_before_either_writes(two_hubs, world, still)
    assert (outcomes, broken) == (["accepted", "conflict"], [])


async def test_without_the_version_check_both_gates_record_the_entry(
    two_hubs: list[Hub], world: World, still: Standstill, monkeypatch: pytest.MonkeyPatch
) -> None:
    sabotage(monkeypatch, "scanning/entries", "write_entry_scans", NO_VERSION)
    await without_last_line(world, "reservation_slots_verified_within_booked")
    outcomes, broken = await two_gates_judge_before_either_writes(two_hubs, world, still)
    assert outcomes == ["accepted", "accepted"]
    assert any("let in at most once" in line for line in broken), broken


# ---- The read of the log: a repeated scan gets its first answer again


async def test_a_queue_sent_again_is_answered_from_the_log(two_hubs: list[Hub], world: World) -> None:
    socket, _ = await gates(two_hubs, world)
    scans = [queued(ticket.code, -20) for ticket in await world.fill(await world.slot(), 5)]
    assert await received(socket, *scans) == ["accepted"] * 5
    assert await received(socket, *scans) == ["duplicate"] * 5


async def test_without_the_read_of_the_log_a_queue_sent_again_is_never_answered(
    two_hubs: list[Hub], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    socket, _ = await gates(two_hubs, world)
    scans = [queued(ticket.code, -20) for ticket in await world.fill(await world.slot(), 5)]
    assert await received(socket, *scans) == ["accepted"] * 5
    sabotage(monkeypatch, "scanning/entries", "read_entry_scans", NO_LOG_READ)
    reply = await socket.command("sync", scans=scans)
    assert reply["error"]["code"] == "BUSY", "the log's key keeps it from being written twice, and that is all"
    assert await count_scans(world.hub.database) == 5


# ---- The key of the log: one scan at two hubs at once, neither of which finds it there


async def one_scan_at_two_hubs(hubs: list[Hub], world: World, still: Standstill) -> tuple[list[str], int]:
    """Sync a refused scan, of which only the log knows, at two hubs. Return both outcomes, and its rows in the log."""
    (ticket,) = await world.fill(await world.slot(), 1)
    sockets = await gates(hubs, world)
    scan = queued(ticket.code, offline="RED")
    await still.at("scans")
    sent = [asyncio.create_task(received(socket, scan)) for socket in sockets]
    await still.waits(2)
    await still.go()
    outcomes = [outcome for task in sent for outcome in await task]
    return sorted(outcomes), await count_scans(world.hub.database)


async def test_one_scan_at_two_hubs_at_once_is_logged_once(
    two_hubs: list[Hub], world: World, still: Standstill
) -> None:
    assert await one_scan_at_two_hubs(two_hubs, world, still) == (["accepted", "duplicate"], 1)


async def test_without_the_key_of_the_log_one_scan_is_logged_twice(
    two_hubs: list[Hub], world: World, still: Standstill
) -> None:
    await drop_constraint(world.hub.database, "scans", "scans_pkey")
    assert await one_scan_at_two_hubs(two_hubs, world, still) == (["accepted", "accepted"], 2)


# ---- The batcher: a scan that is twice in one queue waits for itself


async def test_a_scan_that_stands_twice_in_a_queue_is_a_duplicate_of_itself(two_hubs: list[Hub], world: World) -> None:
    socket, _ = await gates(two_hubs, world)
    (ticket,) = await world.fill(await world.slot(), 1)
    scan = queued(ticket.code)
    assert await received(socket, scan, scan) == ["accepted", "duplicate"]


async def test_if_both_may_share_a_batch_a_repeated_scan_is_refused(
    open_hub: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = count()
    monkeypatch.setattr(scan_batch, "_same_ticket", lambda request: next(names))
    hub = await open_hub()
    world = await World(hub).found()
    (ticket,) = await world.fill(await world.slot(), 1)
    scan = queued(ticket.code)
    assert "refused" in await received(await hub.socket(await world.staff()), scan, scan)


# ---- The time of the scan: the first at the gate is in, whatever the order of the queue


async def latest_first(hubs: list[Hub], world: World) -> list[str]:
    socket, _ = await gates(hubs, world)
    tickets = await world.fill(await world.slot(), 4)
    scans = [queued(ticket.code, minutes) for minutes in (-5, -25) for ticket in tickets]
    return await received(socket, *scans)


async def test_of_a_queue_sent_latest_first_the_earliest_are_the_entries(two_hubs: list[Hub], world: World) -> None:
    assert await latest_first(two_hubs, world) == ["conflict"] * 4 + ["accepted"] * 4


async def test_without_the_time_of_the_scan_the_latest_are_the_entries(
    two_hubs: list[Hub], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queued_scans, "sorted", lambda numbers, key: list(numbers), raising=False)
    assert await latest_first(two_hubs, world) == ["accepted"] * 4 + ["conflict"] * 4


# ---- The order of the conflicts' keys: two hubs write the same conflicts


async def the_same_conflicts_at_two_hubs(hubs: list[Hub], world: World, still: Standstill) -> list[Any]:
    """Send the same two conflicts to two hubs in different orders. Each has written one when both are blocked."""
    sockets = await gates(hubs, world)
    tickets = await world.fill(await world.slot(), 2)
    await sync(sockets[0], *(queued(ticket.code, -20) for ticket in tickets))
    scans = [queued(ticket.code, -10) for ticket in tickets]
    # The first conflict of a transaction passes, and the second is blocked.
    once = "set_config('test.seen', (coalesce(nullif(current_setting('test.seen', true), ''), '0')::int + 1)::text, true)::int > 1"
    await still.at("scan_conflicts", when=once)
    sent = [
        asyncio.create_task(socket.command("sync", scans=mine))
        for socket, mine in zip(sockets, (scans, scans[::-1]), strict=True)
    ]
    await still.waits(2)
    await still.go()
    return list(await asyncio.gather(*sent))


async def test_two_hubs_that_write_down_the_same_conflicts_do_not_wait_for_each_other(
    two_hubs: list[Hub], world: World, still: Standstill
) -> None:
    replies = await the_same_conflicts_at_two_hubs(two_hubs, world, still)
    assert [Counter(r["outcome"] for r in reply["data"]["results"]) for reply in replies] == [{"conflict": 2}] * 2
    assert await count_conflicts(world.hub.database) == 2
    assert sum(await read_notice_counts(world.hub.database)) == 2, "whichever wrote it down tells of it"


async def test_conflicts_written_in_the_order_of_the_request_deadlock(
    two_hubs: list[Hub], world: World, still: Standstill, monkeypatch: pytest.MonkeyPatch, postgres_log: Any
) -> None:
    sabotage(monkeypatch, "scanning/conflicts", "note_conflicts", (" ORDER BY c.scan_id\n", ""))
    await the_same_conflicts_at_two_hubs(two_hubs, world, still)
    assert postgres_log.deadlocks()
