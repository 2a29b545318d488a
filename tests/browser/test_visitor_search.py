"""The search on the scanner: a visitor without a code is found, seen and admitted with one thumb; guests by the list of the day."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from hub.actions.audit.actor import Actor
from hub.actions.guests.add_guests import GuestPlace, add_guests
from hub.rules.guest_lists import GuestDraft
from tests.browser.axe import COLOUR_RULES, violations
from tests.browser.hands_and_eyes import Open
from tests.browser.test_party_at_gate import scanner, shows
from tests.support.hub import Hub
from tests.support.reservations import read_reservations
from tests.support.scan_log import count_entries
from tests.support.world import TODAY, World

pytestmark = pytest.mark.one_hub
FIELD = "Name, phone, email, order or part of the code"


async def look_for(page: Page, text: str) -> None:
    if not await page.locator("#visitors-dialog").is_visible():
        await page.get_by_role("button", name="Find a visitor").click()
    await page.get_by_role("searchbox", name=FIELD).fill(text)


async def test_a_guest_is_found_by_name_and_comes_in_by_parts(hub: Hub, world: World, open_page: Open) -> None:
    place = GuestPlace(venue_id=world.venue_id, day=TODAY)
    guests = [GuestDraft("Jane Smith", 3, "Press"), GuestDraft("Max Müller"), GuestDraft("Janet Frame", 2)]
    await add_guests(hub.services, Actor(world.org_id, world.venue_id), place, guests)
    page = await scanner(world, open_page, phone=True)
    await look_for(page, "jan")
    await expect(page.locator("#visitors-found button")).to_have_count(2)
    await page.get_by_role("button", name="Jane Smith").click()
    await shows(page, "VALID TICKET", "3 booked, 0 in")
    await page.get_by_role("button", name="One fewer").click()
    await page.get_by_role("button", name="Admit 2 of 3").click()
    await shows(page, "ENTRY RECORDED", "2 of 3 in")
    (row,) = [one for one in await read_reservations(hub.database, "admitted") if one["admitted"]]
    assert row["admitted"] == 2
    await page.keyboard.press("Escape")
    await look_for(page, "nobody")
    await expect(page.locator("#visitors-said")).to_contain_text("No visitor found.")
    await look_for(page, "smith")
    await expect(page.locator("#visitors-found")).to_contain_text("2 of 3 in")


@pytest.mark.parametrize("continuous", [False, True], ids=["check first", "admit on scan"])
async def test_a_visitor_is_found_seen_and_admitted_by_one_touch(
    hub: Hub, world: World, open_page: Open, continuous: bool
) -> None:
    slot = await world.slot()
    # The status of a ticket sold elsewhere stays as the shop has it: the booking and the entry say what to do.
    ticket = await world.reserved(slot, customer_name="Ada Lovelace", channel="ota" if continuous else "direct")
    await world.reserved(slot, customer_name="Adam Smith")
    page = await scanner(world, open_page, phone=True)
    if continuous:
        await page.evaluate("() => document.getElementById('settings').click()")
        await page.locator("#set-continuous").check()
        await page.get_by_role("button", name="Done").click()
    await look_for(page, "LOVELACE ad")
    found = page.locator("#visitors-found button")
    await expect(found).to_have_count(1)
    await expect(found).to_contain_text("j***@example.com")
    await expect(found).to_contain_text("Today, 12:00")
    await expect(found.locator(".visitor-state")).to_have_text("Booked")
    await found.tap()
    await expect(page.get_by_role("heading", name="VALID TICKET")).to_be_visible()
    assert await count_entries(hub.database) == 0, "the answer is seen first"
    await page.get_by_role("button", name="Mark as Verified").tap()
    await expect(page.get_by_role("heading", name="ENTRY RECORDED")).to_be_visible()
    await page.keyboard.press("Escape")
    await look_for(page, ticket.code[-7:].lower())
    await expect(found).to_contain_text("Admitted")


async def test_offline_the_search_says_what_can_be_done(world: World, open_page: Open) -> None:
    page = await scanner(world, open_page, phone=True)
    await look_for(page, "someone")
    await expect(page.locator("#visitors-said")).to_contain_text("No visitor found.")
    await page.context.set_offline(True)
    await page.evaluate("() => dispatchEvent(new Event('offline'))")
    await look_for(page, "someone else")
    await expect(page.locator("#visitors-said")).to_have_text(
        "Searching needs a connection. Offline you can scan or type a whole code."
    )


async def test_buttons_on_the_dark_scanner_are_read_under_a_pointer(world: World, open_page: Open) -> None:
    page = await scanner(world, open_page)
    for button in ("#visitors-on", "#sign-out"):
        await page.locator(button).hover()
        assert await violations(page, rules=COLOUR_RULES) == [], button
