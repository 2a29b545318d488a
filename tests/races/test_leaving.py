"""Exit, return and undo of one ticket at two hubs at once: nobody leaves twice, and the count inside is exact."""

from __future__ import annotations

import asyncio
import random
from typing import Any
from uuid import uuid4

import pytest

import hub.actions.scanning.movements
import hub.actions.scanning.scan_batch
import hub.actions.scanning.undo_scan
from tests.support.hub import Hub
from tests.support.invariants import broken_invariants
from tests.support.movements import count_inside
from tests.support.negative_controls import sabotage, without_last_line
from tests.support.scan_log import count_scans, read_scans
from tests.support.websocket_client import Socket
from tests.support.world import TODAY, World

NO_VERSION_GUARD = (" AND t.id = a.ticket_id AND t.version = a.version\n", " AND t.id = a.ticket_id\n")
NO_UNDO_GUARD = (" AND t.version = $4\n", " AND $4::integer IS NOT NULL\n")
MET_WITHIN = 10
Gates = list[Socket]


@pytest.fixture
async def gates(two_hubs: list[Hub], world: World) -> Gates:
    await world.policy(re_entry="allow")
    two_hubs[1].services.venues.forget()
    return [
        await hub.socket(await world.staff(name=name), gate=gate)
        for hub, name, gate in zip(two_hubs, ("Jane Smith", "Tom Brown"), "AB", strict=True)
    ]


class Meeting:
    """Lets the next two movements of a ticket be read before either is written, so that the race is certain.

    The movement that lost is decided again, and then runs alone.
    """

    def __init__(self) -> None:
        self._write = hub.actions.scanning.movements.write_movements
        self._awaited: dict[str, tuple[asyncio.Barrier, list[None]]] = {}

    def of(self, code: str) -> None:
        self._awaited[code] = asyncio.Barrier(2), [None, None]

    async def write_movements(self, connection: Any, movements: Any, now: Any) -> Any:
        for movement in movements:
            barrier, missing = self._awaited.get(movement.request.code, (None, []))
            if barrier is not None and missing and movement.way is not None:
                missing.pop()
                async with asyncio.timeout(MET_WITHIN):
                    await barrier.wait()
        return await self._write(connection, movements, now)


@pytest.fixture
def meeting(monkeypatch: pytest.MonkeyPatch) -> Meeting:
    meeting = Meeting()
    monkeypatch.setattr(hub.actions.scanning.scan_batch, "write_movements", meeting.write_movements)
    return meeting


async def inside(world: World, gate: Socket, count: int) -> list[str]:
    tickets = await world.fill(await world.slot(capacity=count), count)
    for ticket in tickets:
        assert (await gate.verify(ticket.code))["reason"] == "VERIFIED"
    return [ticket.code for ticket in tickets]


async def figures(world: World, hub: Hub) -> tuple[int, int, int]:
    board = await hub.socket(await world.staff("MANAGER"))
    data = (await board.command("subscribe", topic="counts", date=str(TODAY)))["data"]
    await board.close()
    return data["inside"], data["exited"], data["reentered"]


async def both(gates: Gates, action: str, code: str, meeting: Meeting) -> list[str]:
    meeting.of(code)
    decisions = await asyncio.gather(*(getattr(gate, action)(code) for gate in gates))
    return sorted(decision["reason"] for decision in decisions)


async def test_of_two_exits_at_once_one_is_recorded(two_hubs, world, gates, meeting):
    for code in await inside(world, gates[0], 10):
        assert await both(gates, "leave", code, meeting) == ["ALREADY_LEFT", "EXIT_RECORDED"]
    assert await figures(world, two_hubs[1]) == (0, 10, 0)
    assert await broken_invariants(world.hub.database) == []


async def test_without_the_version_check_both_exits_are_recorded(world, gates, meeting, monkeypatch):
    sabotage(monkeypatch, "scanning/exits", "write_movements", NO_VERSION_GUARD)
    await without_last_line(world, "ticket_absences_one_open")
    [code] = await inside(world, gates[0], 1)
    assert await both(gates, "leave", code, meeting) == ["EXIT_RECORDED", "EXIT_RECORDED"]
    assert any("nobody has left" in line for line in await broken_invariants(world.hub.database))


async def test_without_the_version_the_index_still_lets_nobody_leave_twice(world, gates, meeting, monkeypatch):
    """The index is the last guard: it refuses the second exit, which is decided again and finds the first."""
    sabotage(monkeypatch, "scanning/exits", "write_movements", NO_VERSION_GUARD)
    [code] = await inside(world, gates[0], 1)
    assert await both(gates, "leave", code, meeting) == ["ALREADY_LEFT", "EXIT_RECORDED"]
    assert await broken_invariants(world.hub.database) == []


async def test_of_two_returns_at_once_one_is_recorded(two_hubs, world, gates, meeting):
    for code in await inside(world, gates[0], 10):
        await gates[0].leave(code)
        assert await both(gates, "verify", code, meeting) == ["ALREADY_VERIFIED", "RE_ENTRY"]
    assert await figures(world, two_hubs[1]) == (10, 10, 10)
    assert await broken_invariants(world.hub.database) == []


