"""Pages of staff keep their place while they load: what will come has its room, and nothing is put above what is read."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.hands_and_eyes import Open
from tests.support.hub import Hub
from tests.support.offline_queue import queued, sync
from tests.support.venue_day import PLAN, live_through
from tests.support.world import NOON, TODAY, World

AFTERNOON = NOON + timedelta(hours=1, minutes=12)
BOUND = 0.05
"""Layout shift of a page's whole load. Browsers call 0.1 good."""

pytestmark = pytest.mark.one_hub(moment=AFTERNOON)

# Every frame of the socket comes late, as on a slow phone, so that the page is drawn before it.
WATCH = """
  window.jumps = [];
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries()) {
      if (!hadRecentInput) jumps.push([value, ...sources.map(({ node, previousRect: p, currentRect: c }) =>
        `${node && (node.id || node.className || node.nodeName)} ${p.y}+${p.height}>${c.y}+${c.height}`)]);
    }
  }).observe({ type: "layout-shift", buffered: true });
  const Real = window.WebSocket;
  window.WebSocket = class extends Real {
    set onmessage(hear) { super.onmessage = hear && ((event) => setTimeout(() => hear(event), 150)); }
  };
"""


async def steady(
    open_page: Open, hub: Hub, path: str, ready: str, *, token: str, phone: bool, gate: str | None = None
) -> list[Any]:
    page = await open_page("/operator/login", token=token, phone=phone, gate=gate)
    await page.add_init_script(WATCH)
    await page.goto(hub.url + path)
    await expect(page.locator(ready).first).to_be_attached()
    await page.wait_for_timeout(800)
    jumps: list[Any] = await page.evaluate("jumps")
    return jumps


PAGES = {
    "/manager": "#gates tr",
    "/manager#feed": "#feed .feed li",
    f"/manager/replay?date={TODAY}": "#play:not([disabled])",
    "/manager/analytics": "#days tr",
}
"""Pages of managers, each with what shows that it is complete."""


async def test_no_page_of_managers_jumps_with_alarms_and_conflicts_open(
    hub: Hub, world: World, open_page: Open
) -> None:
    await live_through(world, until=AFTERNOON, plan=PLAN)
    await trouble(hub, world)
    token = await world.staff("MANAGER")
    jumping = {}
    for path, phone in itertools.product(PAGES, (False, True)):
        jumps = await steady(open_page, hub, path, PAGES[path], token=token, phone=phone)
        if sum(jump[0] for jump in jumps) >= BOUND:
            jumping[path, "phone" if phone else "desk"] = jumps
    assert jumping == {}


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_a_scanner_does_not_jump_with_an_alarm_and_conflicts_open(
    hub: Hub, world: World, open_page: Open, phone: bool
) -> None:
    await trouble(hub, world)
    token = await world.staff(name="Jane Smith")
    tickets = await world.fill(await world.slot(TODAY, "15:00", "17:00"), 3)
    other, own = await hub.socket(await world.staff(), gate="North"), await hub.socket(token, gate="South")
    await sync(other, *(queued(ticket.code, -20) for ticket in tickets[:2]))
    await sync(own, *(queued(ticket.code, -15) for ticket in tickets[:2]))
    await own.verify(tickets[2].code)
    last = '#notices:has([data-notice^="alarm"]) > [data-notice^="conflict"]'
    jumps = await steady(open_page, hub, "/operator/scan", last, token=token, phone=phone, gate="South")
    assert sum(jump[0] for jump in jumps) < BOUND, jumps


async def trouble(hub: Hub, world: World) -> None:
    """Open conflicts, and a ticket at two gates."""
    tickets = await world.fill(await world.slot(TODAY, "13:00", "15:00"), 3)
    gates = [await hub.socket(await world.staff(), gate=name) for name in ("North", "South")]
    for minutes, gate in zip((-20, -15), gates, strict=True):
        await sync(gate, *(queued(ticket.code, minutes) for ticket in tickets[:2]))
    for gate in gates:
        await gate.verify(tickets[2].code)
