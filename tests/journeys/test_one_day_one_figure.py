"""One day, one figure: board, chart, figures, replay, list and file of a day say the same, whatever happened at the gates."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.orders.cancel_ticket import cancel_ticket
from hub.actions.reporting.analytics import analytics
from hub.actions.reporting.figures import figures_of_day, figures_since
from hub.actions.reporting.reconcile import reconcile
from hub.actions.reporting.replay import COLUMNS, replay_events
from hub.actions.reporting.scan_log import ScanFilter, every_scan
from hub.actions.scanning.conflicts import decide_conflict
from hub.actions.scanning.order_of_moments import decided_again_id
from hub.rules.refusals import Refused
from tests.support.hub import Hub
from tests.support.scan_log import read_scans
from tests.support.websocket_client import Socket, answer_of
from tests.support.world import NOON, TODAY, Ticket, World

TOMORROW = TODAY + timedelta(days=1)
DAYS = [TODAY - timedelta(days=1), TODAY, TOMORROW, TODAY + timedelta(days=2)]


class Model:
    """Who is inside by ticket, and the figures of each day: what the gates did, told by nothing but their answers."""

    def __init__(self) -> None:
        self.day_of: dict[str, date] = {}
        self.entry_of: dict[str, str] = {}
        self.movements: dict[str, list[tuple[str, str]]] = {}
        self.verified: Counter[date] = Counter()
        self.exited: Counter[date] = Counter()
        self.reentered: Counter[date] = Counter()

    def answered(self, ticket: Ticket, scan_id: str, reason: str, day: date) -> None:
        if reason == "VERIFIED":
            self.day_of[ticket.code], self.entry_of[ticket.code] = day, scan_id
            self.verified[day] += 1
            self.movements[ticket.code] = [("entry", scan_id)]
        elif reason == "EXIT_RECORDED":
            self.exited[self.day_of[ticket.code]] += 1
            self.movements[ticket.code].append(("exit", scan_id))
        elif reason == "RE_ENTRY":
            self.reentered[self.day_of[ticket.code]] += 1
            self.movements[ticket.code].append(("return", scan_id))

    def undone(self, code: str) -> None:
        kind, _ = self.movements[code].pop()
        day = self.day_of[code]
        figures = {"entry": self.verified, "exit": self.exited, "return": self.reentered}[kind]
        figures[day] -= 1

    def of(self, day: date) -> tuple[int, int, int, int]:
        verified, exited, reentered = self.verified[day], self.exited[day], self.reentered[day]
        return verified, exited, reentered, verified - exited + reentered


async def figures_of(hub: Hub, world: World, board: Socket, day: date) -> dict[str, Any]:
    """Return what each list, figure and file says of the day: people who came in, left, came back, and are inside."""
    said: dict[str, Any] = {}
    counts = await answer_of(board, "subscribe", topic="counts", date=str(day))
    said["board"] = (counts["verified"], counts["exited"], counts["reentered"], counts["inside"])
    await answer_of(board, "unsubscribe", topic="counts")
    venue, now = await hub.services.venues.read(world.org_id, world.venue_id), hub.services.clock.now()
    minutes = await figures_of_day(hub.services, venue, day, now)
    entered, left = sum(row.entered for row in minutes), sum(row.gone for row in minutes)
    said["chart"] = (entered, left)
    # What is added second by second is the same as the whole day.
    since = await figures_since(hub.services, venue, day, now, NOON - timedelta(days=2))
    assert (sum(row.entered for row in since), sum(row.gone for row in since)) == said["chart"]
    assert all(0 <= row.minute < 1_440 + 150 for row in minutes), "within the day and its last slot"
    [figures] = (await analytics(hub.services, venue, day, day))["days"]
    said["analytics"] = figures["verified"]
    events = [
        dict(zip(COLUMNS, e, strict=True)) async for page in replay_events(hub.services, venue, day) for e in page
    ]
    said["replay"] = (sum(e["entered"] for e in events), sum(e["left"] for e in events))
    said["scans"] = (sum(row.scans for row in minutes), figures["scans"], sum(e["scans"] for e in events))
    rows = [row async for page in every_scan(hub.services, venue, ScanFilter(first=day, last=day)) for row in page]
    standing = [row for row in rows if not row["undone"]]
    entries = sum(row["people"] for row in standing if row["entered"])
    exits = sum(row["people"] for row in standing if row["reason"] == "EXIT_RECORDED")
    returns = sum(row["people"] for row in standing if row["reason"] == "RE_ENTRY")
    said["file"] = (entries, exits, returns)
    said["checks"] = len({row["scan_id"] for row in rows if row["mode"] in ("validate", "verify", "exit")})
    return said


async def agree(hub: Hub, world: World, board: Socket, model: Model) -> None:
    for day in DAYS:
        said = await figures_of(hub, world, board, day)
        verified, exited, reentered, inside = model.of(day)
        wanted = {
            "board": (verified, exited, reentered, inside),
            "chart": (verified, exited - reentered),
            "analytics": verified,
            "replay": (verified, exited - reentered),
            "file": (verified, exited, reentered),
            "checks": said["checks"],
            "scans": (said["checks"],) * 3,
        }
        assert said == wanted, day
    assert (await reconcile(hub.services))["drift"] == 0


@pytest.mark.parametrize("seed", range(3))
async def test_every_figure_of_two_days_agrees_with_one_model(hub: Hub, world: World, clock: Any, seed: int):
    """Entries, overrides for other days, exits, returns, undos, cancellations and synced scans, over two nights."""
    dice = random.Random(seed)
    await world.policy(re_entry="allow", unreserved_entry="allow")
    slots = [
        await world.slot(TODAY, "12:00", "14:00"), await world.slot(TODAY, "22:30", "02:30"),
        await world.slot(TOMORROW, "10:00", "12:00"), await world.slot(TOMORROW, "22:30", "02:30"),
        await world.slot(TODAY + timedelta(days=2), "10:00", "12:00"),
    ]  # fmt: skip
    hub.services.venues.forget()
    days = [TODAY, TODAY, TOMORROW, TOMORROW, TODAY + timedelta(days=2)]
    booked = {ticket: day for slot_id, day in zip(slots, days, strict=True) for ticket in await world.fill(slot_id, 4)}
    tickets = list(booked)
    tickets += [await world.ticket() for _ in range(3)]
    model, late_exits = Model(), 0
    # The nights end at 2:30 in Rome.
    nights = [
        (datetime(2026, 11, 20 + n, 23, 0, tzinfo=UTC), datetime(2026, 11, 21 + n, 1, 30, tzinfo=UTC)) for n in (0, 1)
    ]

    def running(moment: datetime) -> date:
        for n, (midnight, ends) in enumerate(nights):
            if midnight <= moment < ends:
                return TODAY + timedelta(days=n)
        return (moment + timedelta(hours=1)).date()

    async def sign_in() -> tuple[Socket, Socket]:
        token = await world.staff("MANAGER", name="Sue Lee")
        return await hub.socket(token, gate="A"), await hub.socket(await world.staff("MANAGER"), gate="B")

    for hours in (0, 3, 11, 13.5, 22, 35, 37.5):
        clock.set(datetime(2026, 11, 20, 11, 0, tzinfo=UTC) + timedelta(hours=hours))
        gate, board = await sign_in()
        for _ in range(12):
            clock.advance(60)
            now = hub.services.clock.now()
            ticket, kind = (
                dice.choice(tickets),
                dice.choice(["enter", "enter", "exit", "override", "undo", "sync", "cancel"]),
            )
            scan_id = str(uuid4())
            if kind == "exit":
                reply = await gate.command("exit", code=ticket.code, scan_id=scan_id)
                model.answered(ticket, scan_id, reply["data"]["reason"], running(now))
            elif kind == "sync":
                at = now - timedelta(seconds=20)
                queue = [
                    {"scan_id": scan_id, "code": ticket.code, "scanned_at": at.isoformat(), "offline_result": "GREEN"}
                ]
                [result] = (await answer_of(gate, "sync", scans=queue))["results"]
                if result["outcome"] == "conflict" and dice.random() < 0.5:
                    # Whoever left before the manager decides has left then.
                    left, exit_id = "", uuid4()
                    if dice.random() < 0.5:
                        left = (await gate.leave(ticket.code, str(exit_id)))["reason"]
                        model.answered(ticket, str(exit_id), left, running(now))
                    await decide_conflict(hub.services, world.identity(), result["conflict_id"], "stays", None)
                    [*row] = await read_scans(hub.database, "reason", mode="override", scan_id=result["scan_id"])
                    model.answered(ticket, scan_id, row[0]["reason"] if row else "", running(at))
                    if row and left in ("NOT_INSIDE", "ALREADY_LEFT"):
                        model.answered(ticket, str(decided_again_id(exit_id)), "EXIT_RECORDED", running(at))
                        late_exits += 1
                elif result["outcome"] == "accepted":
                    entered = result["decision"]["result"] == "YELLOW" and result["reason"] == "NO_RESERVATION"
                    model.answered(
                        ticket, scan_id, "VERIFIED" if entered else result["reason"], booked.get(ticket, running(at))
                    )
            elif kind == "undo" and model.movements.get(ticket.code):
                last = model.movements[ticket.code][-1][1]
                reply = await gate.command("undo", scan_id=last, reason="a mistake")
                assert reply["success"], reply
                model.undone(ticket.code)
            elif kind == "cancel" and dice.random() < 0.3:
                await cancel_ticket(hub.services, Actor(world.org_id), ticket.id, "Refunded")
            elif kind in ("enter", "override"):
                decision = (await gate.command("verify", code=ticket.code, scan_id=scan_id))["data"]
                entered = decision["reason"] == "NO_RESERVATION" and decision["result"] == "YELLOW"
                # A ticket that is valid belongs to the day of its slot, also while the night before still runs.
                day = booked.get(ticket, running(now))
                model.answered(ticket, scan_id, "VERIFIED" if entered else decision["reason"], day)
                if kind == "override" and decision["result"] == "RED":
                    reply = await gate.command("override", scan_id=scan_id, reason="let them in")
                    if reply["success"]:
                        model.answered(ticket, scan_id, reply["data"]["recorded"], running(now))
        await agree(hub, world, board, model)
    assert sum(model.verified.values()) > 5
    assert late_exits > 0
    with pytest.raises(Refused):
        await decide_conflict(hub.services, world.identity(), 10**9, "stays", None)
