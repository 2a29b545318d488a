"""The storm: everything at once from two hubs until there was enough of each, after which every count equals its rows.

Meanwhile the clock passes two and a half hours of short slots, so that slots end and expire during the storm. It
advances with the clients' actions and not with real time, so a busy machine has the same storm for longer.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter, deque
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from hub.actions.booking.expire import expire
from hub.actions.reporting.reconcile import reconcile, resync_seat_admission
from tests.support.bookings import book, outcome
from tests.support.hub import Hub
from tests.support.invariants import broken_invariants
from tests.support.locks import hold_row
from tests.support.negative_controls import sabotage, without_last_line
from tests.support.redis_tampering import wait_until_settled
from tests.support.repetitions import repetitions
from tests.support.rows import count_rows
from tests.support.scan_log import count_entries
from tests.support.websocket_client import Socket
from tests.support.world import NOON, Ticket, World

ENOUGH = {"book booked": 20, "cancel done": 20, "move done": 20, "scan VERIFIED": 20, "undo UNDONE": 20, "expired": 20,
          "party booked": 5}  # fmt: skip
"""What a storm must have seen of each. It goes on until then, and for at least this many actions:"""
ACTIONS = repetitions(full=4000, short=700)
CLOCK_SECONDS = 150 * 60 / ACTIONS
"""Seconds that the clock advances with each action.

