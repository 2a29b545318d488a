"""The devices panel in Chromium: what a real scanner page reports about itself, and what needs attention."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from hub.live.channels import devices
from hub.rules.quiet_gate import BUSY_BEFORE, BUSY_ELSEWHERE
from tests.browser.axe import assert_accessible
from tests.browser.hands_and_eyes import Open, key_in
from tests.browser.looks import assert_nothing_sticks_out
from tests.browser.open_pages import DESKTOP, PHONE
from tests.browser.seen_before import SETTLED
from tests.support.hub import Hub
from tests.support.world import World

pytestmark = pytest.mark.one_hub

CARDS = "#devices .scanner-card"


async def panel(open_page: Open, world: World) -> Page:
    page = await open_page("/manager#devices", token=await world.staff("MANAGER", name="Ann Lee"))
    await expect(page.get_by_text("No scanner is online.")).to_be_visible()
    return page


async def assert_fits(page: Page) -> None:
    # Charts follow a change of size in the next frame.
    await page.evaluate(SETTLED)
    await assert_nothing_sticks_out(page)


async def test_a_scanner_page_reports_its_state_and_is_listed_until_it_goes(
    hub: Hub, world: World, open_page: Open
) -> None:
    (ticket,) = await world.fill(await world.slot(), 1)
    manager = await panel(open_page, world)
    scanner = await open_page("/operator/scan", token=await world.staff(name="Jane Smith"), phone=True, gate="A")
    card = manager.locator(CARDS)
    await expect(card).to_contain_text("Gate A")
    await expect(card).to_contain_text("Online")
    await expect(card).to_contain_text("Jane Smith")
    await expect(card).to_contain_text(re.compile(r"Battery\s*100 %, charging"))
    await expect(card).to_contain_text(re.compile(r"Round trip\s*\d+ ms"))
    await expect(card).to_contain_text(re.compile(r"Version\s*[0-9a-f]{7}"))
    # The hub's clock is on another day than this browser's, and the scanner has measured that.
    await expect(card.locator(".worries li")).to_have_text(["Clock is wrong"])
    await key_in(scanner, ticket.code)
    await expect(card).to_contain_text("Valid, not admitted yet")
    await scanner.close()
    await expect(card).to_contain_text("Offline since")
    await expect(manager.get_by_text("0 scanners are online")).to_be_visible()


async def test_what_is_worth_a_look_is_marked_in_words(
    hub: Hub, world: World, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Quiet gates are read every 15 s.
    assert devices.GATES_SECONDS == 15
    monkeypatch.setattr(devices, "GATES_SECONDS", 0.5)
    page = await panel(open_page, world)
    a, b = await hub.socket(await world.staff(name="Jane Smith")), await hub.socket(await world.staff(name="Tom Brown"))
    said: dict[str, Any] = {
        "battery": 9,
        "charging": False,
        "queue": 37,
        "version": "0ld",
        "round_trip_ms": 2300,
        "skew_ms": -90_000,
    }
    await a.command("device", device={"id": "a", "name": "Handheld 1", "gate": "A", **said})
    await b.command("device", device={"id": "b", "gate": "B"})
    for _ in range(BUSY_BEFORE):
        await a.validate("TKT-2026-NOSUCH-TICKET")
    hub.clock.advance(6 * 60)
    for _ in range(BUSY_ELSEWHERE):
        await b.validate("TKT-2026-NOSUCH-TICKET")
    for size in (DESKTOP, PHONE):
        await page.set_viewport_size(size)
        await expect(page.locator(CARDS)).to_have_count(2)
        await expect(page.locator("#devices .worries li")).to_have_text(
            ["Battery low", "Scans wait to be sent", "Slow connection", "Clock is wrong", "Different version"]
        )
        quiet = page.locator("#devices .gate-strip .quiet")
        await expect(quiet).to_contain_text("Gate A")
        await expect(quiet).to_contain_text("quiet since 12:00")
        await expect(page.locator('#views [data-view="devices"] .tally')).to_have_text("1 waiting")
        await assert_accessible(page, "the scanners", best_practice=False)
        await assert_fits(page)