async def test_without_the_version_check_both_returns_are_recorded(world, gates, meeting, monkeypatch):
    [code] = await inside(world, gates[0], 1)
    await gates[0].leave(code)
    sabotage(monkeypatch, "scanning/exits", "write_movements", NO_VERSION_GUARD)
    assert await both(gates, "verify", code, meeting) == ["RE_ENTRY", "RE_ENTRY"]
    assert any("movements equal" in line for line in await broken_invariants(world.hub.database))


async def entry_undone_while_they_leave(
    hubs: list[Hub], world: World, gates: Gates, monkeypatch: Any
) -> tuple[str, str]:
    """Write an exit after the undo has read that nobody left, and before the undo writes.

    Return the reasons of both.
    """
    scan_id = str(uuid4())
    [ticket] = await world.fill(await world.slot(capacity=1), 1)
    await gates[0].verify(ticket.code, scan_id)
    manager = await hubs[1].socket(await world.staff("MANAGER"))
    scans, received = hubs[1].services.database.scans, []
    fetchrow = scans.fetchrow

    async def fetchrow_late(sql: str, *values: Any) -> Any:
        if sql == hub.actions.scanning.undo_scan.ENTRIES.undo_scan and not received:
            received.append((await gates[0].leave(ticket.code))["reason"])
        return await fetchrow(sql, *values)

    monkeypatch.setattr(scans, "fetchrow", fetchrow_late)
    undone = await manager.command("undo", scan_id=scan_id, reason="wrong group")
    return received[0], undone["data"]["reason"] if undone["success"] else undone["error"]["code"]


async def test_an_entry_is_not_undone_after_its_holder_has_just_left(two_hubs, world, gates, monkeypatch):
    assert await entry_undone_while_they_leave(two_hubs, world, gates, monkeypatch) == ("EXIT_RECORDED", "LEFT_SINCE")
    assert await figures(world, two_hubs[0]) == (0, 1, 0)
    assert await broken_invariants(world.hub.database) == []


async def test_without_the_version_check_such_an_entry_is_undone(two_hubs, world, gates, monkeypatch):
    sabotage(monkeypatch, "scanning/entries", "undo_scan", NO_UNDO_GUARD)
    assert await entry_undone_while_they_leave(two_hubs, world, gates, monkeypatch) == ("EXIT_RECORDED", "UNDONE")
    broken = await broken_invariants(world.hub.database)
    assert any("nobody has left who is not in" in line for line in broken), broken
    assert any("no more people leave" in line for line in broken), broken


async def test_an_exit_sent_again_over_another_hub_at_the_same_moment_is_recorded_once(two_hubs, world, gates, meeting):
    """A scanner with an unstable connection sends its frame again over a new one, before the first was answered."""
    token = await world.staff()
    wavering = [await hub.socket(token, gate="A") for hub in two_hubs]
    for code in await inside(world, gates[0], 10):
        scan_id = str(uuid4())
        meeting.of(code)
        pair = await asyncio.gather(*(gate.leave(code, scan_id) for gate in wavering))
        assert [decision["reason"] for decision in pair] == ["EXIT_RECORDED"] * 2
    assert await figures(world, two_hubs[0]) == (0, 10, 0)
    assert await count_scans(world.hub.database, mode="exit") == 10
    assert await broken_invariants(world.hub.database) == []


async def test_whatever_happens_at_once_the_count_inside_is_that_of_the_tickets(two_hubs, world, gates):
    """Entries, exits, returns, overrides and undos of the same tickets run at random over two hubs.

    The invariants hold, and nobody is counted inside who is not.
    """
    draw = random.Random(8)
    codes = await inside(world, gates[0], 12)
    entries = await read_scans(world.hub.database, "scan_id", entered=True)
    managers = [await hub.socket(await world.staff("MANAGER")) for hub in two_hubs]
    done = [str(row["scan_id"]) for row in entries]

    async def muddle(gate: Socket, manager: Socket) -> None:
        for _ in range(80):
            action, code, scan_id = (
                draw.choice(("leave", "verify", "undo", "override")),
                draw.choice(codes),
                str(uuid4()),
            )
            if action == "undo" and done:
                await manager.command("undo", scan_id=draw.choice(done[-12:]), reason="a muddle")
            elif action == "override":
                looked = (await gate.validate(code))["scan_id"]
                reply = await manager.command("override", scan_id=looked, reason="a muddle")
                if reply["success"]:
                    done.append(looked)
            elif action != "undo":
                decision = await getattr(gate, action)(code, scan_id)
                if decision["reason"] in ("EXIT_RECORDED", "RE_ENTRY", "VERIFIED"):
                    done.append(scan_id)

    managers += [await hub.socket(await world.staff("MANAGER")) for hub in two_hubs]
    more = [await hub.socket(await world.staff()) for hub in two_hubs]
    await asyncio.gather(*(muddle(gate, manager) for gate, manager in zip([*gates, *more], managers, strict=True)))
    database = world.hub.database
    assert await broken_invariants(database) == []
    there = await count_inside(database)
    for one in two_hubs:
        assert (await figures(world, one))[0] == there
    moved = await read_scans(database, "mode", "reason", reason=["RE_ENTRY", "EXIT_UNDONE", "RETURN_UNDONE", "UNDONE"])
    assert {tuple(row) for row in moved} == {
        ("verify", "RE_ENTRY"), ("override", "RE_ENTRY"), ("undo", "EXIT_UNDONE"), ("undo", "RETURN_UNDONE"), ("undo", "UNDONE")
    }, "all of it happened"  # fmt: skip
