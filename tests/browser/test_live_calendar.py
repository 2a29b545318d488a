"""The live calendar: it shows other customers' bookings, and reports and survives an outage of the hub."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Locator, Page, expect

from hub.app import LIVE
from tests.browser.booking_steps import give_contact
from tests.browser.hands_and_eyes import Open, without_asking
from tests.support.hub import Hub
from tests.support.world import TODAY, World

pytestmark = pytest.mark.one_hub

LIVE_WORD = "#calendar-line"


async def at_the_calendar(world: World, open_page: Open, **how: bool) -> Page:
    page = await open_page(f"/reserve?ticket={(await world.ticket()).code}", **how)
    await give_contact(page)
    await expect(page.locator(LIVE_WORD)).to_have_text("Live")
    return page


def today(page: Page, standing: str) -> Locator:
    return page.get_by_role("button", name=re.compile(f"today, {standing}"))


async def start_again(hub: Hub) -> None:
    """Open the hub again as a new process would be: on the same port, without its memory."""
    hub.__init__(hub.settings, hub.clock)  # type: ignore[misc]
    await hub.open()


async def test_what_one_visitor_books_the_other_receives_without_a_request(
    hub: Hub, world: World, open_page: Open
) -> None:
    await world.slot(capacity=2, booked=1)
    watching = await at_the_calendar(world, open_page, phone=True)
    booking = await at_the_calendar(world, open_page)
    await today(watching, "filling up").click()
    await expect(watching.get_by_role("button", name="Select 12:00 to 14:00")).to_be_enabled()
    await today(booking, "filling up").click()
    await booking.get_by_role("button", name="Select 12:00 to 14:00").click()
    async with without_asking(watching):
        await booking.get_by_role("button", name="Confirm booking", exact=True).click()
        await expect(today(watching, "full")).to_be_visible()
        await expect(watching.get_by_role("button", name="Select 12:00 to 14:00")).not_to_be_visible()


async def test_what_another_process_books_is_seen_as_well(hub: Hub, beside: Hub, world: World, open_page: Open) -> None:
    await world.policy(change_cutoff_hours=0)
    slot = await world.slot(start="16:00", end="18:00", capacity=2, booked=1)
    # A relay that connects later tells the page to ask once.
    while not hub.app[LIVE].relay.connected:
        await asyncio.sleep(0.02)
    page = await at_the_calendar(world, open_page)
    ticket = await world.ticket()
    body = {
        "ticket_id": ticket.id,
        "slot_id": slot,
        "customer_email": "j@example.com",
        "customer_phone": "+12025551234",
    }
    async with without_asking(page):
        status, answer = await beside.post("/api/reservations/create", body)
        assert status == 200
        await expect(today(page, "full")).to_be_visible()
    data = answer["data"]
    token = data["manage_url"].rsplit("/", 1)[1]
    async with without_asking(page):
        status, _ = await beside.delete(f"/api/reservations/{data['reservation_id']}", X_Reservation_Token=token)
        assert status == 200
        await expect(today(page, "filling up")).to_be_visible()


async def test_an_outage_is_shown_and_afterwards_the_calendar_is_right(hub: Hub, world: World, open_page: Open) -> None:
    slot = await world.slot(capacity=2, booked=1)
    page = await at_the_calendar(world, open_page, clock=True)
    await hub.close()
    try:
        await expect(page.locator(LIVE_WORD)).to_have_text("Reconnecting")
        await page.clock.run_for(4_000)
        await expect(page.locator(LIVE_WORD)).to_have_text("Not live")
        note = page.locator("#calendar-offline")
        await expect(note).to_contain_text(re.compile(r"Not live since \d\d?:\d\d"))
    finally:
        await start_again(hub)
    # The place is taken while no socket is open.
    await world.fill(slot, 1)
    # The page tries at most every two seconds.
    await page.clock.run_for(2_000)
    await page.evaluate("() => dispatchEvent(new Event('online'))")
    await expect(page.locator(LIVE_WORD)).to_have_text("Live")
    await expect(today(page, "full")).to_be_visible()
    await expect(page.locator("#calendar-offline")).to_be_hidden()


async def test_a_restart_is_over_before_anybody_is_alarmed(hub: Hub, world: World, open_page: Open) -> None:
    await world.slot()
    page = await at_the_calendar(world, open_page)
    said = await page.evaluate_handle(
        "() => { const said = []; new MutationObserver(() => said.push(document.querySelector('#calendar-line').textContent))"
        ".observe(document.querySelector('#calendar-line'), {childList: true, characterData: true, subtree: true}); return said; }"
    )
    await hub.close()
    await start_again(hub)
    await expect(page.locator(LIVE_WORD)).to_have_text("Reconnecting")
    await expect(page.locator(LIVE_WORD)).to_have_text("Live", timeout=15_000)
    words = await said.json_value()
    assert words[0] == "Reconnecting"
    assert words[-1] == "Live"


async def test_turning_the_page_follows_the_month_that_is_looked_at(hub: Hub, world: World, open_page: Open) -> None:
    await world.slot()
    december = await world.slot(TODAY.replace(month=12, day=4), capacity=2, booked=1)
    page = await at_the_calendar(world, open_page)
    await page.get_by_role("button", name="Month after").click()
    await expect(page.get_by_role("button", name=re.compile("4 December 2026, filling up"))).to_be_visible()
    async with without_asking(page):
        await world.reserved(december)
        await expect(page.get_by_role("button", name=re.compile("4 December 2026, full"))).to_be_visible()
    assert {room.key[1:3] for room in hub.app[LIVE].channels.months.subscribed()} == {(2026, 12)}
