"""The scan feed in Chromium: live decisions, filters, pause while reading, and a note about scans left out."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from hub.app import LIVE
from hub.events.scan_events import LoggedScan
from tests.browser.axe import assert_accessible
from tests.browser.hands_and_eyes import Open
from tests.browser.looks import assert_nothing_sticks_out
from tests.browser.open_pages import DESKTOP, PHONE
from tests.browser.seen_before import SETTLED
from tests.support.hub import Hub
from tests.support.websocket_client import Socket
from tests.support.world import World

pytestmark = pytest.mark.one_hub

ROWS = "#feed .feed > li"


async def two_gates(hub: Hub, world: World) -> tuple[Socket, Socket]:
    return (
        await hub.socket(await world.staff(name="Jane Smith"), gate="A"),
        await hub.socket(await world.staff(name="Tom Brown"), gate="B"),
    )


async def feed(open_page: Open, world: World) -> Page:
    page = await open_page("/manager#feed", token=await world.staff("MANAGER", name="Ann Lee"))
    await expect(page.locator("#feed .feed-said")).not_to_have_text("Reading…")
    return page


async def assert_fits(page: Page) -> None:
    # Charts follow a change of size in the next frame.
    await page.evaluate(SETTLED)
    await assert_nothing_sticks_out(page)


async def test_decisions_come_as_they_happen_newest_first_and_lead_to_the_ticket(
    hub: Hub, world: World, open_page: Open
) -> None:
    (ticket,) = await world.fill(await world.slot(), 1)
    a, b = await two_gates(hub, world)
    page = await feed(open_page, world)
    await expect(page.get_by_text("Nothing has been scanned today.")).to_be_visible()
    await a.verify(ticket.code)
    await expect(page.locator(ROWS)).to_have_count(1)
    await b.verify(ticket.code)
    await b.validate("TKT-2026-NOSUCH-TICKET")
    rows = page.locator(ROWS)
    await expect(rows).to_have_count(3)
    await expect(rows.nth(0)).to_contain_text("Red: Invalid ticket")
    await expect(rows.nth(1)).to_contain_text("Yellow: Already verified")
    await expect(rows.nth(1)).to_contain_text("Gate B · Tom Brown")
    await expect(rows.nth(2)).to_contain_text("Green: Admitted")
    await expect(rows.nth(2)).to_contain_text("Gate A · Jane Smith")
    assert ticket.code not in await page.content(), "a code is a ticket"
    await page.get_by_text("Filter", exact=True).click()
    for size in (DESKTOP, PHONE):
        await page.set_viewport_size(size)
        await expect(rows).to_have_count(3)
        await assert_accessible(page, "the feed", best_practice=False)
        await assert_fits(page)
    await page.locator(ROWS).nth(2).get_by_role("link").click()
    await page.wait_for_url(f"**/manager/ticket/{ticket.id}")


async def test_a_filter_reads_again_and_lets_nothing_else_through(hub: Hub, world: World, open_page: Open) -> None:
    tickets = await world.fill(await world.slot(), 3)
    a, b = await two_gates(hub, world)
    page = await feed(open_page, world)
    await a.verify(tickets[0].code)
    await b.verify(tickets[0].code)
    await expect(page.locator(ROWS)).to_have_count(2)
    await page.get_by_text("Filter", exact=True).click()
    await page.get_by_label("Gate", exact=True).select_option("B")
    await expect(page.locator("#feed .feed-chosen")).to_have_text("B")
    await expect(page.locator(ROWS)).to_have_count(1)
    await a.verify(tickets[1].code)
    await b.verify(tickets[2].code)
    await expect(page.locator(ROWS)).to_have_count(2)
    await expect(page.locator(ROWS).filter(has_text="Gate A")).to_have_count(0)
    await page.get_by_label("Result").select_option("GREEN")
    await expect(page.locator(ROWS)).to_have_count(1)
    await page.get_by_label("Gate", exact=True).select_option("")
    await page.get_by_label("Operator").select_option(label="Jane Smith")
    await expect(page.locator(ROWS)).to_have_count(2)
    await expect(page.locator(ROWS).filter(has_text="Tom Brown")).to_have_count(0)


async def test_held_still_it_counts_what_comes_and_shows_it_later(hub: Hub, world: World, open_page: Open) -> None:
    a, _ = await two_gates(hub, world)
    page = await feed(open_page, world)
    await a.validate("TKT-2026-NOSUCH-TICKET")
    await expect(page.locator(ROWS)).to_have_count(1)
    await page.get_by_role("button", name="Pause").click()
    await a.validate("TKT-2026-NOSUCH-TICKET")
    await a.validate("TKT-2026-NOSUCH-TICKET")
    await expect(page.get_by_text("Paused. 2 new scans")).to_be_visible()
    await expect(page.locator(ROWS)).to_have_count(1)
    await page.get_by_role("button", name="Pause").click()
    await expect(page.locator(ROWS)).to_have_count(3)


async def test_a_rush_is_thinned_and_says_so(hub: Hub, world: World, open_page: Open) -> None:
    page = await feed(open_page, world)
    await expect(page.get_by_text("Nothing has been scanned today.")).to_be_visible()
    now = hub.clock.now()
    hub.services.scan_events.publish([
        LoggedScan(world.org_id, world.venue_id, uuid4(), now + timedelta(milliseconds=n), now, "A", 5, "Jane", "verify",
             "socket", "GREEN", "VERIFIED", True, f"TKT-2026-RUSH{n:04}", None) for n in range(300)
    ])  # fmt: skip
    await expect(page.locator(ROWS)).to_have_count(21)
    await expect(page.locator(ROWS).first).to_contain_text("…0299")
    await expect(page.locator(ROWS).last).to_have_text("280 more scans in the log")


async def test_after_a_lost_connection_the_feed_is_complete_again(hub: Hub, world: World, open_page: Open) -> None:
    a, _ = await two_gates(hub, world)
    page = await feed(open_page, world)
    await a.validate("TKT-2026-NOSUCH-TICKET")
    await expect(page.locator(ROWS)).to_have_count(1)
    for present in hub.app[LIVE].sockets.staff.all():
        present.say_goodbye()
    b = await hub.socket(await world.staff(), gate="B")
    await b.validate("TKT-2026-NOSUCH-TICKET")
    await expect(page.locator(ROWS)).to_have_count(2)
    await expect(page.locator(ROWS).first).to_contain_text("Gate B")
