"""The figures by minute and gate: equal to the scan log after any sequence, before and after a restart."""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from statistics import median
from typing import Any
from uuid import uuid4

import pytest

from hub.live.channels import live_channels
from hub.live.channels.statistics import READ_SECONDS, StatisticsChannels
from hub.rules.timestamps import rfc3339
from hub.rules.venue_day import day_bounds
from tests.support.hub import Hub
from tests.support.scan_log import count_scans, delete_scans, log_scan, read_scans
from tests.support.venues import add_gates
from tests.support.world import NOON, TODAY, World

SCANS, YELLOW, RED, ENTERED, GONE = range(5)


@pytest.fixture(autouse=True)
def read_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make hubs opened from now on read the log more often than once a second, to keep the tests short."""
    assert live_channels.READ_SECONDS == READ_SECONDS == 1
    monkeypatch.setattr(live_channels, "READ_SECONDS", 0.05)


class Mirror:
    """A client's state: the snapshot with every later event applied."""

    def __init__(self, snapshot: dict[str, Any]) -> None:
        self.minutes: dict[tuple[str, int], list[int]] = {}
        self.reasons: dict[str, list[list[Any]]] = {}
        self.medians: dict[str, int | None] = {}
        self.revision = -1
        self.take(snapshot, snapshot["revision"])

    def take(self, data: dict[str, Any], revision: int) -> None:
        self.revision = revision
        for gate in data["gates"]:
            self.minutes |= {(gate["gate"], minute): numbers for minute, *numbers in gate["minutes"]}
            self.reasons[gate["gate"]] = gate["reasons"]
            self.medians[gate["gate"]] = gate["median_ms"]

    async def follow(self, socket: Any, rows: int) -> None:
        async with asyncio.timeout(60):
            while self.revision < rows:
                event = await socket.event()
                self.take(event["data"], event["revision"])

    async def median_becomes(self, socket: Any, milliseconds: int | None) -> None:
        def is_it(median: int | None) -> bool:
            if median is None or milliseconds is None:
                return median is milliseconds
            # The median of an even number of rows lies between two milliseconds.
            return abs(median - milliseconds) <= 1

        async with asyncio.timeout(60):
            while not is_it(self.medians["A"]):
                event = await socket.event()
                self.take(event["data"], event["revision"])


async def watch(socket: Any, **fields: Any) -> dict[str, Any]:
    reply = await socket.command("subscribe", topic="figures", **fields)
    assert reply["success"], reply
    return reply["data"]


