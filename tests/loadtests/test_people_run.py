"""Customers, shops, visitors of shows and a sale run against a real hub, and the audit finds each promise that was not kept."""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from datetime import timedelta
from pathlib import Path

from hub.clock import Clock
from loadtests import load
from loadtests.audit.__main__ import run as run_audit
from loadtests.ground import performances, shops
from loadtests.ground.administration import Administration
from loadtests.ground.ground import Ground
from loadtests.receivers.receivers import Receivers
from tests.support.webhooks import OWN_NETWORK
from tests.support.world import NOON, TODAY, World

BOUNDED = ("validate", "verify contact", "availability", "reserve", "move", "cancel", "confirm")
SMALL, LARGE = 3, 4000
USERS, SECONDS = 20, 90
ENOUGH = "reserve,reserve for today,look at a visit,confirm seats,read an order,sale: take a place"
"""The run ends as soon as each of these was asked."""
ENDS_EARLY = Path(__file__).parent.parent / "support" / "ends_early.py"


async def prepare(world: World, receivers: Receivers) -> Ground:
    """Prepare what `make load` prepares, without the `hub` command, which takes seconds."""
    stock = argparse.Namespace(org_id=world.org_id, venue_id=world.venue_id)
    hub = argparse.Namespace(calls_webhooks=True, clock_offset=world.hub.clock.now().timestamp() - time.time())
    ground = Ground(hub, stock, receivers, users=USERS, seconds=SECONDS, plenty=1.0, workers=1, today=TODAY)  # type: ignore[arg-type]
    ground.__dict__["administration"] = Administration(world.hub.url, await world.staff("ADMIN"))
    for subject in (performances, shops):
        await asyncio.to_thread(asyncio.run, subject.prepare(ground))
    first = TODAY + timedelta(days=12)
    small, sale = await world.slot(first, capacity=SMALL), await world.slot(first, "16:00", "17:00", capacity=SMALL)
    for start in ("14:00", "18:00"):
        await world.slot(first, start, f"{start[:2]}:59", capacity=LARGE)
    wanted = await world.tickets(40)
    ground.taken = {
        "bookable": [ticket.code for ticket in await world.tickets(300)], "sale": [[one.code, one.id] for one in wanted],
    }  # fmt: skip
    manager = await world.staff("MANAGER")
    ground.shared |= {
        "org": [world.org_id], "month": [f"{first:%Y-%m}"], "small slot": [small], "sale slot": [sale],
        "last slot of today": [await world.slot(capacity=LARGE)], "operator tokens": [await world.staff()], "clock offset": [0.0],
    }  # fmt: skip
    ground.audit |= {
        "hub": world.hub.url, "database": world.hub.database.dsn, "org": world.org_id, "venue": world.venue_id,
        "first ticket": 1, "manager token": manager, "sale slot": sale,
    }  # fmt: skip
    return ground


async def test_people_are_served_and_the_audit_finds_what_was_not_kept(open_hub, tmp_path, monkeypatch):
    monkeypatch.setenv("LOAD_ENOUGH", ENOUGH)
    with Receivers() as receivers:
        receivers.webhooks.refuses_one_in = 0
        offset = NOON.timestamp() - time.time()
        hub = await open_hub(Clock(offset), smtp_url=receivers.smtp_url, webhook_networks=OWN_NETWORK)
        ground = await prepare(await World(hub).found(), receivers)
        ground.write(tmp_path / "ground.json")
        assert (await run_audit(ground.audit, {})).problems == [], "a run in which nobody did anything"
        given = argparse.Namespace(
            users=USERS, seconds=SECONDS, shape="steady", workers=1, expect_workers=0, bound=[f"{word}=60000" for word in BOUNDED],
            html="", json="", ui=False, exclude_tags=[],
        )  # fmt: skip
        hub_of_run = argparse.Namespace(url=hub.url)
        more = [
            "--locustfile", f"{load.LOCUSTFILE},{ENDS_EARLY}", "--most-lag", "60000", "--sale-after", "1",
            "--tags", "customers", "shops", "shows", "sale",
        ]  # fmt: skip
        code = await asyncio.to_thread(load.run_locust, hub_of_run, given, more, tmp_path / "ground.json")
        verdict = json.loads((tmp_path / "result.json").read_text())
        assert (code, verdict["problems"]) == (0, [])

        history = json.loads((tmp_path / "history.json").read_text())
        assert {"visits", "orders", "seats", "sale"} <= history.keys()
        assert sum(attempt["sold"] for attempt in history["sale"]) == SMALL
        visit = last(history["visits"], "code", lambda fact: fact["slot_id"] not in (None, ground.audit["sale slot"]))
        order = last(history["orders"], "reference", lambda fact: fact["tickets"])
        seats = last(history["seats"], "booking_id", lambda fact: True)
        for kind, broken, sentence in (
            ("visits", {**visit, "slot_id": visit["slot_id"] + 1000}, "tickets that are not where their holders were told"),
            ("orders", {**order, "status": "CANCELLED" if order["status"] == "PAID" else "PAID"}, "orders that do not stand as their shops were told"),
            ("orders", {**order, "events": [*order["events"], "order.paid"]}, "orders with other webhook events"),
            ("seats", {**seats, "in": seats["in"] + 1}, "bookings whose status, places, people inside or scans"),
        ):  # fmt: skip
            changed = {**history, kind: [*history[kind], broken]}
            found = (await run_audit(ground.audit, changed)).problems
            assert [one.startswith(sentence) for one in found] == [True], (kind, found)
        (found,) = (await run_audit(ground.audit, {**history, "visits": []})).problems
        assert found.endswith(f"0 people were given one, {SMALL} are booked")
        minute = [{**attempt, "at": attempt["at"] + 60} for attempt in history["sale"]]
        late = await run_audit(ground.audit, {**history, "sale": minute})
        assert [one.startswith("the sale took") for one in late.slow] == [True], "a slow sale is slow, and not wrong"
        assert late.problems == []
        receivers.webhooks.events.popitem()
        (found,) = [one for one in (await run_audit(ground.audit, history)).problems if "did not come" in one]
        assert found.startswith("webhook: 1 events")


def last(facts, key, chosen):
    """Return the last certain fact of one thing, among those chosen."""
    newest = {fact[key]: fact for fact in facts}
    return next(fact for fact in newest.values() if fact["certain"] and chosen(fact))