It stops before the last slot, which serves what is still missing.
"""
LAST_SLOT_SECONDS = 195 * 60
MOST_SECONDS = 400
"""Seconds after which the storm is given up."""
NO_SHOWS = 7
"""First bookings of a slot that nobody cancels, moves or plans to scan, so that some expire at any speed."""
NEVER = ("500", "503", "INTERNAL", "SERVICE_UNAVAILABLE")


pytestmark = [pytest.mark.own_hub, pytest.mark.timeout(MOST_SECONDS + 180)]


class Storm:
    """The clients' bookings and tickets, and the outcomes they have seen."""

    def __init__(self, hubs: list[Hub], world: World, tickets: list[Ticket], slots: list[int]) -> None:
        self.hubs, self.world, self.tickets, self.slots = hubs, world, tickets, slots
        self.chance = random.Random(7)
        self.booked: deque[tuple[int, Ticket]] = deque(maxlen=16)
        self.no_shows: Counter[int] = Counter()
        self.scanned: list[str] = []
        self.seen: Counter[str] = Counter()
        self.broken: list[str] = []
        self.over = False

    def hot_ticket(self) -> Ticket:
        """Return a ticket, in most cases one that other clients use too."""
        if self.booked and self.chance.random() < 0.8:
            return self.chance.choice(self.booked)[1]
        return self.chance.choice(self.tickets)

    async def customer(self, hub: Hub, manager: str) -> None:
        while not self.over:
            if self.booked and self.chance.random() < 0.35:
                # In some cases the ticket is scanned at this moment, or cancelled already.
                reservation_id, _ = self.chance.choice(self.booked)
                answer = await hub.delete(f"/api/reservations/{reservation_id}", token=manager)
                self.seen["cancel " + outcome(answer).replace("booked", "done")] += 1
                continue
            if self.booked and self.chance.random() < 0.3:
                reservation_id, _ = self.chance.choice(self.booked)
                answer = await self.move(hub, reservation_id, self.chance.choice(self.slots), manager)
                self.seen["move " + outcome(answer).replace("booked", "done")] += 1
                continue
            if self.chance.random() < 0.15:
                family = self.chance.sample(self.tickets, 3)
                answer = await self.book_party(hub, family, self.chance.choice(self.slots))
                self.seen["party " + outcome(answer)] += 1
                if answer[0] == 200:
                    places = answer[1]["data"]["reservations"]
                    self.booked += [(one["reservation_id"], ticket) for one, ticket in zip(places, family, strict=True)]
                continue
            ticket, slot_id = self.chance.choice(self.tickets), self.chance.choice(self.slots)
            answer = await book(hub, ticket, slot_id)
            self.seen["book " + outcome(answer)] += 1
            if answer[0] == 200 and self.no_shows[slot_id] < NO_SHOWS:
                self.no_shows[slot_id] += 1
            elif answer[0] == 200:
                self.booked.append((answer[1]["data"]["reservation_id"], ticket))

    async def move(self, hub: Hub, reservation_id: int, slot_id: int, manager: str) -> tuple[int, Any]:
        path, headers = f"/api/reservations/{reservation_id}", {"Authorization": f"Bearer {manager}"}
        body = {"slot_id": slot_id, "party": self.chance.random() < 0.5}
        async with hub.client.put(path, json=body, headers=headers) as response:
            return response.status, await response.json()

    async def book_party(self, hub: Hub, family: list[Ticket], slot_id: int) -> tuple[int, Any]:
        body = {
            "ticket_codes": [ticket.code for ticket in family],
            "slot_id": slot_id,
            "customer_email": "john@example.com",
            "customer_phone": "+12025551234",
        }
        return await hub.post("/api/reservations", body)

    async def operator(self, gate: Socket) -> None:
        while not self.over:
            code, scan_id = self.hot_ticket().code, str(uuid4())
            decision = await gate.command(
                self.chance.choice(("verify", "verify", "validate")), code=code, scan_id=scan_id
            )
            self.seen["scan " + _word(decision, "reason")] += 1
            if decision["success"] and decision["data"]["reason"] == "VERIFIED":
                self.scanned.append(scan_id)

    async def manager(self, board: Socket) -> None:
        while not self.over:
            if not self.scanned:
                await asyncio.sleep(0.01)
                continue
            scan_id = self.scanned[-self.chance.randint(1, min(20, len(self.scanned)))]
            self.seen["undo " + _word(await board.command("undo", scan_id=scan_id, reason="storm"), "reason")] += 1
            await asyncio.sleep(0.02)

    async def time_passes(self) -> None:
        passed = 0.0
        while not self.over:
            await asyncio.sleep(0.05)
            before, passed = passed, min(CLOCK_SECONDS * self.actions, LAST_SLOT_SECONDS)
            if passed > before:
                self.hubs[0].clock.advance(passed - before)

    @property
    def actions(self) -> int:
        return self.seen.total() - self.seen["expired"]

    async def blows_over(self, enough: Mapping[str, int]) -> None:
        """Run until the clients have seen enough, or a promise is broken.

        Promises hold at every moment, not only at the end.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + MOST_SECONDS
        while loop.time() < until and not self.broken:
            await asyncio.sleep(0.25)
            self.broken = await broken_invariants(self.world.hub.database)
            if self.actions >= ACTIONS and all(self.seen[action] >= count for action, count in enough.items()):
                break
        self.over = True

    async def expiry(self, hub: Hub) -> None:
        while not self.over:
            self.seen["expired"] += (await expire(hub.services))["reservations"]
            await asyncio.sleep(0.2)


def _word(reply: dict, field: str) -> str:
    return reply["data"][field] if reply["success"] else reply["error"]["code"]


async def storm(hubs: list[Hub], world: World) -> tuple[Counter[str], list[str]]:
    """Run everything at once. Return what the clients saw, and the broken promises."""
    slots = [
        await world.slot(start=f"{12 + n // 4}:{n % 4 * 15:02}", end=f"{12 + (n + 1) // 4}:{(n + 1) % 4 * 15:02}", capacity=14)
        for n in range(14)
    ]  # fmt: skip
    await world.slot(start="20:00", end="22:00", capacity=10_000)
    blows = Storm(hubs, world, await world.tickets(400), slots)
    token, manager = await world.staff(), await world.staff("MANAGER")
    gates = [await hub.socket(token, gate=gate) for hub in hubs for gate in "AB"]
    boards = [await hub.socket(manager) for hub in hubs]
    await asyncio.gather(
        *(blows.customer(hub, manager) for hub in hubs for _ in range(6)),
        *(blows.operator(gate) for gate in gates),
        *(blows.manager(board) for board in boards),
        *(blows.expiry(hub) for hub in hubs),
        blows.time_passes(),
        blows.blows_over(ENOUGH),
    )
    broken = blows.broken + await broken_invariants(world.hub.database)
    broken += [word for word in blows.seen if word.split()[-1] in NEVER or word.split()[1:2] == ["500"]]
    await wait_until_settled(*hubs)
    broken += [f"the counts drifted: {drift}" for drift in (await reconcile(world.hub.services))["counts"]]
    broken += [f"the gate drifted: {drift}" for drift in await resync_seat_admission(world.hub.services, fix=False)]
    return blows.seen, broken


async def test_a_storm_of_everything_ends_with_counts_equal_to_rows_and_no_deadlock(
    two_hubs, world, postgres_log, caplog
):
    caplog.set_level(logging.WARNING)
    seen, broken = await storm(two_hubs, world)
    assert broken == []
    assert postgres_log.deadlocks() == []
    assert all(seen[action] >= count for action, count in ENOUGH.items()), seen
    wrong = [record for record in caplog.records if record.levelno >= logging.ERROR or record.exc_info]
    assert not wrong, [record.getMessage() for record in wrong]


async def test_without_the_version_check_of_a_scan_the_storm_breaks_its_promises(two_hubs, world, clock, monkeypatch):
    sabotage(
        monkeypatch, "scanning/entries", "write_entry_scans",
        (" AND t.id = a.ticket_id AND t.version = a.version\n", " AND t.id = a.ticket_id\n"),
    )  # fmt: skip
    await without_last_line(world, "reservation_slots_verified_within_booked")
    broken: list[str] = []
    # A storm may break nothing by chance.
    for _ in range(8):
        _, broken = await storm(two_hubs, world)
        if any("counts" in line or "let in at most once" in line for line in broken):
            return
        clock.set(NOON)
        world = await World(world.hub).found()
    raise AssertionError(f"eight storms broke no count: {broken}")


async def test_a_slot_locked_before_its_ticket_deadlocks_with_a_scan_and_the_log_says_so(two_hubs, world, postgres_log):
    """Control: with the opposite lock order, the same check of Postgres' log finds a deadlock."""
    slot_id = await world.slot()
    (ticket,) = await world.fill(slot_id, 1)
    gate = await two_hubs[0].socket(await world.staff())
    rogue = await asyncpg.connect(world.hub.settings.database_url)
    deadlocked = False
    try:
        async with rogue.transaction():
            await hold_row(rogue, "reservation_slots", strength="UPDATE", id=slot_id)
            entry = asyncio.ensure_future(gate.verify(ticket.code))
            await _somebody_waits(world)
            await hold_row(rogue, "tickets", strength="UPDATE", id=ticket.id)
    except asyncpg.DeadlockDetectedError:
        deadlocked = True
    finally:
        await rogue.close()
    # Whichever of the two is the victim, the scanner gets its answer.
    assert (await entry)["reason"] == "VERIFIED"
    assert postgres_log.deadlocks(), "the log says nothing of it"
    assert deadlocked or await count_entries(world.hub.database) == 1


async def _somebody_waits(world: World) -> None:
    async with asyncio.timeout(20):
        while not await count_rows(world.hub.database, "pg_locks", granted=False):
            await asyncio.sleep(0.005)