async def counted(
    hub: Hub, world: World, day: Any = TODAY
) -> tuple[dict[Any, list[int]], dict[str, Counter[Any]], Any]:
    """Return the same figures, added up here from the rows of the log."""
    venue = await hub.services.venues.read(world.org_id, world.venue_id)
    start, end = day_bounds(day, venue.zone)
    rows = await read_scans(hub.database, venue_id=world.venue_id)
    moment = {
        row["scan_id"]: row["scanned_at"] if row["source"] == "sync" else row["logged_at"]
        for row in rows
        if row["mode"] != "undo"
    }
    looks = {row["scan_id"]: row["logged_at"] for row in rows if row["mode"] == "validate"}
    entries = {row["scan_id"]: row for row in rows if row["entered"]}
    minutes: dict[Any, list[int]] = defaultdict(lambda: [0] * 5)
    reasons: dict[str, Counter[Any]] = defaultdict(Counter)
    took: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        if row["mode"] == "undo":
            entry = entries[row["undoes"]]
            at = entry["scanned_at"] if entry["source"] == "sync" else entry["logged_at"]
            if start <= at < end:
                minutes[entry["gate"] or "", int((at - start).total_seconds() // 60)][ENTERED] -= 1
            continue
        at = row["scanned_at"] if row["source"] == "sync" else row["logged_at"]
        if not start <= at < end:
            continue
        cell = minutes[row["gate"] or "", int((at - start).total_seconds() // 60)]
        cell[ENTERED] += row["entered"]
        if row["mode"] == "verify" and row["scan_id"] in looks:
            if row["entered"]:
                took[row["gate"] or ""].append((row["logged_at"] - looks[row["scan_id"]]).total_seconds() * 1000)
            continue
        cell[SCANS] += 1
        if row["result"] != "GREEN":
            cell[YELLOW if row["result"] == "YELLOW" else RED] += 1
            reasons[row["gate"] or ""][row["result"], row["reason"]] += 1
    assert moment
    return dict(minutes), reasons, took


async def agree(hub: Hub, world: World, mirror: Mirror, day: Any = TODAY) -> None:
    minutes, reasons, _ = await counted(hub, world, day)
    assert {cell: numbers for cell, numbers in mirror.minutes.items() if any(numbers)} == {
        cell: numbers for cell, numbers in minutes.items() if any(numbers)
    }
    received = {gate: {(r, why): n for r, why, n in each} for gate, each in mirror.reasons.items() if each}
    assert received == {gate: dict(each) for gate, each in reasons.items()}


async def rows_of_log(hub: Hub) -> int:
    """Return the number of rows that an up-to-date board has counted: all, since all are of one day."""
    return int(await count_scans(hub.database))


async def test_snapshot_and_events_are_the_log_whatever_happens_and_after_a_restart(
    hub: Hub, world: World, open_hub: Callable[..., Awaitable[Hub]]
) -> None:
    await world.policy(unreserved_entry="allow")
    slots = [await world.slot(start=f"{hour}:00", end=f"{hour + 2}:00") for hour in (12, 14)]
    manager = await hub.socket(await world.staff("MANAGER"))
    gates = [await hub.socket(await world.staff("MANAGER"), gate=gate) for gate in "ABC"]
    mirror = Mirror(await watch(manager))
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    entered: list[str] = []
    for _ in range(80):
        gate = chance.choice(gates)
        match chance.choice(["look and admit", "admit", "unknown code", "again", "walk in", "undo", "late", "time"]):
            case "look and admit":
                ticket, scan_id = await world.reserved(chance.choice(slots)), str(uuid4())
                await gate.command("validate", code=ticket.code, scan_id=scan_id)
                await gate.verify(ticket.code, scan_id)
                entered.append(scan_id)
            case "admit":
                ticket = await world.reserved(chance.choice(slots))
                entered.append((await gate.verify(ticket.code))["scan_id"])
                if chance.random() < 0.5:
                    await chance.choice(gates).verify(ticket.code)
            case "unknown code":
                await gate.validate("DT-NOBODY")
            case "walk in":
                entered.append((await gate.verify((await world.ticket()).code))["scan_id"])
            case "undo" if entered:
                scan_id = entered.pop(chance.randrange(len(entered)))
                await gate.command("undo", scan_id=scan_id, reason="test")
            case "late":
                at = rfc3339(hub.clock.now() - timedelta(minutes=chance.randrange(1, 90)))
                scan = {"scan_id": str(uuid4()), "code": (await world.ticket()).code, "scanned_at": at,
                        "offline_result": "GREEN", "gate": chance.choice("AB")}  # fmt: skip
                reply = await gate.command("sync", scans=[scan])
                assert reply["success"], reply
            case "time":
                hub.clock.advance(chance.choice([5, 45, 200]))
        if chance.random() < 0.1:
            await asyncio.sleep(0.06)
    # A ticket with an undo and a second entry has two logged scans and one logged undo.
    rows = await rows_of_log(hub)
    await mirror.follow(manager, rows)
    assert mirror.revision == rows, seed
    await agree(hub, world, mirror)
    restarted = await open_hub(clock=hub.clock)
    again = Mirror(await watch(await restarted.socket(await world.staff("MANAGER"))))
    assert again.revision == rows
    await agree(hub, world, again)
    net = sum(numbers[ENTERED] for numbers in again.minutes.values())
    counts = (await manager.command("subscribe", topic="counts"))["data"]
    assert net == counts["verified"], "the arrivals of the day are the verified of the day"


async def test_the_median_is_of_the_last_quarter_of_an_hour_and_of_the_whole_day_when_it_is_over(
    hub: Hub, world: World
) -> None:
    gate = await hub.socket(await world.staff("MANAGER"), gate="A")
    tickets = await world.fill(await world.slot(start="10:00", end="23:00"), 6)
    for ticket, seconds in zip(tickets, (2, 4, 30, 1, 3, 8), strict=True):
        if seconds == 1:
            hub.clock.advance(16 * 60)
        scan_id = str(uuid4())
        await gate.command("validate", code=ticket.code, scan_id=scan_id)
        hub.clock.advance(seconds)
        await gate.verify(ticket.code, scan_id)
    manager = await hub.socket(await world.staff("MANAGER"))
    _, _, took = await counted(hub, world)
    (gate,) = (await watch(manager))["gates"]
    assert len(took["A"]) == 6
    assert abs(gate["median_ms"] - median(took["A"][-3:])) <= 1
    mirror = Mirror(await watch(manager))
    hub.clock.advance(16 * 60)
    await mirror.median_becomes(manager, None)
    hub.clock.advance(24 * 3600)
    # A session lasts eight hours, so another one looks back.
    later = await hub.socket(await world.staff("MANAGER"))
    await Mirror(await watch(later, date=str(TODAY))).median_becomes(later, round(median(took["A"])))


async def write(hub: Hub, world: World, logged_at: datetime, **columns: Any) -> None:
    row = {"code": "C", "mode": "verify", "source": "socket", "gate": "A", "result": "RED", "reason": "WRONG_DATE",
           "scanned_at": logged_at} | columns  # fmt: skip
    await log_scan(world, logged_at, **row)


async def late_row_is_counted(hub: Hub, world: World, **how: Any) -> bool:
    """Return whether a row that becomes visible after a row with a later time is counted."""
    channels = StatisticsChannels(hub.services, **how)
    venue = await hub.services.venues.read(world.org_id, world.venue_id)
    now = hub.clock.now()
    await write(hub, world, now - timedelta(seconds=1))
    channel = await channels.open(venue, TODAY)
    assert channel.state.revision == 1
    await write(hub, world, now - timedelta(seconds=8))
    await channels.resync(channel)
    channels.close()
    await delete_scans(hub.database)
    return bool(channel.state.revision == 2)


async def test_a_row_that_comes_late_into_the_log_is_counted(hub: Hub, world: World) -> None:
    assert await late_row_is_counted(hub, world)
    assert not await late_row_is_counted(hub, world, overlap=timedelta(0)), "without looking back it would be lost"


async def test_a_clock_that_is_set_back_loses_nothing(hub: Hub, world: World) -> None:
    channels = StatisticsChannels(hub.services)
    venue = await hub.services.venues.read(world.org_id, world.venue_id)
    channel = await channels.open(venue, TODAY)
    hub.clock.set(NOON - timedelta(hours=1))
    await write(hub, world, hub.clock.now())
    await channels.resync(channel)
    assert channel.state.revision == 1
    channels.close()


async def test_what_is_synced_or_undone_on_another_day_counts_on_its_own(hub: Hub, world: World) -> None:
    tomorrow = NOON + timedelta(days=1)
    await write(hub, world, tomorrow, source="sync", scanned_at=NOON)
    gate = await hub.socket(await world.staff("MANAGER"), gate="B")
    ticket = (await world.fill(await world.slot(), 1))[0]
    scan_id = (await gate.verify(ticket.code))["scan_id"]
    manager = await hub.socket(await world.staff("MANAGER"))
    mirror = Mirror(await watch(manager))
    assert sorted(gate for gate, _ in mirror.minutes) == ["A", "B"]
    hub.clock.set(tomorrow)
    later = await hub.socket(await world.staff("MANAGER"))
    today, yesterday = Mirror(await watch(later)), Mirror(await watch(later, date=str(TODAY)))
    assert not today.minutes
    reply = await later.command("undo", scan_id=scan_id, reason="a day late")
    assert reply["success"], reply
    await yesterday.follow(later, 3)
    await agree(hub, world, yesterday)
    assert [numbers for (gate, _), numbers in yesterday.minutes.items() if gate == "B"] == [[1, 0, 0, 0, 0]]


async def test_the_count_inside_follows_exits_returns_and_undos(hub: Hub, world: World) -> None:
    await world.policy(re_entry="allow")
    gate = await hub.socket(await world.staff("MANAGER"), gate="A")
    manager = await hub.socket(await world.staff("MANAGER"))
    mirror = Mirror(await watch(manager))
    *tickets, gone = await world.fill(await world.slot(), 5)
    for ticket in (*tickets, gone):
        await gate.verify(ticket.code)
    leaving = (*tickets[:3], gone)
    out = [(await gate.command("exit", code=t.code, scan_id=str(uuid4())))["data"]["scan_id"] for t in leaving]
    back = await gate.verify(tickets[0].code)
    assert back["reason"] == "RE_ENTRY"
    # A supervisor lets two visitors back in, and undoes one of these returns.
    await world.policy(re_entry="deny")
    asked = [(await gate.validate(t.code))["scan_id"] for t in (tickets[2], gone)]
    for scan_id in asked:
        reply = await gate.command("override", scan_id=scan_id, reason="went to the car")
        assert reply["data"]["recorded"] == "RE_ENTRY", reply
    for scan_id in (out[1], back["scan_id"], asked[1]):
        reply = await gate.command("undo", scan_id=scan_id, reason="not so")
        assert reply["success"], reply
    # The last four rows change nothing in sum, and what has not changed is not sent. One more scan changes a number.
    await gate.validate(gone.code)
    await mirror.follow(manager, await rows_of_log(hub))
    counts = (await manager.command("subscribe", topic="counts"))["data"]
    again = Mirror(await watch(await hub.socket(await world.staff("MANAGER"))))
    for one in (mirror, again):
        totals = [sum(column) for column in zip(*one.minutes.values(), strict=True)]
        assert (totals[ENTERED], totals[ENTERED] - totals[GONE]) == (counts["verified"], counts["inside"]) == (5, 3)


async def test_the_figures_are_for_managers_and_name_every_gate(hub: Hub, world: World) -> None:
    operator = await hub.socket(await world.staff())
    reply = await operator.command("subscribe", topic="figures")
    assert reply["error"]["code"] == "FORBIDDEN"
    await add_gates(world, "North", "South")
    data = await watch(await hub.socket(await world.staff("MANAGER")))
    assert [gate["gate"] for gate in data["gates"]] == ["North", "South"]
    assert data["starts_at"] == "2026-11-19T23:00:00Z"
