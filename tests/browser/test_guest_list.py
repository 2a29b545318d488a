"""The guest list on the scanner: a guest is found by two letters, admitted in parts with one thumb, and what is in is shown."""

from __future__ import annotations

from playwright.async_api import expect

from hub.actions.audit.actor import Actor
from hub.actions.guests.add_guests import GuestPlace, add_guests
from hub.rules.guest_lists import GuestDraft
from tests.browser.axe import COLOUR_RULES, assert_accessible, violations
from tests.browser.hands_and_eyes import Open
from tests.browser.test_party_at_gate import scanner, shows
from tests.support.hub import Hub
from tests.support.reservations import read_reservations
from tests.support.world import TODAY, World


async def test_a_guest_is_found_by_name_and_comes_in_by_parts(hub: Hub, world: World, open_page: Open) -> None:
    place = GuestPlace(venue_id=world.venue_id, day=TODAY)
    guests = [GuestDraft("Jane Smith", 3, "Press"), GuestDraft("Max Müller"), GuestDraft("Janet Frame", 2)]
    await add_guests(hub.services, Actor(world.org_id, world.venue_id), place, guests)
    page = await scanner(world, open_page, phone=True)
    await page.get_by_role("button", name="Guest list").click()
    await page.get_by_role("searchbox", name="Name").fill("jan")
    await expect(page.locator("#guests-found button")).to_have_count(2)
    await assert_accessible(page)
    await page.get_by_role("button", name="Jane Smith").click()
    await shows(page, "VALID TICKET", "3 booked, 0 in")
    await page.get_by_role("button", name="One fewer").click()
    await page.get_by_role("button", name="Admit 2 of 3").click()
    await shows(page, "ENTRY RECORDED", "2 of 3 in")
    (row,) = [one for one in await read_reservations(hub.database, "admitted") if one["admitted"]]
    assert row["admitted"] == 2
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Guest list").click()
    await page.get_by_role("searchbox", name="Name").fill("nobody")
    await expect(page.locator("#guests-said")).to_have_text("No guest of today has this name.")
    await page.get_by_role("searchbox", name="Name").fill("smith")
    await expect(page.locator("#guests-found")).to_contain_text("2 of 3 in")


async def test_buttons_on_the_dark_scanner_are_read_under_a_pointer(world: World, open_page: Open) -> None:
    page = await scanner(world, open_page)
    for button in ("#guests-on", "#sign-out"):
        await page.locator(button).hover()
        assert await violations(page, rules=COLOUR_RULES) == [], button
